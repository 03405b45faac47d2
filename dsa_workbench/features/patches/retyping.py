"""Columns whose type a patch changes: every value that the patch does not replace must fit the new type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns.comparable import family
from dsa_workbench.columns.equality import equal_values
from dsa_workbench.columns.sketch import Sketch
from dsa_workbench.columns.types import parse_type
from dsa_workbench.core.model.manifest import Chunk
from dsa_workbench.core.model.schema import Schema
from dsa_workbench.features.patches.values import from_json, to_json, to_text
from dsa_workbench.features.versioning.differ.runs import Positions
from dsa_workbench.features.versioning.merger.conflicts import one_array
from dsa_workbench.features.versioning.read_table import StoredTable

Mask = npt.NDArray[np.bool_]


class Misfit(ValueError):
    """A value that a type cannot hold."""


def fitted(values: Any, kind: Any) -> Any:
    """Cast an array, with no value lost.

    Raises
    ------
    Misfit
        A value is none of the type; the first is named.
    """
    if values.type == kind:
        return values
    try:
        made = _cast(values, kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, ValueError, TypeError) as err:
        raise Misfit(_first_misfit(values, kind)) from err
    one_family = pa.types.is_nested(kind) or family(values.type) == family(kind)
    if one_family and len(values) and not (same := equal_values(values, made)).all():
        raise Misfit(f"{_shown(values, int(np.argmin(same)))} is no {kind}")
    return made


def _cast(values: Any, kind: Any) -> Any:
    t = pa.types
    if values.null_count == len(values):
        return pa.nulls(len(values), kind)
    if t.is_nested(kind):
        return from_json(to_json(values), kind)
    if t.is_decimal(values.type) and t.is_floating(kind):
        return values.cast(pa.string()).cast(kind)
    if t.is_integer(values.type) and t.is_decimal(kind):
        return values.cast(pa.decimal256(20, 0)).cast(pa.decimal256(76, max(kind.scale, 0))).cast(kind)
    if t.is_fixed_size_binary(kind):
        return pa.array(values.to_pylist(), kind)
    # Arrow refuses whole numbers past 2**53 even where a float holds them: what is lost is seen afterwards.
    return values.cast(kind, safe=not t.is_floating(kind))


def _first_misfit(values: Any, kind: Any) -> str:
    for i in range(len(values)):
        try:
            _cast(values.slice(i, 1), kind)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, ValueError, TypeError):
            return f"{_shown(values, i)} is no {kind}"
    return f"no {values.type} can become {kind}"


def _shown(values: Any, row: int) -> str:
    return str(to_text(values.slice(row, 1))[0])


class RetypedTable:
    """A `TableVersion` some of whose columns have another type; values of rows that are replaced become null."""

    def __init__(self, table: StoredTable, types: Mapping[str, str], replaced: Mapping[str, Positions]) -> None:
        self.table, self.types = table, dict(types)
        self._masks = {name: _mask(rows, table.rows) for name, rows in replaced.items() if name in types}
        self.chunks: Sequence[Chunk] = table.chunks

    @property
    def schema(self) -> Schema:
        """The schema that is stored."""
        return self.table.schema

    @property
    def key(self) -> tuple[str, ...]:
        """The declared key."""
        return self.table.key

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.table.rows

    def read(self, columns: Sequence[str], chunks: Sequence[int]) -> Any:
        """Read columns of some chunks in their new types; raise `Misfit` where a value has none."""
        table = self.table.read(columns, chunks)
        made = {}
        for name in columns:
            column = one_array(table.column(name))
            if name in self.types:
                mask = self._masks.get(name)
                if mask is not None:
                    starts = self.table.starts
                    here = np.concatenate([mask[starts[i] : starts[i + 1]] for i in chunks] or [mask[:0]])
                    column = column.take(pa.array(np.arange(len(column)), mask=here))
                column = fitted(column, parse_type(self.types[name]))
            made[name] = column
        return pa.table(made)

    def take(self, columns: Sequence[str], rows: Any) -> Any:
        """Read rows by position, as they are stored."""
        return self.table.take(columns, rows)

    def sketches(self, columns: Sequence[str]) -> list[list[Sketch | None]]:
        """Give the stored sketches, None for columns that have another type here."""
        found = self.table.sketches(columns)
        return [[None] * len(f) if name in self.types else f for name, f in zip(columns, found, strict=True)]


def _mask(rows: Positions, size: int) -> Mask:
    mask = np.zeros(size, np.bool_)
    mask[rows] = True
    return mask
