"""A table written in parts: each part by itself, in any process, and then the rows between two parts.

A part finds the borders that have a whole window of its own rows around them: those are borders of the table. What
lies between its first and its last border it writes. The rows before and after these it gives back, and `PartJoiner`,
which is given the parts in order, writes the rows between the last border of one part and the first of the next. So
the chunks are those that `write_table` would have written (docs/format.md, section 5).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns.chunker import Cut
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.manifest import Chunk
from dsa_workbench.core.model.schema import Schema
from dsa_workbench.core.services.interfaces import ISegmentStore, StoredSegment
from dsa_workbench.features.versioning.key_check import KeyCheck, key_hashes
from dsa_workbench.features.versioning.row_cutter import Normal, RowCutter, encode_chunk, make_chunker
from dsa_workbench.features.versioning.write_table import TableInput, take_stored

MOST_HELD = 128 << 20
"""Bytes of rows that a part holds at most. Where borders lie so far apart, or rows are so wide, a table is better
written in one go."""

_UPLOAD_BYTES = 4 << 20


class PartUnfit(Exception):
    """A part that cannot be written by itself; the table is to be written in one go, which says what is wrong."""


@dataclass(frozen=True, slots=True)
class PartLayout:
    """How the rows of all parts are cut: schema, key, and border columns; `label` names the table in messages."""

    schema: Schema
    key: tuple[str, ...]
    chunk_by: tuple[str, ...]
    label: str
    window: int | None = None
    """For tests alone, see `write_table`."""

    @classmethod
    def of(cls, table: TableInput, window: int | None = None) -> PartLayout:
        """Give the layout of a table."""
        return cls(table.schema, table.key if table.check_key else (), table.chunk_by, table.label, window)

    def cutter(self, normal: Normal) -> RowCutter:
        """Make what cuts rows from a border, or from the first row of the table, on."""
        return RowCutter(normal.arrow, [self.schema.index(name) for name in self.chunk_by], make_chunker(self.window))


@dataclass(frozen=True, slots=True)
class Part:
    """What came of a part: its chunks, and as Arrow streams the rows before and after them.

    `border` is the fingerprint of the row at which the chunks begin; None where there is no border, and all rows are
    `head`. `keys` are the hashes of the rows' keys.
    """

    head: bytes
    chunks: tuple[Chunk, ...]
    tail: bytes
    border: int | None
    keys: npt.NDArray[np.uint64] | None = None


class _Writer:
    """Encodes chunks, and stores their segments some at a time."""

    def __init__(self, store: ISegmentStore, known: Collection[ObjectId]) -> None:
        self._store, self._known = store, known
        self._waiting: dict[ObjectId, StoredSegment] = {}
        self._size = 0

    def write(self, table: Any, *, forced: bool) -> Chunk:
        """Write a chunk."""
        encoded = encode_chunk(table, forced, self._known)
        for segment in encoded.segments:
            if segment.id not in self._waiting:
                self._waiting[segment.id] = segment
                self._size += len(segment.blob)
        if self._size > _UPLOAD_BYTES:
            self.flush()
        return encoded.chunk

    def flush(self) -> None:
        """Store what waits."""
        if self._waiting:
            self._store.put_many(list(self._waiting.values()))
        self._waiting, self._size = {}, 0


def write_part(
    layout: PartLayout,
    batches: Iterator[Any],
    store: ISegmentStore,
    *,
    is_first: bool,
    is_last: bool,
    known: Collection[ObjectId] = (),
) -> Part:
    """Write one part of a table, on this thread; `known` are ids of segments that are stored already.

    Raises
    ------
    PartUnfit
        A key is empty, or too many rows would have to be held.
    ImportRejected
        A column is null that may not be.
    """
    work = _PartWork(layout, _Writer(store, known), begun=is_first)
    for given in batches:
        work.push(given)
    return work.finish(is_last=is_last)


class _PartWork:
    """A part while it is written. Until its first border, unless it has `begun` with the table, its rows are held."""

    def __init__(self, layout: PartLayout, writer: _Writer, *, begun: bool) -> None:
        self.normal = Normal(layout.schema, layout.label)
        self.rows = layout.cutter(self.normal)
        self.writer, self.begun = writer, begun
        self.key = [layout.schema.index(name) for name in layout.key]
        self.keys: list[npt.NDArray[np.uint64]] = []
        self.head: list[Any] = []
        self.border: int | None = None
        self.chunks: list[Chunk] = []
        self.pending: list[Cut] = []
        self.forced = False

    def push(self, given: Any) -> None:
        for batch in self.normal.batches(given):
            if self.key:
                columns = [batch.column(i) for i in self.key]
                if any(column.null_count for column in columns):
                    raise PartUnfit("a key is empty")
                self.keys.append(key_hashes(columns, batch.num_rows))
            for cut in self.rows.push(batch):
                self._cut(cut)
            if self.rows.held_bytes > MOST_HELD:
                raise PartUnfit("its borders lie too far apart")

    def finish(self, *, is_last: bool) -> Part:
        if is_last:
            *cuts, end = self.rows.finish()
            for cut in cuts:
                self._cut(cut)
            if self.begun:
                self._cut(end)
        rest = self.rows.take_rest()
        if not self.begun:
            self.head, rest = rest, []
        self.writer.flush()
        arrow = self.normal.arrow
        keys = np.concatenate(self.keys) if self.keys else None
        return Part(_packed(self.head, arrow), tuple(self.chunks), _packed(rest, arrow), self.border, keys)

    def _cut(self, cut: Cut) -> None:
        """Write what ends at a border. A forced cut counts from the border before it, so without one it is none."""
        if cut.forced:
            self.pending += [cut] if self.begun else []
        elif not self.begun:
            self.head, self.begun = self.rows.take(cut.row), True
            self.border = self.rows.first_fingerprint()
        else:
            for end in (*self.pending, cut):
                table = self.rows.take_table(end.row)
                if table.num_rows:
                    self.chunks.append(self.writer.write(table, forced=self.forced))
                self.forced = end.forced
            self.pending = []


class PartJoiner:
    """Takes the parts of a table in order, and writes the rows between their borders."""

    def __init__(self, layout: PartLayout, store: ISegmentStore, known: Collection[ObjectId]) -> None:
        self._layout, self._store = layout, store
        self._normal = Normal(layout.schema, layout.label)
        self._writer = _Writer(store, known)
        self._keys = KeyCheck(layout.key, layout.label) if layout.key else None
        self._open = layout.cutter(self._normal)
        self._start, self._forced = 0, False
        self.chunks: list[Chunk] = []
        """The chunks so far, in order."""

    def add(self, part: Part) -> None:
        """Take the next part."""
        if self._keys is not None and part.keys is not None:
            self._keys.push_hashes(part.keys)
        self._push(part.head)
        if part.border is not None:
            self._write(self._open.finish_before(part.border))
        if part.border is not None or part.chunks:
            self._open = self._layout.cutter(self._normal)
            self._start, self._forced = 0, False
        self.chunks += part.chunks
        self._push(part.tail)

    def finish(self) -> list[Chunk]:
        """Say that there are no more parts; return all chunks.

        Raises
        ------
        ImportRejected
            A key repeats.
        """
        self._write(self._open.finish())
        self._writer.flush()
        if self._keys is not None:
            key = [self._layout.schema.index(name) for name in self._layout.key]
            self._keys.finish(lambda rows: take_stored(self._store, self.chunks, self._normal.arrow, key, rows))
        return self.chunks

    def _push(self, packed: bytes) -> None:
        for batch in pa.ipc.open_stream(packed):
            self._write(self._open.push(batch))

    def _write(self, cuts: Sequence[Cut]) -> None:
        for cut in cuts:
            if cut.row > self._start:
                self.chunks.append(self._writer.write(self._open.take_table(cut.row), forced=self._forced))
            self._start, self._forced = cut.row, cut.forced


def _packed(batches: Sequence[Any], arrow: Any) -> bytes:
    """Write batches as an Arrow stream, which holds their rows and not all of what they are cut from."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, arrow) as stream:
        for batch in batches:
            stream.write_batch(batch)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed
