"""Rows cut where their content says so: batches in, chunks as tables out; and chunks encoded as segments."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dsa_workbench.columns import canonical, codec, layout
from dsa_workbench.columns.bounds import bounds
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
from dsa_workbench.core.services.interfaces import StoredSegment
from dsa_workbench.errors import ImportRejected

_BATCH_ROWS = 1 << 16


def make_chunker(window: int | None) -> Chunker:
    """Make what finds the borders; another window than the usual is for tests alone, and gives other ids."""
    return Chunker() if window is None else Chunker(window, 8 * window)


class Normal:
    """Batches brought into the layout of a schema, and checked for nulls where there may be none."""

    def __init__(self, schema: Schema, label: str) -> None:
        self.arrow, self._label = arrow_schema(schema), label

    def batches(self, given: Any) -> Iterator[Any]:
        """Bring a batch or a table into batches of this layout.

        Raises
        ------
        ImportRejected
            A column is null that may not be.
        """
        for batch in layout.batches(given, _BATCH_ROWS):
            arrays = [layout.normalize(column) for column in batch.columns]
            self._check(arrays)
            yield pa.RecordBatch.from_arrays(arrays, schema=self.arrow)

    def _check(self, arrays: list[Any]) -> None:
        for array, field in zip(arrays, self.arrow, strict=True):
            if array.null_count and not field.nullable:
                raise ImportRejected(
                    f"{self._label}: the column {field.name} may not be null, but it is.",
                    hint="Declare the column nullable, or fill it.",
                    column=field.name,
                )


class RowCutter:
    """Holds rows until it is certain where they are cut; `by` are the places of the columns that borders come from."""

    def __init__(self, arrow: Any, by: Sequence[int], chunker: Chunker) -> None:
        self._arrow, self._by, self._chunker = arrow, by, chunker
        self._held: deque[Any] = deque()
        self._start = self._end = 0

    @property
    def end(self) -> int:
        """The rows that were pushed so far."""
        return self._end

    @property
    def held_bytes(self) -> int:
        """How many bytes the rows take that are held."""
        return sum(batch.nbytes for batch in self._held)

    def push(self, batch: Any) -> list[Cut]:
        """Take the next rows; return the cuts that are certain now."""
        columns, rows = batch.columns, batch.num_rows
        prints = fingerprint([columns[i] for i in self._by], rows)
        self._held.append(batch)
        self._end += rows
        return self._chunker.push(prints, row_sizes(columns, rows))

    def finish(self) -> list[Cut]:
        """Say that there are no more rows; return the cuts left, the end with them."""
        return [*self._chunker.finish(), Cut(self._end, forced=False)]

    def take(self, stop: int) -> list[Any]:
        """Give the rows that are held before row `stop`, and hold them no more."""
        parts, rows = [], stop - self._start
        self._start = stop
        while rows:
            batch = self._held.popleft()
            if batch.num_rows > rows:
                self._held.appendleft(batch.slice(rows))
                batch = batch.slice(0, rows)
            parts.append(batch)
            rows -= batch.num_rows
        return parts

    def take_table(self, stop: int) -> Any:
        """Give them as a table."""
        return pa.Table.from_batches(self.take(stop), self._arrow)


@dataclass(frozen=True, slots=True)
class EncodedChunk:
    """A chunk, and those of its segments that were not known."""

    chunk: Chunk
    segments: list[StoredSegment]


def encode_chunk(table: Any, forced: bool, known: Collection[ObjectId]) -> EncodedChunk:
    """Encode a chunk; segments of `known` ids are named only."""
    rows = table.num_rows
    ids, segments, stats = [], [], []
    for column in table.columns:
        array = pa.concat_arrays(column.chunks) if column.num_chunks != 1 else column.chunk(0)
        body = canonical.encode(array)
        oid = canonical.segment_id(type_text(array.type), rows, body)
        ids.append(oid)
        coded = few_values(array)
        ends = bounds(array if coded is None else coded.dictionary)
        stats.append(column_stats(array, ends))
        if oid not in known:
            encoding, blob = codec.store(array, body, coded)
            told = pack_sketch(sketch(array, coded, ends))
            segments.append(StoredSegment(oid, rows, len(body), int(encoding), blob, sketch=told))
    return EncodedChunk(Chunk(rows, tuple(ids), forced, tuple(stats)), segments)
