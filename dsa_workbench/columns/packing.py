"""Packed forms of segments: fewer bytes for zstd to look at, in layouts that it likes (docs/format.md, section 4).

- Integers, dates and times: the least value, then offsets from it divided by what divides them all, or the steps
  from row to row where those are smaller, in as many byte planes as they need.
- Floats that are short decimals (12.5, 0.1): the integer ``value * 10**digits``, packed as integers. After ALP
  (Afroozeh, Kuffo, Boncz, "ALP: Adaptive lossless floating-point compression", SIGMOD 2023), without exceptions:
  one float that does not come back bit for bit, and the segment is stored plainly.
- Text with few different values: a code a row, then those values. Text of one length: its bytes, column by column.
  Other text: lengths in byte planes, and its bytes apart.

The first part begins with one byte that names the form. Nulls are one bit a row. Numbers are little-endian.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns import layout

INTS, DECIMALS, DICTIONARY, TEXT, FIXED_TEXT = 1, 2, 3, 4, 5

I64 = npt.NDArray[np.int64]

HEAD = struct.Struct("<BBBBqQ")  # form, width of the type, planes, flags (1 nulls, 2 steps), least value, factor
_MAX_DIGITS = 6
_SAMPLE = 1024
_MAX_FIXED = 64


def pack(array: Any, coded: Any | None) -> list[bytes] | None:
    """Give the packed form of an array of a normal type, in parts to be compressed one by one; None if it has none.

    `coded` is what `few_values` gives of it.
    """
    kind, t = array.type, pa.types
    if len(array) == 0 or array.null_count == len(array):
        return None
    if t.is_string(kind) or t.is_binary(kind):
        return _pack_text(array, coded)
    if t.is_integer(kind) or (t.is_temporal(kind) and not t.is_interval(kind)):
        return [_pack_ints(INTS, _int64(array), kind.byte_width, array)]
    if t.is_float64(kind):
        return _pack_floats(array)
    return None


def _int64(array: Any) -> I64:
    """Give values as int64, bits kept for uint64; nulls hold anything."""
    width = array.type.byte_width
    sign = "u" if pa.types.is_unsigned_integer(array.type) and width < 8 else "i"
    raw: I64 = layout.fixed_bytes(array, width).view(f"<{sign}{width}")[:, 0].astype(np.int64)
    return raw


def _planes(values: npt.NDArray[np.uint64]) -> tuple[int, bytes]:
    """Split unsigned values into byte planes, the lowest first, as many as the greatest needs."""
    count = (int(values.max()).bit_length() + 7) // 8
    octets = values.astype("<u8").view(np.uint8).reshape(len(values), 8)
    return count, np.ascontiguousarray(octets[:, :count].T).tobytes()


def _pack_ints(form: int, values: I64, width: int, array: Any) -> bytes:
    """Pack one int64 a row; what stands at null rows is left out."""
    nulls = b""
    if array.null_count:
        valid = layout.validity(array)
        nulls = np.packbits(valid, bitorder="little").tobytes()
        values = values[valid]
    flags = 1 if nulls else 0
    least = int(values.min())
    offsets = (values - np.int64(least)).view(np.uint64)
    factor = _common_factor(offsets)
    if factor > 1:
        offsets //= np.uint64(factor)
    steps = _steps(offsets.view(np.int64))
    if int(steps.max()).bit_length() + 7 < int(offsets.max()).bit_length():
        # Steps come with the first value as the least: every other value follows from it.
        count, planes = _planes(steps)
        return HEAD.pack(form, width, count, flags | 2, int(values[0]), factor) + nulls + planes
    count, planes = _planes(offsets)
    return HEAD.pack(form, width, count, flags, least, factor) + nulls + planes


def _common_factor(offsets: npt.NDArray[np.uint64]) -> int:
    """Find what divides all offsets: whole seconds kept in microseconds have a million."""
    factor = int(np.gcd.reduce(offsets[:_SAMPLE]))
    if factor > 1 and (offsets % np.uint64(factor)).any():
        factor = int(np.gcd.reduce(offsets))
    return max(factor, 1)


def _steps(values: I64) -> npt.NDArray[np.uint64]:
    """Give differences to the row before, folded so that small negative steps are small numbers (zigzag)."""
    diff = np.diff(values, prepend=values[:1])
    return ((diff << 1) ^ (diff >> 63)).view(np.uint64)


def _pack_floats(array: Any) -> list[bytes] | None:
    floats = layout.fixed_bytes(array, 8).view("<f8")[:, 0]
    valid = layout.validity(array) if array.null_count else None
    if valid is not None:
        floats = np.where(valid, floats, floats[int(np.argmax(valid))])
    sample = floats[:_SAMPLE]
    for digits in range(_MAX_DIGITS + 1):
        if _scaled(sample, digits) is not None:
            whole = _scaled(floats, digits)
            if whole is not None:
                return [bytes([DECIMALS, digits]) + _pack_ints(INTS, whole, 8, array)]
    return None


def _scaled(floats: npt.NDArray[np.float64], digits: int) -> I64 | None:
    """Give ``floats * 10**digits`` as integers if dividing gives back every bit."""
    with np.errstate(invalid="ignore", over="ignore"):
        rounded = np.rint(floats * 10.0**digits)
        if not (np.abs(rounded) < 2.0**52).all():
            return None
        whole = rounded.astype(np.int64)
    same = (whole / 10.0**digits).view(np.int64) == floats.view(np.int64)
    return whole if same.all() else None


def few_values(array: Any) -> Any | None:
    """Give text of few different values as a dictionary array; None for all else."""
    kind, rows = array.type, len(array)
    if not (pa.types.is_string(kind) or pa.types.is_binary(kind)) or rows < _SAMPLE:
        return None
    sample = array.slice(0, _SAMPLE).drop_null()
    if not len(sample) or len(sample.unique()) > len(sample) * 0.7:
        return None
    coded = array.dictionary_encode()
    return coded if len(coded.dictionary) <= (rows - array.null_count) // 4 else None


def _pack_text(array: Any, coded: Any | None) -> list[bytes]:
    if coded is None:
        return _pack_plain_text(array)
    codes = _pack_ints(INTS, _int64(coded.indices.fill_null(0)), 4, coded.indices)
    head = struct.pack("<BI", DICTIONARY, len(coded.dictionary))
    return [head + codes, *_pack_plain_text(coded.dictionary)]


def _pack_plain_text(array: Any) -> list[bytes]:
    offsets, data = layout.text_parts(array)
    lengths = np.diff(offsets)
    if array.null_count:
        valid = layout.validity(array)
        if lengths[~valid].any():
            data = data[np.repeat(valid, lengths)]
            lengths[~valid] = 0
    elif 0 < lengths[0] <= _MAX_FIXED and (lengths == lengths[0]).all():
        width = int(lengths[0])
        return [bytes([FIXED_TEXT]), *(plane.tobytes() for plane in data.reshape(-1, width).T)]
    return [bytes([TEXT]) + _pack_ints(INTS, lengths, 4, array), data.tobytes()]
