"""Branches and tags. A ref moves by one `UPDATE ... WHERE commit_id = expected`, and by nothing else.

Change and log record are one statement. Its clock is read when the ref's row is locked, so that the log of a ref is in
the order of its moves.
"""

from __future__ import annotations

import builtins
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from dsa_workbench.core.model.ids import ObjectId, short
from dsa_workbench.core.model.ref import Ref, RefKind
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.postgres.ready import ready
from dsa_workbench.core.services.postgres.tables import idempotency_keys, ref_log, refs
from dsa_workbench.errors import AlreadyExists, InvalidInput, NotFound, RefConflict, RefProtected

_clock = sa.func.clock_timestamp()
_actor = sa.bindparam("actor", type_=sa.Text)
_expected = sa.bindparam("expected", type_=sa.LargeBinary)
_this = sa.and_(refs.c.dataset_id == sa.bindparam("dataset"), refs.c.name == sa.bindparam("ref"))
_unprotected = sa.or_(~refs.c.protected, sa.bindparam("force", type_=sa.Boolean))


def _logged(change: Any, old: Any, new: Any, action: Any) -> Any:
    """Write the log record of a change, in the same statement; nothing where nothing changed."""
    done = change.cte("done")
    record = sa.select(
        done.c.dataset_id, done.c.name, done.c.kind, old(done), new(done), _actor, done.c.updated_at, action
    )
    columns = ["dataset_id", "ref", "kind", "old", "new", "actor", "at", "action"]
    return sa.insert(ref_log).from_select(columns, record).returning(ref_log.c.at)


def _nothing(_done: Any) -> Any:
    return sa.cast(sa.null(), sa.LargeBinary)


def _commit(done: Any) -> Any:
    return done.c.commit_id


_find = ready(sa.select(refs).where(_this))
_list = (
    sa.select(refs).where(refs.c.dataset_id == sa.bindparam("dataset")).order_by(refs.c.kind, refs.c.name.collate("C"))
)
_heads = sa.select(refs).where(refs.c.name == sa.bindparam("ref"))
_create = _logged(
    insert(refs)
    .values(
        dataset_id=sa.bindparam("dataset"),
        name=sa.bindparam("ref"),
        kind=sa.bindparam("kind"),
        commit_id=sa.bindparam("new"),
        updated_at=_clock,
        updated_by=_actor,
    )
    .on_conflict_do_nothing(index_elements=[refs.c.dataset_id, refs.c.name])
    .returning(refs),
    _nothing,
    _commit,
    sa.literal("create", sa.Text),
)
_move = _logged(
    sa.update(refs)
    .where(_this, refs.c.commit_id == _expected, refs.c.kind == RefKind.BRANCH.value, _unprotected)
    .values(commit_id=sa.bindparam("new"), updated_at=_clock, updated_by=_actor)
    .returning(refs),
    lambda _done: _expected,
    _commit,
    sa.case((sa.bindparam("force", type_=sa.Boolean), "force"), else_="move"),
)
_delete = _logged(
    sa.delete(refs)
    .where(_this, refs.c.commit_id == _expected, ~refs.c.protected)
    .returning(refs.c.dataset_id, refs.c.name, refs.c.kind, refs.c.commit_id, _clock.label("updated_at")),
    _commit,
    _nothing,
    sa.literal("delete", sa.Text),
)
_protect = _logged(
    sa.update(refs)
    .where(_this)
    .values(protected=sa.bindparam("protect", type_=sa.Boolean), updated_at=_clock, updated_by=_actor)
    .returning(refs),
    _commit,
    _commit,
    sa.case((sa.bindparam("protect", type_=sa.Boolean), "protect"), else_="unprotect"),
)
_at = (
    sa.select(ref_log.c.new)
    .where(
        ref_log.c.dataset_id == sa.bindparam("dataset"),
        ref_log.c.ref == sa.bindparam("ref"),
        ref_log.c.at <= sa.bindparam("moment"),
    )
    .order_by(ref_log.c.at.desc(), ref_log.c.id.desc())
    .limit(1)
)
_remember = insert(idempotency_keys).on_conflict_do_nothing().returning(idempotency_keys.c.key)
_recall = sa.select(idempotency_keys.c.commit_id).where(
    idempotency_keys.c.dataset_id == sa.bindparam("dataset"), idempotency_keys.c.key == sa.bindparam("key")
)


