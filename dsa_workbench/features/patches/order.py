"""The order of rows: which of them moved, and where in another table the place of an old row is."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from dsa_workbench.features.versioning.differ.runs import Positions, Runs, stretches


def moved_pairs(runs: Runs) -> tuple[Positions, Positions]:
    """Find the fewest paired rows that must move to bring the others into one order; give (old, new) positions.

    Rows of one run stay or move together: what stands before one of them in both orders stands before all. So the rows
    that stay are the heaviest rising sequence of runs.
    """
    none = np.zeros(0, np.int64)
    if len(runs.old) < 2 or (np.diff(runs.old) > 0).all():
        return none, none
    stays = np.zeros(len(runs.old), np.bool_)
    stays[heaviest_rising(runs.old.tolist(), runs.rows.tolist())] = True
    moved = runs.choose(~stays)
    return stretches(moved.old, moved.rows), stretches(moved.new, moved.rows)


def heaviest_rising(values: list[int], weights: list[int]) -> list[int]:
    """Find the rising subsequence of greatest weight.

    `ends` are the last values of the sequences worth keeping, rising, and `totals` their weights, rising too: a
    sequence that ends higher and weighs no more is of no use.
    """
    ends: list[int] = []
    totals: list[int] = []
    at: list[int] = []
    before = [-1] * len(values)
    for i, (value, weight) in enumerate(zip(values, weights, strict=True)):
        place = bisect_left(ends, value)
        total = weight
        if place:
            total += totals[place - 1]
            before[i] = at[place - 1]
        stop = place
        while stop < len(ends) and totals[stop] <= total:
            stop += 1
        ends[place:stop], totals[place:stop], at[place:stop] = [value], [total], [i]
    out = []
    last = at[-1]
    while last >= 0:
        out.append(last)
        last = before[last]
    return out[::-1]


def row_before(absent_old: Positions, absent_new: Positions, new: Positions) -> Positions:
    """Say which old row that stays in place stands before each of some new rows that do not; -1: none.

    `absent_old` are the old rows that were removed or moved, `absent_new` the new ones that were added or moved, both
    ascending; `new` are some of these. What is left on both sides stands in one order, so ranks tell.
    """
    rank = new - np.searchsorted(absent_new, new) - 1
    skipped = absent_old - np.arange(len(absent_old))
    return np.where(rank < 0, -1, rank + np.searchsorted(skipped, rank, "right"))


def follow(rows: Positions, anchors: tuple[Positions, Positions], old_rows: int, target_rows: int) -> Positions:
    """Say where the places of old rows are in another table; -1 for the place before the first.

    `anchors` are old rows and where they were found. A place keeps its distance to the nearest anchor, the beginning
    and the end of the table among them, and never passes the next.
    """
    old, target = anchors
    order = np.argsort(old, kind="stable")
    old, target = old[order], target[order]
    rising = target > np.maximum.accumulate(np.append(-1, target))[:-1]
    old = np.concatenate([[-1], old[rising], [max(old_rows, int(old.max(initial=-1)) + 1)]])
    target = np.concatenate([[-1], target[rising], [target_rows]])
    low = np.clip(np.searchsorted(old, rows, "right") - 1, 0, len(old) - 2)
    ahead, behind = old[low + 1] - rows, rows - old[low]
    place = np.where(behind <= ahead, target[low] + behind, target[low + 1] - ahead)
    return np.asarray(np.clip(place, target[low], target[low + 1] - 1), np.int64)
