"""Without a key: which removed and which added row are one edited row.

Only rows in one gap are paired: those that stand between the same surviving neighbours. Two rows are one edited row
when at least half of their cells are equal, and at least one. Pairs that share more cells come first, then pairs at
the same place in their gap, then earlier rows; so the result depends on nothing but the rows. What is left over
stays removed and added.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsa_workbench.columns.codes import Codes
from dsa_workbench.features.versioning.differ.joining import dense_codes, pair_codes
from dsa_workbench.features.versioning.differ.runs import Positions, Runs, without

_ROUNDS = 64

Coded = Sequence[tuple[Codes, Codes, int]]
"""For each column the codes of the removed rows, of the added rows, and how many codes there can be."""

Near = Callable[[Positions, Positions], npt.NDArray[np.bool_]]
"""Tells which pairs of a removed and an added row, by index, hold cells that count as equal."""


def gaps(runs: Runs, removed: Positions, added: Positions) -> tuple[Positions, Positions]:
    """Name the gap in which each row stands by the new position of the surviving row before it; -1 for none."""
    order = np.argsort(runs.old, kind="stable")
    return (
        _survivor_before(removed, runs.old[order], (runs.new + runs.rows - 1)[order]),
        _survivor_before(added, runs.new, runs.new + runs.rows - 1),
    )


def _survivor_before(rows: Positions, begin: Positions, last: Positions) -> Positions:
    at = np.searchsorted(begin, rows, "right") - 1
    out = np.full(len(rows), -1, np.int64)
    out[at >= 0] = last[at[at >= 0]]
    return out


def pair_edits(
    coded: Coded, old_gaps: Positions, new_gaps: Positions, near: Sequence[Near | None] = ()
) -> tuple[Positions, Positions]:
    """Pair removed rows with added rows that are their edited form; give (removed, added) indices.

    `near` tells, by column, which cells of other codes count as equal all the same.
    """
    old_gap, new_gap, gap_count = dense_codes(old_gaps, new_gaps)
    rows = np.arange(len(old_gap)), np.arange(len(new_gap))
    waiting = _Waiting(coded, near or [None] * len(coded), old_gap, new_gap, gap_count, *rows, [], [])
    waiting.take_all_but_one_in_place()
    waiting.take_all_but_one()
    for _ in range(_ROUNDS):
        if not waiting.take_best():
            break
    none = np.zeros(0, np.int64)
    return np.concatenate([none, *waiting.paired_old]), np.concatenate([none, *waiting.paired_new])


@dataclass(slots=True)
class _Waiting:
    """The rows that are not paired yet, as ascending indices, and the pairs so far."""

    coded: Coded
    near: Sequence[Near | None]
    old_gap: Codes
    new_gap: Codes
    gap_count: int
    old: Positions
    new: Positions
    paired_old: list[Positions]
    paired_new: list[Positions]

    def score(self, old: Positions, new: Positions) -> Positions:
        """Count the equal cells of pairs."""
        out = np.zeros(len(old), np.int64)
        for (left, right, _), near in zip(self.coded, self.near, strict=True):
            out += left[old] == right[new] if near is None else near(old, new)
        return out

    def enough(self, score: Positions) -> Positions:
        """Choose the pairs that share enough cells."""
        return np.flatnonzero((2 * score >= len(self.coded)) & (score > 0))

    def accept(self, old: Positions, new: Positions) -> bool:
        """Take pairs out of the rows that wait."""
        self.paired_old.append(old)
        self.paired_new.append(new)
        self.old = without(self.old, old)
        self.new = without(self.new, new)
        return bool(len(old))

    def in_place(self) -> tuple[Positions, Positions]:
        """Pair the first with the first of each gap, and so on."""
        a, b = pair_codes(self.old_gap[self.old], self.new_gap[self.new], self.gap_count)
        return self.old[a], self.new[b]

    def take_all_but_one_in_place(self) -> None:
        """Accept rows at the same place of their gap that differ in one cell: no other pair can share more."""
        old, new = self.in_place()
        score = self.score(old, new)
        good = self.enough(score)
        good = good[score[good] >= len(self.coded) - 1]
        self.accept(old[good], new[good])

    def take_all_but_one(self) -> None:
        """Accept rows of one gap that differ in one cell, in order of occurrence, column by column."""
        if not len(self.old) or not len(self.new) or len(self.coded) < 2:
            return
        # The hash of a row without a column is the sum of its cells' hashes less that one; scores prove the pairs.
        hashes = [(_mix(a, i), _mix(b, i)) for i, (a, b, _) in enumerate(self.coded, 1)]
        old_sum = _mix(self.old_gap, 0) + np.sum([a for a, _ in hashes], axis=0)
        new_sum = _mix(self.new_gap, 0) + np.sum([b for _, b in hashes], axis=0)
        for left, right in hashes:
            if not len(self.old) or not len(self.new):
                return
            a, b = pair_codes(*dense_codes((old_sum - left)[self.old], (new_sum - right)[self.new]))
            old, new = self.old[a], self.new[b]
            good = (self.score(old, new) >= len(self.coded) - 1) & (self.old_gap[old] == self.new_gap[new])
            self.accept(old[good], new[good])

    def take_best(self) -> bool:
        """Accept the best of the likely pairs; tell whether there were any."""
        if not len(self.old) or not len(self.new):
            return False
        old, new = self.likely()
        score = self.score(old, new)
        good = self.enough(score)
        old, new, score = old[good], new[good], score[good]
        shift = np.abs(self.place(self.old, self.old_gap)[old] - self.place(self.new, self.new_gap)[new])
        order = np.lexsort((new, old, shift, -score))
        old, new = old[order], new[order]
        taken_old, taken_new = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for _ in range(_ROUNDS):
            best = np.intersect1d(np.unique(old, return_index=True)[1], np.unique(new, return_index=True)[1])
            if not len(best):
                break
            taken_old.append(old[best])
            taken_new.append(new[best])
            rest = ~(np.isin(old, old[best]) | np.isin(new, new[best]))
            old, new = old[rest], new[rest]
        return self.accept(np.concatenate(taken_old), np.concatenate(taken_new))

    def likely(self) -> tuple[Positions, Positions]:
        """List likely pairs: at the same place of a gap from its start or its end, or alone in it with a value."""
        old, new = [], []
        a, b = self.in_place()
        old.append(a)
        new.append(b)
        a, b = pair_codes(self.old_gap[self.old[::-1]], self.new_gap[self.new[::-1]], self.gap_count)
        old.append(self.old[::-1][a])
        new.append(self.new[::-1][b])
        for left, right, count in self.coded:
            a, b, values = dense_codes(
                self.old_gap[self.old] * count + left[self.old],
                self.new_gap[self.new] * count + right[self.new],
            )
            single = (np.bincount(a, minlength=values) == 1) & (np.bincount(b, minlength=values) == 1)
            place = np.zeros(values, np.int64)
            place[a] = self.old
            hit = np.flatnonzero(single[b])
            old.append(place[b[hit]])
            new.append(self.new[hit])
        pairs = np.unique(np.stack([np.concatenate(old), np.concatenate(new)]), axis=1)
        return pairs[0], pairs[1]

    def place(self, rows: Positions, gap: Codes) -> Positions:
        """Count for each waiting row those before it in its gap."""
        out = np.zeros(len(gap), np.int64)
        counts = np.bincount(gap[rows], minlength=self.gap_count)
        order = np.argsort(gap[rows], kind="stable")
        first = np.cumsum(counts) - counts
        out[rows[order]] = np.arange(len(rows)) - first[gap[rows][order]]
        return out


def _mix(values: Codes, salt: int) -> Codes:
    """Scatter codes over 64 bits (the finalizer of SplitMix64, Steele et al. 2014)."""
    x = values.astype(np.uint64) + np.uint64((salt + 1) * 0x9E3779B97F4A7C15 % 2**64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (x ^ (x >> np.uint64(31))).view(np.int64)
