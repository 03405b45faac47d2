"""Conflicts as data: positions of rows and names of columns. Values are read when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dsa_workbench.features.versioning.differ.runs import Positions
from dsa_workbench.features.versioning.table_version import TableVersion


@dataclass(frozen=True, slots=True)
class MergedColumn:
    """A column of the merged table, and what it is called in each version; None where a version lacks it."""

    name: str
    type: str
    base: str | None
    ours: str | None
    theirs: str | None
    nullable: bool = True
    metadata: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SchemaConflict:
    """Both sides changed one thing of the schema, each in its own way; `base`, `ours` and `theirs` are words."""

    kind: str
    column: str | None
    base: str | None
    ours: str | None
    theirs: str | None


@dataclass(frozen=True, slots=True)
class RowConflicts:
    """Rows, or one column's cells of rows, that both sides changed: positions in each version, -1 where absent.

    `kind` is ``changed/changed``, ``added/added``, ``deleted/changed`` or ``changed/deleted``, ours first.
    `column` is None for whole rows.
    """

    kind: str
    column: MergedColumn | None
    base: Positions
    ours: Positions
    theirs: Positions

    def __len__(self) -> int:
        return len(self.ours)

    def choose(self, which: Any) -> RowConflicts:
        """Give some of them."""
        return RowConflicts(self.kind, self.column, self.base[which], self.ours[which], self.theirs[which])


@dataclass(frozen=True, slots=True)
class Ranges:
    """Places of a table without a key that both sides edited, as words: base rows, and what each side did there."""

    base: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class TableConflicts:
    """The conflicts of a table, with the versions they are read from."""

    base: TableVersion
    ours: TableVersion
    theirs: TableVersion
    key: tuple[MergedColumn, ...] = ()
    rows: tuple[RowConflicts, ...] = ()
    schema: tuple[SchemaConflict, ...] = ()
    ranges: tuple[Ranges, ...] = ()

    def __len__(self) -> int:
        return sum(map(len, self.rows)) + len(self.schema) + len(self.ranges)

    def values(self, version: str, column: MergedColumn, rows: Positions) -> Any:
        """Read a column at some rows of a version (base, ours, theirs), null where the row is -1, as an array."""
        name = getattr(column, version)
        return read_values(getattr(self, version), name, rows)

    def keys(self, of: RowConflicts) -> list[Any]:
        """Read the key columns of conflicts, from ours or else from theirs, as arrays."""
        here = of.ours >= 0
        place = pa.array(np.where(here, np.cumsum(here) - 1, int(here.sum()) + np.cumsum(~here) - 1))
        out = []
        for column in self.key:
            left = self.values("ours", column, of.ours[here])
            right = self.values("theirs", column, of.theirs[~here])
            if left.type != right.type:
                left, right = (right.cast(left.type), left)[::-1] if len(left) else (right, left.cast(right.type))
            out.append(pa.concat_arrays([left, right]).take(place))
        return out


def read_values(version: TableVersion, name: str | None, rows: Positions) -> Any:
    """Read a column at some rows, null where the row is -1, as one array; all null where there is no such column."""
    if name is None:
        return pa.nulls(len(rows))
    here = rows >= 0
    if not here.any() and not version.rows:
        return pa.nulls(len(rows))
    (column,) = version.take([name], rows[here]).columns
    values = one_array(column)
    if here.all():
        return values
    return values.take(pa.array(np.cumsum(here) - 1, mask=~here)) if len(values) else pa.nulls(len(rows), values.type)


def one_array(column: Any) -> Any:
    """Give a chunked array as one array."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
