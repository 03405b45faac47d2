"""What a diff needs of a table at one version, wherever it lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from dsa_workbench.columns.sketch import Sketch
from dsa_workbench.core.model.manifest import Chunk
from dsa_workbench.core.model.schema import Schema


class TableVersion(Protocol):
    """A table at one version, by chunks.

    Equal segment ids mean equal type, equal number of rows and equal bytes, so what has equal ids need not be read.
    """

    @property
    def schema(self) -> Schema:
        """The schema in our own words; `columns.types.arrow_schema` gives Arrow's."""
        ...

    @property
    def key(self) -> tuple[str, ...]:
        """The declared key columns; empty where there are none."""
        ...

    @property
    def rows(self) -> int:
        """The number of rows."""
        ...

    @property
    def chunks(self) -> Sequence[Chunk]:
        """The chunks in order; `Chunk.segments` has one id per column in schema order."""
        ...

    def read(self, columns: Sequence[str], chunks: Sequence[int]) -> Any:
        """Read columns of some chunks, as a `pyarrow.Table` whose rows follow the order of `chunks`."""
        ...

    def take(self, columns: Sequence[str], rows: Any) -> Any:
        """Read rows by position (a numpy int64 array, any order), as a `pyarrow.Table` in that order."""
        ...

    def sketches(self, columns: Sequence[str]) -> list[list[Sketch | None]]:
        """Give the sketches of columns, chunk by chunk, None where there is none at hand; no data are read."""
        ...
