"""One column of a sheet's cells -> an Arrow array.

A type is given only where all cells have it: whole numbers are int64, other numbers float64, and so on. A mixture
is text, each cell as a person reads it in the sheet, with a note that names the cell which made it so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.convert import cast_given, parse_type

EXACT_INT = 2**53


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column stands: `place` is its index in the sheet, `first_row` the sheet's number of its first cell."""

    where: str
    sheet: str
    name: str
    place: int
    first_row: int

    def cell(self, index: int) -> str:
        """Give a cell's address."""
        return address(self.sheet, self.first_row - 1 + index, self.place)


def address(sheet: str, row: int, column: int) -> str:
    """Give the address of a cell, both counted from 0, as a workbook writes it: ``Sheet2!C7``."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{sheet}!{letters}{row + 1}"


def is_blank(cell: Any) -> bool:
    """Say whether a cell holds nothing."""
    return cell is None or cell == ""


def as_text(cell: Any) -> str:
    """Write a cell as a person reads it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) <= EXACT_INT:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, (dt.date, dt.time)):
        return cell.isoformat()
    return str(cell)


def build_column(column: Column, cells: Sequence[Any], given: str | None) -> tuple[pa.Array, list[str]]:
    """Build a column's array, and say what was decided.

    Raises
    ------
    ImportRejected
        A cell does not fit the type that the user gave; names the cell.
    """
    values = [None if cell is None or cell == "" else cell for cell in cells]
    if given is not None:
        return _given(column, values, parse_type(given)), []
    kinds = {_family(type(value)) for value in values if value is not None}
    if not kinds or kinds == {str}:
        return pa.array(values, pa.string()), []
    if kinds == {float}:
        return _numbers(values), []
    if kinds == {bool}:
        return pa.array(values, pa.bool_()), []
    if kinds == {dt.date}:
        return pa.array(values, pa.date32()), []
    if kinds == {dt.time}:
        return pa.array(values, pa.time64("us")), []
    if kinds == {dt.timedelta}:
        return pa.array(values, pa.duration("us")), []
    if kinds <= {dt.date, dt.datetime}:
        return pa.array(list(map(_moment, values)), pa.timestamp("us")), []
    return pa.array([None if v is None else as_text(v) for v in values], pa.string()), [_mixture(column, values)]


def _family(kind: type) -> type:
    return float if kind is int else kind


def _moment(value: Any) -> Any:
    """Give a date the midnight that a column of moments needs: a workbook shows one where the time is 0:00."""
    if type(value) is dt.date:
        return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001 - workbooks know no zones
    return value


def _numbers(values: list[Any]) -> pa.Array:
    floats = pa.array(values, pa.float64(), from_pandas=False)
    there = floats.drop_null().to_numpy()
    whole = bool((np.isfinite(there) & (there == np.trunc(there)) & (np.abs(there) <= EXACT_INT)).all())
    return floats.cast(pa.int64()) if whole else floats


def _mixture(column: Column, values: list[Any]) -> str:
    there = [(i, value) for i, value in enumerate(values) if value is not None]
    first = _family(type(there[0][1]))
    index, odd = next((i, v) for i, v in there if _family(type(v)) is not first)
    what = {str: "text", float: "numbers", bool: "booleans"}.get(first, f"{first.__name__}s")
    return (
        f"{column.name!r} is text, since it begins with {what} and {column.cell(index)} holds "
        f"{as_text(odd)!r:.60} ({type(odd).__name__})."
    )


def _given(column: Column, values: list[Any], kind: pa.DataType) -> pa.Array:
    texts = pa.array([None if v is None else as_text(v) for v in values], pa.string())
    array, misfit = cast_given(texts, kind)
    if array is None:
        raise ImportRejected(
            f"{column.where}, cell {column.cell(misfit)}, column {column.name!r}: "
            f"{texts[misfit].as_py()!r:.80} does not fit {kind}.",
            hint="Correct the cell, or give the column another type.",
            row=column.first_row + misfit,
            column=column.name,
            value=texts[misfit].as_py(),
            expected=str(kind),
        )
    return array
