"""Values as text and as JSON, so that they come back: what formats without types hold, with the types beside them.

======================  ==================  =====================================================================
type                    JSON                text
======================  ==================  =====================================================================
bool                    true, false         true, false
integers                number; text beyond digits
                        2**53
floats                  number; text where  the shortest digits that read back the same; nan, inf, -inf, -0
                        JSON has none
decimals                text                all digits
dates, times            text                ISO 8601, UTC where there is a zone; ``@`` and the stored number where
                                            the year is not within 1 and 9999
durations               number              the number of their unit
intervals               [months, days, ns]  the same, as JSON
text                    text                as it is
binary                  text                hexadecimal
lists, fixed lists      list                as JSON
maps                    list of [key, item] as JSON
structs                 object              as JSON
======================  ==================  =====================================================================
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as t

from dsa_workbench.columns import layout
from dsa_workbench.errors import InvalidInput

_DAY = 86_400
_TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_FIRST, _LAST = -62_135_596_800, 253_402_300_800
"""The seconds of the first and after the last moment that ISO 8601 writes with four digits."""
_SAFE = 2**53
_HEX = np.frombuffer(b"".join(b"%02x" % i for i in range(256)), "<u2")


def to_text(array: Any) -> Any:
    """Write an array as text, null where it is null."""
    kind = array.type
    if t.is_string(kind) or t.is_null(kind):
        return array.cast(pa.string())
    if t.is_float16(kind):
        return array.cast(pa.float32()).cast(pa.string())
    if t.is_boolean(kind) or t.is_integer(kind) or t.is_floating(kind) or t.is_decimal(kind):
        return array.cast(pa.string())
    if t.is_date(kind) or t.is_timestamp(kind):
        return _dates(array)
    if t.is_time(kind):
        return array.cast(pa.string())
    if t.is_duration(kind):
        return array.cast(pa.int64()).cast(pa.string())
    if t.is_binary(kind) or t.is_fixed_size_binary(kind):
        return _hexadecimal(array.cast(pa.binary()))
    return pa.array([None if v is None else _dump(v) for v in to_json(array)], pa.string())


def from_text(array: Any, kind: Any) -> Any:
    """Read what `to_text` wrote.

    Raises
    ------
    InvalidInput
        A text is no value of the type.
    """
    try:
        return _from_text(array, kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError, OverflowError, TypeError, KeyError) as err:
        row, shown = _first_misfit(array, kind)
        hint = "Write values as the export does, or export again."
        raise InvalidInput(f"{shown} is no {kind}.", hint=hint, row=row) from err


def _from_text(array: Any, kind: Any) -> Any:
    if t.is_null(kind):
        return pa.nulls(len(array))
    if t.is_float16(kind):
        return array.cast(pa.float32()).cast(kind)
    if t.is_date(kind) or t.is_timestamp(kind):
        return _read_dates(array, kind)
    if t.is_time(kind):
        moments = _trimmed(pc.binary_join_element_wise("1970-01-01", array, " ")).cast(pa.timestamp(kind.unit))
        ticks = moments.cast(pa.int64())
        return (ticks.cast(pa.int32()) if kind.bit_width == 32 else ticks).view(kind)
    if t.is_duration(kind):
        return array.cast(pa.int64()).cast(kind)
    if t.is_binary(kind) or t.is_fixed_size_binary(kind):
        return pa.array([None if v is None else bytes.fromhex(v) for v in array.to_pylist()], kind)
    if t.is_nested(kind) or t.is_interval(kind):
        return from_json([None if v is None else json.loads(v) for v in array.to_pylist()], kind)
    return array.cast(kind)


def _first_misfit(array: Any, kind: Any) -> tuple[int, str]:
    for row, value in enumerate(array):
        try:
            _from_text(pa.array([value.as_py()], pa.string()), kind)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError, OverflowError, TypeError, KeyError):
            return row, repr(value.as_py())
    return 0, "A value"


def _ticks(array: Any) -> Any:
    """See the stored numbers of dates and moments."""
    return array.view(pa.int32() if array.type.bit_width == 32 else pa.int64()).cast(pa.int64())


def _per_second(kind: Any) -> tuple[int, int]:
    """Give how many seconds so many ticks are: (seconds, ticks)."""
    if t.is_date32(kind):
        return _DAY, 1
    return 1, _TICKS["ms" if t.is_date64(kind) else kind.unit]


def _dates(array: Any) -> Any:
    kind = array.type
    ticks = _ticks(array)
    seconds, per = _per_second(kind)
    low, high = -(-_FIRST * per // seconds), _LAST * per // seconds
    if low >= -(2**63) and high < 2**63:
        near = pc.and_(pc.greater_equal(ticks, low), pc.less(ticks, high))
    else:
        near = array.is_valid()
    plain = kind if t.is_date32(kind) else pa.timestamp("ms" if t.is_date64(kind) else kind.unit)
    shown = pc.if_else(near, ticks, pa.scalar(0, pa.int64()))
    shown = (shown.cast(pa.int32()) if t.is_date32(kind) else shown).view(plain).cast(pa.string())
    if t.is_timestamp(kind) and kind.tz is not None:
        shown = pc.binary_join_element_wise(shown, "Z", "")
    return pc.if_else(near, shown, pc.binary_join_element_wise("@", ticks.cast(pa.string()), ""))


def _read_dates(array: Any, kind: Any) -> Any:
    raw = pc.starts_with(array, "@")
    plain = kind if t.is_date32(kind) else pa.timestamp("ms" if t.is_date64(kind) else kind.unit)
    zero = pa.scalar("1970-01-01", pa.string())
    if t.is_timestamp(kind) and kind.tz is not None:
        array = pc.replace_substring_regex(array, "Z$", "")
    moments = _ticks(_trimmed(pc.if_else(raw, zero, array)).cast(plain))
    given = pc.replace_substring_regex(pc.if_else(raw, array, pa.scalar("@0", pa.string())), "^@", "").cast(pa.int64())
    ticks = pc.if_else(raw, given, moments)
    return (ticks.cast(pa.int32()) if t.is_date32(kind) else ticks).view(kind)


def _trimmed(moments: Any) -> Any:
    """Leave out a fraction that is zero: a format may have none finer than another."""
    return pc.replace_substring_regex(moments, r"\.0+$", "")


def _hexadecimal(array: Any) -> Any:
    offsets, data = layout.text_parts(array)
    texts = pa.py_buffer(_HEX[data].tobytes())
    ends = pa.py_buffer((2 * offsets).astype("<i4").tobytes())
    validity = array.is_valid().buffers()[1] if array.null_count else None
    return pa.Array.from_buffers(pa.string(), len(array), [validity, ends, texts])


def to_json(array: Any) -> list[Any]:
    """Give the values of an array in the JSON form."""
    kind = array.type
    if t.is_list(kind) or t.is_fixed_size_list(kind):
        return _lists_to_json(array)
    if t.is_map(kind):
        return _maps_to_json(array)
    if t.is_struct(kind):
        fields = [(f.name, to_json(array.field(i))) for i, f in enumerate(kind)]
        valid = array.is_valid().to_pylist()
        return [{n: v[i] for n, v in fields} if here else None for i, here in enumerate(valid)]
    if t.is_interval(kind):
        return [None if v is None else list(v) for v in array.to_pylist()]
    if t.is_integer(kind):
        return [v if v is None or -_SAFE < v < _SAFE else str(v) for v in array.to_pylist()]
    if t.is_duration(kind):
        return to_json(array.cast(pa.int64()))
    if t.is_floating(kind):
        wide = array.cast(pa.float32()) if t.is_float16(kind) else array
        plain = wide.cast(pa.float64()).to_pylist()
        return [v if v is None or _is_plain(v) else x for v, x in zip(plain, to_text(array).to_pylist(), strict=True)]
    if t.is_boolean(kind) or t.is_null(kind):
        return list(array.to_pylist())
    return list(to_text(array).to_pylist())


def from_json(values: list[Any], kind: Any) -> Any:
    """Read what `to_json` gave.

    Raises
    ------
    InvalidInput
        A value is none of the type.
    """
    try:
        return _from_json(values, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError, TypeError, KeyError, OverflowError) as err:
        raise InvalidInput(
            f"A value is no {kind}: {str(err)[:200]}.", hint="Write values as the export does, or export again."
        ) from err


def _from_json(values: list[Any], kind: Any) -> Any:
    if t.is_list(kind) or t.is_fixed_size_list(kind):
        return _lists_from_json(values, kind)
    if t.is_map(kind):
        return _maps_from_json(values, kind)
    if t.is_struct(kind):
        given = [v or {} for v in values]
        fields = [_from_json([v.get(f.name) for v in given], f.type) for f in kind]
        mask = pa.array([v is None for v in values], pa.bool_())
        if not fields:
            return pa.array(values, kind)
        return pa.StructArray.from_arrays(fields, fields=list(kind), mask=mask)
    if t.is_interval(kind):
        return pa.array([None if v is None else tuple(v) for v in values], kind)
    if t.is_boolean(kind):
        return pa.array(values, kind)
    if t.is_floating(kind):
        width = pa.float32() if t.is_float16(kind) else kind
        return pa.array([None if v is None else float(v) for v in values], pa.float64()).cast(width).cast(kind)
    return _from_text(pa.array([None if v is None else str(v) for v in values], pa.string()), kind)


def _is_plain(value: float) -> bool:
    return math.isfinite(value) and not (value == 0 and math.copysign(1, value) < 0)


def _slices(array: Any) -> list[tuple[int, int] | None]:
    """Give where the items of each list are, None for a null."""
    valid = array.is_valid().to_pylist()
    if t.is_fixed_size_list(array.type):
        size = array.type.list_size
        return [((array.offset + i) * size, (array.offset + i + 1) * size) if v else None for i, v in enumerate(valid)]
    offsets = array.offsets.to_pylist()
    return [(offsets[i], offsets[i + 1]) if v else None for i, v in enumerate(valid)]


def _lists_to_json(array: Any) -> list[Any]:
    items = to_json(array.values)
    return [None if place is None else items[place[0] : place[1]] for place in _slices(array)]


def _maps_to_json(array: Any) -> list[Any]:
    pairs = [list(pair) for pair in zip(to_json(array.keys), to_json(array.items), strict=True)]
    return [None if place is None else pairs[place[0] : place[1]] for place in _slices(array)]


def _offsets(values: list[Any]) -> Any:
    return np.cumsum([0, *(len(v or ()) for v in values)]).astype(np.int32)


def _lists_from_json(values: list[Any], kind: Any) -> Any:
    mask = pa.array([v is None for v in values], pa.bool_())
    if t.is_fixed_size_list(kind):
        filled = [item for v in values for item in (v if v is not None else [None] * kind.list_size)]
        return pa.FixedSizeListArray.from_arrays(_from_json(filled, kind.value_type), type=kind, mask=mask)
    items = _from_json([item for v in values for item in v or ()], kind.value_type)
    return pa.ListArray.from_arrays(pa.array(_offsets(values)), items, type=kind, mask=mask)


def _maps_from_json(values: list[Any], kind: Any) -> Any:
    pairs = [pair for v in values for pair in v or ()]
    keys, items = (_from_json([p[i] for p in pairs], a) for i, a in enumerate((kind.key_type, kind.item_type)))
    child = pa.StructArray.from_arrays([keys, items], fields=[kind.key_field, kind.item_field])
    valid = pa.array([v is not None for v in values])
    validity = valid.buffers()[1] if None in values else None
    return pa.Array.from_buffers(kind, len(values), [validity, pa.py_buffer(_offsets(values))], children=[child])


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
