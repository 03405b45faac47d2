"""Key columns checked while a table is written: no nulls, no repeats, whatever the size.

A 64-bit hash of each key is kept. Equal hashes are only suspects: their keys are compared before anyone is accused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.columns import layout
from dsa_workbench.columns.hashing import row_hashes
from dsa_workbench.errors import ImportRejected

_HINT = "Mend the file, choose other key columns, or import without a key."


class KeyCheck:
    """Collects the keys of a table in order; `finish` accuses the first repeat.

    The first `before` rows stood in the table already: messages count the rows that come in from 1 after them.
    """

    def __init__(self, key: Sequence[str], label: str, before: int = 0) -> None:
        self.key, self.label, self.before = tuple(key), label, before
        self._hashes: list[npt.NDArray[np.uint64]] = []
        self._rows = 0

    def push(self, columns: list[Any], rows: int) -> None:
        """Take the key columns of the next rows.

        Raises
        ------
        ImportRejected
            A key is null; says file, row and column.
        """
        for name, column in zip(self.key, columns, strict=True):
            if column.null_count:
                row = self._rows + int(np.argmin(layout.validity(column))) + 1 - self.before
                raise ImportRejected(
                    f"{self.label}, row {row:,}: the key column {name} is empty.",
                    hint=_HINT,
                    row=row,
                    column=name,
                )
        self._hashes.append(row_hashes([_by_value(column) for column in columns], rows))
        self._rows += rows

    def finish(self, take: Callable[[npt.NDArray[np.int64]], Any]) -> None:
        """Compare suspects; `take` gives the key columns at some rows as a `pyarrow.Table`.

        Raises
        ------
        ImportRejected
            Two rows have the same key; says both rows and the key.
        """
        if not self._hashes:
            return
        hashes = np.concatenate(self._hashes)
        if (hashes[1:] > hashes[:-1]).all():
            return
        ranked = np.sort(hashes)
        twins = ranked[1:][ranked[1:] == ranked[:-1]]
        if not len(twins):
            return
        suspects = np.flatnonzero(np.isin(hashes, twins)).astype(np.int64)
        self._accuse(suspects, take(suspects))

    def _accuse(self, rows: npt.NDArray[np.int64], keys: Any) -> None:
        seen: dict[tuple[Any, ...], int] = {}
        repeats = 0
        first: tuple[int, int, tuple[Any, ...]] | None = None
        plain = [
            column.cast(pa.string()).to_pylist() if _is_text(column) else _by_value(column).to_pylist()
            for column in keys.columns
        ]
        for row, key in zip(rows.tolist(), zip(*plain, strict=True), strict=True):
            shown = tuple(str(part) for part in key)
            if shown in seen:
                repeats += 1
                first = first or (seen[shown], row, shown)
            seen.setdefault(shown, row)
        if first is None:
            return
        before, row, key = first
        names = ", ".join(self.key)
        value = ", ".join(key)
        number = row + 1 - self.before
        if before < self.before:
            what = f"row {number:,} has the key {names} = {value}, which row {before + 1:,} of the table has already"
        else:
            what = f"rows {before + 1 - self.before:,} and {number:,} have the same key {names} = {value}"
        more = f", and {repeats - 1:,} more rows repeat a key" if repeats > 1 else ""
        raise ImportRejected(
            f"{self.label}: {what}{more}.",
            hint=_HINT,
            row=number,
            column=names,
            value=value,
        )


def _by_value(column: Any) -> Any:
    """Give floats equal bits where they are equal: -0.0 as 0.0, and one NaN."""
    if not pa.types.is_floating(column.type):
        return column
    wide = column.cast(pa.float64())
    return pc.if_else(pc.is_nan(wide), float("nan"), pc.add(wide, 0.0))


def _is_text(column: Any) -> bool:
    return bool(pa.types.is_string(column.type))
