"""Routes of history: the commits of a dataset, and one of them."""

from __future__ import annotations

from dsa_workbench.api.base import ApiHandler, tag_of
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.api.pages import cursor_of, place_of
from dsa_workbench.api.problems import HttpProblem
from dsa_workbench.api.refs import version_of
from dsa_workbench.features.versioning.history import history, show
from dsa_workbench.features.versioning.whole_history import whole_history
from dsa_workbench.models.commits import CommitShown, CommitTold, HistoryAsked, HistoryTold, SchemaChangeTold
from dsa_workbench.workbench import Workbench

RESOURCE = "commits"


class HistoryHandler(ApiHandler):
    """The history of a dataset."""

    @operation(Operation("List commits, latest first, through merges", "read", RESOURCE, {200: HistoryTold},
                         query=HistoryAsked))  # fmt: skip
    async def get(self, dataset: str, query: HistoryAsked) -> None:
        """Give a page of a history: later pages follow the same commit, though refs move.

        Of all refs the later pages hold what is older than the page before, whatever came anew meanwhile.
        """
        if query.all:
            self.answer(await self._of_all(dataset, query))
            return
        place = place_of(query.cursor, commit=str, offset=int)
        spec = version_of(dataset, place["commit"] if place else query.at, query.table)
        start = place["offset"] if place else 0

        def ask(wb: Workbench) -> HistoryTold:
            end = start + query.limit
            found = history(wb.actor, wb.store, spec, end + 1)
            return HistoryTold(
                items=[CommitTold.of(c, found.refs.get(c.id, ())) for c in found.commits[start:end]],
                next=cursor_of(commit=found.start, offset=end) if len(found.commits) > end else None,
            )

        self.answer(await self.read(ask))

    async def _of_all(self, dataset: str, query: HistoryAsked) -> HistoryTold:
        if query.table is not None:
            raise HttpProblem(400, "The history of a table is that of one version.", hint="Leave out all= or table=.")
        place = place_of(query.cursor, after=str)
        after = place["after"] if place else None
        found = await self.read(lambda wb: whole_history(wb.actor, wb.store, dataset, query.limit, after))
        return HistoryTold(
            items=[CommitTold.of(c, found.refs.get(c.id, ())) for c in found.commits],
            next=cursor_of(after=found.commits[-1].id) if found.more else None,
        )


class CommitHandler(ApiHandler):
    """One commit."""

    @operation(Operation("Describe a commit: who, when, why, and what changed", "read", RESOURCE, {200: CommitShown},
                         headers=("If-None-Match",)))  # fmt: skip
    async def get(self, dataset: str, commit: str) -> None:
        """Give a commit by its id, the beginning of it, or any other version: `main`, `v1.0`, `main~2`."""
        spec = version_of(dataset, commit)
        found = await self.read(lambda wb: show(wb.actor, wb.store, spec))
        told = CommitShown(
            **CommitTold.of(found.commit, found.refs).model_dump(),
            schema_changes={name: [SchemaChangeTold.of(c) for c in changes] for name, changes in found.schema.items()},
        )
        # The commit never changes, and the refs that point at it do.
        if not self.is_fresh(tag_of(found.commit.id, *sorted(found.refs))):
            self.answer(told)
