"""Segments held in memory: for the side of a diff that is no version, and wherever nothing is to be kept."""

from __future__ import annotations

from collections.abc import Sequence

from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.services.interfaces import StoredSegment
from dsa_workbench.errors import StoreCorrupt


class MemorySegments:
    """A dict as a segment store; an `ISegmentStore`."""

    def __init__(self) -> None:
        self._segments: dict[ObjectId, StoredSegment] = {}

    def missing(self, ids: Sequence[ObjectId]) -> set[ObjectId]:
        """Tell which of these are not held."""
        return {oid for oid in ids if oid not in self._segments}

    def put_many(self, segments: Sequence[StoredSegment]) -> int:
        """Hold segments; return how many were new."""
        before = len(self._segments)
        for segment in segments:
            self._segments.setdefault(segment.id, segment)
        return len(self._segments) - before

    def get_many(self, ids: Sequence[ObjectId]) -> dict[ObjectId, StoredSegment]:
        """Give segments by id; raise StoreCorrupt where one is missing."""
        absent = self.missing(ids)
        if absent:
            raise StoreCorrupt(f"The segment {next(iter(absent)).hex()} is not stored.", hint="Run wb.check().")
        return {oid: self._segments[oid] for oid in ids}

    def get_sketches(self, ids: Sequence[ObjectId]) -> dict[ObjectId, bytes]:
        """Give the sketches of those of these segments that have one."""
        held = {oid: self._segments[oid].sketch for oid in ids if oid in self._segments}
        return {oid: sketch for oid, sketch in held.items() if sketch is not None}
