"""From texts to typed values: what the forms have proved, and what a user's contract demands.

`cast_proved` converts a column whose every value is known to fit. `cast_given` is for types that the user named: it
takes what a person would call a number, a date or a yes, and finds the first value that does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.errors import InvalidInput

_WORDS = {
    "text": pa.string(),
    "string": pa.string(),
    "int": pa.int64(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "number": pa.float64(),
    "decimal": pa.decimal128(38, 10),
    "bool": pa.bool_(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "timestamp": pa.timestamp("us"),
    "datetime": pa.timestamp("us"),
}
_SIMPLE = {str(t): t for t in (
    pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(),
    pa.float32(), pa.float64(), pa.string(), pa.bool_(), pa.date32(),
)} | {"float32": pa.float32(), "float64": pa.float64(), "date32": pa.date32()}  # fmt: skip
_DECIMAL = re.compile(r"decimal(128|256)?\(\s*(\d+)\s*,\s*(-?\d+)\s*\)")
_STAMP = re.compile(r"timestamp\[(s|ms|us|ns)(?:,\s*(?:tz=)?([^\]]+))?\]")
_TIME = re.compile(r"time(?:32|64)\[(s|ms|us|ns)\]")
_YES = ("true", "t", "yes", "y", "1")
_NO = ("false", "f", "no", "n", "0")


def parse_type(text: str) -> pa.DataType:
    """Read a type: a word (text, int, float, decimal, bool, date, time, timestamp) or an exact type.

    Raises
    ------
    InvalidInput
        It is neither.
    """
    said = text.strip().lower()
    kind = _WORDS.get(said) or _SIMPLE.get(said)
    if kind is not None:
        return kind
    try:
        if match := _DECIMAL.fullmatch(said):
            wide = match[1] == "256" or (match[1] is None and int(match[2]) > 38)
            return (pa.decimal256 if wide else pa.decimal128)(int(match[2]), int(match[3]))
        if match := _STAMP.fullmatch(text.strip()):
            return pa.timestamp(match[1], match[2].strip() if match[2] else None)
        if match := _TIME.fullmatch(said):
            return (pa.time32 if match[1] in ("s", "ms") else pa.time64)(match[1])
    except (ValueError, pa.ArrowException):
        pass
    raise InvalidInput(
        f"There is no type {text!r}.",
        hint="Types are text, int, float, decimal, bool, date, time, timestamp, or exact ones such as int32, "
        "decimal(10, 2), timestamp[us, UTC].",
    )


def contract(types: Mapping[str, str] | str | None, names: Sequence[str], label: str) -> dict[int, pa.DataType]:
    """Resolve `ReadOptions.types` to column positions.

    Raises
    ------
    InvalidInput
        A type cannot be read, or a column is not there.
    """
    if types is None:
        return {}
    if isinstance(types, str):
        kind = parse_type(types)
        return dict.fromkeys(range(len(names)), kind)
    missing = [n for n in types if n not in names]
    if missing:
        raise InvalidInput(
            f"{label} has no column {', '.join(map(repr, missing))} to give a type to.",
            hint=f"Its columns are {', '.join(map(repr, names[:30]))}.", file=label,
        )  # fmt: skip
    return {names.index(n): parse_type(t) for n, t in types.items()}


def cast_proved(texts: pa.StringArray, kind: pa.DataType) -> pa.Array:
    """Convert texts whose forms give this type; the empty text becomes null."""
    if kind == pa.string():
        return texts
    texts = empty_to_null(texts)
    if pa.types.is_boolean(kind):
        # Proved to be true or false: the length tells which.
        return pc.equal(pc.binary_length(texts), len("true"))
    return _cast(texts, kind)


def _cast(texts: pa.StringArray, kind: pa.DataType) -> pa.Array:
    """Let Arrow convert; it reads times of day only as a part of timestamps."""
    if not pa.types.is_time(kind):
        return texts.cast(kind)
    moments = pc.binary_join_element_wise("1970-01-01", texts, " ")
    return moments.cast(pa.timestamp(kind.unit)).cast(kind)


def empty_to_null(texts: pa.StringArray) -> pa.StringArray:
    """Make null of the empty text."""
    empty = pc.equal(pc.binary_length(texts), 0)
    return pc.if_else(empty, None, texts) if pc.any(empty).as_py() else texts


def cast_given(texts: pa.StringArray, kind: pa.DataType) -> tuple[pa.Array | None, int]:
    """Convert texts to the type a user gave: the values, or None and the row of the first that does not fit.

    Blanks around a value, a leading plus and leading zeros are no part of a number's value.
    """
    if kind == pa.string():
        return texts, -1
    texts = empty_to_null(pc.utf8_trim_whitespace(empty_to_null(texts)))
    if pa.types.is_boolean(kind):
        return _booleans(texts)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        texts = pc.replace_substring_regex(texts, r"^\+", "")
        if pa.types.is_integer(kind):
            # Arrow would read 0x1F as a number.
            wrong = pc.match_substring_regex(texts, r"[^0-9-]")
            if pc.any(wrong).as_py():
                return None, int(pc.index(wrong, pa.scalar(True)).as_py())
    try:
        return _cast(texts, kind), -1
    except pa.ArrowException:
        return None, _first_misfit(texts, kind)


def _booleans(texts: pa.StringArray) -> tuple[pa.Array | None, int]:
    lower = pc.utf8_lower(texts)
    yes, no = pc.is_in(lower, pa.array(_YES)), pc.is_in(lower, pa.array(_NO))
    misfit = pc.invert(pc.or_(pc.or_(yes, no), texts.is_null()))
    if pc.any(misfit).as_py():
        return None, int(pc.index(misfit, pa.scalar(True)).as_py())
    return pc.if_else(texts.is_null(), None, yes), -1


def _first_misfit(texts: pa.StringArray, kind: pa.DataType) -> int:
    """Find the first value that does not convert, by halves."""
    low, high = 0, len(texts)
    while high - low > 1:
        middle = (low + high) // 2
        if _fits(texts.slice(low, middle - low), kind):
            low = middle
        else:
            high = middle
    return low


def _fits(texts: Any, kind: pa.DataType) -> bool:
    try:
        _cast(texts, kind)
    except pa.ArrowException:
        return False
    return True
