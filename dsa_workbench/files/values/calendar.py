"""Proves dates, times of day and timestamps from bytes at fixed places, many values of one length at once.

Only ISO 8601 in its extended form with the digits that the parsed value needs; an impossible date (30 February, the
year 0, second 60) is text.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsa_workbench.files.values.forms import Form

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

TEXT = int(Form.TEXT)
SHORTEST, LONGEST = 8, 35
"""From ``10:00:00`` to ``2026-03-01T10:00:00.123456789+02:00``."""
DASH, COLON, BLANK, T, Z, PLUS, POINT = b"-: TZ+."
_MONTH_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 99, 99, 99], np.uint8)
FIRST_NANO_YEAR, LAST_NANO_YEAR = 1678, 2261
"""The years that lie wholly inside what int64 nanoseconds reach."""


def moment_forms(matrix: Bytes) -> npt.NDArray[np.int64]:
    """Give each row of a matrix of texts (rows x length) its form as bits; TEXT where it is no moment."""
    count, length = matrix.shape
    if not count or not SHORTEST <= length <= LONGEST:
        return np.full(count, TEXT, np.int64)
    places = np.ascontiguousarray(matrix.T)
    if length == 10:
        dates = np.where(_date(places), int(Form.DATE), TEXT)
    elif length >= 16:
        dates = _stamps(places)
    else:
        dates = np.full(count, TEXT, np.int64)
    if not bool((places[2] == COLON).any()):
        return dates
    times = _clock(places, 0, seconds=True)
    nano = np.zeros(count, bool)
    if length > 8:
        digits = length - 9
        times &= (places[8] == POINT) & (1 <= digits <= 9) & _all_digits(places[9:])
        nano |= digits > 6
    return np.where(times, int(Form.TIME) | np.where(nano, int(Form.NANO), 0), dates)


def _stamps(places: Bytes) -> npt.NDArray[np.int64]:
    """Read ``YYYY-MM-DD?HH:MM``, then what may follow: seconds, a fraction, a zone."""
    length, count = places.shape
    good = _date(places) & ((places[10] == BLANK) | (places[10] == T))
    has_t = places[10] == T
    # Where the zone begins differs by row, so each kind of tail is tried for the rows that have it.
    utc = places[-1] == Z
    full = (places[-3] == COLON) & ((places[-6] == PLUS) | (places[-6] == DASH)) if length >= 22 else ~good & good
    short = (places[-5] == PLUS) | (places[-5] == DASH) if length >= 21 else ~good & good
    hours = (places[-3] == PLUS) | (places[-3] == DASH) if length >= 19 else ~good & good
    forms = np.full(count, TEXT, np.int64)
    left = good
    for mask, tail in ((utc, 1), (full, 6), (short & ~full, 5), (hours & ~full & ~short, 3), (~utc, 0)):
        chosen = left & mask
        if bool(chosen.any()):
            every = bool(chosen.all())
            picked = places if every else places[:, chosen]
            found = _stamp_tail(picked, tail, has_t if every else has_t[chosen])
            forms[chosen] = found
            left = left & ~(chosen & (forms != TEXT))
    return forms


def _stamp_tail(places: Bytes, tail: int, has_t: Mask) -> npt.NDArray[np.int64]:
    length, count = places.shape
    body = length - tail
    good = np.ones(count, bool)
    if tail > 1:
        hours = _pair(places, body + 1)
        good &= _all_digits(places[body + 1 : body + 3]) & (hours <= 23)
        if tail > 3:
            minutes = _pair(places, length - 2)
            good &= _all_digits(places[-2:]) & (minutes <= 59)
    seconds = body > 16
    if body not in (16, 19) and not 21 <= body <= 29:
        return np.full(count, TEXT, np.int64)
    good &= _clock(places, 11, seconds=seconds)
    digits = body - 20
    if digits > 0:
        good &= (places[19] == POINT) & _all_digits(places[20:body])
    blank, with_t = (
        (Form.ZONED_BLANK_SECOND, Form.ZONED_T_SECOND) if tail and seconds
        else (Form.ZONED_BLANK_MINUTE, Form.ZONED_T_MINUTE) if tail
        else (Form.STAMP_BLANK_SECOND, Form.STAMP_T_SECOND) if seconds
        else (Form.STAMP_BLANK_MINUTE, Form.STAMP_T_MINUTE)
    )  # fmt: skip
    forms = np.where(has_t, int(with_t), int(blank))
    if digits > 6:
        forms |= int(Form.NANO)
    year = _pair(places, 0).astype(np.int16) * 100 + _pair(places, 2)
    far = (year < FIRST_NANO_YEAR) | (year > LAST_NANO_YEAR)
    forms = np.where(far, forms | int(Form.FAR), forms)
    return np.where(good, forms, TEXT)


def _date(places: Bytes) -> Mask:
    good: Mask = (places[4] == DASH) & (places[7] == DASH)
    if not bool(good.any()):
        return good
    good &= _all_digits(places[:4]) & _all_digits(places[5:7]) & _all_digits(places[8:10])
    century, year, month, day = (_pair(places, at) for at in (0, 2, 5, 8))
    good &= (month >= 1) & (month <= 12) & (day >= 1) & ((century | year) > 0)
    good &= day <= _MONTH_DAYS[np.minimum(month, 15)]
    leap: Mask = np.where(year == 0, century % 4 == 0, year % 4 == 0)
    good &= (month != 2) | (day <= 28) | leap
    return good


def _clock(places: Bytes, at: int, *, seconds: bool) -> Mask:
    good: Mask = (places[at + 2] == COLON) & _all_digits(places[at : at + 2]) & _all_digits(places[at + 3 : at + 5])
    good &= (_pair(places, at) <= 23) & (_pair(places, at + 3) <= 59)
    if seconds:
        good &= (places[at + 5] == COLON) & _all_digits(places[at + 6 : at + 8]) & (_pair(places, at + 6) <= 59)
    return good


def _all_digits(places: Bytes) -> Mask:
    digits: Mask = np.all((places - 48) <= 9, axis=0)
    return digits


def _pair(places: Bytes, at: int) -> Bytes:
    """Read two digits; nonsense, but no error, where they are none."""
    pair: Bytes = (places[at] - 48) * np.uint8(10) + (places[at + 1] - 48)
    return pair
