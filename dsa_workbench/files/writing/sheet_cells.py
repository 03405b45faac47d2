"""Columns as the values of cells, batch by batch: Arrow and numpy see to what a workbook cannot hold as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.errors import InvalidInput
from dsa_workbench.files.writing.json_text import nested_texts
from dsa_workbench.files.writing.plain_sheet import ExactFloat
from dsa_workbench.files.writing.plain_text import is_nested, plain_texts

LONGEST_TEXT = 32_767
"""UTF-16 units in a cell."""
_DATE, _DATETIME, _TIME, _SPAN = "yyyy\\-mm\\-dd", "yyyy\\-mm\\-dd\\ hh:mm:ss", "hh:mm:ss", "[h]:mm:ss"
_WHOLE = 2**53
_DIGITS = 15
_EPOCH = -25_569
"""The first of January 1970 as a workbook counts days, negative. Day 1 is the first of January 1900."""
_FIRST, _LAST = 61, 2_958_465
"""The first of March 1900, the day after one that never was, and the last day of 9999."""
_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_WHOLES = "all numbers are whole, and a workbook does not tell them from whole numbers"
_MIDNIGHTS = "all moments are midnights, and a workbook does not tell them from dates"
_EXACT = np.frompyfunc(ExactFloat, 1, 1)


@dataclass(frozen=True, slots=True)
class Cells:
    """A column of values of Python, None where there is no cell; in a mixed one some numbers had to become texts."""

    kind: Literal["text", "number", "boolean", "mixed"]
    values: list[Any]
    style: Any = None
    """XlsxWriter's format of the numbers."""


