"""64-bit hashes of whole values, for finding what may be equal. Never stored, never an identity.

Text is hashed as a polynomial in its bytes modulo 2**64, by prefix sums, so that all rows are done at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns import canonical, layout

U64 = npt.NDArray[np.uint64]

_BASE = 0x9E3779B97F4A7C15 | 1
_INVERSE = pow(_BASE, -1, 1 << 64)
_BLOCK = 1 << 13


def row_hashes(columns: Sequence[Any], rows: int) -> U64:
    """Give one uint64 a row over arrays of normal types without nulls; one integer column gives its own order."""
    if len(columns) == 1 and (pa.types.is_integer(columns[0].type) or pa.types.is_temporal(columns[0].type)):
        width = columns[0].type.byte_width
        if width <= 8:
            raw = layout.fixed_bytes(columns[0], width)
            sign = "u" if pa.types.is_unsigned_integer(columns[0].type) else "i"
            wide = raw.view(f"<{sign}{width}")[:, 0].astype(np.uint64 if sign == "u" else np.int64)
            return wide.view(np.uint64) if sign == "u" else wide.view(np.uint64) ^ np.uint64(1 << 63)
    total = np.zeros(rows, dtype=np.uint64)
    for column in columns:
        total = _mix(total * np.uint64(_BASE) + _hash(column))
    return total


def _mix(x: U64) -> U64:
    x = x ^ (x >> np.uint64(32))
    x = x * np.uint64(0xD6E8FEB86659FD93)
    mixed: U64 = x ^ (x >> np.uint64(32))
    return mixed


def _hash(array: Any) -> U64:
    kind, t = array.type, pa.types
    if t.is_string(kind) or t.is_binary(kind):
        return _text(*layout.text_parts(array))
    if t.is_null(kind):
        return np.zeros(len(array), dtype=np.uint64)
    if t.is_boolean(kind):
        return layout.bits(array.buffers()[1], array.offset, len(array)).astype(np.uint64)
    if t.is_nested(kind):
        # Rare as keys: one row at a time is good enough here.
        bodies = [canonical.encode(array.slice(i, 1)) for i in range(len(array))]
        return np.asarray([hash(b) & 0xFFFFFFFFFFFFFFFF for b in bodies], dtype=np.uint64)
    raw = layout.fixed_bytes(array, kind.byte_width)
    words = np.pad(raw, ((0, 0), (0, -kind.byte_width % 8)))
    total = np.zeros(len(array), dtype=np.uint64)
    for word in np.ascontiguousarray(words).view("<u8").T:
        total = _mix(total * np.uint64(_BASE) + word)
    return total


def _text(offsets: npt.NDArray[np.int64], data: npt.NDArray[np.uint8]) -> U64:
    out = np.zeros(len(offsets) - 1, dtype=np.uint64)
    for start in range(0, len(out), _BLOCK):
        ends = offsets[start : start + _BLOCK + 1]
        out[start : start + _BLOCK] = _text_block(ends - ends[0], data[ends[0] : ends[-1]])
    return out


def _text_block(offsets: npt.NDArray[np.int64], data: npt.NDArray[np.uint8]) -> U64:
    powers = np.full(len(data) + 1, np.uint64(_BASE), dtype=np.uint64)
    powers[0] = 1
    np.multiply.accumulate(powers, out=powers)
    sums = np.zeros(len(data) + 1, dtype=np.uint64)
    np.cumsum((data.astype(np.uint64) + np.uint64(1)) * powers[:-1], out=sums[1:])
    back = np.full(len(data) + 1, np.uint64(_INVERSE), dtype=np.uint64)
    back[0] = 1
    np.multiply.accumulate(back, out=back)
    spans = sums[offsets[1:]] - sums[offsets[:-1]]
    hashed: U64 = spans * back[offsets[:-1]] + np.diff(offsets).astype(np.uint64)
    return hashed


def combined(hashes: Sequence[U64]) -> U64:
    """Give one hash a row of the hashes of several columns, whose order counts."""
    if len(hashes) == 1:
        return np.asarray(hashes[0])
    total = np.zeros(len(hashes[0]), dtype=np.uint64)
    for column in hashes:
        total = _mix(total * np.uint64(_BASE) + column)
    return total
