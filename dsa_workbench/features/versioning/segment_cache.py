"""Segments in memory, decoded or only decompressed: immutable, so kept until room is needed, keyed by id."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from dsa_workbench.core.model.ids import ObjectId

HELD_VERSIONS = 256
"""Commits that are held with their trees."""
HELD_TABLES = 32
LARGEST_TABLE = 256 << 10
"""Tables whose manifests are held, and how many bytes of one: what a page of a table needs again and again."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A decompressed segment, as `codec.decode` takes it, and whether it was asked for before."""

    encoding: int
    parts: list[bytes]
    rows: int
    again: bool = False

    @property
    def nbytes(self) -> int:
        """How many bytes it takes."""
        return sum(map(len, self.parts))


class SegmentCache:
    """Least-recently-used cache of arrays and opened segments, bounded by their bytes; safe between threads."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._arrays: OrderedDict[ObjectId, Any] = OrderedDict()
        self._tables: OrderedDict[ObjectId, tuple[object, Any]] = OrderedDict()
        self._versions: OrderedDict[ObjectId, tuple[object, Any]] = OrderedDict()
        self._bytes = 0
        self.hits = 0
        self.misses = 0
        self._lock = threading.Lock()

    def version(self, commit: ObjectId, store: object) -> Any | None:
        """Give what is held of a commit; it never changes, and is that of one store."""
        with self._lock:
            held = self._versions.get(commit)
            if held is None or held[0] is not store:
                return None
            self._versions.move_to_end(commit)
            return held[1]

    def hold_version(self, commit: ObjectId, store: object, version: Any) -> None:
        """Hold what there is to know of a commit."""
        with self._lock:
            self._versions[commit] = store, version
            while len(self._versions) > HELD_VERSIONS:
                self._versions.popitem(last=False)

    def table(self, manifest: ObjectId, store: object) -> Any | None:
        """Give the table of a manifest if it is held; it never changes, and is that of one store."""
        with self._lock:
            held = self._tables.get(manifest)
            if held is None or held[0] is not store:
                return None
            self._tables.move_to_end(manifest)
            return held[1]

    def hold_table(self, manifest: ObjectId, store: object, table: Any, size: int) -> None:
        """Hold a table; large ones are not, and the ones unused for longest make room."""
        if size > LARGEST_TABLE:
            return
        with self._lock:
            self._tables[manifest] = store, table
            while len(self._tables) > HELD_TABLES:
                self._tables.popitem(last=False)

    def get(self, oid: ObjectId) -> Any | None:
        """Give the array of a segment, or what is `Opened` of it, if it is held."""
        with self._lock:
            array = self._arrays.get(oid)
            if array is not None:
                self._arrays.move_to_end(oid)
                self.hits += 1
            else:
                self.misses += 1
            return array

    @property
    def bytes(self) -> int:
        """How many bytes it holds."""
        return self._bytes

    def put(self, oid: ObjectId, array: Any) -> None:
        """Hold an array, in the place of what was `Opened`, or that; the ones unused for longest make room."""
        size = array.nbytes
        if size > self.max_bytes // 4:
            return
        with self._lock:
            held = self._arrays.get(oid)
            if held is not None and not isinstance(held, Opened):
                return
            if held is not None:
                self._bytes -= held.nbytes
            self._arrays[oid] = array
            self._bytes += size
            while self._bytes > self.max_bytes:
                _, old = self._arrays.popitem(last=False)
                self._bytes -= old.nbytes
