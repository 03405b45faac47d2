"""When two cells are the same: as values, by one rule for all tools.

A number is the same as the text of it, but not as a text with zeros in front: `02139` read as 2139 is lost. Nothing and
the empty text are not told apart, since most tools cannot. A date is the same in every usual way of writing it.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from benchmarks.fidelity.reading import BEYOND_PYTHON

LONG = 64
_NUMBER = re.compile(r"[+-]?(?:\d+(?:,\d{3})*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_PLAIN = re.compile(r"[+-]?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:[,]\d{3})+)?(?:\.\d*)?(?:[eE][+-]?\d+)?")
_COMMA = re.compile(r"-?(?:0|[1-9]\d{0,2}(?:\.\d{3})*|[1-9]\d*),\d+")
_PARTS = re.compile(r"\d+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def same(got: Any, want: Any) -> bool:
    """Say whether a reader's value is the one that was written, `want` being text or what JSON can hold."""
    if isinstance(got, str) and got == BEYOND_PYTHON:
        return True
    if is_nothing(got) or is_nothing(want):
        if isinstance(got, float) and want == "nan":
            return True
        return is_nothing(got) and is_nothing(want)
    if isinstance(want, bool) or isinstance(got, bool):
        return str(got).lower() == str(want).lower() or {str(got).lower(), str(want)} in ({"true", "1"}, {"false", "0"})
    if isinstance(want, (int, float)):
        return _same_number(got, str(want))
    if isinstance(got, (dt.date, dt.time, dt.timedelta)):
        return same_moment(got, str(want))
    if isinstance(got, (int, float, Decimal)):
        return _same_number(got, str(want))
    if isinstance(want, str) and isinstance(got, str):
        return got == want
    return nested(got, want)


def is_nothing(value: Any) -> bool:
    """Say whether a cell is empty."""
    return value is None or (isinstance(value, str) and not value) or (isinstance(value, float) and math.isnan(value))


def _same_number(got: Any, want: str) -> bool:
    text = want.strip()
    if isinstance(got, str):
        if got == want:
            return True
        if not _NUMBER.fullmatch(got.strip()):
            return False
        got = float(got.replace(",", ""))
    if not isinstance(got, (int, float, Decimal)):
        return False
    if _COMMA.fullmatch(text) and not _NUMBER.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    if text.lower() in ("inf", "-inf", "infinity", "-infinity", "+inf"):
        return float(text) == float(got)
    if not _PLAIN.fullmatch(text) or not any(c.isdigit() for c in text):
        return False
    try:
        exact = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return False
    if isinstance(got, float):
        return got == float(exact) or math.isclose(got, float(exact), rel_tol=1e-14)
    return Decimal(got) == exact


def same_moment(got: Any, want: str) -> bool:
    """Say whether a date, a time or both are what was written, in whatever order day, month and year stand there."""
    if str(got) == want:
        return True
    if isinstance(got, dt.timedelta):
        seconds = got.total_seconds()
        return want in (str(got), f"{seconds:g}") or _clock(int(seconds)) == want.strip()
    if isinstance(got, dt.datetime) and got.tzinfo is not None:
        try:
            told = dt.datetime.fromisoformat(want.strip().replace(" UTC", "+00:00"))
        except ValueError:
            told = None
        if told is not None and told.tzinfo is not None:
            return got == told
    return _numbers_of(want) in _ways(got)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


def _numbers_of(text: str) -> tuple[int, ...]:
    """Give the numbers in a moment's text; names of months count as numbers, zeros at the end do not count."""
    low = text.lower()
    for i, month in enumerate(_MONTHS, start=1):
        low = re.sub(month + r"[a-z]*", f" {i} ", low)
    fraction = re.search(r"[.,](\d+)", low) if ":" in low else None
    if fraction:
        low = low[: fraction.start()] + "." + fraction[1].rstrip("0") + low[fraction.end() :]
    numbers = [int(n) for n in _PARTS.findall(low)]
    clock = re.search(r"(\d{1,2}):", low)
    if clock is not None and "pm" in low and int(clock[1]) < 12:
        numbers[len(_PARTS.findall(low[: clock.start()]))] += 12
    if re.fullmatch(r"\d{8}", text):
        numbers = [int(text[:4]), int(text[4:6]), int(text[6:])]
    return _trimmed(numbers)


def _trimmed(numbers: Sequence[int]) -> tuple[int, ...]:
    kept = list(numbers)
    while kept and not kept[-1]:
        kept.pop()
    return tuple(kept)


def _ways(got: Any) -> set[tuple[int, ...]]:
    time: list[int] = []
    if isinstance(got, (dt.time, dt.datetime)):
        time = [got.hour, got.minute, got.second]
        if got.microsecond:
            time.append(int(f"{got.microsecond:06d}".rstrip("0")))
    if isinstance(got, dt.time):
        return {_trimmed(time), _trimmed(time[:2])}
    y, m, d = got.year, got.month, got.day
    ways = set()
    for year in (y, y % 100):
        for order in ((year, m, d), (m, d, year), (d, m, year), (year, d, m)):
            ways.add(_trimmed([*order, *time]))
            ways.add(_trimmed([*order, *time[:2]]))
    return ways


def nested(got: Any, want: Any) -> bool:
    """Compare what Parquet holds with its form in JSON."""
    if isinstance(got, (bytes, bytearray, memoryview)):
        told = str(want).removeprefix("hex:")
        # The oracle keeps the beginning of long ones.
        return bytes(got).hex()[:LONG] == told[:LONG] or bytes(got) == str(want).encode()
    if isinstance(got, Mapping):
        if isinstance(want, Mapping):
            return set(got) == set(want) and all(same(got[k], want[k]) for k in got)
        return nested(list(got.items()), want)
    if isinstance(got, (list, tuple)) or hasattr(got, "tolist"):
        items = got.tolist() if hasattr(got, "tolist") else list(got)
        if isinstance(want, Mapping):
            return nested(items, list(want.items()))
        return isinstance(want, (list, tuple)) and len(items) == len(want) and all(map(same, items, want))
    return str(got) == str(want)
