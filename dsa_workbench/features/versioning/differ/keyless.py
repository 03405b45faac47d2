"""Pairing rows without a key: a multiset difference, then edits in place.

Taking equal rows out of both sides leaves a multiset difference as it is. So first whole chunks with equal segments
go, unread. Then the rest is lined up by its most telling column, and lined up rows that prove equal in every column
go. What is still left is coded exactly over all columns, and counted; a row prefers its equal in the same gap.

Under a profile, equal rows meet first as ever; then rows of equal normal forms; edits come last, and a cell that the
profile tolerates counts as equal when they are weighed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dsa_workbench.columns.codes import codes
from dsa_workbench.columns.equality import Mask, equal_values, same_form
from dsa_workbench.columns.loosened import equal_under
from dsa_workbench.features.versioning.differ.cells import CellDiff, compare_cells
from dsa_workbench.features.versioning.differ.edits import Coded, gaps, pair_edits
from dsa_workbench.features.versioning.differ.joining import (
    column_codes,
    dense_codes,
    join_columns,
    pair_codes,
    row_codes,
)
from dsa_workbench.features.versioning.differ.keyed import chunk_runs
from dsa_workbench.features.versioning.differ.runs import (
    Positions,
    Runs,
    among,
    distinct,
    merge_runs,
    runs_of_pairs,
    uncovered,
    without,
)
from dsa_workbench.features.versioning.differ.sides import ColumnPair, Sides


def pair_by_rows(sides: Sides, pairs: Sequence[ColumnPair]) -> tuple[Runs, dict[str, CellDiff]]:
    """Pair equal rows, then edited ones; give the pairs and their changed cells by new column name."""
    if not pairs:
        return _without_columns(sides), {}
    old, new = np.arange(sides.old.chunks), np.arange(sides.new.chunks)
    left, right = sides.equal_chunks(pairs, old, new)
    whole = chunk_runs(sides, left, right)
    lined = _line_up(sides, pairs, without(old, left), without(new, right), whole)
    equal = merge_runs([whole, lined.equal])
    # By normal form a lined up row may have an equal elsewhere, which comes before any edit.
    edited = merge_runs([]) if sides.normalised(pairs) else _certain_edits(lined, equal, len(pairs))
    runs = merge_runs([equal, edited])
    cells = _only(lined.cells, merge_runs([lined.equal, edited]).new_rows())
    removed = uncovered(runs.old, runs.rows, sides.old.rows)
    added = uncovered(runs.new, runs.rows, sides.new.rows)
    if not len(removed) or not len(added):
        return runs, cells
    rest, rest_cells = _count_rows(sides, pairs, equal, removed, added, lined)
    return merge_runs([runs, rest]), _join_cells([cells, rest_cells])


def _without_columns(sides: Sides) -> Runs:
    """Pair rows that have no cells at all; rows with cells have nothing in common without a common column.

    Where the profile ignores all columns that both have, any row is equal to any other.
    """
    bare = not sides.old.version.schema.columns and not sides.new.version.schema.columns
    bare = bare or any(rules.ignored for rules in sides.rules.values())
    rows = np.array([min(sides.old.rows, sides.new.rows) if bare else 0], np.int64)
    return merge_runs([Runs(np.zeros(1, np.int64), np.zeros(1, np.int64), rows)])


@dataclass(frozen=True, slots=True)
class _Lined:
    """Rows lined up by one column: those equal in all columns, and all of them with their cells.

    `old_repeats` and `new_repeats` are the rows whose value in that column repeats. Any other row has no equal but
    the one that it is lined up with.
    """

    runs: Runs
    equal: Runs
    cells: dict[str, CellDiff]
    old_repeats: Positions
    new_repeats: Positions


def _line_up(sides: Sides, pairs: Sequence[ColumnPair], old: Positions, new: Positions, whole: Runs) -> _Lined:
    if not len(old) or not len(new):
        none = np.zeros(0, np.int64)
        return _Lined(merge_runs([]), merge_runs([]), {}, none, none)
    by = _telling_column(sides, pairs, int(old[0]), int(new[0]))
    joined = join_columns(sides.old.read([by.old], old), sides.new.read([by.new], new))
    old_rows, new_rows = sides.old.rows_of(old), sides.new.rows_of(new)
    runs = runs_of_pairs(old_rows[joined.old], new_rows[joined.new])
    cells = compare_cells(sides, runs, pairs)
    old_repeats, new_repeats = old_rows[joined.old_repeats], new_rows[joined.new_repeats]
    # A repeat that is only tolerated may have a true equal elsewhere.
    tolerated = np.concatenate([c.tolerated for c in cells.values()])
    tolerated = tolerated[among(tolerated, new_repeats)]
    edited = distinct(np.concatenate([tolerated, *(c.changed for c in cells.values())]))
    equal = _in_place(_less(runs, edited), new_repeats, whole)
    return _Lined(runs, equal, cells, old_repeats, new_repeats)


def _in_place(equal: Runs, repeats: Positions, whole: Runs) -> Runs:
    """Drop the pairs of repeats that do not stand in one gap: another of their equals may."""
    new = equal.new_rows()
    repeat = among(new, repeats)
    if not repeat.any():
        return equal
    old = equal.old_rows()
    single = merge_runs([whole, runs_of_pairs(old[~repeat], new[~repeat])])
    old_gaps, new_gaps = gaps(single, old, new)
    keep = ~repeat | (old_gaps == new_gaps)
    return runs_of_pairs(old[keep], new[keep])


def _less(runs: Runs, dropped: Positions) -> Runs:
    """Take the pairs of some new rows out."""
    if not len(dropped):
        return runs
    new = runs.new_rows()
    keep = ~among(new, dropped)
    return runs_of_pairs(runs.old_rows()[keep], new[keep])


def _certain_edits(lined: _Lined, equal: Runs, columns: int) -> Runs:
    """Find lined up rows that are edits of each other: in one gap, and equal in at least half of their cells."""
    none = np.zeros(0, np.int64)
    changed = np.sort(np.concatenate([none, *(c.changed for c in lined.cells.values())]))
    edited = distinct(changed)
    changes = np.diff(np.append(np.searchsorted(changed, edited), len(changed)))
    edited = edited[(2 * (columns - changes) >= columns) & ~among(edited, lined.new_repeats)]
    old = lined.runs.old_at(edited)
    old_gaps, new_gaps = gaps(equal, old, edited)
    here = old_gaps == new_gaps
    return runs_of_pairs(old[here], edited[here])


def _only(cells: Mapping[str, CellDiff], new_rows: Positions) -> dict[str, CellDiff]:
    """Keep the cells of some rows."""
    return {
        name: CellDiff(*(p[among(p, new_rows)] for p in (c.changed, c.reformed, c.tolerated)))
        for name, c in cells.items()
    }


def _telling_column(sides: Sides, pairs: Sequence[ColumnPair], old: int, new: int) -> ColumnPair:
    """Find the column that tells most rows apart, by one chunk of each side; numbers and times win over text.

    A column whose values both chunks share comes first: a time of writing tells all rows apart and pairs none.
    """
    a = sides.old.read([p.old for p in pairs], np.array([old]))
    b = sides.new.read([p.new for p in pairs], np.array([new]))
    best, chosen = (False, -1, False, 0), pairs[0]
    for place, (pair, left, right) in enumerate(zip(pairs, a, b, strict=True)):
        (x, y), count = codes([left, right])
        in_old, in_new = np.bincount(x, minlength=count), np.bincount(y, minlength=count)
        shared = bool((in_old[1:] * in_new[1:]).any())
        narrow = pa.types.is_primitive(sides.new.type(pair.new))
        rank = (shared, int(np.count_nonzero(in_old)), narrow, -place)
        if rank > best:
            best, chosen = rank, pair
    return chosen


def _count_rows(
    sides: Sides,
    pairs: Sequence[ColumnPair],
    runs: Runs,
    removed: Positions,
    added: Positions,
    lined: _Lined,
) -> tuple[Runs, dict[str, CellDiff]]:
    """Pair what is left: equal rows of one gap, then equal rows anywhere, then edits.

    `runs` are the surviving rows. Of the rows that were lined up only repeats can have an equal now.
    """
    old = sides.old.take([p.old for p in pairs], removed)
    new = sides.new.take([p.new for p in pairs], added)
    coded = column_codes(old, new)
    left, right = np.arange(len(removed)), np.arange(len(added))
    at_old = at_new = np.zeros(0, np.int64)
    some_old = np.flatnonzero(among(removed, lined.old_repeats))
    some_new = np.flatnonzero(among(added, lined.new_repeats))
    if len(some_old) and len(some_new):
        at_old, at_new = _equal_among(coded, runs, removed, added, some_old, some_new)
        runs = merge_runs([runs, runs_of_pairs(removed[at_old], added[at_new])])
        left, right = without(left, at_old), without(right, at_new)
    if sides.normalised(pairs):
        coded = column_codes(sides.normal_forms(pairs, old), sides.normal_forms(pairs, new))
        if len(left) and len(right):
            same_old, same_new = _equal_among(coded, runs, removed, added, left, right)
            runs = merge_runs([runs, runs_of_pairs(removed[same_old], added[same_new])])
            at_old, at_new = np.concatenate([at_old, same_old]), np.concatenate([at_new, same_new])
            left, right = without(left, same_old), without(right, same_new)
    if len(left) and len(right):
        some = [(a[left], b[right], count) for a, b, count in coded]
        near = [_tolerance(sides, p, a, b, left, right) for p, a, b in zip(pairs, old, new, strict=True)]
        edited_old, edited_new = pair_edits(some, *gaps(runs, removed[left], added[right]), near)
        at_old = np.concatenate([at_old, left[edited_old]])
        at_new = np.concatenate([at_new, right[edited_new]])
    cells = {p.new: _cells_at(sides, p, a, b, at_old, at_new, added) for p, a, b in zip(pairs, old, new, strict=True)}
    return runs_of_pairs(removed[at_old], added[at_new]), cells


def _equal_among(
    coded: Coded, runs: Runs, removed: Positions, added: Positions, left: Positions, right: Positions
) -> tuple[Positions, Positions]:
    """Pair equal rows among some of the removed and added ones; give their places in these."""
    some = [(a[left], b[right], count) for a, b, count in coded]
    at_old, at_new = _equal_rows(some, *gaps(runs, removed[left], added[right]))
    return left[at_old], right[at_new]


def _tolerance(
    sides: Sides, pair: ColumnPair, old: Any, new: Any, left: Positions, right: Positions
) -> Callable[[Positions, Positions], Mask] | None:
    """Give what tells which cells of two rows the profile tolerates, where codes cannot."""
    rules = sides.rules.get(pair.new)
    if rules is None or not rules.tolerate:
        return None
    return lambda a, b: equal_under(old.take(pa.array(left[a])), new.take(pa.array(right[b])), rules)


def _cells_at(
    sides: Sides, pair: ColumnPair, old: Any, new: Any, at_old: Positions, at_new: Positions, added: Positions
) -> CellDiff:
    """Compare one column of rows that were paired last; `old` and `new` are those that were left over before."""
    a, b = old.take(pa.array(at_old)), new.take(pa.array(at_new))
    equal = equal_values(a, b)
    rules = sides.rules.get(pair.new)
    same = equal if rules is None else equal_under(a, b, rules)
    reformed = equal & ~same_form(a, b) & ~b.is_null().to_numpy()
    rows = added[at_new]
    return CellDiff(*(np.sort(rows[mask]) for mask in (~same, reformed, same & ~equal)))


def _equal_rows(coded: Coded, old_gaps: Positions, new_gaps: Positions) -> tuple[Positions, Positions]:
    """Pair equal rows as often as they are on both sides, in their own gap first."""
    old, new, _ = dense_codes(*row_codes(coded)[:2])
    old_gap, new_gap, _ = dense_codes(old_gaps, new_gaps)
    values = int(max(old.max(), new.max())) + 1
    near_old, near_new = pair_codes(*dense_codes(old_gap * values + old, new_gap * values + new))
    far_old, far_new = without(np.arange(len(old)), near_old), without(np.arange(len(new)), near_new)
    a, b = pair_codes(old[far_old], new[far_new], values)
    return np.concatenate([near_old, far_old[a]]), np.concatenate([near_new, far_new[b]])


def _join_cells(parts: Sequence[Mapping[str, CellDiff]]) -> dict[str, CellDiff]:
    out: dict[str, CellDiff] = {}
    for part in parts:
        for name, cells in part.items():
            before = out.get(name)
            out[name] = cells if before is None else _join(before, cells)
    return out


def _join(a: CellDiff, b: CellDiff) -> CellDiff:
    pairs = (a.changed, b.changed), (a.reformed, b.reformed), (a.tolerated, b.tolerated)
    return CellDiff(*(np.sort(np.concatenate(pair)) for pair in pairs))
