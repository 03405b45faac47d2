"""Columns as the cells of a sheet, in XML, without a loop over rows."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.errors import InvalidInput
from dsa_workbench.files.writing.json_text import nested_texts
from dsa_workbench.files.writing.package import Styles, column_letters
from dsa_workbench.files.writing.plain_text import is_nested, plain_texts

LONGEST_TEXT = 32_767
"""UTF-16 units in a cell."""
_WIDE = pa.large_string()
_WHOLE = 2**53
_DIGITS = 15
_EPOCH = -25_569
"""The first of January 1970 as a workbook counts days, negative. Day 1 is the first of January 1900."""
_FIRST, _LAST = 61, 2_958_465
"""The first of March 1900, the day after one that never was, and the last day of 9999."""
_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_ILLEGAL = r"[\x00-\x08\x0b-\x0c\x0d\x0e-\x1f\x{fffe}\x{ffff}]|_x[0-9A-Fa-f]{4}_"
_ILLEGAL_PYTHON = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


class SheetCells:
    """Turns batches into cells, and remembers what could not stay as it was."""

    def __init__(self, name: str, schema: pa.Schema, styles: Styles) -> None:
        self.name, self.schema, self._styles = name, schema, styles
        self._row = 0
        self._told: Counter[tuple[str, str]] = Counter()

    @property
    def notes(self) -> list[str]:
        """Say what became text, was rounded or lost its zone."""
        zoned = [f"{f.name} is in UTC: a workbook has no zones." for f in self.schema if _is_zoned(f.type)]
        return zoned + [f"{column}: {count:,} {what}." for (column, what), count in self._told.items()]

    def of(self, batch: pa.RecordBatch, numbers: Any) -> list[Any]:
        """Give a text for each column: its cells, null where there is none; `numbers` are those of the rows."""
        found = []
        for i, column in enumerate(batch.columns):
            cells = self._cells(column, i)
            start = pa.scalar(f'<c r="{column_letters(i)}', _WIDE)
            found.append(
                pc.binary_join_element_wise(start, numbers, pa.scalar('"', _WIDE), cells, pa.scalar("", _WIDE))
            )
        self._row += batch.num_rows
        return found

    def _cells(self, column: Any, index: int) -> Any:
        while isinstance(column, pa.ExtensionArray):
            column = column.storage
        kind, t = column.type, pa.types
        if t.is_dictionary(kind) or t.is_run_end_encoded(kind):
            return self._cells(column.cast(kind.value_type), index)
        if is_nested(kind):
            return self._texts(nested_texts(column), index)
        if t.is_boolean(kind):
            return _wrapped(' t="b"><v>', plain_texts(column, "1/0"), "</v></c>")
        if t.is_integer(kind):
            return self._whole(column, index)
        if t.is_floating(kind):
            fits = pc.is_finite(column)
            return self._numbers(plain_texts(column, "bare"), fits, index, "NaN or infinite numbers are text")
        if t.is_decimal(kind):
            style = f' s="{self._styles.decimals(kind.scale)}"' if 0 <= kind.scale <= _DIGITS else ""
            texts = plain_texts(column)
            fits = _short(texts)
            return self._numbers(texts, fits, index, f"decimals of more than {_DIGITS} digits are text", style)
        if t.is_timestamp(kind) or t.is_date(kind):
            return self._moments(column, index)
        if t.is_time(kind):
            ticks = column.cast(pa.int32() if kind.bit_width == 32 else pa.int64()).cast(pa.int64())
            return _number(_shares(ticks, _DAY[kind.unit]), f' s="{Styles.TIME}"')
        if t.is_duration(kind):
            return _number(_shares(column.cast(pa.int64()), _DAY[kind.unit]), f' s="{Styles.SPAN}"')
        return self._texts(plain_texts(column), index)

    def _whole(self, column: Any, index: int) -> Any:
        texts = plain_texts(column)
        if column.type.bit_width < 64:
            return _number(texts, "")
        fits = pc.less_equal(column, pa.scalar(_WHOLE, column.type))
        if pa.types.is_signed_integer(column.type):
            fits = pc.and_(fits, pc.greater_equal(column, pa.scalar(-_WHOLE, column.type)))
        return self._numbers(texts, fits, index, "whole numbers beyond 2**53 are text")

    def _moments(self, column: Any, index: int) -> Any:
        """Write days since the end of 1899, and the time of day as their fraction."""
        kind = column.type
        texts = plain_texts(column)
        if pa.types.is_timestamp(kind):
            ticks, day, style = column.cast(pa.int64()), _DAY[kind.unit], Styles.DATETIME
        else:
            ticks, day, style = column.cast(pa.date32()).cast(pa.int32()).cast(pa.int64()), 1, Styles.DATE
        days = pc.divide(ticks, day)
        days = pc.subtract(days, pc.less(pc.subtract(ticks, pc.multiply(days, day)), 0).cast(pa.int64()))
        rest = pc.subtract(ticks, pc.multiply(days, day))
        serial = pc.subtract(days, _EPOCH)
        fits = pc.and_(pc.greater_equal(serial, _FIRST), pc.less_equal(serial, _LAST))
        if day > _DAY["ms"]:
            whole = day // _DAY["ms"]
            cut = pc.subtract(rest, pc.multiply(pc.divide(rest, whole), whole))
            self._tell(index, "moments were rounded to milliseconds", pc.and_(fits, pc.not_equal(cut, 0)))
        numbers = serial.cast(pa.float64(), safe=False)
        if day > 1:
            numbers = pc.add(numbers, pc.divide(rest.cast(pa.float64(), safe=False), float(day)))
        what = "moments before March 1900 or after 9999 are text"
        return self._numbers(plain_texts(numbers, "bare"), fits, index, what, f' s="{style}"', texts)

    def _numbers(self, numbers: Any, fits: Any, index: int, what: str, style: str = "", texts: Any = None) -> Any:
        """Write numbers, and as text what does not fit."""
        cells = _number(numbers, style)
        if pc.all(fits).as_py() is not False:
            return cells
        self._tell(index, what, pc.invert(fits))
        return pc.if_else(fits, cells, self._texts(numbers if texts is None else texts, index))

    def _tell(self, index: int, what: str, where: Any) -> None:
        count = pc.sum(where).as_py()
        if count:
            self._told[self.schema.names[index], what] += count

    def _texts(self, texts: Any, index: int) -> Any:
        texts = texts.cast(_WIDE)
        self._check_lengths(texts, index)
        if pc.any(pc.match_substring_regex(texts, _ILLEGAL)).as_py():
            texts = pa.array([None if v is None else _legal(v) for v in texts.to_pylist()], _WIDE)
        if pc.any(pc.match_substring_regex(texts, "[&<>]")).as_py():
            for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
                texts = pc.replace_substring(texts, sign, entity)
        return _wrapped(' t="inlineStr"><is><t xml:space="preserve">', texts, "</t></is></c>")

    def _check_lengths(self, texts: Any, index: int) -> None:
        """Refuse a text that no cell holds."""
        long = pc.greater(pc.binary_length(texts), LONGEST_TEXT)
        if not pc.any(long).as_py():
            return
        for i in pc.indices_nonzero(long).to_pylist():
            units = len(texts[i].as_py().encode("utf-16-le")) // 2
            if units > LONGEST_TEXT:
                row, column = self._row + i + 1, self.schema.names[index]
                raise InvalidInput(
                    f"{self.name}, row {row:,}, column {column!r}: the text has {units:,} characters, "
                    f"and a cell of Excel holds {LONGEST_TEXT:,}.",
                    hint="Leave the column out with columns= (--columns), or export as CSV or Parquet.",
                    row=row, column=column,
                )  # fmt: skip


def inline_text(text: str) -> str:
    """Write one text as what stands in a cell."""
    return f'<is><t xml:space="preserve">{escape(_legal(text))}</t></is>'


def _legal(text: str) -> str:
    """Escape what XML cannot hold as Excel does: _x0001_, and an underscore that would begin such an escape."""
    return _ILLEGAL_PYTHON.sub(lambda m: f"_x{ord(m[0]):04X}_", text)


def _is_zoned(kind: Any) -> bool:
    return bool(pa.types.is_timestamp(kind) and kind.tz is not None)


def _short(texts: Any) -> Any:
    """Say of which numbers a workbook keeps all digits."""
    digits = pc.replace_substring_regex(texts, r"^-?0*\.?0*|[^0-9]", "")
    return pc.less_equal(pc.binary_length(digits), _DIGITS)


def _shares(ticks: Any, day: int) -> Any:
    return plain_texts(pc.divide(ticks.cast(pa.float64(), safe=False), float(day)), "bare")


def _number(texts: Any, style: str) -> Any:
    return _wrapped(f"{style}><v>", texts, "</v></c>")


def _wrapped(before: str, texts: Any, after: str) -> Any:
    start, end = pa.scalar(before, _WIDE), pa.scalar(after, _WIDE)
    return pc.binary_join_element_wise(start, texts.cast(_WIDE), end, pa.scalar("", _WIDE))
