"""Pairing rows by integer codes: the first of a kind with the first of its kind, the second with the second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dsa_workbench.columns.codes import Codes, codes, comparable
from dsa_workbench.features.versioning.differ.runs import Positions

_ROOM = 2**62


def pair_codes(old: Codes, new: Codes, count: int) -> tuple[Positions, Positions]:
    """Pair equal codes in order of occurrence; give (old, new) indices, by new index.

    Codes run from 0 to below `count`, which should not be much more than there are rows.
    """
    in_old, in_new = np.bincount(old, minlength=count), np.bincount(new, minlength=count)
    if in_old.max(initial=0) <= 1 and in_new.max(initial=0) <= 1:
        place = np.full(count, -1, np.int64)
        place[old] = np.arange(len(old))
        found = place[new]
        hit = np.flatnonzero(found >= 0)
        return found[hit], hit
    both = np.minimum(in_old, in_new)
    first = np.cumsum(both) - both
    place = np.zeros(int(both.sum()), np.int64)
    occurrence = _occurrences(old, in_old)
    kept = np.flatnonzero(occurrence < both[old])
    place[first[old[kept]] + occurrence[kept]] = kept
    occurrence = _occurrences(new, in_new)
    hit = np.flatnonzero(occurrence < both[new])
    return place[first[new[hit]] + occurrence[hit]], hit


def _occurrences(values: Codes, counts: npt.NDArray[np.intp]) -> Positions:
    """Count for each value the equal ones before it."""
    order = np.argsort(values, kind="stable")
    first = np.cumsum(counts) - counts
    out = np.empty(len(values), np.int64)
    out[order] = np.arange(len(values)) - first[values[order]]
    return out


def row_codes(columns: Sequence[tuple[Codes, Codes, int]]) -> tuple[Codes, Codes, int]:
    """Combine the codes of several columns to one code a row, exactly: (old, new, how many codes at most)."""
    old, new, count = columns[0]
    for next_old, next_new, next_count in columns[1:]:
        if count * next_count >= _ROOM:
            old, new, count = dense_codes(old, new)
        if count * next_count >= _ROOM:
            next_old, next_new, next_count = dense_codes(next_old, next_new)
        old = old * next_count + next_old
        new = new * next_count + next_new
        count *= next_count
    if count > 4 * (len(old) + len(new)) + 1000:
        return dense_codes(old, new)
    return old, new, count


def dense_codes(old: npt.NDArray[Any], new: npt.NDArray[Any]) -> tuple[Codes, Codes, int]:
    """Replace the values of two arrays by numbers from 0, equal ones by equal numbers."""
    values, inverse = np.unique(np.concatenate([old, new]), return_inverse=True)
    return inverse[: len(old)], inverse[len(old) :], len(values)


def column_codes(old: Sequence[Any], new: Sequence[Any]) -> list[tuple[Codes, Codes, int]]:
    """Code columns pairwise by value."""
    out = []
    for a, b in zip(old, new, strict=True):
        (left, right), count = codes([a, b])
        out.append((left, right, count))
    return out


@dataclass(frozen=True, slots=True)
class Joined:
    """Rows that are equal in some columns, paired in order of occurrence, by new index.

    `repeats` counts the distinct values that a side has more than once; `old_repeats` and `new_repeats` are the
    indices of the rows that hold them, ascending.
    """

    old: Positions
    new: Positions
    repeats: int
    old_repeats: Positions
    new_repeats: Positions


def join_columns(old: Sequence[Any], new: Sequence[Any]) -> Joined:
    """Pair rows that are equal by value in all of some columns, given as chunked arrays."""
    if len(old) == 1:
        rising = _rising(old[0]), _rising(new[0])
        if rising[0] is not None and rising[1] is not None:
            none = np.zeros(0, np.int64)
            return Joined(*_merge(rising[0], rising[1]), 0, none, none)
    left, right, count = row_codes(column_codes(old, new))
    many = (np.bincount(left, minlength=count) > 1) | (np.bincount(right, minlength=count) > 1)
    return Joined(
        *pair_codes(left, right, count),
        int(many.sum()),
        np.flatnonzero(many[left]),
        np.flatnonzero(many[right]),
    )


def _rising(column: Any) -> Codes | None:
    """Give a column of integers that rises from row to row as numbers; None for any other."""
    kind = str(column.type)
    if kind not in {"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"} or column.null_count:
        return None
    values = np.concatenate([c.to_numpy() for c in comparable(column.chunks)]) if column.num_chunks else np.zeros(0)
    whole: Codes = values.astype(np.int64, copy=False)
    return whole if (whole[1:] > whole[:-1]).all() else None


def _merge(old: Codes, new: Codes) -> tuple[Positions, Positions]:
    place = np.searchsorted(old, new)
    inside = np.flatnonzero(place < len(old))
    hit = inside[old[place[inside]] == new[inside]]
    return place[hit], hit
