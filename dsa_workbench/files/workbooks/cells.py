"""One column of a sheet's cells -> an Arrow array.

A type is given only where all cells have it: whole numbers are int64, other numbers float64, and so on. A mixture
is text, each cell as a person reads it in the sheet, with a note that names the cell which made it so. Cells come in
runs, and a run is held as Arrow holds it, so that a long sheet never stands in memory as Python objects.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.values.convert import cast_given, parse_type

EXACT_INT = 2**53
_NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"

_FAMILIES: dict[type, tuple[str, pa.DataType]] = {
    str: ("text", pa.string()),
    float: ("numbers", pa.float64()),
    bool: ("booleans", pa.bool_()),
    dt.date: ("dates", pa.date32()),
    dt.datetime: ("moments", pa.timestamp("us")),
    dt.time: ("times", pa.time64("us")),
    dt.timedelta: ("durations", pa.duration("us")),
}
_DAYS = {dt.date, dt.datetime}


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


class _Empty(str):
    __slots__ = ()


EMPTY = _Empty()
"""The empty text of a cell that says so, see `empty_texts`; any other is taken for nothing."""


def is_blank(cell: Any) -> bool:
    """Say whether a cell holds nothing."""
    return cell is None or (cell == "" and cell is not EMPTY)


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
    if isinstance(cell, dt.timedelta):
        return _clock(cell)
    return str(cell)


def _clock(duration: dt.timedelta) -> str:
    """Write a duration in hours, which may be more than 24."""
    seconds, rest = divmod(abs(duration), dt.timedelta(seconds=1))
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    parts = f".{rest.microseconds:06d}" if rest else ""
    return f"{'-' if duration < dt.timedelta(0) else ''}{hours}:{minute:02d}:{second:02d}{parts}"


class Cells:
    """The cells of a column as they come, run after run."""

    def __init__(self) -> None:
        self.length = 0
        self.seen: dict[type, tuple[int, Any]] = {}
        """Each kind of cell, with the place and the value where it was first seen."""
        self._runs: list[pa.Array] = []

    def add(self, cells: Sequence[Any]) -> None:
        """Take in a run of cells; None and the empty text are null, but for `EMPTY`."""
        found, values = set(map(type, cells)), cells
        if str in found:
            values = [None if type(cell) is str and not cell else cell for cell in cells]
            found = set(map(type, values))
        kinds = {_family(kind) for kind in found if kind is not type(None)}
        for kind in kinds - self.seen.keys():
            index, value = next((i, v) for i, v in enumerate(values) if v is not None and _family(type(v)) is kind)
            self.seen[kind] = (self.length + index, value)
        self.length += len(values)
        if not kinds:
            self._runs.append(pa.nulls(len(values)))
        elif len(kinds) == 1:
            self._runs.append(pa.array(values, _FAMILIES[kinds.pop()][1], from_pandas=False))
        elif kinds == _DAYS:
            self._runs.append(pa.array(list(map(_moment, values)), pa.timestamp("us")))
        else:
            self._runs.append(pa.array([None if v is None else as_text(v) for v in values], pa.string()))

    def build(self, column: Column, length: int, given: str | None) -> tuple[pa.ChunkedArray, list[str]]:
        """Build the column's first `length` rows, and say what was decided.

        Raises
        ------
        ImportRejected
            A cell does not fit the type that the user gave; names the cell.
        """
        if given is not None:
            return pa.chunked_array([_given(column, self._texts().slice(0, length), parse_type(given))]), []
        kinds = set(self.seen)
        if len(kinds) > 1 and kinds != _DAYS:
            return self._texts().slice(0, length), [_mixture(column, self.seen)]
        kind = pa.string()
        if kinds:
            kind = pa.timestamp("us") if kinds == _DAYS else _FAMILIES[min(kinds, key=str)][1]
        array = pa.chunked_array([run.cast(kind) for run in self._runs], kind).slice(0, length)
        if kind == pa.float64() and all(map(_is_whole, array.chunks)):
            array = array.cast(pa.int64())
        elif pa.types.is_timestamp(kind) and array.cast(pa.date32(), safe=False).cast(kind).equals(array):
            array = array.cast(pa.date32())
        elif kinds and kind == pa.string() and _are_numbers(array):
            return array, [
                f"{column.name!r} holds numbers that are stored as text, from {column.cell(0)} on, and stays text."
            ]
        return array, []

    def _texts(self) -> pa.ChunkedArray:
        runs = [run if run.type == pa.string() else _run_as_text(run) for run in self._runs]
        return pa.chunked_array(runs, pa.string())


def _family(kind: type) -> type:
    return float if kind is int else str if kind is _Empty else kind


def _moment(value: Any) -> Any:
    """Give a date the midnight that a column of moments needs: a workbook shows one where the time is 0:00."""
    if type(value) is dt.date:
        return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001 - workbooks know no zones
    return value


def _run_as_text(run: pa.Array) -> pa.Array:
    values = run.to_pylist()
    if pa.types.is_timestamp(run.type):
        values = list(map(_day, values))
    return pa.array([None if v is None else as_text(v) for v in values], pa.string())


def _day(value: dt.datetime | None) -> dt.date | None:
    """Give a midnight as the date that a workbook shows for it."""
    return value.date() if value is not None and value.time() == dt.time() else value


def _are_numbers(texts: pa.ChunkedArray) -> bool:
    first = texts.chunks[0].drop_null()[:100] if texts.num_chunks else texts
    return all(pc.all(pc.match_substring_regex(some, _NUMBER)).as_py() is not False for some in (first, texts))


def _is_whole(floats: pa.Array) -> bool:
    there = floats.drop_null().to_numpy()
    return bool((np.isfinite(there) & (there == np.trunc(there)) & (np.abs(there) <= EXACT_INT)).all())


def _mixture(column: Column, seen: dict[type, tuple[int, Any]]) -> str:
    """Name the cell that made a text of the column."""
    first, second = sorted(seen.items(), key=lambda item: item[1][0])[:2]
    index, odd = second[1]
    return (
        f"{column.name!r} is text, since it begins with {_FAMILIES[first[0]][0]} and {column.cell(index)} holds "
        f"{as_text(odd)!r:.60} ({_FAMILIES[second[0]][0]})."
    )


def _given(column: Column, texts: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    whole = pa.concat_arrays(texts.chunks) if texts.num_chunks else pa.array([], pa.string())
    array, misfit = cast_given(whole, kind)
    if array is None:
        raise ImportRejected(
            f"{column.where}, cell {column.cell(misfit)}, column {column.name!r}: "
            f"{whole[misfit].as_py()!r:.80} does not fit {kind}.",
            hint="Correct the cell, or give the column another type.",
            row=column.first_row + misfit,
            column=column.name,
            value=whole[misfit].as_py(),
            expected=str(kind),
        )
    return array
