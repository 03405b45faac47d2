"""The types of JSON values, decided on every one of them, and columns built of them.

What was seen of a column is a fold: blocks are seen one after the other, and the type is a function of all that was
seen, so that block sizes change nothing. A type is given only where it changes no value:

=============================  ================================================================
seen                           type
=============================  ================================================================
nothing but null               null
booleans                       bool
whole numbers                  int64; beyond it a decimal of as many digits; beyond 76 text
numbers, some with a point     float64, if the whole ones are within 2^53; else text
numbers that no float holds    decimal with as many digits as they need; mixed with floats text
texts                          string, dates and numbers among them too
objects                        struct, its members in the order in which they first appear
arrays                         list
any mixture of these           text: each value as JSON writes it, texts as they are
=============================  ================================================================

A column, and nothing inside of one, differs in two ways, as in a CSV: where its texts are all moments of one form
(`forms`), it is of dates, times or timestamps, and with nothing but null it is text.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate, chain
from typing import Any

import pyarrow as pa

from dsa_workbench.files.values.classify import moments_among
from dsa_workbench.files.values.digits import MOST_128, MOST_256
from dsa_workbench.files.values.forms import Evidence, Form, decide

EXACT_INT = 2**53
MOST_MEMBERS = 1_000
"""Different keys that a nested object may have; with more it is a map in disguise, and stays text."""
_INT64 = 2**63
_FEW = 64
_NAMES = {
    bool: "a boolean", int: "a whole number", float: "a number", Decimal: "a number that no float holds",
    str: "a text", dict: "an object", list: "an array",
}  # fmt: skip

Rows = Callable[[int], int]
"""From the place of a value among those that are seen to the row of the file, from 0."""


class NotFinite:
    """The kind of NaN and the infinities, which Python writes though JSON has no word for them."""


_NAMES[NotFinite] = "a number that is not finite"


@dataclass(slots=True)
class Seen:
    """What was seen of a column, a member or the elements of an array."""

    first: dict[type, tuple[int, Any]] = field(default_factory=dict)
    """Kind of value -> where it was seen first, and the value."""
    low: int = 0
    high: int = 0
    whole: int = 0
    scale: int = 0
    """The most digits before and behind the point, of numbers that no float holds."""
    moments: Evidence = field(default_factory=Evidence)
    """The forms of the texts, as far as they are dates, times or timestamps."""
    fields: dict[str, Seen] = field(default_factory=dict)
    item: Seen | None = None

    def see(self, values: Sequence[Any], row: Rows) -> None:
        """Take in the values of a block."""
        kinds = set(map(type, values)) - {type(None)}
        for kind in kinds - self.first.keys():
            at = next(i for i, value in enumerate(values) if type(value) is kind)
            self.first[kind] = (row(at), values[at])
        if int in kinds:
            numbers = [v for v in values if type(v) is int]
            self.low, self.high = min(self.low, *numbers), max(self.high, *numbers)
        if float in kinds and NotFinite not in self.first:
            floats = (v if type(v) is float else 0.0 for v in values)
            at = next((i for i, finite in enumerate(map(math.isfinite, floats)) if not finite), -1)
            if at >= 0:
                self.first[NotFinite] = (row(at), values[at])
        if str in kinds and Form.TEXT not in self.moments.forms:
            self._see_texts(values, row)
        if Decimal in kinds:
            self._see_digits([v for v in values if type(v) is Decimal])
        if dict in kinds:
            self._see_members(values, row)
        if list in kinds:
            self._see_elements(values, row)

    def _see_texts(self, values: Sequence[Any], row: Rows) -> None:
        places = [i for i, v in enumerate(values) if type(v) is str]
        # Most columns of texts are settled by a few.
        for some in (places[:_FEW], places[_FEW:]):
            if some and Form.TEXT not in self.moments.forms:
                for form, at in _forms([values[i] for i in some]).items():
                    self.moments.see(form, row(some[at]), values[some[at]])

    def _see_digits(self, values: list[Decimal]) -> None:
        for value in values:
            _, digits, exponent = value.as_tuple()
            assert isinstance(exponent, int)  # noqa: S101 - JSON has no decimal NaN
            self.scale = max(self.scale, -exponent)
            self.whole = max(self.whole, len(digits) + exponent if any(digits) else 0)

    def _see_members(self, values: Sequence[Any], row: Rows) -> None:
        places = [i for i, v in enumerate(values) if type(v) is dict]
        objects = [values[i] for i in places]
        for name in dict.fromkeys(chain.from_iterable(objects)):
            member = self.fields.setdefault(name, Seen())
            member.see([o.get(name) for o in objects], lambda i: row(places[i]))

    def _see_elements(self, values: Sequence[Any], row: Rows) -> None:
        places = [i for i, v in enumerate(values) if type(v) is list]
        arrays = [values[i] for i in places]
        ends = list(accumulate(map(len, arrays)))
        self.item = self.item or Seen()
        self.item.see(
            list(chain.from_iterable(arrays)),
            lambda i: row(places[next(k for k, end in enumerate(ends) if end > i)]),
        )

    def decide(self) -> pa.DataType:
        """Give the type that holds all that was seen."""
        kinds = set(self.first)
        if not kinds:
            return pa.null()
        if kinds == {bool}:
            return pa.bool_()
        if kinds == {int}:
            fits = self.low >= -_INT64 and self.high < _INT64
            return pa.int64() if fits else self._decimal()
        if kinds <= {int, float, NotFinite}:
            fits = self.low >= -EXACT_INT and self.high <= EXACT_INT
            return pa.float64() if fits else pa.string()
        if kinds <= {int, Decimal}:
            return self._decimal()
        if kinds == {dict} and len(self.fields) <= MOST_MEMBERS:
            return pa.struct([pa.field(name, member.decide()) for name, member in self.fields.items()])
        if kinds == {list} and self.item is not None:
            return pa.list_(pa.field("item", self.item.decide()))
        return pa.string()

    def decide_column(self) -> pa.DataType:
        """Give the type of a column that holds all that was seen."""
        kinds = set(self.first)
        if kinds == {str}:
            return decide(self.moments.forms)
        return self.decide() if kinds else pa.string()

    def _decimal(self) -> pa.DataType:
        whole = max(self.whole, len(str(max(-self.low, self.high))) if int in self.first else 0)
        digits = max(whole + self.scale, 1)
        if digits > MOST_256:
            return pa.string()
        return pa.decimal128(digits, self.scale) if digits <= MOST_128 else pa.decimal256(digits, self.scale)

    def column_remarks(self, name: str) -> Iterator[str]:
        """Say the same of a column, and which text keeps one from being of moments."""
        if set(self.first) == {str} and (culprit := self.moments.culprit()) is not None:
            row, value, before = culprit
            yield f"{name} is text, not {before}: row {row + 1:,} holds {_short(value)}."
        yield from self.remarks(name)

    def remarks(self, name: str) -> Iterator[str]:
        """Say where a column, or what is in it, is not what most of its values would be."""
        kind = self.decide()
        # Of two kinds in one row the name decides: in which order they were met depends on the blocks.
        ordered = sorted(self.first.items(), key=lambda seen: (seen[1][0], seen[0].__name__))
        if kind == pa.string() and set(self.first) != {str}:
            if set(self.first) <= {int, float, NotFinite}:
                yield f"{name} is text: no float holds its largest whole numbers, and others have a point."
            elif len(ordered) > 1:
                (one, (row, _)), (other, (odd, value)) = ordered[0], ordered[1]
                yield (
                    f"{name} is text: row {row + 1:,} holds {_NAMES[one]}, row {odd + 1:,} {_NAMES[other]}, "
                    f"{_short(value)}."
                )
            elif dict in self.first:
                yield f"{name} is text: its objects have {len(self.fields):,} different keys."
            else:
                value = ordered[0][1][1]
                yield f"{name} is text: it holds numbers of more than {MOST_256} digits, such as {_short(value)}."
        elif pa.types.is_decimal(kind) and int in self.first and Decimal not in self.first:
            yield f"{name} is {kind}: it holds whole numbers beyond 64 bits."
        if NotFinite in self.first and kind == pa.float64():
            row, value = self.first[NotFinite]
            yield f"{name} holds {json_text(value)} in row {row + 1:,}, which is no JSON, and was taken as a float."
        if kind != pa.string():
            for key, member in self.fields.items():
                yield from member.remarks(f"{name}.{key}")
            if self.item is not None:
                yield from self.item.remarks(f"{name}[]")


def build(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Build an array of values that the type is known to hold."""
    if pa.types.is_string(kind):
        return pa.array(texts(values), kind)
    if pa.types.is_struct(kind) and kind.num_fields:
        parts = [build([None if v is None else v.get(f.name) for v in values], f.type) for f in kind]
        return pa.StructArray.from_arrays(
            parts, fields=list(kind), mask=pa.array([v is None for v in values], pa.bool_())
        )
    if pa.types.is_list(kind):
        lengths = (len(v) if v is not None else 0 for v in values)
        ends = list(accumulate(lengths, initial=0))
        # A null stands where the null list begins; the last end is never null.
        offsets = [None if v is None else end for v, end in zip(values, ends, strict=False)] + ends[-1:]
        flat = build(list(chain.from_iterable(v for v in values if v)), kind.value_type)
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), flat, type=kind)
    return pa.array(values, kind)


def _forms(values: list[str]) -> dict[Form, int]:
    try:
        return moments_among(pa.array(values, pa.string()))
    except UnicodeEncodeError:
        # Half of a pair of surrogates: `build` names its row.
        return {Form.TEXT: 0}


def texts(values: Sequence[Any]) -> Sequence[Any]:
    """Give values as texts: texts as they are, all others as JSON writes them; null stays null."""
    if set(map(type, values)) <= {str, type(None)}:
        return values
    return [v if v is None or type(v) is str else json_text(v) for v in values]


def json_text(value: Any) -> str:
    """Write a value in JSON, decimals with all their digits."""
    if type(value) is dict:
        return "{" + ",".join(f"{json_text(k)}:{json_text(v)}" for k, v in value.items()) + "}"
    if type(value) is list:
        return "[" + ",".join(map(json_text, value)) + "]"
    return str(value) if type(value) is Decimal else json.dumps(value, ensure_ascii=False)


def _short(value: Any) -> str:
    text = json_text(value)
    return text if len(text) <= 60 else text[:57] + "..."
