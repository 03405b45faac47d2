"""Collecting what failed imports have left: segments that no page of a manifest names.

Two passes, an hour apart or more. The first condemns: from then on nobody takes the segment for stored. The second
deletes what is still condemned, when every write that began before has ended, and after it looked at all pages again.
"""

from __future__ import annotations

from dataclasses import dataclass

from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.objects import parse_page
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore

_AT_ONCE = 500
_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Grace:
    """How long things are spared, in seconds."""

    writes: float = 7 * 24 * _HOUR
    """The record of a write that was not heard of for so long is that of a process that is gone."""
    segments: float = 24 * _HOUR
    """A segment is as old as this before it is condemned."""
    condemned: float = _HOUR
    """Between condemning and deleting."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What a pass did: segments condemned, segments deleted and their bytes, records of dead writes removed."""

    condemned: int
    deleted: int
    bytes_deleted: int
    dead_writes: int


def collect(_actor: Actor, store: IStore, grace: Grace | None = None) -> Collected:
    """Delete what was condemned and is still unused, and condemn what is unused now.

    What a commit needs is never touched, nor what a write under way has stored or found stored.
    """
    grace = grace or Grace()
    with store.unit() as unit:
        dead = unit.garbage.drop_dead_writes(grace.writes)
        unit.commit()
        due = unit.garbage.due(grace.condemned)
    # Only now: a write that had ended when `due` was made has its pages here.
    used = _used(store)
    deleted, size = _delete(store, [oid for oid in due if oid not in used])
    with store.unit() as unit:
        unit.garbage.spare([oid for oid in due if oid in used])
        unit.commit()
    return Collected(_condemn(store, used, grace.segments), deleted, size, dead)


def _used(store: IStore) -> set[ObjectId]:
    with store.unit() as unit:
        used = unit.garbage.bases()
        for body in unit.garbage.page_bodies():
            used.update(oid for chunk in parse_page(body) for oid in chunk.segments)
    return used


def _delete(store: IStore, ids: list[ObjectId]) -> tuple[int, int]:
    count = size = 0
    for start in range(0, len(ids), _AT_ONCE):
        with store.unit() as unit:
            some, some_bytes = unit.garbage.delete(ids[start : start + _AT_ONCE])
            unit.commit()
        count, size = count + some, size + some_bytes
    return count, size


def _condemn(store: IStore, used: set[ObjectId], seconds: float) -> int:
    with store.unit() as unit:
        unused = [oid for oid in unit.garbage.old_segments(seconds) if oid not in used]
        unit.garbage.condemn(unused)
        unit.commit()
    return len(unused)
