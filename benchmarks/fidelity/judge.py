"""Holds what a reader made of a file to what is known of it: one function for all tools."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.fidelity.reading import Grid, Outcome, Written
from benchmarks.fidelity.shown import same_as_shown
from benchmarks.fidelity.truth import Records, Truth
from benchmarks.fidelity.values import is_nothing, same

RIGHT, REFUSED, UNKNOWN = "as expected", "refused rightly", "no truth"
WRONG = ("rows", "header", "cells", "refused", "read", "crash", "hang", "memory")

MOST_TITLES = 60

_MADE_UP = re.compile(
    r"c\d+(_\d+)?|column_?\d+|f\d+|Unnamed: ?\d+(_level_\d+)?(\.\d+)?|__UNNAMED__\d+|_duplicated_\d+|"
)
"""Names that a reader gives to columns without one."""
_AGAIN = re.compile(r"(_\d+|\.\d+|_duplicated_\d+|\(\d+\))$")
"""What a reader puts behind a name that repeats."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One of the words above, and why."""

    word: str
    why: str = ""

    @property
    def is_wrong(self) -> bool:
        """Say whether it is one of the faults."""
        return self.word in WRONG

    def without(self, folder: str) -> Verdict:
        """Leave out where the corpora lie."""
        return Verdict(self.word, self.why.replace(folder, ""))


def judge(outcome: Outcome, truth: Truth) -> Verdict:
    """Say how a tool did on a file."""
    verdict = _held_to(outcome, truth)
    if verdict.is_wrong and truth.second is not None:
        other = _held_to(outcome, truth.second)
        return verdict if other.is_wrong else other
    return verdict


def _held_to(outcome: Outcome, truth: Truth) -> Verdict:
    if outcome.broke:
        return Verdict(outcome.broke, outcome.refusal)
    if truth.unreadable:
        if outcome.reading is None or not any(g.count or g.names for g in outcome.reading.tables.values()):
            return Verdict(REFUSED)
        return Verdict("read", "it cannot be read, and something was")
    if outcome.reading is None:
        if truth.ragged:
            return Verdict(REFUSED)
        return Verdict("refused", outcome.refusal) if truth.source else Verdict(UNKNOWN, outcome.refusal)
    if not truth.source:
        return Verdict(UNKNOWN)
    if truth.names is not None:
        return _parquet(next(iter(outcome.reading.tables.values())), truth)
    if truth.sheets or (truth.records is None and truth.count is None):
        return _workbook(outcome.reading.tables, truth)
    return _table(next(iter(outcome.reading.tables.values()), Grid([], [], 0)), truth)


def judge_dialect(written: Written | None, truth: Truth) -> bool | None:
    """Say whether the dialect was found; None where nobody annotated it."""
    if truth.delimiter is None:
        return None
    if written is None or (written.delimiter or "").strip(" ") != truth.delimiter.strip(" "):
        return False
    return truth.quote is None or written.quote == truth.quote


def judge_count(outcome: Outcome, truth: Truth) -> bool | None:
    """Say whether the number of rows is right; None where it is not known, or where no two rows need be alike."""
    if truth.unreadable or truth.names is not None or truth.sheets or truth.ragged:
        return None
    counts = _counts(truth)
    if not counts:
        return None
    if outcome.reading is None:
        return False
    table = next(iter(outcome.reading.tables.values()), Grid([], [], 0))
    return table.count in counts or len(_filled(table.rows)) in counts


def _counts(truth: Truth) -> set[int]:
    if truth.records is None:
        return set() if truth.count is None else {truth.count, truth.count + 1}
    total = len(truth.records)
    if truth.header is not None:
        return {total - 1} if truth.header else {total}
    return {total - 1, total, *(total - 1 - above for above in _titles(truth.records))}


# ------------------------------------------------------------------------------------------------------ CSV


def _table(table: Grid, truth: Truth) -> Verdict:
    if truth.records is None:
        found = table.count in _counts(truth)
        return Verdict(RIGHT) if found else Verdict("rows", f"{table.count} rows where there are {truth.count}")
    attempts = []
    if truth.header is not False:
        attempts.append(_with_header(table, truth.records))
    if not truth.header:
        attempts.append(_rows(table, truth.records))
    if truth.header is None:
        attempts += [_with_header(table, truth.records[above:]) for above in _titles(truth.records)]
    return next((a for a in attempts if a.word == RIGHT), attempts[0])


