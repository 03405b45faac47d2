"""What two sides did to a table without a key, and where that cannot be told apart.

Rows that are equal are one kind, and nobody knows which of them was meant. So the sides must have touched different
kinds of rows, or one and the same row that has no equal, with one outcome; and rows must not be added that are of a
kind which the other side added or removed, nor by both sides where one of them removed rows: there the added rows may
be what became of those. Rows that both sides added in one gap otherwise come in one after the other, ours first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dsa_workbench.columns.codes import codes
from dsa_workbench.columns.equality import equal_values
from dsa_workbench.features.versioning.differ.joining import column_codes, row_codes
from dsa_workbench.features.versioning.differ.runs import Positions, among
from dsa_workbench.features.versioning.merger.columns import MergedSchema
from dsa_workbench.features.versioning.merger.conflicts import MergedColumn, Ranges, TableConflicts
from dsa_workbench.features.versioning.merger.lineage import Lineage
from dsa_workbench.features.versioning.merger.rows import Skipped

_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class _Edits:
    """A side's edits: base rows removed, base rows changed and what they became, rows added and their gaps.

    A gap is the base row that it follows, -1 for the first.
    """

    removed: Positions
    changed: Positions
    became: Positions
    added: Positions
    gaps: Positions

    @property
    def touched(self) -> Positions:
        """The base rows that were removed or changed."""
        return np.concatenate([self.removed, self.changed])


def find_ranges(
    ours: Lineage, theirs: Lineage, schema: MergedSchema, known: TableConflicts
) -> tuple[tuple[Ranges, ...], Skipped]:
    """Find the places that both sides edited, and the edits of theirs there."""
    gone = np.union1d(ours.removed, theirs.removed)
    a, b = _edits(ours, gone), _edits(theirs, gone)
    if not _any(a) or not _any(b):
        return (), Skipped()
    common = [c for c in schema.columns if c.base and c.ours and c.theirs]
    kinds_a, kinds_b, new_a, new_b = _kinds(a, b, common, known)
    shared = np.intersect1d(kinds_a, kinds_b)
    shared = shared[~_one_outcome(shared, (a, kinds_a), (b, kinds_b), common, known)]
    removed_a, removed_b = kinds_a[: len(a.removed)], kinds_b[: len(b.removed)]
    bad = np.concatenate(
        [shared, np.intersect1d(new_a, new_b), np.intersect1d(new_a, removed_b), np.intersect1d(removed_a, new_b)]
    )
    gaps = np.intersect1d(a.gaps, b.gaps)
    gaps = gaps[among(gaps + 1, gone)]
    mine = _hit(a, kinds_a, new_a, bad, gaps)
    their = _hit(b, kinds_b, new_b, bad, gaps)
    if not mine and not their:
        return (), Skipped()
    n = len(b.removed)
    touched, added = np.isin(kinds_b, bad), np.isin(new_b, bad) | np.isin(b.gaps, gaps)
    skipped = Skipped(b.removed[touched[:n]], np.sort(b.became[touched[n:]]), b.added[added])
    return _ranges(mine, their), skipped


def _any(edits: _Edits) -> bool:
    return bool(len(edits.removed) or len(edits.changed) or len(edits.added))


def _edits(side: Lineage, gone: Positions) -> _Edits:
    added = side.added
    gaps = _NONE
    if len(added):
        firsts = added[np.append(True, np.diff(added) != 1)]
        before = firsts[np.searchsorted(firsts, added, "right") - 1] - 1
        gaps = np.where(before < 0, -1, side.to_base(before))
    if len(gone):
        starts = gone[np.append(True, np.diff(gone) != 1)]
        inside = among(gaps, gone)
        gaps[inside] = starts[np.searchsorted(starts, gaps[inside], "right") - 1] - 1
    return _Edits(side.removed, side.to_base(side.changed), side.changed, added, gaps)


def _kinds(
    a: _Edits, b: _Edits, columns: list[MergedColumn], known: TableConflicts
) -> tuple[Positions, Positions, Positions, Positions]:
    """Give numbers, equal for equal values, to the base rows that each side touched and the rows that each added."""
    base = np.concatenate([a.touched, b.touched])
    coded = []
    for column in columns:
        (old, left, right), count = codes(
            [
                known.values("base", column, base),
                known.values("ours", column, a.added),
                known.values("theirs", column, b.added),
            ]
        )
        coded.append((old, np.concatenate([left, right]), count))
    if not coded:
        coded = [(np.arange(len(base)), len(base) + np.arange(len(a.added) + len(b.added)), len(base) + 1)]
    old, new, _ = row_codes(coded)
    return old[: len(a.touched)], old[len(a.touched) :], new[: len(a.added)], new[len(a.added) :]


def _one_outcome(
    kinds: Positions,
    ours: tuple[_Edits, Positions],
    theirs: tuple[_Edits, Positions],
    columns: list[MergedColumn],
    known: TableConflicts,
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell of which kinds both sides touched one row that has no equal in the base, with one outcome."""
    out = np.zeros(len(kinds), np.bool_)
    (a, kinds_a), (b, kinds_b) = ours, theirs
    single = [
        (i, int(left[0]), int(right[0]))
        for i, kind in enumerate(kinds.tolist())
        if len(left := np.flatnonzero(kinds_a == kind)) == 1
        and len(right := np.flatnonzero(kinds_b == kind)) == 1
        and a.touched[left[0]] == b.touched[right[0]]
    ]
    if not single:
        return out
    which, left, right = (np.array(x, np.int64) for x in zip(*single, strict=True))
    alone = _alone(a.touched[left], columns, known)
    both_gone = (left < len(a.removed)) & (right < len(b.removed))
    both_changed = (left >= len(a.removed)) & (right >= len(b.removed))
    out[which[alone & both_gone]] = True
    check = np.flatnonzero(alone & both_changed)
    if len(check):
        here, there = a.became[left[check] - len(a.removed)], b.became[right[check] - len(b.removed)]
        equal = np.ones(len(check), np.bool_)
        for column in columns:
            equal &= equal_values(known.values("ours", column, here), known.values("theirs", column, there))
        out[which[check[equal]]] = True
    return out


