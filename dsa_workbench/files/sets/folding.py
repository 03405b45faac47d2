"""One schema for several files: which type holds the values of two, and how values are brought into it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from dsa_workbench.files.values.digits import MOST_128, MOST_256

_UNITS = ("s", "ms", "us", "ns")


def common_type(a: pa.DataType, b: pa.DataType) -> pa.DataType | None:
    """Give the type that holds the values of both without loss; None where there is none.

    Whole numbers and floats meet in float64: whether each number fits is looked at when it is read.
    """
    t = pa.types
    if a.equals(b):
        return a
    if t.is_null(a) or t.is_null(b):
        return b if t.is_null(a) else a
    if t.is_dictionary(a) or t.is_dictionary(b):
        return common_type(_values(a), _values(b))
    if t.is_integer(a) and t.is_integer(b):
        return _integers(a, b)
    if t.is_decimal(a) or t.is_decimal(b):
        return _decimals(a, b)
    if t.is_floating(a) and t.is_floating(b):
        return a if a.bit_width > b.bit_width else b
    if (t.is_floating(a) and t.is_integer(b)) or (t.is_integer(a) and t.is_floating(b)):
        return pa.float64()
    if _is_text(a) and _is_text(b):
        return pa.string()
    if t.is_timestamp(a) and t.is_timestamp(b):
        return _moments(a, b)
    if (t.is_duration(a) and t.is_duration(b)) or (t.is_time(a) and t.is_time(b)):
        unit = max(a.unit, b.unit, key=_UNITS.index)
        return pa.duration(unit) if t.is_duration(a) else (pa.time32 if unit in _UNITS[:2] else pa.time64)(unit)
    if t.is_struct(a) and t.is_struct(b):
        return _structs(a, b)
    if _is_list(a) and _is_list(b):
        item = common_type(a.value_type, b.value_type)
        return None if item is None else pa.list_(pa.field("item", item))
    return None


def adapted(array: Any, kind: pa.DataType) -> Any:
    """Bring an array into a type that `common_type` gave.

    Raises
    ------
    pyarrow.ArrowInvalid
        A value would be changed by it.
    """
    if array.type.equals(kind):
        return array
    if array.null_count == len(array):
        return pa.nulls(len(array), kind)
    if pa.types.is_struct(kind):
        names = [f.name for f in array.type]
        rows = array.flatten()
        parts = [
            adapted(rows[names.index(f.name)], f.type) if f.name in names else pa.nulls(len(array), f.type)
            for f in kind
        ]
        return pa.StructArray.from_arrays(parts, fields=list(kind), mask=array.is_null() if array.null_count else None)
    if pa.types.is_list(kind) and _is_list(array.type):
        plain = array.cast(pa.list_(array.type.value_type)) if not pa.types.is_list(array.type) else array
        start, end = plain.offsets[0].as_py(), plain.offsets[-1].as_py()
        values = adapted(plain.values.slice(start, end - start), kind.value_type)
        offsets = pa.compute.subtract(plain.offsets, start)
        mask = plain.is_null() if plain.null_count else None
        return pa.ListArray.from_arrays(offsets, values, type=kind, mask=mask)
    return array.cast(kind)


def _values(kind: Any) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _is_text(kind: pa.DataType) -> bool:
    t = pa.types
    return bool(t.is_string(kind) or t.is_large_string(kind) or t.is_string_view(kind))


def _is_list(kind: pa.DataType) -> bool:
    t = pa.types
    return bool(t.is_list(kind) or t.is_large_list(kind) or t.is_fixed_size_list(kind))


def _integers(a: Any, b: Any) -> pa.DataType:
    signed = [pa.types.is_signed_integer(k) for k in (a, b)]
    if signed[0] == signed[1]:
        return a if a.bit_width >= b.bit_width else b
    plain, unsigned = (a, b) if signed[0] else (b, a)
    width = max(plain.bit_width, 2 * unsigned.bit_width)
    return pa.decimal128(20, 0) if width > 64 else {16: pa.int16(), 32: pa.int32(), 64: pa.int64()}[width]


def _decimals(a: Any, b: Any) -> pa.DataType | None:
    t = pa.types
    if not all(t.is_decimal(k) or t.is_integer(k) for k in (a, b)):
        return None
    shapes = [(k.precision - k.scale, k.scale) if t.is_decimal(k) else (_digits(k), 0) for k in (a, b)]
    scale = max(s for _, s in shapes)
    digits = max(w for w, _ in shapes) + scale
    if digits > MOST_256:
        return None
    return pa.decimal128(digits, scale) if digits <= MOST_128 else pa.decimal256(digits, scale)


def _digits(kind: Any) -> int:
    return {8: 3, 16: 5, 32: 10, 64: 20}[kind.bit_width]


def _moments(a: Any, b: Any) -> pa.DataType | None:
    if (a.tz is None) != (b.tz is None):
        return None
    return pa.timestamp(max(a.unit, b.unit, key=_UNITS.index), a.tz if a.tz == b.tz else "UTC")


def _structs(a: Any, b: Any) -> pa.DataType | None:
    fields: dict[str, Any] = {f.name: f for f in a}
    for f in b:
        if f.name not in fields:
            fields[f.name] = f.with_nullable(True)
            continue
        kind = common_type(fields[f.name].type, f.type)
        if kind is None:
            return None
        fields[f.name] = pa.field(f.name, kind, fields[f.name].nullable or f.nullable)
    there = {f.name for f in b}
    return pa.struct([f if f.name in there else f.with_nullable(True) for f in fields.values()])
