"""The history of one table: the commits that gave it what it holds, through merges.

As git does it for a path (git-log, "History Simplification"): where a commit has the table of one of its parents, that
parent alone is followed, so that a merge is listed only where it made a table that neither side had.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.objects import parse_tree
from dsa_workbench.core.services.interfaces import IUnitOfWork

_FIRST = 256
"""Commits that are looked at, at first; each further look takes four times as many."""


def table_history(unit: IUnitOfWork, start: ObjectId, table: str, limit: int | None = None) -> list[Commit]:
    """List the commits at and before `start` that added, changed or removed a table, latest first."""
    size = max(_FIRST, 4 * (limit or 0))
    while True:
        commits = unit.commits.history(start, limit=size)
        found = _changes(commits, _tables(unit, commits, table))
        if len(commits) < size or (limit is not None and len(found) >= limit):
            return found[:limit]
        size *= 4


def _tables(unit: IUnitOfWork, commits: Sequence[Commit], table: str) -> dict[str, ObjectId | None]:
    """Give the table's manifest per commit id; None where there is no such table."""
    trees = {commit.tree for commit in commits}
    bodies = unit.objects.get_trees([ObjectId(bytes.fromhex(tree)) for tree in trees])
    manifests = {oid.hex(): parse_tree(body).get(table) for oid, body in bodies.items()}
    return {commit.id: manifests[commit.tree] for commit in commits}


def _changes(commits: Sequence[Commit], tables: Mapping[str, ObjectId | None]) -> list[Commit]:
    """Walk down; a commit whose parents are not among those that were fetched ends it."""
    found, wanted = [], {commits[0].id}
    for commit in commits:
        if commit.id not in wanted:
            continue
        if not all(parent in tables for parent in commit.parents):
            break
        same = [parent for parent in commit.parents if tables[parent] == tables[commit.id]]
        wanted.update(same[:1] or commit.parents)
        if not same and (commit.parents or tables[commit.id] is not None):
            found.append(commit)
    return found
