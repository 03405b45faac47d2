"""The 64-bit fingerprint of a row, from which chunk borders are taken (docs/format.md, section 5).

It is no identity: text gives its length and its first and last 8 bytes only. It is stable for ever: a golden test
holds it. The mixing step is the finalizer of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
generators", OOPSLA 2014).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns import layout

U64 = npt.NDArray[np.uint64]

_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_NULL = np.uint64(0x6E756C6C6E756C6C)
_S30, _S27, _S31, _S8 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(8)

_KEPT = np.array([(1 << 8 * n) - 1 for n in range(9)], dtype=np.uint64)
"""What is kept of eight bytes where the text has only n."""

_BLOCK = 1 << 14
"""Rows done at once: their state and temporaries stay in the cache, which halves the time."""


def _mix(x: U64) -> U64:
    """Mix in place; `x` must be an array of ours."""
    x ^= x >> _S30
    x *= _M1
    x ^= x >> _S27
    x *= _M2
    x ^= x >> _S31
    return x


def fingerprint(columns: Sequence[Any], rows: int) -> U64:
    """Give one uint64 a row over arrays of normal types, in their order."""
    if rows <= _BLOCK:
        return _block(columns, rows)
    starts = range(0, rows, _BLOCK)
    return np.concatenate([_block([c.slice(i, _BLOCK) for c in columns], min(_BLOCK, rows - i)) for i in starts])


def _block(columns: Sequence[Any], rows: int) -> U64:
    state = np.full(rows, _GOLDEN, dtype=np.uint64)
    for column in columns:
        state *= _M1
        state += _column(column)
        state ^= state >> _S31
    return _mix(state)


def _column(array: Any) -> U64:
    kind, t = array.type, pa.types
    if t.is_null(kind):
        return np.full(len(array), _NULL, dtype=np.uint64)
    if t.is_string(kind) or t.is_binary(kind):
        out = _text(array)
    elif t.is_list(kind) or t.is_map(kind):
        out = _list(array)
    elif t.is_fixed_size_list(kind):
        size = kind.list_size
        children = _column(array.values.slice(array.offset * size, len(array) * size))
        out = _mix(children.reshape(len(array), size).sum(axis=1, dtype=np.uint64))
    elif t.is_struct(kind):
        out = fingerprint([array.field(i) for i in range(kind.num_fields)], len(array))
    elif t.is_boolean(kind):
        flags = layout.bits(array.buffers()[1], array.offset, len(array)) if len(array) else np.zeros(0, np.uint8)
        out = _mix(flags.astype(np.uint64))
    else:
        out = _fixed(array)
    if array.null_count:
        out[~layout.validity(array)] = _NULL
    return out


def _fixed(array: Any) -> U64:
    """Mix fixed-width values: integers by value, so that a wider type keeps its borders; others by their bits."""
    width = array.type.byte_width
    raw = layout.fixed_bytes(array, width)
    if pa.types.is_signed_integer(array.type):
        return _mix(raw.view(f"<i{width}")[:, 0].astype(np.int64).view(np.uint64))
    if width in {1, 2, 4, 8}:
        return _mix(raw.view(f"<u{width}")[:, 0].astype(np.uint64))
    short = -width % 8
    words = np.pad(raw, ((0, 0), (0, short))) if short else raw
    words = np.ascontiguousarray(words).view("<u8")
    out = np.full(len(array), np.uint64(width), dtype=np.uint64)
    for i in range(words.shape[1]):
        out = _mix(out + words[:, i])
    return out


def _text(array: Any) -> U64:
    offsets, data = layout.text_parts(array)
    lengths = np.diff(offsets)
    # Seven bytes on either side, so that eight bytes can be read at any place.
    padded = np.zeros(len(data) + 16, dtype=np.uint8)
    padded[8 : 8 + len(data)] = data
    words = np.ndarray(shape=(len(data) + 9,), dtype="<u8", buffer=padded.data, strides=(1,))
    first = words[offsets[:-1] + 8]
    last = words[offsets[1:]]
    first &= _KEPT[np.minimum(lengths, 8)]
    last[lengths < 8] = 0
    first *= _M2
    first ^= (last >> _S8) | (last << np.uint64(56))
    first += lengths.astype(np.uint64)
    return _mix(first)


def _list(array: Any) -> U64:
    offsets = np.asarray(array.offsets, dtype=np.int64)
    if pa.types.is_map(array.type):
        keys = _column(array.keys.slice(offsets[0], offsets[-1] - offsets[0]))
        keys *= _M1
        children = _mix(keys + _column(array.items.slice(offsets[0], offsets[-1] - offsets[0])))
    else:
        children = _column(array.values.slice(offsets[0], offsets[-1] - offsets[0]))
    sums = np.zeros(len(children) + 1, dtype=np.uint64)
    np.cumsum(children, out=sums[1:], dtype=np.uint64)
    spans = offsets - offsets[0]
    out = sums[spans[1:]] - sums[spans[:-1]]
    out += np.diff(offsets).astype(np.uint64) * _GOLDEN
    return _mix(out)
