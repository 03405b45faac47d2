"""Key columns checked while a table is written: no nulls, no repeats, whatever the size.

A 64-bit hash of each key is kept. Equal hashes are only suspects: their keys are compared before anyone is accused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.columns import layout
from dsa_workbench.columns.hashing import row_hashes
from dsa_workbench.errors import ImportRejected

_HINT = "Mend the file, choose other key columns, or import without a key."


@dataclass(frozen=True, slots=True)
class BadKey:
    """A row with an empty key (`value` is None), or with that of a row before it.

    `stored` is that row in the table, from 0, or `twin` among the rows that come in.
    """

    column: str
    value: str | None = None
    stored: int | None = None
    twin: int | None = None

    def reason(self, numbers: Mapping[int, int]) -> str:
        """Say it in words; `numbers` are those that rows which come in have in their file."""
        if self.stored is not None:
            return f"{self.column} = {self.value} is the key of row {self.stored + 1:,} of the table"
        if self.twin is not None:
            return f"{self.column} = {self.value} is the key of row {numbers[self.twin]:,} already"
        return f"the key column {self.column} is empty"


class BadKeys(Exception):
    """Rows whose key is empty or repeats that of a row before them, by their places among the rows that come in."""

    def __init__(self, rows: npt.NDArray[np.int64], repeats: list[BadKey]) -> None:
        super().__init__(len(rows))
        self.rows, self.repeats = rows, repeats

    @property
    def twins(self) -> list[int]:
        """The rows that come in and have the keys that others repeat."""
        return sorted({repeat.twin for repeat in self.repeats if repeat.twin is not None})


@dataclass(frozen=True, slots=True)
class _Repeat:
    """A row that has the key of one before it."""

    row: int
    before: int
    key: tuple[str, ...]


class KeyCheck:
    """Collects the keys of a table in order; `finish` accuses the first repeat, or all of them.

    The first `before` rows stood in the table already: messages count the rows that come in from 1 after them.
    With `collect`, bad keys end in `BadKeys` at the end, and not in a refusal.
    """

    def __init__(self, key: Sequence[str], label: str, before: int = 0, *, collect: bool = False) -> None:
        self.key, self.label, self.before, self.collect = tuple(key), label, before, collect
        self._hashes: list[npt.NDArray[np.uint64]] = []
        self._empty: list[tuple[int, str]] = []
        self._rows = 0

    def push(self, columns: list[Any], rows: int) -> None:
        """Take the key columns of the next rows.

        Raises
        ------
        ImportRejected
            A key is null; says file, row and column.
        """
        for name, column in zip(self.key, columns, strict=True):
            if column.null_count and self.collect and self._rows >= self.before:
                nulls = np.flatnonzero(~layout.validity(column)) + self._rows
                self._empty += [(row, name) for row in nulls.tolist()]
            elif column.null_count:
                row = self._rows + int(np.argmin(layout.validity(column))) + 1 - self.before
                raise ImportRejected(
                    f"{self.label}, row {row:,}: the key column {name} is empty.",
                    hint=_HINT,
                    row=row,
                    column=name,
                )
        self.push_hashes(key_hashes(columns, rows))

    def push_hashes(self, hashes: npt.NDArray[np.uint64]) -> None:
        """Take the keys of the next rows, none of them null, as `key_hashes` gives them."""
        self._hashes.append(hashes)
        self._rows += len(hashes)

    def finish(self, take: Callable[[npt.NDArray[np.int64]], Any]) -> None:
        """Compare suspects; `take` gives the key columns at some rows as a `pyarrow.Table`.

        Raises
        ------
        ImportRejected
            Two rows have the same key; says both rows and the key.
        BadKeys
            The same, or a key is null, where bad keys are collected.
        """
        repeats = self._repeats(take)
        old = [repeat for repeat in repeats if repeat.row < self.before]
        if old or (repeats and not self.collect):
            raise self._refusal(old or repeats)
        if repeats or self._empty:
            raise self._bad(repeats)

    def _repeats(self, take: Callable[[npt.NDArray[np.int64]], Any]) -> list[_Repeat]:
        if not self._hashes:
            return []
        hashes = np.concatenate(self._hashes)
        if (hashes[1:] > hashes[:-1]).all():
            return []
        ranked = np.sort(hashes)
        twins = ranked[1:][ranked[1:] == ranked[:-1]]
        if not len(twins):
            return []
        suspects = np.flatnonzero(np.isin(hashes, twins)).astype(np.int64)
        suspects = suspects[~np.isin(suspects, [row for row, _ in self._empty])]
        return _compared(suspects, take(suspects)) if len(suspects) else []

    def _refusal(self, repeats: Sequence[_Repeat]) -> ImportRejected:
        first = repeats[0]
        number = first.row + 1 - self.before
        names, value = ", ".join(self.key), ", ".join(first.key)
        if first.before < self.before:
            what = (
                f"row {number:,} has the key {names} = {value}, which row {first.before + 1:,} of the table has already"
            )
        else:
            what = f"rows {first.before + 1 - self.before:,} and {number:,} have the same key {names} = {value}"
        more = f", and {len(repeats) - 1:,} more rows repeat a key" if len(repeats) > 1 else ""
        return ImportRejected(f"{self.label}: {what}{more}.", hint=_HINT, row=number, column=names, value=value)

    def _bad(self, repeats: Sequence[_Repeat]) -> BadKeys:
        names = ", ".join(self.key)
        found: dict[int, BadKey] = {}
        for row, name in self._empty:
            found.setdefault(row, BadKey(name))
        for repeat in repeats:
            value = ", ".join(repeat.key)
            if repeat.before < self.before:
                found[repeat.row] = BadKey(names, value, stored=repeat.before)
            else:
                found[repeat.row] = BadKey(names, value, twin=repeat.before - self.before)
        rows = sorted(found)
        return BadKeys(np.array(rows, np.int64) - self.before, [found[row] for row in rows])


def key_hashes(columns: list[Any], rows: int) -> npt.NDArray[np.uint64]:
    """Hash keys by value; one that is null in part is 0, and is known by its place."""
    if not any(column.null_count for column in columns):
        return row_hashes([_by_value(column) for column in columns], rows)
    there = np.logical_and.reduce([layout.validity(column) for column in columns])
    whole = [_by_value(column.filter(pa.array(there))) for column in columns]
    hashes = np.zeros(rows, np.uint64)
    hashes[there] = row_hashes(whole, int(there.sum()))
    return hashes


def _compared(rows: npt.NDArray[np.int64], keys: Any) -> list[_Repeat]:
    """Compare keys that look equal, value by value."""
    seen: dict[tuple[Any, ...], int] = {}
    repeats = []
    plain = [
        column.cast(pa.string()).to_pylist() if _is_text(column) else _by_value(column).to_pylist()
        for column in keys.columns
    ]
    for row, key in zip(rows.tolist(), zip(*plain, strict=True), strict=True):
        shown = tuple(str(part) for part in key)
        if shown in seen:
            repeats.append(_Repeat(row, seen[shown], shown))
        seen.setdefault(shown, row)
    return repeats


def _by_value(column: Any) -> Any:
    """Give floats equal bits where they are equal: -0.0 as 0.0, and one NaN."""
    if not pa.types.is_floating(column.type):
        return column
    wide = column.cast(pa.float64())
    return pc.if_else(pc.is_nan(wide), float("nan"), pc.add(wide, 0.0))


def _is_text(column: Any) -> bool:
    return bool(pa.types.is_string(column.type))
