"""The route that tells which commit gave each cell of a row its value."""

from __future__ import annotations

from dsa_workbench.api.base import ApiHandler, tag_of
from dsa_workbench.api.diffs import profile_of
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.api.problems import HttpProblem
from dsa_workbench.api.refs import version_of
from dsa_workbench.features.versioning.blame import BlameRow, blame
from dsa_workbench.models.blames import BlameAsked, BlameTold

RESOURCE = "commits"


class BlameHandler(ApiHandler):
    """Where a row's values come from."""

    @operation(
        Operation(
            "Say which commit gave each cell of a row its value", "read", RESOURCE, {200: BlameTold},
            query=BlameAsked, headers=("If-None-Match",), problems=(400, 403, 404, 504),
        )
    )  # fmt: skip
    async def get(self, dataset: str, query: BlameAsked) -> None:
        """Give the commits, seen through merges; the row is found by its key."""
        spec = version_of(dataset, query.at, query.table)
        key: object = query.key
        if query.key_columns is not None:
            if len(query.key_columns) != len(query.key):
                raise HttpProblem(400, "key and key_columns are not of one length.", hint="Give a value for each.")
            key = dict(zip(query.key_columns, query.key, strict=True))
        asked = BlameRow(spec, key, query.columns, profile_of(query.profile))
        found = await self.read(lambda wb: blame(wb.actor, wb.store, wb.cache, asked))
        self.tag(tag_of(found.version.id, found.table, query.model_dump_json(), found.added.id))
        self.answer(BlameTold.of(found))
