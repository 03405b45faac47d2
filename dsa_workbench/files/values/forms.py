"""The forms that a text can have, and which type a column of such texts gets.

Typing is a fold: every value of a column has a form, a block of a column is the set of forms seen in it, and a column's
type is a function of the set of forms seen in all its blocks. So neither block size nor order changes a type.

A type is given only where it changes no value:

======================  ===================================================================================
form                    texts
======================  ===================================================================================
INT                     ``0``, ``-7``: decimal digits without leading zero or plus; a float64 holds it exactly
BIG                     the same where a float64 does not hold it, but an int64 does
POINT                   ``7.20``, ``.5``: with a point, and a float64 gives back the same decimal number
EXPONENT                ``1.5E+10``, ``1e-05``: an exponent with a point or a minus, so surely a number
CODE                    ``1e5``: a number, or the code of something
TRUE / True / true      three forms, one for each way of writing
DATE                    ``2026-03-01``, from the year 1 on
STAMP_*                 ``2026-03-01 10:00[:00[.123]][Z|+02:00]``: blank or T, seconds or not, zone or not
NANO, FAR               marks on a stamp: needs nanoseconds; lies outside the years that nanoseconds reach
TIME                    ``10:00:00[.123]``
EMPTY                   the quoted empty text: null in a column of any type but text
TEXT                    all else: ``02139``, ``+49 170``, 20 digits, ``NaN``, ``1,5``
======================  ===================================================================================

A column is int64 where all its forms are INT or BIG. It is float64 where all are numbers, at least one has a point, and
none could be a code: CODE counts as a number only in a column without bare integers, and EXPONENT among bare integers
needs a POINT beside it. Booleans, dates, times and stamps need one form throughout. A column without any value is text.
Every other mixture is text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag
from functools import reduce
from operator import or_

import pyarrow as pa

from dsa_workbench.files.values.digits import Places


class Form(IntFlag):
    """A form, or a set of forms."""

    NONE = 0
    EMPTY = 1
    INT = 2
    BIG = 4
    POINT = 8
    EXPONENT = 16
    CODE = 32
    TRUE_LOWER = 64
    TRUE_TITLE = 128
    TRUE_UPPER = 256
    DATE = 512
    TIME = 1024
    STAMP_BLANK_MINUTE = 2048
    STAMP_BLANK_SECOND = 4096
    STAMP_T_MINUTE = 8192
    STAMP_T_SECOND = 16384
    ZONED_BLANK_MINUTE = 32768
    ZONED_BLANK_SECOND = 65536
    ZONED_T_MINUTE = 131072
    ZONED_T_SECOND = 262144
    NANO = 524288
    FAR = 1048576
    TEXT = 2097152


INTEGERS = Form.INT | Form.BIG
NUMBERS = Form.INT | Form.POINT | Form.EXPONENT | Form.CODE
BOOLEANS = (Form.TRUE_LOWER, Form.TRUE_TITLE, Form.TRUE_UPPER)
NAIVE = (Form.STAMP_BLANK_MINUTE, Form.STAMP_BLANK_SECOND, Form.STAMP_T_MINUTE, Form.STAMP_T_SECOND)
ZONED = (Form.ZONED_BLANK_MINUTE, Form.ZONED_BLANK_SECOND, Form.ZONED_T_MINUTE, Form.ZONED_T_SECOND)
MARKS = Form.NANO | Form.FAR


def _union(forms: tuple[Form, ...]) -> Form:
    return reduce(or_, forms)


_EXACT: dict[Form, pa.DataType] = {
    **dict.fromkeys(BOOLEANS, pa.bool_()),
    Form.DATE: pa.date32(),
    Form.TIME: pa.time64("us"),
    **dict.fromkeys(NAIVE, pa.timestamp("us")),
    **dict.fromkeys(ZONED, pa.timestamp("us", "UTC")),
}


def decide(forms: Form) -> pa.DataType:
    """Give the type of a column in which these forms were seen."""
    forms &= ~Form.EMPTY
    if not forms or forms & Form.TEXT:
        return pa.string()
    if not forms & ~INTEGERS:
        return pa.int64()
    if not forms & ~NUMBERS:
        bare = Form.INT in forms
        pointed = Form.POINT in forms or (Form.EXPONENT in forms and not bare)
        return pa.float64() if pointed and not (bare and Form.CODE in forms) else pa.string()
    exact = _EXACT.get(forms & ~MARKS, pa.string())
    if Form.NANO not in forms:
        return exact
    if Form.FAR in forms or exact == pa.string():
        return pa.string()
    return pa.time64("ns") if pa.types.is_time(exact) else pa.timestamp("ns", exact.tz)


def is_settled(forms: Form) -> bool:
    """Say whether the column stays text whatever comes: then nobody needs to look any more."""
    seen = forms & ~Form.EMPTY
    if not seen or decide(forms) != pa.string():
        return False
    return bool(seen & ~(Form.INT | Form.EXPONENT)) and bool(seen & ~Form.CODE)


@dataclass(slots=True)
class Evidence:
    """The forms seen in a column, each with the row and the value where it was first seen."""

    first: dict[Form, tuple[int, str]] = field(default_factory=dict)
    forms: Form = Form.NONE
    places: Places = field(default_factory=Places)
    """The digits that the values need, where decimal numbers shall keep them."""

    def see(self, form: Form, row: int, value: str) -> None:
        """Note a form."""
        if form not in self.first:
            self.first[form] = (row, value)
            self.forms |= form

    def fold(self, later: Evidence, offset: int) -> None:
        """Take in what a later block showed; `offset` is the row at which that block begins."""
        for form, (row, value) in later.first.items():
            self.see(form, row + offset, value)
        self.places = self.places.fold(later.places)

    def culprit(self) -> tuple[int, str, pa.DataType] | None:
        """Find the row and value that made a column text which was something better before."""
        if decide(self.forms) != pa.string():
            return None
        seen = Form.NONE
        found = None
        for form, (row, value) in sorted(self.first.items(), key=lambda item: item[1][0]):
            before = decide(seen)
            seen |= form
            if decide(seen) == pa.string() and before != pa.string():
                found = (row, value, before)
        return found


_HELD: dict[pa.DataType, Form] = {
    pa.int64(): INTEGERS,
    pa.float64(): NUMBERS,
    pa.bool_(): BOOLEANS[0] | BOOLEANS[1] | BOOLEANS[2],
    pa.date32(): Form.DATE,
    pa.time64("us"): Form.TIME,
    pa.time64("ns"): Form.TIME | Form.NANO,
    pa.timestamp("us"): _union(NAIVE) | Form.FAR,
    pa.timestamp("us", "UTC"): _union(ZONED) | Form.FAR,
    pa.timestamp("ns"): _union(NAIVE) | Form.NANO,
    pa.timestamp("ns", "UTC"): _union(ZONED) | Form.NANO,
}


def holds(kind: pa.DataType, forms: Form) -> bool:
    """Say whether values of these forms become values of this type without loss; what `decide` gives always holds."""
    return kind == pa.string() or not forms & ~(_HELD[kind] | Form.EMPTY)


def is_found(kind: pa.DataType) -> bool:
    """Say whether columns get this type by themselves."""
    return kind in _HELD


def held_forms(kind: pa.DataType) -> Form:
    """Give the forms whose values become values of this type without loss."""
    return _HELD[kind] | Form.EMPTY
