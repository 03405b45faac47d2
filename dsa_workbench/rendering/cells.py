"""Values of Arrow arrays as text for the eye.

Nothing is lost in silence: a null differs from the empty text and from the text "null", blanks at the ends
and line breaks can be seen, characters that would change the look of their neighbours are spelled out, and
what is cut keeps its full text beside it.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as types

from dsa_workbench.rendering.controls import visible
from dsa_workbench.rendering.document import Mark, Piece, Pieces

CUT = 60
"""Characters of a cell that are shown."""
FULL = 2000
"""Characters of a cut cell that are kept beside it."""
NULL = Piece("null", Mark.NULL)

_DURATION_UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def stands_right(kind: Any) -> bool:
    """Say whether cells of this Arrow type are numbers, which line up at the right."""
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def is_text(kind: Any) -> bool:
    """Say whether this Arrow type is text, encoded as a dictionary or not."""
    if types.is_dictionary(kind):
        kind = kind.value_type
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def texts(array: Any) -> list[str | None]:
    """Write each value of an Arrow array as text, None for a null. Text values are given as they are."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if types.is_dictionary(array.type):
        array = array.dictionary_decode()
    return _texts_of(array)


def _texts_of(array: Any) -> list[str | None]:
    kind = array.type
    if types.is_timestamp(kind):
        return _timestamps(array)
    if types.is_date(kind):
        days = array.cast(pa.date32()).cast(pa.int32()).cast(pa.int64())
        return _each(days, lambda day: str(np.datetime64(day, "D")))
    if types.is_time(kind):
        return _each(array.cast(pa.string()), _trim_fraction)
    if types.is_duration(kind):
        return _each(array.cast(pa.int64()), lambda value: _duration(value, kind.unit))
    if types.is_decimal(kind):
        return _each(array, lambda value: format(value, "f"))
    if types.is_floating(kind):
        numbers = array.to_numpy(zero_copy_only=False)
        valid = array.is_valid().to_pylist()
        return [_float(value) if here else None for value, here in zip(numbers, valid, strict=True)]
    if types.is_boolean(kind):
        return _each(array, lambda value: "true" if value else "false")
    if types.is_nested(kind):
        return _each(array, _nested)
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return _each(array, lambda value: "0x" + value[: FULL // 2].hex())
    return _each(array, str)


def _each(array: Any, write: Any) -> list[str | None]:
    return [None if value is None else write(value) for value in array.to_pylist()]


def _float(value: Any) -> str:
    """Write the shortest text that reads back as the same number of the same width."""
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value.dtype == np.float64:
        return repr(value.item())
    if value == 0 or 1e-4 <= abs(float(value)) < 1e16:
        return np.format_float_positional(value, trim="0")
    return np.format_float_scientific(value, trim="-", exp_digits=2)


def _trim_fraction(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _stamp(value: Any, unit: str) -> str:
    return _trim_fraction(str(np.array(value, f"datetime64[{unit}]")).replace("T", " "))


def _timestamps(array: Any) -> list[str | None]:
    """Write timestamps as ISO 8601, in their own zone with its offset where they have one."""
    unit, zone = array.type.unit, array.type.tz
    instants = array.cast(pa.int64())
    if zone is None:
        return _each(instants, lambda value: _stamp(value, unit))
    try:
        local = pc.local_timestamp(array).cast(pa.int64())
    except pa.ArrowInvalid:  # a zone this machine does not know: the instant is still right
        return _each(instants, lambda value: _stamp(value, unit) + "Z")
    per_minute = 60 * _DURATION_UNITS[unit]
    return [
        None if there is None else f"{_stamp(here, unit)}{_offset((here - there) // per_minute)}"
        for here, there in zip(local.to_pylist(), instants.to_pylist(), strict=True)
    ]


def _offset(minutes: int) -> str:
    if minutes == 0:
        return "Z"
    hours, rest = divmod(abs(minutes), 60)
    return f"{'+' if minutes > 0 else '-'}{hours:02}:{rest:02}"


def _duration(value: int, unit: str) -> str:
    per_second = _DURATION_UNITS[unit]
    whole, part = divmod(abs(value), per_second)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    fraction = _trim_fraction(f".{part:0{len(str(per_second)) - 1}}") if part else ""
    head = f"{days} d " if days else ""
    return f"{'-' if value < 0 else ''}{head}{hours:02}:{minutes:02}:{seconds:02}{fraction}"


def _nested(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_leaf)


def _leaf(value: Any) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)


def quoted(text: str) -> str:
    """Quote a text that could be taken for another: the empty one, "null", or one with quotes of its own."""
    return json.dumps(text, ensure_ascii=False) if text in {"", "null"} or text.startswith('"') else text


def cut(text: str, mark: Mark = Mark.PLAIN, *, limit: int = CUT, start: int = 0) -> Piece:
    """Make a piece of at most `limit` characters from `start` on, with the full text beside what was cut."""
    if start == 0 and len(text) <= limit:
        return Piece(visible(text), mark)
    shown = ("…" if start else "") + text[start : start + limit - 1]
    shown += "…" if start + limit - 1 < len(text) else ""
    full = text if len(text) <= FULL else f"{text[:FULL]}… ({len(text):,} characters)"
    return Piece(visible(shown), mark, full=visible(full))


def cell(text: str | None, *, of_text: bool, mark: Mark = Mark.PLAIN, limit: int = CUT) -> Pieces:
    """Make a cell of a value's text; None is a null. `of_text` says that the value is text."""
    if text is None:
        return (NULL,)
    return (cut(quoted(text) if of_text else text, mark, limit=limit),)


def changed_cell(old: str | None, new: str | None, *, old_text: bool, new_text: bool, limit: int = CUT // 2) -> Pieces:
    """Make a cell that shows both values; of long texts the part where they begin to differ."""
    if old is not None and old == new and old_text != new_text:
        old, new = (json.dumps(v, ensure_ascii=False) if t else v for v, t in ((old, old_text), (new, new_text)))
        old_text = new_text = False
    start = _where_they_part(old, new, limit)
    return (
        _side(old, old_text, Mark.OLD, limit, start),
        Piece(" → "),
        _side(new, new_text, Mark.NEW, limit, start),
    )


def _side(text: str | None, of_text: bool, mark: Mark, limit: int, start: int) -> Piece:
    if text is None:
        return Piece(NULL.text, mark)
    return cut(quoted(text) if of_text else text, mark, limit=limit, start=start)


def _where_they_part(old: str | None, new: str | None, limit: int) -> int:
    if old is None or new is None or max(len(old), len(new)) <= limit:
        return 0
    shorter = min(len(old), len(new))
    same = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    return 0 if same < limit * 2 // 3 else same - limit // 4
