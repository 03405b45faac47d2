"""How many canonical bytes each row takes, validity left out: what forced cuts are counted in."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns import layout

I64 = npt.NDArray[np.int64]


def row_sizes(columns: list[Any], rows: int) -> I64:
    """Give one int64 a row: the canonical bytes of its values over all columns."""
    total = np.zeros(rows, dtype=np.int64)
    for column in columns:
        total += _sizes(column)
    return total


def _sizes(array: Any) -> I64 | int:
    kind, t = array.type, pa.types
    if t.is_null(kind):
        return 0
    if t.is_boolean(kind):
        return 1
    if t.is_string(kind) or t.is_binary(kind):
        lengths: I64 = np.diff(layout.text_parts(array)[0])
        return lengths + 4
    if t.is_list(kind) or t.is_map(kind):
        offsets = np.asarray(array.offsets, dtype=np.int64)
        children = [array.keys, array.items] if t.is_map(kind) else [array.values]
        inner = [c.slice(offsets[0], offsets[-1] - offsets[0]) for c in children]
        sums: I64 = np.concatenate([[0], np.cumsum(row_sizes(inner, offsets[-1] - offsets[0]))])
        elements: I64 = np.diff(sums[offsets - offsets[0]])
        return elements + 4
    if t.is_fixed_size_list(kind):
        size = kind.list_size
        flat = array.values.slice(array.offset * size, len(array) * size)
        sizes: I64 = row_sizes([flat], len(flat)).reshape(len(array), size).sum(axis=1)
        return sizes
    if t.is_struct(kind):
        return row_sizes([array.field(i) for i in range(kind.num_fields)], len(array))
    return int(kind.byte_width)
