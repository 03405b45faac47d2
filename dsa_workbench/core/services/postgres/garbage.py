"""What nothing refers to: found, condemned, and deleted when no writer can still count on it.

A condemned segment is in the store, and whoever asks whether it is there is told no. A writer that stores it again
takes it off the list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.services.postgres.tables import condemned, pages, segments, staging

_BATCH = 500
_MARGIN = 60.0
"""Seconds between what a write saw when it began and the moment that stands in its record, at most."""

_clock = sa.func.clock_timestamp()
_ids = sa.bindparam("ids", type_=sa.ARRAY(sa.LargeBinary))
_after = sa.bindparam("after", type_=sa.LargeBinary)


def _ago(name: str) -> sa.ColumnElement[object]:
    return _clock - sa.func.make_interval(0, 0, 0, 0, 0, 0, sa.bindparam(name))


_drop = sa.delete(staging).where(staging.c.seen_at < _ago("seconds"))
_pages = sa.select(pages.c.id, pages.c.body).where(pages.c.id > _after).order_by(pages.c.id).limit(_BATCH)
_bases = sa.select(segments.c.base).where(segments.c.base.is_not(None)).distinct()
_old = (
    sa.select(segments.c.id)
    .where(
        segments.c.id > _after,
        segments.c.created_at < _ago("seconds"),
        ~sa.exists().where(condemned.c.id == segments.c.id),
    )
    .order_by(segments.c.id)
    .limit(_BATCH)
)
_condemn = insert(condemned).values(at=_clock).on_conflict_do_nothing()
_due = (
    sa.select(condemned.c.id)
    .where(
        condemned.c.at < _ago("seconds"),
        ~sa.exists().where(staging.c.opened_at < condemned.c.at + sa.func.make_interval(0, 0, 0, 0, 0, 0, _MARGIN)),
    )
    .order_by(condemned.c.id)
)
_take = sa.delete(condemned).where(condemned.c.id == sa.any_(_ids)).returning(condemned.c.id)
_delete = sa.delete(segments).where(segments.c.id == sa.any_(_ids)).returning(sa.func.octet_length(segments.c.blob))


class PostgresGarbageRepository:
    """The table `condemned`, and what belongs to no commit."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def drop_dead_writes(self, seconds: float) -> int:
        """Remove the records of writes that were not heard of for so long; return how many."""
        return self._connection.execute(_drop, {"seconds": seconds}).rowcount

    def page_bodies(self) -> Iterator[bytes]:
        """Walk the bodies of all pages."""
        last = b""
        while rows := self._connection.execute(_pages, {"after": last}).all():
            yield from (row.body for row in rows)
            last = rows[-1].id

    def bases(self) -> set[ObjectId]:
        """Name the segments that others are stored as a patch of."""
        return {ObjectId(base) for base in self._connection.scalars(_bases)}

    def old_segments(self, seconds: float) -> Iterator[ObjectId]:
        """Walk the segments that were stored so long ago and are not condemned."""
        last = b""
        while found := self._connection.scalars(_old, {"after": last, "seconds": seconds}).all():
            yield from map(ObjectId, found)
            last = found[-1]

    def condemn(self, ids: Sequence[ObjectId]) -> None:
        """Condemn segments that nothing refers to."""
        if ids:
            self._connection.execute(_condemn, [{"id": oid} for oid in sorted(ids)])

    def due(self, seconds: float) -> list[ObjectId]:
        """List what was condemned so long ago, and before every write began that is under way."""
        return [ObjectId(oid) for oid in self._connection.scalars(_due, {"seconds": seconds})]

    def spare(self, ids: Sequence[ObjectId]) -> None:
        """Take segments off the list of the condemned."""
        self._connection.execute(_take, {"ids": list(ids)})

    def delete(self, ids: Sequence[ObjectId]) -> tuple[int, int]:
        """Delete those of these that are still condemned; return how many, and their bytes."""
        taken = list(self._connection.scalars(_take, {"ids": list(ids)}))
        sizes = list(self._connection.scalars(_delete, {"ids": taken})) if taken else []
        return len(sizes), sum(sizes)
