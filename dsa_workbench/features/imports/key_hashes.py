"""The columns of a table as 64-bit hashes in a temporary file, so that any set of them can be looked at again.

Different hashes prove different values. Equal ones are taken for equal values: of a million rows, two different values
share a hash once in ten million tables.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.columns import layout
from dsa_workbench.columns.hashing import combined, row_hashes
from dsa_workbench.columns.types import normal_type

U64 = npt.NDArray[np.uint64]

LONGEST = 100
"""The mean length of text, in bytes, beyond which nobody would call a column a key."""
_BLOCK = 1 << 20


class KeyHashes:
    """Hashes of the columns that can be a part of a key: they hold no null, nest nothing, and are no long text."""

    def __init__(self, names: Sequence[str]) -> None:
        self.rows = 0
        self.nulls: dict[str, int] = {}
        self.unfit: dict[str, str] = {}
        """Columns that cannot be keys, and why."""
        self.lengths: dict[str, float] = {}
        """The mean length of text, in bytes, in the first rows."""
        self.types: dict[str, Any] = {}
        self._files: dict[str, IO[bytes]] = {name: tempfile.TemporaryFile() for name in names}  # noqa: SIM115 - close()

    def close(self) -> None:
        """Give back the files."""
        for file in self._files.values():
            file.close()

    @property
    def names(self) -> list[str]:
        """The columns that can be a part of a key."""
        return list(self._files)

    def push(self, batch: Any) -> None:
        """Take the next rows."""
        for name in list(self._files):
            column = layout.normalize(batch.column(batch.schema.names.index(name)))
            why = self._why_not(name, column)
            if why:
                self.unfit[name] = why
                self._files.pop(name).close()
            elif batch.num_rows:
                self._files[name].write(row_hashes([_by_value(column)], batch.num_rows).tobytes())
        self.rows += batch.num_rows

    def _why_not(self, name: str, column: Any) -> str:
        self.types.setdefault(name, column.type)
        if column.null_count:
            row = self.rows + int(np.argmin(layout.validity(column))) + 1
            return f"row {row:,} is empty"
        if pa.types.is_nested(column.type) or pa.types.is_null(column.type):
            return f"it is {normal_type(column.type)}"
        if pa.types.is_string(column.type) and len(column) and name not in self.lengths:
            self.lengths[name] = pc.mean(pc.binary_length(column)).as_py()
        return "its texts are long" if self.lengths.get(name, 0) > LONGEST else ""

    def at(self, places: npt.NDArray[np.int64]) -> dict[str, U64]:
        """Give the hashes of each column at some places."""
        return {name: self._column(name)[places] for name in self.names}

    def of(self, names: Sequence[str]) -> U64:
        """Give one hash a row over some columns."""
        columns = [self._column(name) for name in names]
        out = np.empty(self.rows, np.uint64)
        for start in range(0, self.rows, _BLOCK):
            out[start : start + _BLOCK] = combined([column[start : start + _BLOCK] for column in columns])
        return out

    def _column(self, name: str) -> U64:
        file = self._files[name]
        file.flush()
        return np.memmap(file, np.uint64, "r", shape=(self.rows,)) if self.rows else np.zeros(0, np.uint64)


def hash_columns(names: Sequence[str], batches: Iterable[Any]) -> KeyHashes:
    """Hash the columns of a table as its batches come."""
    hashes = KeyHashes(names)
    try:
        for batch in batches:
            hashes.push(batch)
    except BaseException:
        hashes.close()
        raise
    return hashes


def _by_value(column: Any) -> Any:
    if not pa.types.is_floating(column.type):
        return column
    wide = column.cast(pa.float64())
    return pc.if_else(pc.is_nan(wide), float("nan"), pc.add(wide, 0.0))