class SheetCells:
    """Turns batches into cells, and remembers what could not stay as it was; `style` makes a style of a format."""

    def __init__(self, name: str, schema: pa.Schema, style: Callable[[str], Any]) -> None:
        self.name, self.schema, self._style = name, schema, style
        self._row = 0
        self._told: Counter[tuple[str, str]] = Counter()
        self._alike: dict[tuple[str, str], bool] = {}
        """By column and what its values may all be: whether they were so far."""

    @property
    def notes(self) -> list[str]:
        """Say what became text, was rounded, lost its zone, or will be taken for another type."""
        zoned = [f"{f.name} is in UTC: a workbook has no zones." for f in self.schema if _is_zoned(f.type)]
        told = [f"{column}: {count:,} {what}." for (column, what), count in self._told.items()]
        return zoned + told + [f"{column}: {what}." for (column, what), alike in self._alike.items() if alike]

    def of(self, batch: pa.RecordBatch) -> list[Cells]:
        """Give the cells of each column."""
        found = [self._cells(column, i) for i, column in enumerate(batch.columns)]
        self._row += batch.num_rows
        return found

    def _cells(self, column: Any, index: int) -> Cells:
        while isinstance(column, pa.ExtensionArray):
            column = column.storage
        kind, t = column.type, pa.types
        if t.is_dictionary(kind) or t.is_run_end_encoded(kind):
            return self._cells(column.cast(kind.value_type), index)
        if is_nested(kind):
            return self._texts(nested_texts(column), index)
        if t.is_boolean(kind):
            return Cells("boolean", _values(column).tolist())
        if t.is_integer(kind):
            return self._whole(column, index)
        if t.is_floating(kind):
            # A float of 32 bits is 0.1 and not 0.10000000149011612: what counts is its shortest text.
            numbers = column if kind == pa.float64() else plain_texts(column, "bare").cast(pa.float64())
            self._note_alike(index, _WHOLES, pc.equal(pc.trunc(numbers), numbers))
            return self._numbers(column, numbers, pc.is_finite(column), index, "NaN or infinite numbers are text")
        if t.is_decimal(kind):
            return self._decimals(column, index)
        if t.is_timestamp(kind) or t.is_date(kind):
            return self._moments(column, index)
        if t.is_time(kind):
            ticks = column.cast(pa.int32() if kind.bit_width == 32 else pa.int64()).cast(pa.int64())
            return Cells("number", _values(_shares(ticks, _DAY[kind.unit])).tolist(), self._style(_TIME))
        if t.is_duration(kind):
            return Cells("number", _values(_shares(column, _DAY[kind.unit])).tolist(), self._style(_SPAN))
        return self._texts(plain_texts(column), index)

    def _whole(self, column: Any, index: int) -> Cells:
        if column.type.bit_width < 64:
            return Cells("number", _values(column).tolist())
        fits = pc.less_equal(column, pa.scalar(_WHOLE, column.type))
        if pa.types.is_signed_integer(column.type):
            fits = pc.and_(fits, pc.greater_equal(column, pa.scalar(-_WHOLE, column.type)))
        return self._numbers(column, column, fits, index, "whole numbers beyond 2**53 are text")

    def _decimals(self, column: Any, index: int) -> Cells:
        scale = column.type.scale
        places = "0." + "0" * scale if scale else "0"
        style = self._style(places) if 0 <= scale <= _DIGITS else None
        texts = plain_texts(column)
        # By their texts, which are rounded once: a cast from decimals may be off in the last place.
        what = f"decimals of more than {_DIGITS} digits are text"
        return self._numbers(column, texts.cast(pa.float64()), _short(texts), index, what, style)

    def _moments(self, column: Any, index: int) -> Cells:
        """Give days since the end of 1899, and the time of day as their fraction."""
        kind = column.type
        if pa.types.is_timestamp(kind):
            ticks, day, style = column.cast(pa.int64()), _DAY[kind.unit], _DATETIME
            self._note_alike(index, _MIDNIGHTS, pc.equal(pc.multiply(pc.divide(ticks, day), day), ticks))
        else:
            ticks, day, style = column.cast(pa.date32()).cast(pa.int32()).cast(pa.int64()), 1, _DATE
        days = pc.divide(ticks, day)
        days = pc.subtract(days, pc.less(pc.subtract(ticks, pc.multiply(days, day)), 0).cast(pa.int64()))
        rest = pc.subtract(ticks, pc.multiply(days, day))
        serial = pc.subtract(days, _EPOCH)
        fits = pc.and_(pc.greater_equal(serial, _FIRST), pc.less_equal(serial, _LAST))
        if day > _DAY["ms"]:
            whole = day // _DAY["ms"]
            cut = pc.subtract(rest, pc.multiply(pc.divide(rest, whole), whole))
            self._tell(index, "moments were rounded to milliseconds", pc.and_(fits, pc.not_equal(cut, 0)))
        numbers = serial if day == 1 else pc.add(serial.cast(pa.float64(), safe=False), _shares(rest, day))
        what = "moments before March 1900 or after 9999 are text"
        return self._numbers(column, numbers, fits, index, what, self._style(style))

    def _numbers(self, column: Any, numbers: Any, fits: Any, index: int, what: str, style: Any = None) -> Cells:
        """Give numbers, and as text what does not fit."""
        values = _values(numbers)
        if pc.all(fits).as_py() is not False:
            return Cells("number", values.tolist(), style)
        unfit = pc.invert(fits)
        self._tell(index, what, unfit)
        where = unfit.fill_null(False).to_numpy(zero_copy_only=False)
        values[where] = plain_texts(column, "bare" if pa.types.is_floating(column.type) else "").filter(unfit)
        return Cells("mixed", values.tolist(), style)

    def _tell(self, index: int, what: str, where: Any) -> None:
        count = pc.sum(where).as_py()
        if count:
            self._told[self.schema.names[index], what] += count

    def _note_alike(self, index: int, what: str, so: Any) -> None:
        """Note whether all values are so; a batch of nulls says nothing."""
        if so.null_count < len(so):
            key = self.schema.names[index], what
            self._alike[key] = self._alike.get(key, True) and pc.all(so).as_py()

    def _texts(self, texts: Any, index: int) -> Cells:
        self._check_lengths(texts, index)
        return Cells("text", texts.to_numpy(zero_copy_only=False).tolist())

    def _check_lengths(self, texts: Any, index: int) -> None:
        """Refuse a text that no cell holds."""
        long = pc.greater(pc.binary_length(texts), LONGEST_TEXT)
        if not pc.any(long).as_py():
            return
        for i in pc.indices_nonzero(long).to_pylist():
            found = units(texts[i].as_py())
            if found > LONGEST_TEXT:
                row, column = self._row + i + 1, self.schema.names[index]
                raise InvalidInput(
                    f"{self.name}, row {row:,}, column {column!r}: the text has {found:,} characters, "
                    f"and a cell of Excel holds {LONGEST_TEXT:,}.",
                    hint="Leave the column out with columns= (--columns), or export as CSV or Parquet.",
                    row=row, column=column,
                )  # fmt: skip


def units(text: str) -> int:
    """Count the characters of a text as Excel does."""
    return len(text.encode("utf-16-le")) // 2


def _values(column: Any) -> Any:
    """Give numbers or booleans as an array of Python's own, None for null: far faster than `to_pylist`."""
    plain = column.fill_null(pa.scalar(0).cast(column.type)).to_numpy(zero_copy_only=False)
    values = _EXACT(plain) if pa.types.is_floating(column.type) else plain.astype(object)
    if column.null_count:
        values[column.is_null().to_numpy(zero_copy_only=False)] = None
    return values


def _is_zoned(kind: Any) -> bool:
    return bool(pa.types.is_timestamp(kind) and kind.tz is not None)


def _short(texts: Any) -> Any:
    """Say of which numbers a workbook keeps all digits."""
    digits = pc.replace_substring_regex(texts, r"^-?0*\.?0*|[^0-9]", "")
    return pc.less_equal(pc.binary_length(digits), _DIGITS)


def _shares(ticks: Any, day: int) -> Any:
    """Give the part of a day, or days and their part."""
    return pc.divide(ticks.cast(pa.int64()).cast(pa.float64(), safe=False), float(day))
