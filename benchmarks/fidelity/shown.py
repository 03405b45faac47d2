"""When a value is what Excel shows of it: a number rounded, with currency or per cent, a date in any order."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from typing import Any

from benchmarks.fidelity.values import same, same_moment

_EPOCH, _FIRST, _EPOCH_1904 = dt.datetime(1899, 12, 30), dt.datetime(1899, 12, 31), dt.datetime(1904, 1, 1)  # noqa: DTZ001 - workbooks know no zones
_ISO_SECONDS = re.compile(r"PT(\d+(?:\.\d+)?)S")
_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d)")
_DIGITS = re.compile(r"[-+(]?[^\d(+-]*(\d[\d,. ]*|\.\d+)(?:[eE]([+-]?\d+))?")


def same_as_shown(got: Any, want: Any) -> bool:
    """Say whether a reader's cell is the one that Excel shows as the text `want`, or that the readers agree on."""
    if same(got, want):
        return True
    if isinstance(got, str):
        return _same_text(got, want)
    if isinstance(got, (dt.date, dt.time, dt.timedelta)):
        return _same_date(got, want)
    if isinstance(got, bool) or not isinstance(got, (int, float, Decimal)):
        return False
    if isinstance(want, (int, float)):
        return math.isclose(got, want, rel_tol=1e-9)
    return isinstance(want, str) and _rounded(float(got), want)


def _same_text(got: str, want: Any) -> bool:
    """Compare a text, or what a reader wrote as text because the column holds other texts."""
    if isinstance(want, str) and (got.split() == want.split() or _in_ascii(got).split() == want.split()):
        return True
    clock, told = _CLOCK.fullmatch(got), _ISO_SECONDS.fullmatch(str(want))
    if clock is not None and told is not None:
        hours, minutes, seconds = map(int, clock.groups())
        return hours * 3600 + minutes * 60 + seconds == float(told[1])
    value: Any = _moment(got)
    if value is None:
        try:
            value = float(got)
        except ValueError:
            return False
    return same_as_shown(value, want)


def _in_ascii(text: str) -> str:
    """Write a text as Excel does where its code page lacks the characters."""
    return "".join(c if c < "\x80" else "__" if c > "\uffff" else "_" for c in text)


def _same_date(got: Any, want: Any) -> bool:
    """Compare a moment with as much of it as is shown, or with the number of days by which a workbook stores it."""
    told = _ISO_SECONDS.fullmatch(str(want))
    if told is not None and isinstance(got, (dt.timedelta, dt.time)):
        want = float(told[1]) / 86_400
    if isinstance(got, dt.timedelta):
        days = got.total_seconds() / 86_400
        return str(want) != "" and (same_moment(_EPOCH + got, str(want)) or _same_days(days, want))
    if isinstance(got, dt.time):
        days = (dt.datetime.combine(_EPOCH, got) - _EPOCH).total_seconds() / 86_400
        return same_moment(got, str(want)) or _same_days(days, want)
    moment = got if isinstance(got, dt.datetime) else dt.datetime.combine(got, dt.time())
    moment = moment.replace(tzinfo=None)
    rounded = (moment + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
    if any(same_moment(way, str(want)) for way in (rounded, rounded.date(), rounded.time())):
        return True
    return any(_same_days((moment - start).total_seconds() / 86_400, want) for start in (_EPOCH, _FIRST, _EPOCH_1904))


def _same_days(days: float, want: Any) -> bool:
    return isinstance(want, (int, float)) and math.isclose(days, want, abs_tol=1e-6)


def _moment(text: str) -> dt.datetime | dt.time | None:
    for read in (dt.datetime.fromisoformat, dt.time.fromisoformat):
        try:
            return read(text) if re.match(r"\d+[-:]", text) else None
        except ValueError:
            continue
    return None


def _rounded(value: float, shown: str) -> bool:
    """Compare to as many digits as are shown; per cent are hundredths, parentheses and a minus are negative."""
    found = _DIGITS.search(shown)
    if found is None or set(shown) <= {"#"}:
        return bool(shown) and set(shown) <= {"#"}
    digits = found[1].replace(",", "").replace(" ", "").rstrip(".")
    if digits.count(".") > 1:
        return False
    places = len(digits.partition(".")[2])
    power = int(found[2] or 0)
    told = float(digits) * 10.0**power
    unit = 10.0 ** (power - places)
    if "%" in shown:
        told, unit = told / 100, unit / 100
    return abs(abs(value) - told) <= 0.5000001 * unit
