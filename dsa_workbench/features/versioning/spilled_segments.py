"""Segments of a table that nobody keeps: in a temporary file that has no name, over a store that is only read."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.services.interfaces import ISegmentStore, StoredSegment


class SpilledSegments:
    """An `ISegmentStore` that writes to a file which goes with it, and reads what is not there from another store."""

    def __init__(self, below: ISegmentStore) -> None:
        self._below = below
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this
        weakref.finalize(self, self._file.close)
        self._places: dict[ObjectId, tuple[StoredSegment, int, int]] = {}
        self._lock = Lock()

    def missing(self, ids: Sequence[ObjectId]) -> set[ObjectId]:
        """Tell which of these are in neither."""
        return self._below.missing([oid for oid in ids if oid not in self._places])

    def put_many(self, segments: Sequence[StoredSegment]) -> int:
        """Write segments to the file; return how many were new there."""
        new = 0
        with self._lock:
            at = self._file.seek(0, 2)
            for segment in segments:
                if segment.id not in self._places:
                    self._places[segment.id] = replace(segment, blob=b""), at, len(segment.blob)
                    at += self._file.write(segment.blob)
                    new += 1
        return new

    def get_many(self, ids: Sequence[ObjectId]) -> dict[ObjectId, StoredSegment]:
        """Give segments by id; raise StoreCorrupt where one is in neither."""
        found = self._below.get_many([oid for oid in ids if oid not in self._places])
        with self._lock:
            for oid in ids:
                if oid in self._places:
                    segment, at, size = self._places[oid]
                    self._file.seek(at)
                    found[oid] = replace(segment, blob=self._file.read(size))
        return found

    def get_sketches(self, ids: Sequence[ObjectId]) -> dict[ObjectId, bytes]:
        """Give the sketches of those of these segments that have one, wherever they lie."""
        found = self._below.get_sketches([oid for oid in ids if oid not in self._places])
        held = {oid: self._places[oid][0].sketch for oid in ids if oid in self._places}
        return found | {oid: sketch for oid, sketch in held.items() if sketch is not None}
