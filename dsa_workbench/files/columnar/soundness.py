"""Looks whether foreign Arrow data is what it says, before anything runs over its buffers.

Offsets that point beyond a buffer would end the process, and readers of Parquet take any bytes for text. Values that
are merely odd (a decimal with more digits than its type has, a time of day below zero) are kept as they are.
"""

from __future__ import annotations

import re

import pyarrow as pa

from dsa_workbench.errors import ImportRejected

_ODD_VALUES = ("does not fit in precision", "not within the acceptable range")
_INDEX = re.compile(r"at string index (\d+)")


def check_batch(batch: pa.RecordBatch, label: str, rows: int) -> None:
    """Check a batch that begins at row `rows` (from 0) of the file; it costs a tenth of reading it.

    Raises
    ------
    ImportRejected
        A text is not UTF-8; names row and column.
    pyarrow.ArrowInvalid
        The buffers do not fit each other.
    """
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            column.validate(full=True)
        except pa.ArrowInvalid as err:
            said = str(err)
            if any(odd in said for odd in _ODD_VALUES):
                continue
            if "UTF8" not in said:
                raise
            found = _INDEX.search(said) if pa.types.is_string(column.type) else None
            row = rows + int(found[1]) + 1 if found else None
            where = f"row {row:,}, " if row else ""
            raise ImportRejected(
                f"{label}, {where}column {name!r}: a text is not UTF-8.",
                hint="Write the column as binary, or mend the text.", file=label, row=row, column=name,
            ) from err  # fmt: skip
