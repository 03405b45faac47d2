"""What Excel shows of a value: the other way round, whether a text can be how Excel shows one."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

_NUMBER = re.compile(r"(?P<digits>\d[\d,]*(?:\.\d*)?|\.\d+)(?P<exponent>E[+-]\d+)?(?P<percent>\s?%)?")
_FRACTION = re.compile(r"\s*(?P<sign>-?)(?:(?P<whole>\d+)\s+)?(?P<top>\d+)/(?P<bottom>\d+)\s*")
_WORDS = re.compile(r"[^\W\d_]+")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d(?:\.\d+)?)?")
_CLOCK = re.compile(r"(-?)(\d+):(\d\d):(\d\d)(?:\.\d+)?")


def is_shown(value: Any, shown: str) -> bool:
    """Say whether Excel may show the value so; a text may be how a value of a mixed column was written."""
    if value is None:
        return not shown.strip()
    if isinstance(value, str):
        if _lines(value) == _lines(shown):
            return True
        return any(is_shown(meant, shown) for meant in _meant(value))
    if isinstance(value, bool):
        return shown == str(value).upper()
    if isinstance(value, (int, float)):
        return _is_number(value, shown)
    return _is_moment(value, shown)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _meant(text: str) -> list[Any]:
    """Give the values that may have been written as this text, because their column holds other kinds too."""
    if text in ("TRUE", "FALSE"):
        return [text == "TRUE"]
    if _ISO.fullmatch(text):
        return [dt.datetime.fromisoformat(text)]
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(clock[i]) for i in (2, 3, 4))
        duration = dt.timedelta(hours=hours, minutes=minutes, seconds=seconds) * (-1 if clock[1] else 1)
        return [duration, *([dt.time(hours, minutes, seconds)] if hours < 24 and not clock[1] else [])]
    try:
        return [float(text)]
    except ValueError:
        return []


def _is_number(value: float, shown: str) -> bool:
    if fraction := _FRACTION.fullmatch(shown):
        parts = int(fraction["whole"] or 0) + int(fraction["top"]) / int(fraction["bottom"])
        return abs(abs(value) - parts) <= 0.5 / int(fraction["bottom"])
    found = list(_NUMBER.finditer(shown))
    if len(found) != 1:
        return False
    digits = found[0]["digits"].replace(",", "")
    scale = 10.0 ** int((found[0]["exponent"] or "E0")[1:]) / (100 if found[0]["percent"] else 1)
    places = len(digits.partition(".")[2])
    is_negative = "-" in shown[: found[0].start()] or "(" in shown
    wanted = -value if is_negative else value
    step = 0.5 * 10.0**-places * scale
    return abs(wanted - float(digits) * scale) <= step * (1 + 1e-6) + abs(value) * 1e-14


def _is_moment(value: Any, shown: str) -> bool:
    """Say whether all numbers and words that are shown are parts of the value, and at least two of them."""
    numbers = [int(n) for n in re.findall(r"\d+", re.sub(r"(?<=\d)\.\d+", "", shown))]
    words = {word.lower() for word in _WORDS.findall(shown)} - {"t"}
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        parts = {seconds // 3600, seconds // 60, seconds // 60 % 60, seconds, seconds % 60, seconds // 3600 % 24}
        return bool(numbers) and set(numbers) <= parts
    parts, names = _parts(value)
    return len(numbers) + len(words & names) >= 2 and set(numbers) <= parts and words <= names


def _parts(value: Any) -> tuple[set[int], set[str]]:
    parts, names = set(), {"am", "pm", "a", "p"}
    if isinstance(value, (dt.datetime, dt.time)):
        parts |= {value.hour, value.hour % 12 or 12, value.minute, value.second}
        rounded = dt.datetime(2000, 1, 1, value.hour, value.minute, value.second) + dt.timedelta(seconds=0.5)  # noqa: DTZ001
        parts |= {rounded.second}
    if isinstance(value, dt.date):
        parts |= {value.year, value.year % 100, value.month, value.day, 0}
        names |= {form.lower() for code in ("%b", "%B", "%a", "%A") for form in [value.strftime(code)]}
    if type(value) is dt.date:
        parts |= {12}
    return parts, names
