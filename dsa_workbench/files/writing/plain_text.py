"""Values that do not nest as texts, column by column: what CSV, JSON and SQL have in common.

Floats have as few digits as give the same float back, moments are ISO 8601 without needless zeros, spans of time are
ISO 8601 too (``PT1.5S``), bytes are hexadecimal.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_FIXED_LIMIT = 1e15
"""From here on a float has no digits to spare behind its point, and its shortest form is taken."""
_ARROWS_YEARS = ("-32767-01-01T00:00:00", "32767-12-31T23:59:59")
_UNITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}


def is_nested(kind: Any) -> bool:
    """Say whether values of a type hold others."""
    t = pa.types
    return bool(t.is_nested(kind) and not t.is_dictionary(kind) and not t.is_run_end_encoded(kind))


def is_plain(kind: Any) -> bool:
    """Say whether values of a type are numbers, moments or booleans: nobody has to quote or escape them."""
    t = pa.types
    if t.is_dictionary(kind) or t.is_run_end_encoded(kind):
        return is_plain(kind.value_type)
    number = t.is_integer(kind) or t.is_floating(kind) or t.is_decimal(kind) or t.is_boolean(kind) or t.is_null(kind)
    return bool(number or t.is_timestamp(kind) or t.is_date(kind) or t.is_time(kind))


def plain_texts(column: Any, form: str = "") -> Any:
    """Give the values of a column as texts, nulls as nulls; `form` is that of a `ColumnLook`."""
    kind, t = column.type, pa.types
    if isinstance(kind, pa.BaseExtensionType):
        return plain_texts(column.storage, form)
    if t.is_dictionary(kind) or t.is_run_end_encoded(kind):
        return plain_texts(column.cast(kind.value_type), form)
    if t.is_string(kind) or t.is_large_string(kind):
        return column
    if t.is_string_view(kind):
        return column.cast(pa.string())
    if t.is_floating(kind):
        return _floats(column, form)
    if t.is_decimal(kind):
        texts = _decimals(column)
        return pc.replace_substring_regex(texts, r"\.?0+$", "") if form == "bare" and kind.scale > 0 else texts
    if t.is_timestamp(kind) or t.is_date(kind) or t.is_time(kind):
        return _moments(column, form)
    if t.is_boolean(kind):
        yes, no = (form or "true/false").split("/")
        return pc.if_else(column, yes, no)
    if t.is_duration(kind):
        return _durations(column)
    if t.is_interval(kind):
        return pa.array([None if v is None else _interval(v) for v in column.to_pylist()], pa.string())
    if t.is_integer(kind) or t.is_null(kind):
        return column.cast(pa.string())
    return pa.array([None if v is None else v.hex() for v in column.to_pylist()], pa.string())


def _decimals(column: Any) -> Any:
    """Write decimals with all their digits and no exponent, which Arrow gives the smallest and those of no scale."""
    texts = column.cast(pa.string())
    if column.type.scale >= 0 and not pc.any(pc.match_substring(texts, "E")).as_py():
        return texts
    return pa.array([None if v is None else f"{v:f}" for v in column.to_pylist()], pa.string())


def _floats(column: Any, form: str) -> Any:
    if pa.types.is_float16(column.type):
        column = column.cast(pa.float32())
    texts = column.cast(pa.string())
    if form == "bare":
        return texts
    # A point keeps whole floats from coming back as integers, and 1e+22 from being taken for a code.
    pointed = pc.replace_substring_regex(texts, r"^(-?[0-9]+)(e.*)?$", r"\1.0\2")
    if not form:
        return pointed
    small = pc.and_(pc.is_finite(column), pc.less(pc.abs(column), _FIXED_LIMIT))
    values = pc.if_else(small, column, pa.scalar(None, column.type))
    fixed = values.cast(pa.decimal128(38, int(form.removeprefix("fixed:")))).cast(pa.string())
    return pc.if_else(fixed.is_valid(), fixed, pointed)


def _moments(column: Any, form: str) -> Any:
    kind = column.type
    zoned = pa.types.is_timestamp(kind) and kind.tz is not None
    if zoned:
        column = column.cast(pa.timestamp(kind.unit, "UTC"))
    if pa.types.is_date64(kind):
        column = column.cast(pa.date32())
    texts = moment_texts(column)
    whole = pa.types.is_date(kind) or kind.unit == "s"
    if not form:
        return texts if whole else pc.replace_substring_regex(texts, r"\.0+(Z?)$", r"\1")
    between, digits, zone = form.split("|")
    if digits == "-" and whole:
        pass
    elif digits == "-":
        texts = pc.replace_substring_regex(texts, r"\.0+(Z?)$", r"\1")
    elif digits == "0":
        texts = pc.replace_substring_regex(texts, r"\.[0-9]+(Z?)$", r"\1")
    else:
        texts = pc.replace_substring_regex(texts, r"(\.[0-9]{" + digits + r"})[0-9]*(Z?)$", r"\1\2")
    if zoned and zone != "Z":
        texts = pc.replace_substring_regex(texts, "Z$", zone)
    return texts if between == " " else pc.replace_substring(texts, " ", between)


def moment_texts(column: Any) -> Any:
    """Cast moments to texts. Arrow writes years of 16 bits alone, and beyond them none, or another year."""
    kind = column.type
    unit = "D" if pa.types.is_date(kind) else kind.unit
    if pa.types.is_time(kind) or unit == "ns":
        return column.cast(pa.string())
    counts = column.view(pa.int32() if unit == "D" else pa.int64())
    first, last = (np.datetime64(edge).astype(f"datetime64[{unit}]").astype(int) for edge in _ARROWS_YEARS)
    far = pc.or_(pc.less(counts, int(first)), pc.greater(counts, int(last))).fill_null(False)
    if not pc.any(far).as_py():
        return column.cast(pa.string())
    near = pc.if_else(far, pa.scalar(None, kind), column).cast(pa.string())
    values = counts.filter(far).to_numpy().astype(np.int64)
    # The least number means no moment to numpy; the one after it has the same digits but for the last.
    least = values == np.iinfo(np.int64).min
    texts = np.datetime_as_string((values + least).astype(f"datetime64[{unit}]")).tolist()
    texts = [text[:-1] + str(int(text[-1]) - 1) if low else text for text, low in zip(texts, least, strict=True)]
    end = "Z" if pa.types.is_timestamp(kind) and kind.tz is not None else ""
    return pc.replace_with_mask(near, far, pa.array([text.replace("T", " ") + end for text in texts], pa.string()))


def _durations(column: Any) -> Any:
    scale = _UNITS[column.type.unit]
    counts = column.cast(pa.int64())
    texts = _decimals(counts.cast(pa.decimal128(38, 0)).view(pa.decimal128(38, scale)))
    if scale:
        texts = pc.replace_substring_regex(texts, r"\.?0+$", "")
    return pc.binary_join_element_wise("PT", texts, "S", "")


def _interval(value: Any) -> str:
    seconds, rest = divmod(abs(value.nanoseconds), 10**9)
    sign = "-" if value.nanoseconds < 0 else ""
    digits = f"{seconds}.{rest:09}".rstrip("0").rstrip(".")
    return f"P{value.months}M{value.days}DT{sign}{digits}S"
