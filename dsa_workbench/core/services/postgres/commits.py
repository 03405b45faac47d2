"""Commits, their order, and which dataset each belongs to.

A commit's generation is 1 + the greatest of its parents'. It is thus greater than any ancestor's, and sorting by it
puts children before parents. History is read in windows of generations: all of one comes before all of the next.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from dsa_workbench.core.model.commit import Commit, CommitNode
from dsa_workbench.core.model.ids import ID_BYTES, ObjectId, from_hex
from dsa_workbench.core.services.postgres.ready import ready
from dsa_workbench.core.services.postgres.tables import commit_parents, commits, dataset_commits
from dsa_workbench.errors import NotFound

_MATCHES = 10
_WIDEST = 1 << 30

_ids = sa.bindparam("ids", type_=sa.ARRAY(sa.LargeBinary))
PARENTS = (
    sa.select(sa.func.coalesce(sa.func.array_agg(sa.text("parent_id ORDER BY ordinal")), sa.text("'{}'::bytea[]")))
    .select_from(commit_parents)
    .where(commit_parents.c.commit_id == commits.c.id)
    .correlate(commits)
    .scalar_subquery()
    .label("parents")
)
_select = sa.select(commits, PARENTS)
_get = ready(_select.where(commits.c.id == sa.bindparam("id", type_=sa.LargeBinary)))
_get_many = _select.where(commits.c.id == sa.any_(_ids))
_generations = sa.select(sa.func.max(commits.c.generation), sa.func.count()).where(commits.c.id == sa.any_(_ids))
_put = insert(commits).on_conflict_do_nothing().returning(commits.c.id)
_put_parents = insert(commit_parents)
_belongs = insert(dataset_commits).on_conflict_do_nothing()
_by_prefix = (
    _select.join(dataset_commits, dataset_commits.c.commit_id == commits.c.id)
    .where(
        dataset_commits.c.dataset_id == sa.bindparam("dataset"),
        dataset_commits.c.commit_id >= sa.bindparam("least", type_=sa.LargeBinary),
        dataset_commits.c.commit_id <= sa.bindparam("most", type_=sa.LargeBinary),
    )
    .order_by(dataset_commits.c.commit_id)
    .limit(_MATCHES)
)
_of_dataset = sa.select(dataset_commits.c.commit_id).where(dataset_commits.c.dataset_id == sa.bindparam("dataset"))


def _walk_first_parents() -> Any:
    steps = sa.select(sa.bindparam("id", type_=sa.LargeBinary).label("id"), sa.literal(0).label("step")).cte(
        "steps", recursive=True
    )
    further = sa.select(commit_parents.c.parent_id, steps.c.step + 1).where(
        commit_parents.c.commit_id == steps.c.id,
        commit_parents.c.ordinal == 0,
        steps.c.step < sa.bindparam("back", type_=sa.Integer),
    )
    steps = steps.union_all(further)
    return _select.join(steps, steps.c.id == commits.c.id).where(steps.c.step == sa.bindparam("back", type_=sa.Integer))


def _walk_window() -> Any:
    """Go from `ids` to all ancestors of generation `low` or more, and to the first ones below that."""
    start = sa.select(commits.c.id, commits.c.generation).where(commits.c.id == sa.any_(_ids))
    walk = start.cte("walk", recursive=True)
    parent = commits.alias("parent")
    further = (
        sa.select(parent.c.id, parent.c.generation)
        .join(commit_parents, commit_parents.c.parent_id == parent.c.id)
        .join(walk, walk.c.id == commit_parents.c.commit_id)
        .where(walk.c.generation >= sa.bindparam("low", type_=sa.Integer))
    )
    walk = walk.union(further)
    return _select.join(walk, walk.c.id == commits.c.id).order_by(
        commits.c.generation.desc(), commits.c.time.desc(), commits.c.id
    )


def _walk_all() -> Any:
    """Go from `ids` to all ancestors; of each its parents and its time."""
    walk = sa.select(sa.func.unnest(_ids).label("id")).cte("walk", recursive=True)
    further = sa.select(commit_parents.c.parent_id).join(walk, walk.c.id == commit_parents.c.commit_id)
    walk = walk.union(further)
    return sa.select(commits.c.id, commits.c.time, PARENTS).join(walk, walk.c.id == commits.c.id)


_ancestor = _walk_first_parents()
_graph = _walk_all()
_window = _walk_window()


class PostgresCommitRepository:
    """Commits in the tables `commits`, `commit_parents` and `dataset_commits`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def put(self, dataset_id: int, commit: Commit) -> None:
        """Store a commit if it is not there, and note that it belongs to the dataset.

        Raises NotFound where one of its parents, or its tree, is not stored.
        """
        oid, parents = commit.oid, [from_hex(p) for p in commit.parents]
        generation = self._generation(commit, parents)
        row = {
            "id": oid,
            "tree": from_hex(commit.tree),
            "author": commit.author,
            "message": commit.message,
            "time": commit.time,
            "summary": commit.summary,
            "generation": generation,
            "sources": commit.sources,
        }
        if self._connection.scalar(_put, row) is not None and parents:
            rows = [{"commit_id": oid, "ordinal": i, "parent_id": p} for i, p in enumerate(parents)]
            self._connection.execute(_put_parents, rows)
        self._connection.execute(_belongs, {"dataset_id": dataset_id, "commit_id": oid})

    def get(self, oid: ObjectId) -> Commit:
        """Fetch a commit; raise NotFound where there is none."""
        row = self._connection.execute(_get, {"id": oid}).one_or_none()
        if row is None:
            raise _unknown(oid)
        return commit_of(row)

    def get_many(self, oids: Sequence[ObjectId]) -> list[Commit]:
        """Fetch commits in the order asked for; raise NotFound where one is not there."""
        rows = self._connection.execute(_get_many, {"ids": list(oids)})
        found = {ObjectId(row.id): commit_of(row) for row in rows}
        for oid in oids:
            if oid not in found:
                raise _unknown(oid)
        return [found[oid] for oid in oids]

    def by_prefix(self, dataset_id: int, prefix: str) -> list[Commit]:
        """Find a dataset's commits by the first hexadecimal digits of their ids; at most 10."""
        if not re.fullmatch(r"[0-9a-fA-F]{1,64}", prefix):
            return []
        least = bytes.fromhex(prefix.ljust(2 * ID_BYTES, "0"))
        most = bytes.fromhex(prefix.ljust(2 * ID_BYTES, "f"))
        rows = self._connection.execute(_by_prefix, {"dataset": dataset_id, "least": least, "most": most})
        return [commit_of(row) for row in rows]

    def ancestor(self, oid: ObjectId, back: int) -> Commit | None:
        """Follow first parents `back` steps; None where history is shorter."""
        row = self._connection.execute(_ancestor, {"id": oid, "back": back}).one_or_none()
        return None if row is None else commit_of(row)

    def history(self, oid: ObjectId, *, limit: int | None = None) -> list[Commit]:
        """List a commit and its ancestors, children before parents, latest first, through all parents."""
        top: int | None = self._connection.scalar(_generations, {"ids": [oid]})
        if top is None:
            raise _unknown(oid)
        frontier: list[bytes] = [oid]
        out: list[Commit] = []
        width = _WIDEST if limit is None else limit
        while frontier and (limit is None or len(out) < limit):
            low = max(top - width + 1, 1)
            rows = self._connection.execute(_window, {"ids": frontier, "low": low}).all()
            out += [commit_of(row) for row in rows if row.generation >= low]
            below = [row for row in rows if row.generation < low]
            frontier, top = [row.id for row in below], max((row.generation for row in below), default=0)
            width *= 2
        return out[:limit]

    def graph(self, oids: Sequence[ObjectId]) -> list[CommitNode]:
        """Give the graph of these commits and all their ancestors, in no order."""
        rows = self._connection.execute(_graph, {"ids": list(oids)})
        return [CommitNode(row.id.hex(), tuple(p.hex() for p in row.parents), row.time) for row in rows]

    def ids(self, dataset_id: int) -> list[ObjectId]:
        """List all commits of a dataset."""
        return [ObjectId(row.commit_id) for row in self._connection.execute(_of_dataset, {"dataset": dataset_id})]

    def _generation(self, commit: Commit, parents: list[ObjectId]) -> int:
        if not parents:
            return 1
        highest, found = self._connection.execute(_generations, {"ids": parents}).one()
        if found < len(set(parents)):
            raise NotFound(f"A parent of commit {commit.short} is not stored.", hint="Store parents before children.")
        return int(highest) + 1


def commit_of(row: Any) -> Commit:
    """Make a commit of a row of `commits` with its parents."""
    parents = tuple(p.hex() for p in row.parents)
    return Commit(row.id.hex(), row.tree.hex(), parents, row.author, row.message, row.time, row.summary, row.sources)


def _unknown(oid: ObjectId) -> NotFound:
    return NotFound(f"There is no commit {oid.hex()}.", hint="Look at the log for the commits there are.")
