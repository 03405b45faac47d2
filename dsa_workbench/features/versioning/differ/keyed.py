"""Pairing rows by key.

Where both versions declare the key it cannot repeat, so chunks with equal segments hold each other's rows and are not
read; nor are chunks whose key segments are equal, for their rows are in line. Only in the rest keys are read and
joined. A key that was only asked for may repeat: then all of it is read, and repeats are paired in order.

Under a profile, rows whose keys are equal by value are paired as ever. What is left over is paired by the normal forms
of its keys; those that become equal are repeats, and paired in order.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsa_workbench.features.versioning.differ.joining import join_columns
from dsa_workbench.features.versioning.differ.runs import Positions, Runs, merge_runs, runs_of_pairs, uncovered, without
from dsa_workbench.features.versioning.differ.sides import ColumnPair, Sides


def pair_by_key(sides: Sides, key: Sequence[ColumnPair], *, unique: bool) -> tuple[Runs, int]:
    """Pair the rows of two versions by key columns.

    Returns
    -------
    The pairs, and how many keys repeat.
    """
    old, new = np.arange(sides.old.chunks), np.arange(sides.new.chunks)
    parts = []
    if unique:
        # Equal chunks have equal key segments, so one match finds both kinds.
        left, right = sides.equal_chunks(key, old, new)
        parts.append(chunk_runs(sides, left, right))
        old, new = without(old, left), without(new, right)
    a = sides.old.read([p.old for p in key], old)
    b = sides.new.read([p.new for p in key], new)
    joined = join_columns(a, b)
    parts.append(runs_of_pairs(sides.old.rows_of(old)[joined.old], sides.new.rows_of(new)[joined.new]))
    runs = merge_runs(parts)
    if not sides.normalised(key):
        return runs, joined.repeats
    loose, repeats = _pair_rest(sides, key, runs)
    return merge_runs([runs, loose]), joined.repeats + repeats


def _pair_rest(sides: Sides, key: Sequence[ColumnPair], runs: Runs) -> tuple[Runs, int]:
    """Pair the rows that no run covers by the normal forms of their keys."""
    removed = uncovered(runs.old, runs.rows, sides.old.rows)
    added = uncovered(runs.new, runs.rows, sides.new.rows)
    if not len(removed) or not len(added):
        return merge_runs([]), 0
    old = sides.normal_forms(key, sides.old.take([p.old for p in key], removed))
    new = sides.normal_forms(key, sides.new.take([p.new for p in key], added))
    joined = join_columns(old, new)
    return runs_of_pairs(removed[joined.old], added[joined.new]), joined.repeats


def chunk_runs(sides: Sides, old: Positions, new: Positions) -> Runs:
    """Pair whole chunks row by row."""
    begin = sides.old.borders[old]
    return Runs(begin, sides.new.borders[new], sides.old.borders[old + 1] - begin)
