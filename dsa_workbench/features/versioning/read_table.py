"""Reading a stored table: manifest -> chunks -> segments -> Arrow, and only what is asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from itertools import accumulate
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns import codec
from dsa_workbench.columns.extensions import has_extensions
from dsa_workbench.columns.sketch import Sketch
from dsa_workbench.columns.sketch_form import unpack_sketch
from dsa_workbench.columns.stats import unpack_stats
from dsa_workbench.columns.types import arrow_schema
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.manifest import Chunk, Manifest
from dsa_workbench.core.model.objects import page_rows, parse_manifest, parse_page
from dsa_workbench.core.model.schema import Schema
from dsa_workbench.core.services.interfaces import ISegmentStore, IUnitOfWork
from dsa_workbench.errors import NotFound
from dsa_workbench.features.versioning.resolve import did_you_mean
from dsa_workbench.features.versioning.segment_cache import Opened, SegmentCache

I64 = npt.NDArray[np.int64]
_Fetched = tuple[dict[ObjectId, Any], dict[ObjectId, Opened]]
"""Segments of some chunks: arrays that the cache holds, and the others decompressed."""

AHEAD = 2
"""Groups that are fetched before they are asked for."""
_VALUE_BYTES = 10
"""What a decoded value takes, about."""
_FIRST_BYTES = 1 << 20
_GROUP_BYTES = 8 << 20
"""Canonical bytes (guessed) that are fetched in one round trip, the first time and later."""


def load_table(unit: IUnitOfWork, segments: ISegmentStore, cache: SegmentCache, manifest_id: ObjectId) -> StoredTable:
    """Load a table's manifest and pages; its data are fetched when they are asked for."""
    held = cache.table(manifest_id, segments)
    if held is not None:
        found: StoredTable = held
        return found
    manifest = parse_manifest(unit.objects.get_manifest(manifest_id))
    pages = unit.objects.get_pages([p.id for p in manifest.pages])
    table = StoredTable(manifest, [p.body for p in pages], [p.stats for p in pages], segments, cache)
    cache.hold_table(manifest_id, segments, table, sum(len(p.body) + len(p.stats) for p in pages))
    return table


class PagedChunks(Sequence[Chunk]):
    """The chunks of all pages in order; a page is taken apart when one of its chunks is asked for."""

    def __init__(self, pages: list[bytes]) -> None:
        self._pages = pages
        self._parsed: dict[int, list[Chunk]] = {}
        self._ends = list(accumulate(len(page_rows(body)) for body in pages))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> Chunk: ...

    @overload
    def __getitem__(self, index: slice) -> list[Chunk]: ...

    def __getitem__(self, index: int | slice) -> Chunk | list[Chunk]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        index %= len(self)
        page = bisect_right(self._ends, index)
        if page not in self._parsed:
            self._parsed[page] = parse_page(self._pages[page])
        return self._parsed[page][index - (self._ends[page - 1] if page else 0)]


