"""The verb that merges, over HTTP: conflicts come in pages, with their types, and lines that settle them go back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from dsa_workbench.core.model.ref import DEFAULT_BRANCH
from dsa_workbench.core.model.spec import VersionSpec, parse_spec
from dsa_workbench.errors import RefConflict
from dsa_workbench.features.patches.frames import frame_from_json, frame_to_json, value_to_json
from dsa_workbench.features.versioning.merge import MergeVersions, check_merge
from dsa_workbench.features.versioning.merger import choice_of
from dsa_workbench.remote import told
from dsa_workbench.remote.asking import at_of, commit_of, refuse_author, write
from dsa_workbench.remote.jobs import RemoteJobs
from dsa_workbench.results import MergeResult

PAGE = 20_000
"""Conflicts of each table that are asked for at once."""


class RemoteMerges(RemoteJobs):
    """The verb of merges: merge."""

    def merge(
        self,
        source: str,
        into: str | None = None,
        *,
        resolve: Any = None,
        message: str | None = None,
        author: str | None = None,
        dry_run: bool = False,
    ) -> MergeResult:
        """Merge a version into a branch of its dataset (default main), row by row and cell by cell."""
        refuse_author(author)
        asked = parse_spec(source)
        branch = parse_spec(into) if into is not None else VersionSpec(asked.dataset, DEFAULT_BRANCH)
        check_merge(MergeVersions(asked, branch))
        path = ("datasets", branch.dataset, "refs", branch.version, "merges")
        body = {"source": at_of(asked), "resolve": _resolution(resolve), "message": message}

        def ask(offset: int, *, dry: bool) -> told.Told:
            page = body | {"offset": offset, "limit": PAGE, "dry_run": dry}
            found: told.Told = write(self._transport, "POST", path, page)
            return found

        found = ask(0, dry=dry_run)
        base = found.get("base")
        return MergeResult(
            found["outcome"], str(asked), str(branch), commit_of(self._transport, branch.dataset, found["commit"]),
            commit_of(self._transport, branch.dataset, base) if base is not None else None, found["summary"],
            all_conflicts(found, lambda offset: ask(offset, dry=True)), tuple(found["notes"]), dry_run,
        )  # fmt: skip


def all_conflicts(found: told.Told, more: Callable[[int], told.Told]) -> dict[str, pa.Table]:
    """Read the conflicts of an answer, and ask for those that were too many for it; `more` is given where to begin.

    Raises
    ------
    RefConflict
        The branch moved meanwhile: there may be others now.
    """
    parts = {name: [_table(some)] for name, some in found["conflicts"].items()}
    totals = {name: some["total"] for name, some in found["conflicts"].items()}
    for offset in range(PAGE, max(totals.values(), default=0), PAGE):
        page = more(offset)
        same = totals == {name: some["total"] for name, some in page["conflicts"].items()}
        if page["commit"] != found["commit"] or not same:
            raise RefConflict("The branch moved while its conflicts were read.", hint="Do it again.")
        for name, some in page["conflicts"].items():
            parts[name].append(_table(some))
    return {name: pa.concat_tables(some) for name, some in parts.items()}


def _table(some: told.Told) -> Any:
    return frame_from_json(some["columns"], some["rows"])


def _resolution(resolve: Any) -> Any:
    """Put what settles conflicts into words: a side, lines, or these by table."""
    if isinstance(resolve, Mapping):
        return {name: _resolution_of_table(how) for name, how in resolve.items()}
    return _resolution_of_table(resolve)


def _resolution_of_table(resolve: Any) -> Any:
    choice = choice_of(resolve)
    if choice.lines is None:
        return choice.side
    return {**frame_to_json(choice.lines), "values": [value_to_json(value) for value in choice.values]}
