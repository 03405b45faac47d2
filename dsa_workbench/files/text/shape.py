"""Where the table of a sample begins and ends: lines above it, a header or none, a delimiter behind the last cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

MOST_PREAMBLE = 60
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:[.,]\d+)?")
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}(?: .*)?|\d{1,2}:\d\d(?::\d\d)?"
)
_FIRST_YEAR, _LAST_YEAR = 1500, 2200


@dataclass(frozen=True, slots=True)
class Record:
    """One row as cells, and the line (from 0) in which it begins."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Shape:
    """The rows of the sample, the first of which is the header unless `header` says otherwise."""

    preamble: tuple[Record, ...]
    rows: tuple[Record, ...]
    trailing: bool
    header: bool
    reason: str
    """Why there is a header, or none."""

    @property
    def all_rows(self) -> tuple[Record, ...]:
        """Give the rows with the lines above them."""
        return (*self.preamble, *self.rows)


def find_shape(records: Sequence[Record], skip: int | None) -> Shape:
    """Find the table; `skip` is the number of lines above it where the user said so."""
    if skip is not None:
        start = next((i for i, r in enumerate(records) if r.line >= skip), len(records))
    else:
        start = _preamble(records)
    rows = records[start:]
    trailing = _is_trailing(rows)
    header, reason = _header([r.cells for r in rows])
    return Shape(tuple(records[:start]), tuple(rows), trailing, header, reason)


def _filled(record: Record) -> int:
    return sum(1 for c in record.cells if c.strip())


def _preamble(records: Sequence[Record]) -> int:
    """Count the rows above the table: thin ones, or ragged ones above what is surely a header."""
    if len(records) < 2:
        return 0
    # The end of the sample belongs to the table, whatever stands above it.
    width = Counter(len(r.cells) for r in records[len(records) // 2 :]).most_common(1)[0][0]
    times = sum(len(r.cells) == width for r in records)
    if width < 2:
        return 0
    start = next(i for i, r in enumerate(records) if len(r.cells) == width)
    if start and len(records[start - 1].cells) == width - 1 and _is_trailing(records[start - 1 :]):
        start -= 1
    if start and not (start <= MOST_PREAMBLE and _is_above(records, start, width, times)):
        return 0
    return start + _full_width(records[start:], width)


def _is_above(records: Sequence[Record], start: int, width: int, times: int) -> bool:
    rest = len(records) - start
    if rest < 2 or times < 0.8 * rest:
        return False
    above = records[:start]
    if all(_filled(r) <= max(1, width // 3) and len(r.cells) < width for r in above):
        return True
    # A line with commas in it may look like a row. What follows must be a header beyond doubt.
    below = [r.cells for r in records[start + 1 :]]
    many = rest >= 10 or all(len(r.cells) < width for r in above)
    return start <= 3 and times == rest and many and _is_heading(records[start].cells, below)


def _is_heading(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    if any(_NUMBER.fullmatch(c) or _MOMENT.fullmatch(c) for c in cells) or not all(c.strip() for c in cells):
        return False
    return any(kind_of([row[i] for row in below if i < len(row)]) for i in range(len(cells)))


def _full_width(records: Sequence[Record], width: int) -> int:
    """Count title lines that a spreadsheet filled up with delimiters: one cell, then nothing."""
    thin = 0
    while thin < min(len(records), MOST_PREAMBLE) and _filled(records[thin]) <= 1:
        thin += 1
    if not thin or width < 3 or thin + 1 >= len(records) or not records[0].cells[0].strip():
        return 0
    heading = records[thin]
    named = all(not _NUMBER.fullmatch(c) and not _MOMENT.fullmatch(c) for c in heading.cells)
    return thin if _filled(heading) >= max(3, width - 1) and named else 0


def _is_trailing(rows: Sequence[Record]) -> bool:
    """Say whether all rows but the header end in a delimiter with nothing behind it."""
    if len(rows) < 2:
        return False
    count = len(rows[0].cells)
    longer = [r for r in rows[1:] if len(r.cells) != count]
    return (
        len(longer) * 2 > len(rows) - 1
        and bool(rows[0].cells[-1].strip())
        and all(len(r.cells) == count + 1 and not r.cells[-1].strip() for r in longer)
    )


def kind_of(values: Sequence[str]) -> str:
    """Name what all values of a column are, `` where they are text or nothing."""
    there = [v.strip() for v in values if v.strip()]
    if not there:
        return ""
    if all(_NUMBER.fullmatch(v) for v in there):
        return "number"
    return "moment" if all(_MOMENT.fullmatch(v) for v in there) else ""


def _header(rows: Sequence[Sequence[str]]) -> tuple[bool, str]:
    """Say whether the first row holds names, and why; it does unless it looks like the rows below it."""
    if len(rows) < 2:
        filled = [c for c in rows[0] if c.strip()] if rows else []
        if filled and kind_of(filled[:1]):
            return False, f"{filled[0]!r} in the only row is a value"
        return True, "there is nothing below the first row to compare it with"
    first = [c.strip() for c in rows[0]]
    kinds = [kind_of([row[i] for row in rows[1:] if i < len(row)]) for i in range(len(first))]
    names = [i for i, cell in enumerate(first) if kinds[i] and cell and not kind_of([cell])]
    if names:
        return True, f"{first[names[0]]!r} stands above values of another kind"
    same = [i for i, cell in enumerate(first) if cell and kinds[i] and kind_of([cell]) == kinds[i]]
    if not same:
        return True, "the first row holds texts"
    if _are_years(first, rows[1:]) or _is_count(first, rows[1:]):
        return True, "the numbers in the first row are years, or count the columns"
    return False, f"{first[same[0]]!r} in the first row is a value like those below it"


def _are_years(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Recognise columns that are called after years; under a year that is a value, there are years as well."""
    numbers = [i for i, cell in enumerate(first) if _NUMBER.fullmatch(cell)]
    if any(_MOMENT.fullmatch(c) for c in first) or not all(_is_year(first[i]) for i in numbers):
        return False
    return not all(_is_year(row[i].strip()) for row in below for i in numbers if i < len(row) and row[i].strip())


def _is_year(cell: str) -> bool:
    return len(cell) == 4 and cell.isdigit() and _FIRST_YEAR <= int(cell) <= _LAST_YEAR


def _is_count(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Recognise columns that are called 0, 1, 2, ... or 1, 2, 3, ...: all of them, and no row is the same again."""
    filled = [c for c in first if c]
    if len(filled) < 2 or not all(c.isdigit() for c in filled) or list(first) in [[*map(str.strip, r)] for r in below]:
        return False
    values = [int(c) for c in filled]
    counts = all(b - a == 1 for a, b in pairwise(values))
    return counts and (values[0] == 0 or (values[0] == 1 and len(values) > 2))
