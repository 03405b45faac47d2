"""Arrow batches -> bytes of delimited text, column by column and without a loop over rows.

Null is nothing at all, the empty text is ``""``, and a text is quoted only where it must be: then reading gives
back what was written. Floats have as few digits as give the same float back, moments are ISO 8601 without needless
zeros, bytes are hexadecimal, and what nests is JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def render_header(names: Sequence[str], delimiter: str) -> bytes:
    """Write the line of column names."""
    return render_lines([_quoted(pa.array([name]), delimiter) for name in names], delimiter)


def render_batch(batch: pa.RecordBatch, delimiter: str) -> bytes:
    """Write the rows of a batch."""
    if not batch.num_rows:
        return b""
    return render_lines([_cells(column, delimiter) for column in batch.columns], delimiter)


def render_lines(cells: Sequence[pa.StringArray], delimiter: str) -> bytes:
    """Join columns of cells to lines; a line ends with a line feed."""
    if not cells:
        return b""
    large = [cell.cast(pa.large_string()) for cell in cells]
    separator = pa.scalar(delimiter, pa.large_string())
    rows = pc.binary_join_element_wise(*large, separator, null_handling="replace", null_replacement="")
    ends = pc.binary_join_element_wise(
        rows, pa.scalar("", pa.large_string()), pa.scalar("\n", pa.large_string()), null_handling="replace"
    )
    _, offsets, data = ends.buffers()
    edges = np.frombuffer(offsets, np.int64, len(ends) + 1, ends.offset * 8)
    return bytes(memoryview(data)[int(edges[0]) : int(edges[-1])])


def _cells(column: pa.Array, delimiter: str) -> pa.StringArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _cells(column.cast(kind.value_type), delimiter)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _quoted(column, delimiter)
    if pa.types.is_floating(kind):
        return _floats(column)
    if pa.types.is_temporal(kind):
        return _moments(column)
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind):
        return column.cast(pa.string())
    return _quoted(pa.array([None if v is None else _told(v) for v in column.to_pylist()], pa.string()), delimiter)


def _floats(column: pa.Array) -> pa.StringArray:
    texts = column.cast(pa.float32() if pa.types.is_float16(column.type) else column.type).cast(pa.string())
    # A point keeps whole floats from coming back as integers, and 1e+22 from being taken for a code.
    return pc.replace_substring_regex(texts, r"^(-?[0-9]+)(e.*)?$", r"\1.0\2")


def _moments(column: pa.Array) -> pa.StringArray:
    kind = column.type
    if pa.types.is_duration(kind) or pa.types.is_interval(kind):
        return pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        column = column.cast(pa.timestamp(kind.unit, "UTC"))
    return pc.replace_substring_regex(column.cast(pa.string()), r"\.0+(Z?)$", r"\1")


def _quoted(column: pa.Array, delimiter: str) -> pa.Array:
    """Put quotes around the texts that would not come back without them."""
    if not _needs_look(column, delimiter):
        return column
    special = r"^$|[\"\r\n" + ("\\" + delimiter if not delimiter.isalnum() else delimiter) + "]"
    needed = pc.match_substring_regex(column, special)
    doubled = pc.replace_substring(column, '"', '""')
    quote = pa.scalar('"', column.type)
    return pc.if_else(needed, pc.binary_join_element_wise(quote, doubled, quote, pa.scalar("", column.type)), column)


def _needs_look(column: pa.Array, delimiter: str) -> bool:
    lengths = pc.binary_length(column)
    if pc.any(pc.equal(lengths, 0)).as_py():
        return True
    if pa.types.is_string_view(column.type):
        return True
    data = column.buffers()[2]
    if data is None:
        return False
    text = bytes(memoryview(data))
    return any(c in text for c in (b'"', b"\n", b"\r", delimiter.encode()))


def _told(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else json.dumps(value, default=_plainly, ensure_ascii=False)


def _plainly(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