def _alone(
    rows: Positions, columns: list[MergedColumn], known: TableConflicts
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which base rows have no equal in the base."""
    names = [c.base for c in columns if c.base]
    every = known.base.read(names, range(len(known.base.chunks))).columns
    some = [pa.chunked_array([known.values("base", c, rows)]) for c in columns]
    wanted, all_, count = row_codes(column_codes(some, every))
    alone: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.bincount(all_, minlength=count)[wanted] == 1
    return alone


def _hit(
    edits: _Edits, kinds: Positions, new_kinds: Positions, bad: Positions, gaps: Positions
) -> list[tuple[int, str]]:
    """List the edits that are in conflict: (base row, what was done there)."""
    touched = np.isin(kinds, bad)
    n = len(edits.removed)
    out = [(row, "removed") for row in edits.removed[touched[:n]].tolist()]
    out += [(row, "changed") for row in edits.changed[touched[n:]].tolist()]
    hit = np.isin(new_kinds, bad) | np.isin(edits.gaps, gaps)
    return out + [(row, "added") for row in edits.gaps[hit].tolist()]


def _ranges(ours: list[tuple[int, str]], theirs: list[tuple[int, str]]) -> tuple[Ranges, ...]:
    """Put edits that stand side by side in the base into one range, and count what each side did there."""
    rows = sorted({row for row, _ in [*ours, *theirs]})
    breaks = [i for i in range(1, len(rows)) if rows[i] - rows[i - 1] > 1]
    out = []
    for low, high in zip([0, *breaks], [*breaks, len(rows)], strict=True):
        first, last = rows[low], rows[high - 1]
        out.append(Ranges(_place(first, last), _done(ours, first, last), _done(theirs, first, last)))
    return tuple(out)


def _place(first: int, last: int) -> str:
    if last < 0:
        return "before row 1"
    first = max(first, 0)
    return f"row {last + 1:,}" if first == last else f"rows {first + 1:,} to {last + 1:,}"


def _done(edits: list[tuple[int, str]], first: int, last: int) -> str:
    here = [what for row, what in edits if first <= row <= last]
    parts = [f"{here.count(what):,} {what}" for what in ("removed", "changed", "added") if what in here]
    return ", ".join(parts) or "nothing here"
