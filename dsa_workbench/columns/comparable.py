"""Scalars in a form in which Arrow's own equality is equality of value.

A diff asks whether two cells hold the same value, whatever type each side has. So every scalar type belongs to a
*family*, and within a family all arrays are brought to one physical type. Values of two families are never equal:
the text `1` is not the number 1, and a time with a zone is not a time without one.

==========  =======================================================================================
number      integers, floats and decimals, exact: no rounding past 2**53. NaN equals NaN, -0.0 equals 0.0.
            A float meets a decimal as its shortest text (0.1 is 0.10), which is what a person sees.
local       dates and timestamps without a zone; a date is its midnight
instant     timestamps with a zone, by instant
time        times of day
duration    durations
text        text, byte for byte
binary      binary of any width
bool, interval
==========  =======================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.columns.layout import doubles

Words = npt.NDArray[np.int64]

_TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_DAY = 86_400
_NAN = int(np.array(np.nan).view(np.int64))
_CANONICAL_DECIMAL = pa.decimal256(76, 38)
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


def family(arrow: Any) -> str:
    """Name the family of a scalar type; `null` stands for columns that hold nothing but nulls."""
    t = pa.types
    if t.is_integer(arrow) or t.is_floating(arrow) or t.is_decimal(arrow):
        return "number"
    if t.is_date(arrow) or (t.is_timestamp(arrow) and arrow.tz is None):
        return "local"
    if t.is_timestamp(arrow):
        return "instant"
    if t.is_string(arrow) or t.is_large_string(arrow) or t.is_string_view(arrow):
        return "text"
    if t.is_time(arrow):
        return "time"
    if t.is_duration(arrow):
        return "duration"
    if t.is_boolean(arrow):
        return "bool"
    if t.is_null(arrow):
        return "null"
    if t.is_interval(arrow):
        return "interval"
    return "binary"


def comparable_scalars(arrays: Sequence[Any], *, form: bool = False) -> list[Any]:
    """Bring arrays of one family to one type in which equality is equality of value.

    With `form` the arrays must have one type, and two values are equal only where their bits are.
    """
    arrow = arrays[0].type
    kind = family(arrow)
    one_type = all(a.type == arrow for a in arrays)
    if kind == "number":
        if form and pa.types.is_floating(arrow):
            return [_integers(_raw(a).view(f"i{arrow.bit_width // 8}"), a) for a in arrays]
        return _numbers(arrays)
    if kind in {"local", "instant", "time", "duration"}:
        return _times(arrays)
    if kind == "interval":
        return [pa.Array.from_buffers(pa.binary(16), len(a), a.buffers(), offset=a.offset) for a in arrays]
    if one_type:
        return list(arrays)
    return [a.cast(pa.large_string() if kind == "text" else pa.large_binary()) for a in arrays]


def packed(words: Sequence[Words], like: Any) -> Any:
    """Give rows of 64-bit words as one array of fixed-width binary, null where `like` is null."""
    rows = np.stack(words, axis=1) if words else np.zeros((len(like), 1), np.int64)
    data = pa.py_buffer(np.ascontiguousarray(rows, "<i8"))
    return pa.Array.from_buffers(pa.binary(8 * rows.shape[1]), len(like), [validity(like), data])


def validity(array: Any) -> Any:
    """Give the validity bitmap of an array, from its first row on; None where nothing is null."""
    return array.is_valid().buffers()[1] if array.null_count else None


def _raw(array: Any) -> npt.NDArray[Any]:
    """See the values of a fixed-width array, with whatever stands in its null slots."""
    t = pa.types
    arrow = array.type
    code = "f" if t.is_floating(arrow) else "u" if t.is_unsigned_integer(arrow) else "i"
    dtype = np.dtype(f"{code}{arrow.bit_width // 8}")
    buffer = array.buffers()[1]
    if buffer is None:
        return np.zeros(len(array), dtype)
    return np.frombuffer(buffer, dtype, len(array), array.offset * dtype.itemsize)


def _integers(values: npt.NDArray[Any], like: Any) -> Any:
    buffer = pa.py_buffer(np.ascontiguousarray(values, "<i8"))
    return pa.Array.from_buffers(pa.int64(), len(like), [validity(like), buffer])


def _numbers(arrays: Sequence[Any]) -> list[Any]:
    t = pa.types
    if any(t.is_decimal(a.type) for a in arrays):
        return _decimals(arrays)
    kinds, values = [], []
    for a in arrays:
        kind, value = _number_words(_raw(a))
        kinds.append(kind)
        values.append(value)
    if all(t.is_floating(a.type) for a in arrays):
        floats = [doubles(r) + 0.0 for r in map(_raw, arrays)]
        return [_integers(f.view(np.int64), a) for f, a in zip(floats, arrays, strict=True)]
    if not any(k.any() for k in kinds):
        return [_integers(v, a) for v, a in zip(values, arrays, strict=True)]
    return [packed((k, v), a) for k, v, a in zip(kinds, values, arrays, strict=True)]


def _number_words(raw: npt.NDArray[Any]) -> tuple[Words, Words]:
    """Split numbers into (kind, value): 0 fits int64, 1 fits uint64 alone, 2 is a float that is no such integer."""
    if raw.dtype.kind == "i":
        return np.zeros(len(raw), np.int64), raw.astype(np.int64)
    if raw.dtype.kind == "u":
        wide = raw.astype(np.uint64).view(np.int64)
        return (wide < 0).astype(np.int64), wide
    floats = doubles(raw)
    whole = floats == np.floor(floats)
    small = whole & (floats >= -(2.0**63)) & (floats < 2.0**63)
    large = whole & (floats >= 2.0**63) & (floats < 2.0**64)
    kind = np.where(small, 0, np.where(large, 1, 2))
    value = np.where(np.isnan(floats), _NAN, floats.view(np.int64))
    value[small] = floats[small].astype(np.int64)
    value[large] = floats[large].astype(np.uint64).view(np.int64)
    return kind, value


def _decimals(arrays: Sequence[Any]) -> list[Any]:
    t = pa.types
    whole, scale = 0, 0
    for a in arrays:
        if t.is_decimal(a.type):
            whole = max(whole, a.type.precision - a.type.scale)
            scale = max(scale, a.type.scale)
        elif t.is_integer(a.type):
            whole = max(whole, 20)
    if any(t.is_floating(a.type) for a in arrays):
        if whole > 38 or scale > 38:
            return _decimal_texts(arrays)
        return [_decimals_and_floats(a) for a in arrays]
    if whole + scale > 76:
        return _decimal_texts(arrays)
    digits = max(whole + scale, 1)
    target = pa.decimal128(digits, scale) if digits <= 38 else pa.decimal256(digits, scale)
    return [_decimal_bytes(_to_decimal(a, target)) for a in arrays]


def _to_decimal(array: Any, target: Any) -> Any:
    if pa.types.is_integer(array.type):
        wide = pa.decimal128(20, 0) if target.bit_width == 128 else pa.decimal256(20, 0)
        return array.cast(wide).cast(target)
    return array.cast(target)


def _decimal_bytes(array: Any) -> Any:
    width = array.type.bit_width // 8
    return pa.Array.from_buffers(pa.binary(width), len(array), array.buffers(), offset=array.offset)


def _decimals_and_floats(array: Any) -> Any:
    """Pack (kind, four words of a decimal of scale 38): 0 is such a decimal, 2 is a float that is none."""
    if not pa.types.is_floating(array.type):
        words = _decimal_words(_to_decimal(array, _CANONICAL_DECIMAL))
        return packed([np.zeros(len(array), np.int64), *words], array)
    floats = doubles(_raw(array))
    size = np.abs(floats)
    # Seventeen significant digits from 1e-21 on end before the 38th decimal.
    exact = (floats == 0) | ((size >= 1e-21) & (size < 1e37))
    texts = pc.if_else(pa.array(exact), array.cast(pa.string()), "0")
    words = _decimal_words(texts.cast(_CANONICAL_DECIMAL))
    bits = np.where(np.isnan(floats), _NAN, floats.view(np.int64))
    words[0] = np.where(exact, words[0], bits)
    return packed([np.where(exact, 0, 2).astype(np.int64), *words], array)


def _decimal_words(array: Any) -> list[Words]:
    raw = np.frombuffer(array.buffers()[1], "<i8", 4 * len(array), 32 * array.offset).reshape(-1, 4)
    return [raw[:, i].copy() for i in range(4)]


def _decimal_texts(arrays: Sequence[Any]) -> list[Any]:
    """Compare decimals that no Arrow type holds together by their digits, each distinct value once."""
    out = []
    for a in arrays:
        encoded = a.cast(pa.string()).dictionary_encode()
        texts = [_plain_digits(text) for text in encoded.dictionary.to_pylist()]
        out.append(pa.array(texts, pa.string()).take(encoded.indices))
    return out


def _plain_digits(text: str) -> str:
    number = Decimal(text)
    return "0" if number == 0 else str(number.normalize(_EXACT))


def _times(arrays: Sequence[Any]) -> list[Any]:
    if all(a.type == arrays[0].type for a in arrays) and not pa.types.is_date64(arrays[0].type):
        return [_integers(_raw(a), a) for a in arrays]
    pairs = [_seconds(a) for a in arrays]
    return [packed(pair, a) for pair, a in zip(pairs, arrays, strict=True)]


def _seconds(array: Any) -> tuple[Words, Words]:
    """Split times into whole seconds and nanoseconds."""
    raw = _raw(array).astype(np.int64)
    if pa.types.is_date32(array.type):
        return raw * _DAY, np.zeros(len(raw), np.int64)
    ticks = _TICKS["ms"] if pa.types.is_date64(array.type) else _TICKS[array.type.unit]
    seconds, rest = np.divmod(raw, ticks)
    return seconds, rest * (10**9 // ticks)
