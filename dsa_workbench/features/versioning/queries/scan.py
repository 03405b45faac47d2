"""A stored table as DuckDB reads it: asked for columns and a filter, it fetches these where rows may match.

DuckDB takes a `pyarrow.dataset.Dataset` for a thing with a schema and a method `scanner(columns=, filter=)`, and
leaves out of its plan the filters that it hands over: they must be applied to the last row.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from dsa_workbench.features.versioning.queries.pruning import matching_chunks, mentioned
from dsa_workbench.features.versioning.read_table import StoredTable


class Scan(ds.Dataset, ABC):  # type: ignore[misc] # pyarrow has no types
    """Columns for DuckDB, in types that it knows; `_read` gives them, wherever they are.

    `failure` is what went wrong while rows were fetched: DuckDB passes on its text alone.
    """

    def __init__(self, stored: Any) -> None:
        # The base class has no constructor of its own, and forbids its call.
        self.failure: BaseException | None = None
        fields = [pa.field(f.name, _known(f.type)) for f in stored]
        self._changed = {f.name for f, s in zip(fields, stored, strict=True) if f.type != s.type}
        self._schema = pa.schema(fields)

    @property
    def schema(self) -> Any:
        """The columns, in types that DuckDB knows."""
        return self._schema

    def scanner(self, columns: Sequence[str] | None = None, filter: Any = None, **_: Any) -> Any:
        """Read the rows that match a filter, in order; what DuckDB calls."""
        names = list(self._schema.names if columns is None else columns)
        needed = names if filter is None else list(dict.fromkeys([*names, *mentioned(self._schema.names, filter)]))
        schema = pa.schema([self._schema.field(name) for name in needed])
        return ds.Scanner.from_batches(self._safely(schema, filter), schema=schema, columns=names, filter=filter)

    def _safely(self, schema: Any, filter: Any) -> Iterator[Any]:
        try:
            yield from self._read(schema, filter)
        except BaseException as err:
            self.failure = err
            raise

    @abstractmethod
    def _read(self, schema: Any, filter: Any) -> Iterator[Any]:
        """Give the columns of a schema, all rows that may match a filter among them."""


class ReadScan(Scan):
    """Columns that a function gives, all rows of them: those of a version that is read from elsewhere."""

    def __init__(self, stored: Any, read: Callable[[Sequence[str]], Iterator[Any]]) -> None:
        super().__init__(stored)
        self._columns = read

    def _read(self, schema: Any, _filter: Any) -> Iterator[Any]:
        for batch in self._columns(schema.names):
            yield pa.RecordBatch.from_arrays([_as(batch.column(f.name), f.type) for f in schema], schema=schema)


class TableScan(Scan):
    """A table at a version; with `position`, a column of that name counts the rows from 0."""

    def __init__(self, table: StoredTable, position: str | None = None) -> None:
        super().__init__(table.arrow_schema())
        self.table, self.position = table, position
        if position is not None:
            self._schema = self._schema.append(pa.field(position, pa.int64()))

    def _chunks(self, filter: Any) -> Sequence[int]:
        every = range(len(self.table.chunks))
        if filter is None or self._changed.intersection(mentioned(self._schema.names, filter)):
            return every
        return matching_chunks(self.table, filter, floats=True)

    def _read(self, schema: Any, filter: Any) -> Iterator[Any]:
        chunks = self._chunks(filter)
        stored = [name for name in schema.names if name != self.position]
        for i, batch in zip(chunks, self.table.read_chunks(stored, chunks), strict=True):
            columns = [self._column(batch, i, field) for field in schema]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    def _column(self, batch: Any, chunk: int, field: Any) -> Any:
        if field.name == self.position:
            return pa.array(np.arange(self.table.starts[chunk], self.table.starts[chunk + 1], dtype=np.int64))
        return _as(batch.column(field.name), field.type)


def _as(column: Any, kind: Any) -> Any:
    if isinstance(column.type, pa.BaseExtensionType):
        column = column.storage
    return column if column.type == kind else column.cast(kind)


def _known(kind: Any) -> Any:
    """Give the type in which DuckDB takes a column: half floats become floats, decimals past 38 digits text."""
    t = pa.types
    if isinstance(kind, pa.BaseExtensionType):
        return _known(kind.storage_type)
    if t.is_float16(kind):
        return pa.float32()
    if t.is_decimal256(kind):
        return pa.decimal128(kind.precision, kind.scale) if kind.precision <= 38 else pa.string()
    return kind
