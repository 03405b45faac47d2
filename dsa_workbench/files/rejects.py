"""Rows that do not fit, kept aside: where they stand, why, and all that was in them.

A reader that is given a `RejectLog` leaves such rows out and goes on; without one it refuses the file. What a row is
judged by never depends on other rows, so neither blocks nor threads change what is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.errors import ImportRejected

I64 = npt.NDArray[np.int64]

MOST = 100_000
"""Rows that are left out at most unless more are allowed: so many speak of a wrong option, not of bad rows."""
SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("line", pa.int64()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("reason", pa.string()),
        ("text", pa.string()),
        ("cells", pa.list_(pa.string())),
    ]
)
"""A rejected row: its number among the data rows (from 1 where it is shown), the line where it begins (null where there
are no lines), what does not fit and why, and the row as one text and as cells."""
PREFIX = "dsa:"
"""What the names of the columns begin with that a file of rejects has behind those of the table."""
MARKS = tuple(PREFIX + name for name in ("row", "line", "column", "value", "reason"))


class RejectLog:
    """The rows that one import leaves out, by table, in the order of the file; row numbers count from 0 here."""

    def __init__(self, most: int = MOST, label: str = "The file") -> None:
        self.most, self.label = most, label
        self._parts: dict[str, list[pa.Table]] = {}
        self._name: str | None = None

    def under(self, name: str) -> RejectLog:
        """Give the same log to the reader of a table that goes by another name here."""
        view = RejectLog(self.most, self.label)
        view._parts, view._name = self._parts, name
        return view

    def restart(self, table: str) -> None:
        """Forget the rows of a table: its reader begins again."""
        self._parts[self._name or table] = []

    def add(self, table: str, rows: pa.Table) -> None:
        """Take rows that do not fit, in the order of the file.

        Raises
        ------
        ImportRejected
            They are more than may be left out.
        """
        name = self._name or table
        self._parts.setdefault(name, []).append(rows)
        total = sum(len(part) for part in self._parts[name])
        if total > self.most:
            first = next(part for part in self._parts[name] if len(part)).slice(0, 1).to_pylist()[0]
            raise ImportRejected(
                f"{self.label}: more rows than {self.most:,} do not fit; the first is row {first['row'] + 1:,}: "
                f"{first['reason']} ({first['value']!r:.80}).",
                hint="Look at it with --dry-run, give other types or reading options, or allow more of them: "
                "max_rejects= (--max-rejects).",
                row=first["row"] + 1, column=first["column"], value=first["value"],
            )  # fmt: skip

    def of(self, table: str) -> pa.Table:
        """Give the rows that the reader of a table left out."""
        parts = self._parts.get(self._name or table) or []
        return pa.concat_tables(parts) if parts else SCHEMA.empty_table()

    @property
    def tables(self) -> list[str]:
        """Name the tables from which rows were left out."""
        return [name for name, parts in self._parts.items() if any(len(p) for p in parts)]


def reject_rows(
    rows: I64,
    columns: Sequence[pa.Array],
    masks: dict[int, npt.NDArray[np.bool_]],
    names: Sequence[str],
    reasons: dict[int, str],
) -> dict[str, pa.Array]:
    """Say of the rows at these places what does not fit: `column` and `value` of the first cell, `reason` of all.

    `columns` are the cells as texts, `masks` tell by column which rows do not fit, `reasons` why.
    """
    place = pa.array(rows)
    found, values, said = [], [], []
    for i, mask in sorted(masks.items()):
        wrong = pa.array(mask[rows])
        found.append(pc.if_else(wrong, names[i], pa.scalar(None, pa.string())))
        # A value that is null itself must not let the value of another column stand in for it.
        values.append(pc.if_else(wrong, pc.fill_null(columns[i].take(place), ""), pa.scalar(None, pa.string())))
        said.append(pc.if_else(wrong, f"{names[i]} is {reasons[i]}", pa.scalar(None, pa.string())))
    return {
        "column": pc.coalesce(*found),
        "value": pc.coalesce(*values),
        "reason": pc.binary_join_element_wise(*said, "; ", null_handling="skip"),
    }


def cells_of(columns: Sequence[pa.Array], rows: I64) -> pa.ListArray:
    """Give the cells of some rows, a list a row."""
    taken = [column.take(pa.array(rows)) for column in columns]
    width, count = len(taken), len(rows)
    order = (np.arange(width)[None, :] * count + np.arange(count)[:, None]).ravel()
    flat = pa.concat_arrays(taken).take(pa.array(order)) if taken else pa.array([], pa.string())
    return pa.ListArray.from_arrays(pa.array(np.arange(count + 1, dtype=np.int32) * width), flat)


def places_in_file(left_out: I64, kept: I64) -> I64:
    """Give the places that kept rows have in the file, where the rows at the places `left_out` (in order) are not."""
    before = left_out - np.arange(len(left_out))
    places: I64 = kept + np.searchsorted(before, kept, side="right")
    return places


def listed_cells(cells: pa.ListArray, width: int) -> list[pa.Array]:
    """Give lists of cells as columns; a row that is too short ends in nulls, one that is too long is cut."""
    offsets = cells.offsets.to_numpy()
    lengths = np.diff(offsets)
    flat: Any = cells.values
    columns = []
    for i in range(width):
        index = pa.array(offsets[:-1] + i, mask=lengths <= i)
        columns.append(flat.take(index))
    return columns
