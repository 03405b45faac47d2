"""Two versions of a table under one set of column names, with the segments numbered so that equal ones show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from dsa_workbench.columns.loosened import normal_form
from dsa_workbench.columns.types import parse_type
from dsa_workbench.core.model.profile import Rules
from dsa_workbench.features.versioning.differ.joining import dense_codes, pair_codes, row_codes
from dsa_workbench.features.versioning.differ.runs import Positions, stretches
from dsa_workbench.features.versioning.table_version import TableVersion


@dataclass(frozen=True, slots=True)
class ColumnPair:
    """A column that both sides have, by its name on each."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Side:
    """One version: where its chunks begin (with the end as last entry), and what its columns are."""

    version: TableVersion
    borders: Positions

    @property
    def chunks(self) -> int:
        """Count the chunks."""
        return len(self.borders) - 1

    @property
    def rows(self) -> int:
        """Count the rows."""
        return int(self.borders[-1])

    def type(self, name: str) -> Any:
        """Give a column's Arrow type."""
        schema = self.version.schema
        return parse_type(schema.columns[schema.index(name)].type)

    def chunk_of(self, rows: Positions) -> Positions:
        """Tell in which chunk rows lie."""
        return np.searchsorted(self.borders, rows, "right") - 1

    def rows_of(self, chunks: Positions) -> Positions:
        """List the positions of the rows of some chunks."""
        return stretches(self.borders[chunks], self.borders[chunks + 1] - self.borders[chunks])

    def read(self, names: Sequence[str], chunks: Positions) -> list[Any]:
        """Read columns of some chunks, as chunked arrays."""
        if not len(chunks):
            return [pa.chunked_array([], self.type(name)) for name in names]
        table = self.version.read(list(names), chunks.tolist())
        return [table.column(name) for name in names]

    def take(self, names: Sequence[str], rows: Positions) -> list[Any]:
        """Read rows by position, as chunked arrays."""
        table = self.version.take(list(names), rows)
        return [table.column(name) for name in names]


def side_of(version: TableVersion) -> Side:
    """Look at a version's chunks."""
    rows = np.array([c.rows for c in version.chunks], np.int64)
    return Side(version, np.concatenate([np.zeros(1, np.int64), np.cumsum(rows)]))


@dataclass(frozen=True, slots=True)
class Sides:
    """Two versions to compare; `rules` are those of a profile, by new column name, for the columns that it loosens."""

    old: Side
    new: Side
    rules: Mapping[str, Rules] = field(default_factory=dict)

    def normalised(self, pairs: Sequence[ColumnPair]) -> bool:
        """Tell whether the profile gives values of these columns a normal form."""
        return any(p.new in self.rules and self.rules[p.new].normalise for p in pairs)

    def normal_forms(self, pairs: Sequence[ColumnPair], columns: Sequence[Any]) -> list[Any]:
        """Give the normal forms of columns by which the profile pairs rows."""
        return [
            normal_form(column, self.rules[pair.new]) if pair.new in self.rules else column
            for pair, column in zip(pairs, columns, strict=True)
        ]

    def segments(self, pair: ColumnPair) -> tuple[Positions, Positions]:
        """Give a column's segments as numbers: equal numbers mean equal segments, hence equal rows."""
        known: dict[bytes, int] = {}
        out = []
        for side, name in ((self.old, pair.old), (self.new, pair.new)):
            at = side.version.schema.index(name)
            numbers = [known.setdefault(bytes(c.segments[at]), len(known)) for c in side.version.chunks]
            out.append(np.array(numbers, np.int64))
        return out[0], out[1]

    def equal_chunks(self, pairs: Sequence[ColumnPair], old: Positions, new: Positions) -> tuple[Positions, Positions]:
        """Match those of the given chunks whose segments of all these columns are equal, one to one, in order."""
        if not pairs or not len(old) or not len(new):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        coded = []
        for pair in pairs:
            left, right = self.segments(pair)
            coded.append(dense_codes(left[old], right[new]))
        a, b = pair_codes(*row_codes(coded))
        return old[a], new[b]