def _titles(records: Records) -> Iterator[int]:
    """Count the lines above a table that nobody annotated: to leave them out is as right as to keep them."""
    usual = Counter(map(len, records)).most_common(1)[0][0] if records else 0
    for above, record in enumerate(records[:MOST_TITLES]):
        before = records[:above]
        fuller = _breadth(record) > max(map(_breadth, before), default=0)
        if above and (fuller or (len(record) == usual and all(len(r) != usual for r in before))):
            yield above


def _breadth(record: Sequence[Any]) -> int:
    return sum(not is_nothing(cell) for cell in record)


def _with_header(table: Grid, records: Records) -> Verdict:
    rows = _rows(table, records[1:])
    if rows.word != RIGHT:
        return rows
    for i, want in enumerate(str(c).strip() for c in records[0]):
        if i >= len(table.names):
            return Verdict("header", f"column {i + 1} is missing")
        if not _same_name(table.names[i], want):
            return Verdict("header", f"column {i + 1} is called {table.names[i]!r:.40} where it is {want!r:.40}")
    return rows


def _same_name(got: str, want: str) -> bool:
    got = got.strip()
    return got == want or _AGAIN.sub("", got) == want or (not want and _MADE_UP.fullmatch(got) is not None)


def _rows(table: Grid, records: Records) -> Verdict:
    rows: Sequence[Sequence[Any]] = table.rows
    want: Sequence[Sequence[Any]] = records
    if table.count != len(want):
        # Some drop blank lines, some keep them as rows of nothing: both are right.
        rows, want = _filled(rows), _filled(want)
        if len(rows) != len(want):
            return Verdict("rows", f"{table.count} rows where there are {len(records)}")
    for number, (got, told) in enumerate(zip(rows, want, strict=False), start=1):
        for i in range(max(len(got), len(told))):
            a, b = got[i] if i < len(got) else None, told[i] if i < len(told) else None
            if not same(a, b):
                return Verdict("cells", f"row {number}, column {i + 1}: {a!r:.40} where there is {b!r:.40}")
    return Verdict(RIGHT)


def _filled(rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
    return [row for row in rows if not all(is_nothing(cell) for cell in row)]


# ---------------------------------------------------------------------------------------------------- Excel


def _workbook(tables: dict[str, Grid], truth: Truth) -> Verdict:
    """Compare the cells that hold something, row by row; where a table begins is no matter of right and wrong."""
    for name, witnesses in truth.sheets.items():
        if not any(witnesses[0]):
            continue
        table = tables.get(name)
        if table is None:
            return Verdict("rows", f"sheet {name!r} is missing")
        names = [n for n in table.names if not _MADE_UP.fullmatch(n)]
        cells = [c for row in table.rows for c in row if not is_nothing(c)]
        ways = [want[above:] for want in witnesses for above in (0, *_titles(want))]
        found = [_sheet(names, cells, [c for row in way for c in row]) for way in ways]
        if not any(f.word == RIGHT for f in found):
            return Verdict(found[0].word, f"sheet {name!r}: {found[0].why}")
    return Verdict(RIGHT)


def _sheet(names: Sequence[str], cells: Sequence[Any], told: Sequence[Any]) -> Verdict:
    flat = [*names, *cells]
    i = 0
    for cell in told:
        there = flat[i] if i < len(flat) else None
        if same_as_shown(there, cell) or (i < len(names) and same_as_shown(_AGAIN.sub("", names[i]), cell)):
            i += 1
        # An error has no value; a name may look like one that was made up.
        elif not (isinstance(cell, str) and (cell.startswith("#") or _MADE_UP.fullmatch(cell))):
            return Verdict("cells", f"{there!r:.40} where there is {cell!r:.40}")
    return Verdict(RIGHT) if i >= len(flat) else Verdict("cells", f"{flat[i]!r:.40} where there is nothing more")


# -------------------------------------------------------------------------------------------------- Parquet


def _parquet(table: Grid, truth: Truth) -> Verdict:
    if table.count != truth.count:
        return Verdict("rows", f"{table.count} rows where there are {truth.count}")
    names = list(truth.names or ())
    missing = [n for n in names if n not in table.names]
    if missing and truth.count:
        return Verdict("header", f"column {missing[0]!r} is missing")
    for number, (got, want) in enumerate(zip(table.rows, truth.rows, strict=False), start=1):
        cells = dict(zip(table.names, got, strict=False))
        for name, value in want.items():
            # A name that repeats says nothing about which column was meant.
            if names.count(name) == 1 and not same(cells.get(name), value):
                return Verdict("cells", f"row {number}, {name}: {cells.get(name)!r:.40} where there is {value!r:.40}")
    return Verdict(RIGHT)
