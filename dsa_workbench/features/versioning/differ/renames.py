"""Renames that nobody told: a dropped and an added column that are one column.

Two columns of one type are one column when they share at least half of their segments, or when they were the key of
their version and share at least half of its values, or when all paired rows hold equal values in both. The pairing
must be one to one: a column with two candidates is left as dropped and added. A column with a single value proves
nothing, unless it stands between the same neighbours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np

from dsa_workbench.columns.codes import codes
from dsa_workbench.features.versioning.differ.cells import compare_cells
from dsa_workbench.features.versioning.differ.runs import Runs
from dsa_workbench.features.versioning.differ.schema import Matching
from dsa_workbench.features.versioning.differ.sides import ColumnPair, Side, Sides

_FIRST = 1000


def renames_by_segments(sides: Sides, matching: Matching) -> dict[str, str]:
    """Find renames before any row is paired: by shared segments, and of key columns by shared values."""
    return _one_to_one(sides, matching, lambda pair: _share_segments(sides, matching, pair) or _share_keys(sides, pair))


def renames_by_values(sides: Sides, matching: Matching, runs: Runs) -> dict[str, str]:
    """Find renames once rows are paired: columns that hold equal values in all paired rows."""
    if not runs.pairs:
        return {}
    return _one_to_one(sides, matching, lambda pair: _share_values(sides, matching, runs, pair))


def _one_to_one(sides: Sides, matching: Matching, same: Callable[[ColumnPair], bool]) -> dict[str, str]:
    found = [
        pair
        for old in matching.dropped
        for new in matching.added
        if sides.old.type(old) == sides.new.type(new) and same(pair := ColumnPair(old, new))
    ]
    old_counts, new_counts = Counter(p.old for p in found), Counter(p.new for p in found)
    return {p.old: p.new for p in found if old_counts[p.old] == 1 and new_counts[p.new] == 1}


def _share_segments(sides: Sides, matching: Matching, pair: ColumnPair) -> bool:
    old, new = sides.segments(pair)
    shared = Counter(old.tolist()) & Counter(new.tolist())
    if not shared or 2 * shared.total() < max(len(old), len(new)):
        return False
    chunk = int(np.flatnonzero(np.isin(old, list(shared)))[0])
    return _in_place(sides, matching, pair) or _varies(sides.old, pair.old, chunk)


def _share_keys(sides: Sides, pair: ColumnPair) -> bool:
    old_key, new_key = sides.old.version.key, sides.new.version.key
    if len(old_key) != len(new_key) or pair.old not in old_key or pair.new not in new_key:
        return False
    columns = [
        side.read([name], np.arange(side.chunks))[0] for side, name in ((sides.old, pair.old), (sides.new, pair.new))
    ]
    old, new = (np.unique(c) for c in codes(columns)[0])
    return len(np.intersect1d(old, new, assume_unique=True)) * 2 >= max(len(old), len(new), 1)


def _share_values(sides: Sides, matching: Matching, runs: Runs, pair: ColumnPair) -> bool:
    for some in (runs.first(_FIRST), runs):
        if len(compare_cells(sides, some, [pair])[pair.new].differing):
            return False
    if _in_place(sides, matching, pair):
        return True
    return any(_varies(sides.new, pair.new, chunk) for chunk in range(min(sides.new.chunks, 3)))


def _varies(side: Side, name: str, chunk: int) -> bool:
    """Tell whether a chunk holds two different values that are not null."""
    (column,) = side.read([name], np.array([chunk]))
    return len(np.unique(codes([column.drop_null()])[0][0])) > 1


def _in_place(sides: Sides, matching: Matching, pair: ColumnPair) -> bool:
    """Tell whether two columns stand between the same common columns."""
    place = []
    for side, name, common in (
        (sides.old, pair.old, {p.old: p.new for p in matching.common}),
        (sides.new, pair.new, {p.new: p.new for p in matching.common}),
    ):
        names = side.version.schema.names
        at = names.index(name)
        place.append((at and common.get(names[at - 1], ""), at + 1 < len(names) and common.get(names[at + 1], "")))
    return place[0] == place[1]