class StoredTable:
    """A table at one version; a `TableVersion`."""

    def __init__(
        self,
        manifest: Manifest,
        pages: list[bytes],
        stats: list[bytes],
        segments: ISegmentStore,
        cache: SegmentCache,
    ) -> None:
        self.manifest = manifest
        self.chunks: Sequence[Chunk] = PagedChunks(pages)
        self._pages = pages
        self._stats, self._segments, self._cache = stats, segments, cache

    @property
    def schema(self) -> Schema:
        """The table's own schema, as it was when the version was made."""
        return self.manifest.schema

    @property
    def key(self) -> tuple[str, ...]:
        """The declared key columns."""
        return self.manifest.key

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.manifest.rows

    @cached_property
    def starts(self) -> I64:
        """The first row of each chunk, and at the end the number of rows."""
        return np.cumsum([0, *(rows for body in self._pages for rows in page_rows(body))], dtype=np.int64)

    @cached_property
    def chunks_with_stats(self) -> list[Chunk]:
        """The chunks with their statistics."""
        stats = [s for body in self._stats for s in unpack_stats(body)]
        return [replace(c, stats=s) for c, s in zip(self.chunks, stats, strict=True)]

    def arrow_schema(self, columns: Sequence[str] | None = None) -> Any:
        """Give the Arrow schema of some columns, or of all, with metadata.

        Raises
        ------
        NotFound
            One of the columns does not exist.
        """
        whole = self._arrow_schema
        if columns is None or list(columns) == whole.names:
            return whole
        return pa.schema([whole.field(self._index(name)) for name in columns], whole.metadata)

    @cached_property
    def _arrow_schema(self) -> Any:
        return arrow_schema(self.schema)

    @cached_property
    def has_extensions(self) -> bool:
        """Whether columns have an extension type that `revive_extensions` gives back."""
        return has_extensions(self._arrow_schema)

    def _index(self, name: str) -> int:
        index = self.schema.index(name)
        if index < 0:
            raise NotFound(f"There is no column {name!r}.", hint=did_you_mean(name, self.schema.names))
        return index

    def read(self, columns: Sequence[str], chunks: Sequence[int]) -> Any:
        """Read columns of some chunks, as a `pyarrow.Table` whose rows follow the order of `chunks`."""
        schema = self.arrow_schema(columns)
        parts = list(self.read_chunks(columns, chunks))
        if not columns:
            return pa.table({"": pa.nulls(sum(self.chunks[i].rows for i in chunks))}).select([])
        return pa.Table.from_batches(parts, schema)

    def read_chunks(self, columns: Sequence[str], chunks: Sequence[int]) -> Iterator[Any]:
        """Read columns chunk by chunk, as record batches; a few chunks ahead, in other threads."""
        schema = self.arrow_schema(columns)
        indices = [self._index(name) for name in columns]
        keep = self._is_kept(chunks, len(columns))
        groups = list(self._groups(chunks, len(columns)))
        if len(groups) == 1:
            # A page: starting threads would take longer than what they do.
            yield from self._batches(groups[0], indices, schema, self._fetch(groups[0], indices), keep)
            return
        # One thread waits for the database and decompresses, which leaves Python to the one that decodes. Two that do
        # both take turns, and are no faster than one.
        with ThreadPoolExecutor(1, thread_name_prefix="dsa-read") as pool:
            waiting: deque[tuple[list[int], Future[_Fetched]]] = deque()
            for group in groups:
                waiting.append((group, pool.submit(self._fetch, group, indices)))
                if len(waiting) > AHEAD:
                    first, fetched = waiting.popleft()
                    yield from self._batches(first, indices, schema, fetched.result(), keep)
            while waiting:
                first, fetched = waiting.popleft()
                yield from self._batches(first, indices, schema, fetched.result(), keep)

    def sketches(self, columns: Sequence[str]) -> list[list[Sketch | None]]:
        """Give the stored sketches of columns, chunk by chunk, None where there is none; no segment is read."""
        fields = self.arrow_schema(columns)
        ids = [[chunk.segments[i] for chunk in self.chunks] for i in map(self._index, columns)]
        stored = self._segments.get_sketches([oid for column in ids for oid in column])
        return [
            [unpack_sketch(stored[oid], field.type) if oid in stored else None for oid in column]
            for field, column in zip(fields, ids, strict=True)
        ]

    def _groups(self, chunks: Sequence[int], columns: int) -> Iterator[list[int]]:
        """Give what is fetched together: all, if it is little, else little at first, so that decoding soon begins."""
        sizes = [self.chunks[i].rows * columns * _VALUE_BYTES for i in chunks]
        most = _GROUP_BYTES if sum(sizes) <= _GROUP_BYTES else _FIRST_BYTES
        group: list[int] = []
        size = 0
        for i, more in zip(chunks, sizes, strict=True):
            size += more
            group.append(i)
            if size > most:
                yield group
                group, size = [], 0
                most = min(2 * most, _GROUP_BYTES)
        if group:
            yield group

    def _is_kept(self, chunks: Sequence[int], columns: int) -> bool:
        """Say whether the cache shall hold so much: more than it can would only push out of it what is of use."""
        return sum(self.chunks[i].rows for i in chunks) * columns * _VALUE_BYTES <= self._cache.max_bytes // 2

    def _fetch(self, chunks: list[int], indices: list[int]) -> _Fetched:
        wanted = {self.chunks[i].segments[j] for i in chunks for j in indices}
        held = {oid: found for oid in wanted if (found := self._cache.get(oid)) is not None}
        opened = {oid: found for oid, found in held.items() if isinstance(found, Opened)}
        arrays = {oid: found for oid, found in held.items() if oid not in opened}
        if len(held) < len(wanted):
            stored = self._segments.get_many([oid for oid in wanted if oid not in held])
            for oid, s in stored.items():
                opened[oid] = Opened(s.encoding, codec.opened(s.encoding, s.blob, s.size), s.rows)
        return arrays, opened

    def _batches(self, chunks: list[int], indices: list[int], schema: Any, fetched: _Fetched, keep: bool) -> list[Any]:
        arrays, opened = fetched
        batches = []
        for i in chunks:
            chunk = self.chunks[i]
            columns = []
            for field, j in zip(schema, indices, strict=True):
                oid = chunk.segments[j]
                if oid not in arrays:
                    segment = opened.pop(oid)
                    arrays[oid] = codec.decode(segment.encoding, segment.parts, field.type, segment.rows)
                    if keep:
                        self._cache.put(oid, arrays[oid])
                columns.append(arrays[oid])
            batches.append(pa.RecordBatch.from_arrays(columns, schema=schema))
        return batches

    def page(self, columns: Sequence[str] | None, offset: int, limit: int | None) -> Iterator[Any]:
        """Read rows `offset` to `offset + limit` as record batches; only their chunks are fetched."""
        names = self.schema.names if columns is None else columns
        stop = self.rows if limit is None else min(self.rows, offset + limit)
        if offset >= stop:
            self.arrow_schema(names)
            return
        first = int(np.searchsorted(self.starts, offset, side="right")) - 1
        chunks = range(first, int(np.searchsorted(self.starts, stop, side="left")))
        windows = {
            i: slice(max(0, offset - int(self.starts[i])), min(stop, int(self.starts[i + 1])) - int(self.starts[i]))
            for i in chunks
        }
        if len(list(self._groups(chunks, len(names)))) > 1:
            for i, batch in zip(chunks, self.read_chunks(names, chunks), strict=True):
                yield batch.slice(windows[i].start, windows[i].stop - windows[i].start)
            return
        schema, indices = self.arrow_schema(names), [self._index(name) for name in names]
        fetched, keep = self._fetch(list(chunks), indices), self._is_kept(chunks, len(names))
        for i, window in windows.items():
            ids = [self.chunks[i].segments[j] for j in indices]
            columns = [
                self._window(oid, f.type, fetched, window, keep=keep) for oid, f in zip(ids, schema, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    def _window(self, oid: ObjectId, kind: Any, fetched: _Fetched, window: slice, *, keep: bool) -> Any:
        """Give some rows of a segment. Few of them are decoded alone; who asks for more soon finds all decoded."""
        arrays, opened = fetched
        if oid in arrays:
            return arrays[oid][window]
        segment = opened[oid]
        if not segment.again and 2 * (window.stop - window.start) < segment.rows:
            if keep:
                self._cache.put(oid, replace(segment, again=True))
            return codec.decode(segment.encoding, segment.parts, kind, segment.rows, window)
        arrays[oid] = codec.decode(segment.encoding, segment.parts, kind, segment.rows)
        if keep:
            self._cache.put(oid, arrays[oid])
        return arrays[oid][window]

    def take(self, columns: Sequence[str], rows: Any) -> Any:
        """Read rows by position (int64, any order), as a `pyarrow.Table` in that order."""
        rows = np.asarray(rows, dtype=np.int64)
        owner = np.searchsorted(self.starts, rows, side="right") - 1
        needed, places = np.unique(owner, return_inverse=True)
        if not len(needed) or not columns:
            return self.read(columns, []) if columns else pa.table({"": pa.nulls(len(rows))}).select([])
        lengths = np.asarray([self.chunks[i].rows for i in needed], dtype=np.int64)
        begins = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        positions = begins[places] + rows - self.starts[needed][places]
        return self.read(columns, needed.tolist()).combine_chunks().take(pa.array(positions))