class PostgresRefRepository:
    """Refs in the tables `refs`, `ref_log` and `idempotency_keys`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def find(self, dataset_id: int, name: str) -> Ref | None:
        """Find a ref by name."""
        row = self._connection.execute(_find, {"dataset": dataset_id, "ref": name}).one_or_none()
        return None if row is None else ref_of(row)

    def list(self, dataset_id: int) -> builtins.list[Ref]:
        """List refs, branches first, by name."""
        return [ref_of(row) for row in self._connection.execute(_list, {"dataset": dataset_id})]

    def heads(self, name: str) -> dict[int, Ref]:
        """Find the refs of this name in all datasets, by dataset."""
        return {row.dataset_id: ref_of(row) for row in self._connection.execute(_heads, {"ref": name})}

    def create(self, dataset_id: int, name: str, kind: RefKind, commit_id: ObjectId, actor: Actor) -> Ref:
        """Create a ref; raise AlreadyExists where the name is taken, by a branch or a tag."""
        at = self._change(_create, dataset_id, name, actor, kind=kind.value, new=commit_id)
        if at is None:
            taken = self.find(dataset_id, name)
            word = "ref" if taken is None else taken.kind.value
            raise AlreadyExists(f"There is a {word} {name!r} already.", hint="Choose another name.", name=name)
        return Ref(dataset_id, name, kind, commit_id, at, actor.name)

    def move(
        self, dataset_id: int, name: str, expected: ObjectId, new: ObjectId, actor: Actor, *, force: bool = False
    ) -> bool:
        """Move a branch by compare-and-swap; return whether it still pointed at `expected`.

        Raises RefProtected for a protected branch unless `force`, InvalidInput for a tag, NotFound where there is none.
        """
        if self._change(_move, dataset_id, name, actor, expected=expected, new=new, force=force) is not None:
            return True
        ref = self._existing(dataset_id, name)
        if ref.kind is RefKind.TAG:
            raise InvalidInput(
                f"{name!r} is a tag, and tags do not move.", hint="Write to a branch, or make a new tag."
            )
        if ref.protected and not force:
            raise _guarded(ref)
        return False

    def delete(self, dataset_id: int, name: str, expected: ObjectId, actor: Actor) -> bool:
        """Delete a ref by compare-and-swap; raise RefProtected for a protected one."""
        if self._change(_delete, dataset_id, name, actor, expected=expected) is not None:
            return True
        ref = self._existing(dataset_id, name)
        if ref.protected:
            raise _guarded(ref)
        return False

    def protect(self, dataset_id: int, name: str, protected: bool, actor: Actor) -> None:
        """Protect a ref from moves and deletion, or lift that."""
        if self._change(_protect, dataset_id, name, actor, protect=protected) is None:
            self._existing(dataset_id, name)

    def at(self, dataset_id: int, name: str, moment: datetime) -> ObjectId | None:
        """Tell where a ref pointed at a moment; None where it did not exist then."""
        found = self._connection.scalar(_at, {"dataset": dataset_id, "ref": name, "moment": moment})
        return None if found is None else ObjectId(found)

    def remember(self, dataset_id: int, key: str, commit_id: ObjectId) -> None:
        """Note that the write with this idempotency key gave this commit.

        Raises RefConflict where a write with the same key gave another commit first.
        """
        row = {"dataset_id": dataset_id, "key": key, "commit_id": commit_id}
        if self._connection.scalar(_remember, row) is not None:
            return
        earlier = self.recall(dataset_id, key)
        if earlier is not None and earlier != commit_id:
            raise RefConflict(
                f"A write with the same idempotency key has just given commit {short(earlier)}.",
                hint="Use that commit: this write was done already.",
                head=earlier.hex(),
            )

    def recall(self, dataset_id: int, key: str) -> ObjectId | None:
        """Tell which commit a write with this idempotency key gave, if it was done."""
        found = self._connection.scalar(_recall, {"dataset": dataset_id, "key": key})
        return None if found is None else ObjectId(found)

    def _change(self, statement: Any, dataset_id: int, name: str, actor: Actor, **values: Any) -> datetime | None:
        at: datetime | None = self._connection.scalar(
            statement, {"dataset": dataset_id, "ref": name, "actor": actor.name, **values}
        )
        return at

    def _existing(self, dataset_id: int, name: str) -> Ref:
        ref = self.find(dataset_id, name)
        if ref is None:
            raise NotFound(f"There is no ref {name!r}.", hint="List the refs of the dataset to see them.", name=name)
        return ref


def ref_of(row: Any) -> Ref:
    """Make a ref of a row of `refs`."""
    return Ref(
        row.dataset_id,
        row.name,
        RefKind(row.kind),
        ObjectId(row.commit_id),
        row.updated_at,
        row.updated_by,
        row.protected,
    )


def _guarded(ref: Ref) -> RefProtected:
    return RefProtected(
        f"The {ref.kind.value} {ref.name!r} is protected.",
        hint="Write to another branch, or lift the protection first.",
        name=ref.name,
    )
