"""The route of merges: one version into a branch, with conflicts told or settled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsa_workbench.api.base import ApiHandler
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.api.refs import version_of
from dsa_workbench.core.model.spec import VersionSpec, check_name
from dsa_workbench.models.merges import MergeGiven, MergeTold
from dsa_workbench.workbench import Workbench

RESOURCE = "commits"
_COUNTED = ("added", "changed", "unchanged")


class MergesHandler(ApiHandler):
    """Merges into a branch."""

    @property
    def most_body(self) -> int:
        """How large a body may be: it may hold a line for each of many conflicts."""
        return self.service.limits.merge_bytes

    @operation(
        Operation(
            "Merge a version into a branch", "write", RESOURCE, {200: MergeTold, 201: MergeTold}, body=MergeGiven,
            idempotent_key=True, problems=(400, 403, 404, 409, 413, 415),
        )
    )  # fmt: skip
    async def post(self, dataset: str, ref: str, body: MergeGiven) -> None:
        """Merge row by row and cell by cell: 201 where there is a new commit, else 200.

        Conflicts are what came of it and no error: `outcome` is `conflicts`, they are listed, and nothing is written
        until each is settled. Settle them by `resolve`; ask for more of them by `offset` and `dry_run`.
        """
        source = version_of(dataset, body.source)
        into = VersionSpec(check_name("dataset", dataset), check_name("branch", ref))

        def merge(wb: Workbench) -> MergeTold:
            done = wb.merge(
                str(source), str(into), resolve=body.resolution(), message=body.message, dry_run=body.dry_run
            )
            return MergeTold.of(done, body)

        told = await self.write_to_store(merge)
        created = told.outcome == "merged" and not told.dry_run
        if created or (told.outcome == "fast-forward" and not told.dry_run):
            self.happened(
                "commit", action="merge", dataset=dataset, ref=ref, commit=told.commit, created=created,
                rows=rows_of(told.summary),
            )  # fmt: skip
        self.tag(told.commit)
        self.answer(told, 201 if created else 200)


def rows_of(summary: Mapping[str, Mapping[str, Any]]) -> int:
    """Count the rows of the tables that a summary tells of."""
    return sum(counts.get(name, 0) for counts in summary.values() for name in _COUNTED)
