"""Writing a table: batches -> rows cut at borders -> segments -> stored -> manifest.

One thread takes batches and finds borders, others encode chunks, one uploads. Everything between them is bounded,
so memory follows the chunks in flight and not the table.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dsa_workbench.columns import canonical, codec, layout
from dsa_workbench.columns.chunker import Chunker, Cut
from dsa_workbench.columns.fingerprint import fingerprint
from dsa_workbench.columns.packing import few_values
from dsa_workbench.columns.row_sizes import row_sizes
from dsa_workbench.columns.sketch import sketch
from dsa_workbench.columns.sketch_form import pack_sketch
from dsa_workbench.columns.stats import column_stats
from dsa_workbench.columns.types import arrow_schema, type_text
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.manifest import Chunk
from dsa_workbench.core.model.schema import Schema
from dsa_workbench.core.services.interfaces import ISegmentStore, StoredSegment
from dsa_workbench.errors import ImportRejected
from dsa_workbench.features.versioning.key_check import KeyCheck

ENCODERS = 2
_BATCH_ROWS = 1 << 16
_UPLOAD_BYTES = 4 << 20
_IN_FLIGHT = 4
"""Chunks between the cutter and the uploader."""


@dataclass(frozen=True, slots=True)
class TableInput:
    """A table to be written: its schema, how its batches come, its key, and what borders are taken from.

    `label` names it in messages. `kept` are chunks that stand before the batches and stay as they are: an append
    writes only what follows the last border that no further row can move.
    """

    schema: Schema
    batches: Callable[[], Iterator[Any]]
    key: tuple[str, ...] = ()
    chunk_by: tuple[str, ...] = ()
    label: str = "The table"
    kept: tuple[Chunk, ...] = ()
    kept_keys: Callable[[], Iterator[Any]] | None = None
    rows_before: int = 0
    """Rows that stood there before an append, for messages."""
    check_key: bool = True
    collect_keys: bool = False
    """Whether all bad keys shall be told, by `BadKeys`, and not only the first, by a refusal."""


@dataclass(frozen=True, slots=True)
class _Encoded:
    chunk: Chunk
    segments: list[StoredSegment]


def write_table(
    source: TableInput,
    store: ISegmentStore,
    *,
    known: Collection[ObjectId] = (),
    window: int | None = None,
    encoders: int = ENCODERS,
    progress: Callable[[int], None] | None = None,
) -> list[Chunk]:
    """Store a table's segments and return its chunks with statistics, the kept ones first.

    `known` are ids of segments that are stored already. `progress` is told the rows done so far. `window` is for
    tests alone: another window gives other ids.

    Raises
    ------
    ImportRejected
        A key column is null or repeats; segments uploaded so far are left for the collector.
    BadKeys
        The same, where all bad keys are collected.
    """
    cutter = _Cutter(source, Chunker() if window is None else Chunker(window, 8 * window))
    chunks = list(source.kept)
    uploading: deque[Future[int]] = deque()
    encoding: deque[Future[_Encoded]] = deque()
    waiting: list[StoredSegment] = []
    rows = size = 0
    done = set(known)
    with (
        ThreadPoolExecutor(encoders, thread_name_prefix="dsa-encode") as encode,
        ThreadPoolExecutor(1, thread_name_prefix="dsa-upload") as upload,
    ):

        def drain(limit: int) -> None:
            nonlocal rows, size, waiting
            while len(encoding) > limit:
                encoded = encoding.popleft().result()
                chunks.append(encoded.chunk)
                rows += encoded.chunk.rows
                for segment in encoded.segments:
                    if segment.id not in done:
                        done.add(segment.id)
                        waiting.append(segment)
                        size += len(segment.blob)
                if size > _UPLOAD_BYTES:
                    uploading.append(upload.submit(store.put_many, waiting))
                    waiting, size = [], 0
                if len(uploading) > 1:
                    uploading.popleft().result()
                if progress is not None:
                    progress(rows)

        for table, forced in cutter.chunks():
            encoding.append(encode.submit(_encode, table, forced, done))
            drain(_IN_FLIGHT)
        drain(0)
        if waiting:
            uploading.append(upload.submit(store.put_many, waiting))
        for future in uploading:
            future.result()
    cutter.finish(store, chunks)
    return chunks


class _Cutter:
    """Turns batches into chunks, checking the key on the way."""

    def __init__(self, source: TableInput, chunker: Chunker) -> None:
        self.source, self.chunker = source, chunker
        self.arrow = arrow_schema(source.schema)
        self.by = [source.schema.index(name) for name in source.chunk_by]
        self.key = [source.schema.index(name) for name in source.key]
        self.keys = (
            KeyCheck(source.key, source.label, source.rows_before, collect=source.collect_keys)
            if source.key and source.check_key
            else None
        )
        if self.keys is not None and source.kept_keys is not None:
            for batch in source.kept_keys():
                self.keys.push(batch.columns, batch.num_rows)

    def chunks(self) -> Iterator[tuple[Any, bool]]:
        """Yield each chunk as a table, with whether it was cut by force."""
        held: deque[Any] = deque()
        start, forced, end = 0, False, 0
        for batch in self._batches():
            columns = batch.columns
            rows = batch.num_rows
            prints = fingerprint([columns[i] for i in self.by], rows)
            cuts = self.chunker.push(prints, row_sizes(columns, rows))
            if self.keys is not None:
                self.keys.push([columns[i] for i in self.key], rows)
            held.append(batch)
            end += rows
            for cut in cuts:
                yield self._take(held, cut.row - start), forced
                start, forced = cut.row, cut.forced
        for cut in [*self.chunker.finish(), Cut(end, forced=False)]:
            if cut.row > start:
                yield self._take(held, cut.row - start), forced
            start, forced = cut.row, cut.forced

    def _batches(self) -> Iterator[Any]:
        for given in self.source.batches():
            for batch in layout.batches(given, _BATCH_ROWS):
                arrays = [layout.normalize(column) for column in batch.columns]
                self._check(arrays)
                yield pa.RecordBatch.from_arrays(arrays, schema=self.arrow)

    def _check(self, arrays: list[Any]) -> None:
        for array, field in zip(arrays, self.arrow, strict=True):
            if array.null_count and not field.nullable:
                raise ImportRejected(
                    f"{self.source.label}: the column {field.name} may not be null, but it is.",
                    hint="Declare the column nullable, or fill it.",
                    column=field.name,
                )

    def _take(self, held: deque[Any], rows: int) -> Any:
        parts = []
        while rows:
            batch = held.popleft()
            if batch.num_rows > rows:
                held.appendleft(batch.slice(rows))
                batch = batch.slice(0, rows)
            parts.append(batch)
            rows -= batch.num_rows
        return pa.Table.from_batches(parts, self.arrow)

    def finish(self, store: ISegmentStore, chunks: Sequence[Chunk]) -> None:
        """Compare keys that look equal; the rows are in the store by now."""
        if self.keys is not None:
            self.keys.finish(lambda rows: _take_stored(store, chunks, self.arrow, self.key, rows))


def _encode(table: Any, forced: bool, known: Collection[ObjectId]) -> _Encoded:
    rows = table.num_rows
    ids, segments, stats = [], [], []
    for column in table.columns:
        array = pa.concat_arrays(column.chunks) if column.num_chunks != 1 else column.chunk(0)
        body = canonical.encode(array)
        oid = canonical.segment_id(type_text(array.type), rows, body)
        ids.append(oid)
        stats.append(column_stats(array))
        if oid not in known:
            coded = few_values(array)
            encoding, blob = codec.store(array, body, coded)
            told = pack_sketch(sketch(array, coded))
            segments.append(StoredSegment(oid, rows, len(body), int(encoding), blob, sketch=told))
    return _Encoded(Chunk(rows, tuple(ids), forced, tuple(stats)), segments)


def _take_stored(store: ISegmentStore, chunks: Iterable[Chunk], arrow: Any, columns: list[int], rows: Any) -> Any:
    """Read a few columns at a few rows of chunks that have no manifest yet."""
    parts, start = [], 0
    for chunk in chunks:
        inside = rows[(rows >= start) & (rows < start + chunk.rows)] - start
        if len(inside):
            found = store.get_many([chunk.segments[i] for i in columns])
            arrays = []
            for i in columns:
                s = found[chunk.segments[i]]
                arrays.append(
                    codec.load(s.encoding, s.blob, s.size, arrow.field(i).type, s.rows).take(pa.array(inside))
                )
            parts.append(pa.RecordBatch.from_arrays(arrays, names=[arrow.field(i).name for i in columns]))
        start += chunk.rows
    return pa.Table.from_batches(parts)
