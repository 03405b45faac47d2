"""A table written in parts: each by itself, in any process, and all of it where it is read.

A part begins at the first border that has a whole window of its own rows before it, and ends where the next part
begins: whoever writes it reads on behind its own rows until that border. Both find the same one, since a border depends
on the rows around it only. So the chunks of all parts, in order, are those that `write_table` would have written
(docs/format.md, section 5), and nobody has to join rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dsa_workbench.columns.chunker import WINDOW, Cut
from dsa_workbench.columns.types import arrow_schema
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
    """What came of a part: its chunks, and the hashes of the keys of its own rows."""

    chunks: tuple[Chunk, ...]
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
    ahead: Iterator[Any],
    store: ISegmentStore,
    *,
    is_first: bool,
    known: Collection[ObjectId] = (),
) -> Part:
    """Write one part of a table, on this thread.

    `ahead` are the rows that follow in the table, to its end; only the first of them are taken. `known` are ids of
    segments that are stored already.

    Raises
    ------
    PartUnfit
        A key is empty, or too many rows would have to be held.
    ImportRejected
        A column is null that may not be.
    """
    work = _PartWork(layout, _Writer(store, known), begun=is_first)
    for given in batches:
        work.push_own(given)
    work.end_own()
    for given in ahead:
        if work.push(given):
            break
    return work.finish()


class _PartWork:
    """A part while it is written. What stands before its first border is left out, unless it has `begun` there."""

    def __init__(self, layout: PartLayout, writer: _Writer, *, begun: bool) -> None:
        self.normal = Normal(layout.schema, layout.label)
        self.rows = layout.cutter(self.normal)
        self.window = WINDOW if layout.window is None else layout.window
        self.writer, self.begun = writer, begun
        self.key = [layout.schema.index(name) for name in layout.key]
        self.keys: list[npt.NDArray[np.uint64]] = []
        self.chunks: list[Chunk] = []
        self.pending: list[Cut] = []
        self.forced = False
        self.next_from: int | None = None
        """The first row at which the next part may begin; None while rows of this one come."""
        self.ended = False

    def push_own(self, given: Any) -> None:
        """Take rows of this part."""
        for batch in self.normal.batches(given):
            if self.key:
                columns = [batch.column(i) for i in self.key]
                if any(column.null_count for column in columns):
                    raise PartUnfit("a key is empty")
                self.keys.append(key_hashes(columns, batch.num_rows))
            self._push(batch)

    def end_own(self) -> None:
        """Say that the rows that follow are those of the next parts."""
        self.next_from = self.rows.end + self.window

    def push(self, given: Any) -> bool:
        """Take rows that follow; say whether no more are needed."""
        for batch in self.normal.batches(given):
            self._push(batch)
        return self.ended

    def finish(self) -> Part:
        """Say that no more rows come: the table ends here, if this part has not ended before."""
        if not self.ended:
            self._cut(self.rows.finish())
        self.writer.flush()
        return Part(tuple(self.chunks), np.concatenate(self.keys) if self.keys else None)

    def _push(self, batch: Any) -> None:
        if not self.ended:
            self._cut(self.rows.push(batch))
        if self.rows.held_bytes > MOST_HELD:
            raise PartUnfit("its borders lie too far apart")

    def _cut(self, cuts: Sequence[Cut]) -> None:
        """Write what ends at a border. A forced cut counts from the border before it, so without one it is none."""
        for cut in cuts:
            if cut.forced:
                self.pending += [cut] if self.begun else []
                continue
            if self.begun:
                self._write(cut)
            else:
                self.rows.take(cut.row)
                self.begun = True
            if self.next_from is not None and cut.row >= self.next_from:
                self.ended = True
                return

    def _write(self, border: Cut) -> None:
        for cut in (*self.pending, border):
            table = self.rows.take_table(cut.row)
            if table.num_rows:
                self.chunks.append(self.writer.write(table, forced=self.forced))
            self.forced = cut.forced
        self.pending = []


class PartJoiner:
    """Takes the parts of a table in order; whether a key repeats is seen by whoever sees the keys of all."""

    def __init__(self, layout: PartLayout, store: ISegmentStore) -> None:
        self._layout, self._store = layout, store
        self._keys = KeyCheck(layout.key, layout.label) if layout.key else None
        self.chunks: list[Chunk] = []
        """The chunks so far, in order."""

    def add(self, part: Part) -> None:
        """Take the next part."""
        if self._keys is not None and part.keys is not None:
            self._keys.push_hashes(part.keys)
        self.chunks += part.chunks

    def finish(self) -> list[Chunk]:
        """Say that there are no more parts; return all chunks.

        Raises
        ------
        ImportRejected
            A key repeats.
        """
        if self._keys is not None:
            layout = self._layout
            key, arrow = [layout.schema.index(name) for name in layout.key], arrow_schema(layout.schema)
            self._keys.finish(lambda rows: take_stored(self._store, self.chunks, arrow, key, rows))
        return self.chunks
