"""Pairs of rows as runs: stretches in which consecutive old rows meet consecutive new rows.

A version that differs in a few places pairs millions of rows in few runs, so pairs are never held one by one.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs in order of the new rows: the rows from `old[i]` on meet those from `new[i]` on, `rows[i]` of them."""

    old: Positions
    new: Positions
    rows: Positions

    @property
    def pairs(self) -> int:
        """Count the pairs."""
        return int(self.rows.sum())

    @property
    def starts(self) -> Positions:
        """Give for each run the number of pairs before it."""
        return np.cumsum(self.rows) - self.rows

    def old_rows(self) -> Positions:
        """List the old position of every pair."""
        return stretches(self.old, self.rows)

    def new_rows(self) -> Positions:
        """List the new position of every pair."""
        return stretches(self.new, self.rows)

    def choose(self, mask: npt.NDArray[np.bool_] | Positions | slice) -> Runs:
        """Give some of the runs."""
        return Runs(self.old[mask], self.new[mask], self.rows[mask])

    def first(self, pairs: int) -> Runs:
        """Give the first pairs, by their new rows."""
        rows = np.clip(pairs - self.starts, 0, self.rows)
        return Runs(self.old, self.new, rows).choose(rows > 0)

    def new_of(self, pair: Positions) -> Positions:
        """Give the new positions of pairs by their number."""
        starts = self.starts
        run = np.searchsorted(starts, pair, "right") - 1
        return self.new[run] + (pair - starts[run])

    def old_at(self, new: Positions) -> Positions:
        """Give the old positions of paired new rows."""
        run = np.searchsorted(self.new, new, "right") - 1
        return self.old[run] + (new - self.new[run])


def stretches(starts: Positions, lengths: Positions) -> Positions:
    """List `start, start + 1, …` for each stretch."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(starts - (ends - lengths), lengths) + np.arange(total, dtype=np.int64)


def runs_of_pairs(old: Positions, new: Positions) -> Runs:
    """Make runs of single pairs, in any order."""
    if len(new) > 1 and (np.diff(new) < 0).any():
        order = np.argsort(new, kind="stable")
        old, new = old[order], new[order]
    return join_runs(Runs(old, new, np.ones(len(old), np.int64)))


def merge_runs(parts: list[Runs]) -> Runs:
    """Put runs of several origins together."""
    none = np.zeros(0, np.int64)
    old = np.concatenate([none, *(p.old for p in parts)])
    new = np.concatenate([none, *(p.new for p in parts)])
    rows = np.concatenate([none, *(p.rows for p in parts)])
    order = np.argsort(new, kind="stable")
    return join_runs(Runs(old, new, rows).choose(order[rows[order] > 0]))


def join_runs(runs: Runs) -> Runs:
    """Join runs that follow each other on both sides."""
    if not len(runs.old):
        return runs
    ends_old, ends_new = runs.old + runs.rows, runs.new + runs.rows
    first = np.ones(len(runs.old), np.bool_)
    first[1:] = (runs.old[1:] != ends_old[:-1]) | (runs.new[1:] != ends_new[:-1])
    at = np.flatnonzero(first)
    return Runs(runs.old[at], runs.new[at], np.add.reduceat(runs.rows, at))


def split_runs(runs: Runs, old_borders: Positions, new_borders: Positions) -> Runs:
    """Cut runs where a chunk begins on either side."""
    starts = runs.starts
    by_old = np.argsort(runs.old, kind="stable")
    cuts = [starts]
    for borders, begin, order in ((old_borders, runs.old, by_old), (new_borders, runs.new, None)):
        ordered = begin if order is None else begin[order]
        at = np.searchsorted(ordered, borders, "right") - 1
        borders, at = borders[at >= 0], at[at >= 0]
        run = at if order is None else order[at]
        inside = borders - begin[run]
        cuts.append((starts[run] + inside)[inside < runs.rows[run]])
    cut = distinct(np.concatenate(cuts))
    run = np.searchsorted(starts, cut, "right") - 1
    shift = cut - starts[run]
    rows = np.diff(np.append(cut, runs.pairs))
    return Runs(runs.old[run] + shift, runs.new[run] + shift, rows)


def distinct(values: Positions) -> Positions:
    """Sort and drop repeats; unlike `numpy.unique` it gains from values that are nearly in order."""
    values = np.sort(values, kind="stable")
    first = np.ones(len(values), np.bool_)
    first[1:] = values[1:] != values[:-1]
    return values[first]


def among(values: Positions, ascending: Positions) -> npt.NDArray[np.bool_]:
    """Tell which values are in an ascending list."""
    if not len(ascending):
        return np.zeros(len(values), np.bool_)
    place = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    found: npt.NDArray[np.bool_] = ascending[place] == values
    return found


def without(values: Positions, dropped: Positions) -> Positions:
    """Drop some of the ascending values."""
    return values[~among(values, np.sort(dropped))]


def uncovered(begin: Positions, rows: Positions, total: int) -> Positions:
    """List the positions below `total` that no stretch covers."""
    order = np.argsort(begin, kind="stable")
    gaps = np.append(begin[order], total)
    ends = np.concatenate([np.zeros(1, np.int64), begin[order] + rows[order]])
    return stretches(ends, gaps - ends)


def count_moved(runs: Runs) -> int:
    """Count the pairs that must be taken out for the others to stand in one order on both sides.

    That is all but a longest increasing subsequence (Schensted 1961; here a run at a time, since the values of a run
    follow each other and so overwrite one stretch of the piles).
    """
    if len(runs.old) < 2 or (np.diff(runs.old) > 0).all():
        return 0
    order = np.argsort(runs.old, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.cumsum(runs.rows[order]) - runs.rows[order]
    if runs.pairs < 8 * len(runs.rows):
        return runs.pairs - _longest_of_single(stretches(rank, runs.rows).tolist())
    piles = np.zeros(runs.pairs, np.int64)
    height = 0
    for begin, rows in zip(rank.tolist(), runs.rows.tolist(), strict=True):
        at = int(np.searchsorted(piles[:height], begin))
        piles[at : at + rows] = np.arange(begin, begin + rows)
        height = max(height, at + rows)
    return runs.pairs - height


def _longest_of_single(values: list[int]) -> int:
    piles: list[int] = []
    for value in values:
        at = bisect_left(piles, value)
        if at == len(piles):
            piles.append(value)
        else:
            piles[at] = value
    return len(piles)
