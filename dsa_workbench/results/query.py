"""What `sql` hands back: a query over versions, which runs when its rows are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import pyarrow as pa

from dsa_workbench.rendering import table as rendering_table
from dsa_workbench.rendering.document import Document
from dsa_workbench.results.displayed import Displayed
from dsa_workbench.results.frames import to_pandas, to_polars

PREVIEW = 20
"""Rows that a result shows of itself."""
KEPT_BYTES = 64 << 20
"""A result up to this size is kept once it was computed; a larger one is computed each time."""


class Rows(Protocol):
    """What a result needs: columns that are known, and rows that can be had again and again."""

    @property
    def schema(self) -> Any:
        """The columns as a `pyarrow.Schema`."""
        ...

    def batches(self) -> Iterator[Any]:
        """Run the query and give its rows as `pyarrow.RecordBatch`es."""
        ...


class QueryResult(Displayed):
    """The result of a query; `versions` tells the commit of each version that it reads.

    Nothing is computed before rows are asked for. Branches that move afterwards change nothing: the versions were
    found when the query was given.
    """

    __slots__ = ("_kept", "_rows", "statement", "versions")

    def __init__(self, statement: str, rows: Rows, versions: Mapping[str, str]) -> None:
        self.statement, self.versions = statement, dict(versions)
        self._rows = rows
        self._kept: Any = None

    @property
    def schema(self) -> Any:
        """The columns as a `pyarrow.Schema`."""
        return self._rows.schema

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.schema.names)

    @property
    def num_rows(self) -> int:
        """How many rows there are; counting them runs the query."""
        return self._run(0)[1]

    def to_batches(self) -> Iterator[Any]:
        """Run it and give `pyarrow.RecordBatch`es as they come, a few in memory at a time."""
        yield from self._rows.batches() if self._kept is None else self._kept.to_batches()

    def to_arrow(self) -> Any:
        """Run it and give all rows as a `pyarrow.Table`."""
        if self._kept is None:
            table = pa.Table.from_batches(self._rows.batches(), self.schema)
            if table.nbytes > KEPT_BYTES:
                return table
            self._kept = table
        return self._kept

    def to_pandas(self) -> Any:
        """Run it and give a pandas frame; see `results.frames.to_pandas` for types."""
        return to_pandas(self.to_arrow())

    def to_polars(self) -> Any:
        """Run it and give a polars frame."""
        return to_polars(self.to_arrow())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Give the rows to any library that takes Arrow streams (PyCapsule interface)."""
        return pa.RecordBatchReader.from_batches(self.schema, self.to_batches()).__arrow_c_stream__(requested_schema)

    def document(self) -> Document:
        """Describe the versions, the schema and the first rows."""
        first, rows = self._run(PREVIEW)
        return rendering_table.query(self.versions, first, rows)

    def _run(self, first: int) -> tuple[Any, int]:
        """Give the first rows and the number of all, and keep the result where it is small."""
        if self._kept is None:
            held, size, rows = [], 0, 0
            for batch in self._rows.batches():
                rows += batch.num_rows
                size += batch.nbytes
                if size <= KEPT_BYTES or rows - batch.num_rows < first:
                    held.append(batch)
            table = pa.Table.from_batches(held, self.schema)
            if size > KEPT_BYTES:
                return table.slice(0, first), rows
            self._kept = table
        return self._kept.slice(0, first), self._kept.num_rows
