"""What `read` hands back: a table at a version, whose rows are fetched when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.spec import VersionSpec
from dsa_workbench.rendering import table as rendering_table
from dsa_workbench.rendering.document import Document
from dsa_workbench.results.displayed import Displayed
from dsa_workbench.results.frames import to_pandas, to_polars

PREVIEW = 10
"""Rows that a reading shows of itself."""


class RowSource(Protocol):
    """What a reading needs: the chosen columns, rows and page of a table, and nothing outside of them."""

    @property
    def schema(self) -> Any:
        """The columns as a `pyarrow.Schema`."""
        ...

    @property
    def num_rows(self) -> int:
        """How many rows there are within the page asked for."""
        ...

    def table(self, offset: int = 0, limit: int | None = None) -> Any:
        """Read rows of this selection as a `pyarrow.Table`; `offset` counts from its first row."""
        ...

    def batches(self) -> Iterator[Any]:
        """Read all rows as `pyarrow.RecordBatch`es, a few in memory at a time."""
        ...


@dataclass(frozen=True, repr=False, eq=False)
class Reading(Displayed):
    """A table at a version: what was asked for, the commit that answered, and its rows on demand.

    `offset` is where the page begins in the table; it is only shown.
    """

    spec: VersionSpec
    commit: Commit
    source: RowSource
    key: tuple[str, ...] = ()
    offset: int = 0

    @property
    def schema(self) -> Any:
        """The columns as a `pyarrow.Schema`."""
        return self.source.schema

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        return self.source.num_rows

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.schema.names)

    def to_arrow(self) -> Any:
        """Read all of it as a `pyarrow.Table`."""
        return self.source.table()

    def to_batches(self) -> Iterator[Any]:
        """Read it as `pyarrow.RecordBatch`es, a few in memory at a time."""
        return self.source.batches()

    def to_pandas(self) -> Any:
        """Read it as a pandas frame; see `results.frames.to_pandas` for types."""
        return to_pandas(self.to_arrow())

    def to_polars(self) -> Any:
        """Read it as a polars frame."""
        return to_polars(self.to_arrow())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Give the rows to any library that takes Arrow streams (PyCapsule interface)."""
        reader = pa.RecordBatchReader.from_batches(self.schema, self.source.batches())
        return reader.__arrow_c_stream__(requested_schema)

    def document(self) -> Document:
        """Describe the schema and the first rows."""
        first = self.source.table(0, PREVIEW)
        return rendering_table.view(str(self.spec), self.commit.short, first, self.num_rows, self.key, self.offset)
