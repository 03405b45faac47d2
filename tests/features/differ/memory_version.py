"""A table version in memory, cut at given borders, that counts what is read from it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from blake3 import blake3

from dsa_workbench.columns.sketch import Sketch
from dsa_workbench.columns.types import model_schema
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.manifest import Chunk
from dsa_workbench.core.model.schema import Schema


def segment_id(array: Any) -> ObjectId:
    """Hash type, rows and bits of an array: any such id will do for a diff."""
    table = pa.table({"x": pa.concat_arrays([array]).take(pa.array(np.arange(len(array))))})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return ObjectId(blake3(sink.getvalue()).digest())


class MemoryVersion:
    """A `TableVersion` over an Arrow table."""

    def __init__(self, table: Any, key: Sequence[str] = (), borders: Sequence[int] = ()) -> None:
        self.table = table
        self.key = tuple(key)
        edges = sorted({0, table.num_rows, *(b for b in borders if 0 < b < table.num_rows)})
        self.spans = list(pairwise(edges))
        self.reads: list[tuple[str, int]] = []
        self.taken: list[str] = []
        self.chunks = [self._chunk(a, b) for a, b in self.spans]

    def _chunk(self, begin: int, end: int) -> Chunk:
        ids = [segment_id(c.slice(begin, end - begin).combine_chunks()) for c in self.table.columns]
        return Chunk(end - begin, tuple(ids))

    @property
    def schema(self) -> Schema:
        return model_schema(self.table.schema)

    @property
    def rows(self) -> int:
        return int(self.table.num_rows)

    def read(self, columns: Sequence[str], chunks: Sequence[int]) -> Any:
        self.reads += [(name, int(i)) for name in columns for i in chunks]
        parts = [self.table.slice(a, b - a) for a, b in (self.spans[i] for i in chunks)]
        chosen = pa.concat_tables(parts) if parts else self.table.slice(0, 0)
        return chosen.select(list(columns))

    def take(self, columns: Sequence[str], rows: Any) -> Any:
        self.taken += list(columns)
        return self.table.select(list(columns)).take(pa.array(rows, pa.int64()))

    def sketches(self, columns: Sequence[str]) -> list[list[Sketch | None]]:
        return [[None] * len(self.chunks) for _ in columns]
