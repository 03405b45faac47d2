"""Which row of a table each row of a patch speaks of: by key, or by all its values with its position as a hint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns.equality import equal_values
from dsa_workbench.features.patches.fitting import Fit, FittedColumn
from dsa_workbench.features.patches.model import ADDED, CONTEXT, KINDS, REMOVED, TablePatch
from dsa_workbench.features.versioning.differ.joining import column_codes, join_columns, pair_codes, row_codes
from dsa_workbench.features.versioning.differ.runs import Positions, without
from dsa_workbench.features.versioning.merger.conflicts import one_array
from dsa_workbench.features.versioning.read_table import StoredTable

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PatchRows:
    """The rows of a patch in memory: kinds as places in KINDS, positions with -1 where there is none."""

    table: Any
    kind: npt.NDArray[np.int8]
    old: Positions
    new: Positions
    moved: Mask

    def cells(self, side: str, name: str, rows: Positions | None = None) -> Any:
        """Give a column of a side, at some rows or all, as one array."""
        column = one_array(self.table.column(f"{side}.{name}"))
        return column if rows is None else column.take(pa.array(rows))

    def of(self, *kinds: str) -> Positions:
        """Give the rows of these kinds."""
        return np.flatnonzero(np.isin(self.kind, [KINDS.index(k) for k in kinds]))


def load_rows(patch: TablePatch) -> PatchRows:
    """Read the rows of a patch."""
    table = patch.table().combine_chunks()
    kind = pa.compute.index_in(one_array(table.column("change")), pa.array(KINDS)).to_numpy(zero_copy_only=False)
    old, new = (
        one_array(table.column(n)).fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        for n in ("old_row", "new_row")
    )
    moved = one_array(table.column("moved")).fill_null(False).to_numpy(zero_copy_only=False)
    return PatchRows(table, kind.astype(np.int8), old, new, moved)


@dataclass(frozen=True, slots=True)
class Matched:
    """For each row of a patch the row of the table, -1 where there is none.

    `target` are those that it speaks of; for an added row with a key the one that has the key already. `applied` are
    rows that were told by their new values, since none has the old ones.
    """

    target: Positions
    applied: Mask
    keyed: bool


def match(patch: TablePatch, rows: PatchRows, fit: Fit, table: StoredTable) -> Matched:
    """Match the rows of a patch with those of a table."""
    by_key = _match_keys(patch, rows, fit, table) if patch.key else None
    return by_key if by_key is not None else _match_values(rows, fit, table)


def _match_keys(patch: TablePatch, rows: PatchRows, fit: Fit, table: StoredTable) -> Matched | None:
    """Match by key; None where a key column is missing or the key repeats, so that it tells no row."""
    columns = [fit.of(name) for name in patch.key]
    named = [c.ours for c in columns]
    if any(n is None for n in named) or any(c.patch is None or None in (c.patch.old, c.patch.new) for c in columns):
        return None
    added = rows.kind == KINDS.index(ADDED)
    keys = []
    for name in patch.key:
        place = np.arange(len(added)) + np.where(added, len(added), 0)
        both = [rows.cells("old", name), rows.cells("new", name)]
        if both[0].type != both[1].type:
            return None
        keys.append(pa.chunked_array([pa.concat_arrays(both).take(pa.array(place))]))
    stored = table.read([n for n in named if n is not None], range(len(table.chunks)))
    joined = join_columns(stored.columns, keys)
    if joined.repeats:
        return None
    target = np.full(len(added), -1, np.int64)
    target[joined.new] = joined.old
    return Matched(target, np.zeros(len(added), np.bool_), True)


def _match_values(rows: PatchRows, fit: Fit, table: StoredTable) -> Matched:
    target = np.full(len(rows.kind), -1, np.int64)
    applied = np.zeros(len(rows.kind), np.bool_)
    columns = [c for c in fit.columns if c.ours is not None and c.patch is not None and c.patch.old is not None]
    old = np.flatnonzero(rows.kind != KINDS.index(ADDED))
    there = old[(rows.old[old] >= 0) & (rows.old[old] < table.rows)]
    hit = there[_equal(rows, "old", there, columns, table, rows.old[there])]
    target[hit] = rows.old[hit]
    needed = np.flatnonzero((rows.kind != KINDS.index(ADDED)) & (rows.kind != KINDS.index(CONTEXT)))
    for some in (needed, rows.of(CONTEXT)):
        _pair(rows, "old", some[target[some] < 0], columns, table, target)
    rest = needed[(target[needed] < 0) & (rows.kind[needed] != KINDS.index(REMOVED))]
    after = [c for c in fit.columns if c.ours is not None and c.patch is not None and c.patch.new is not None]
    _pair(rows, "new", rest, after, table, target)
    applied[rest[target[rest] >= 0]] = True
    if not (target[rows.of(REMOVED)] >= 0).any() and applied[rows.of("changed")].all():
        # Nothing that the patch takes away is there: what it brings may be.
        _pair(rows, "new", rows.of(ADDED), after, table, target)
    return Matched(target, applied, False)


def _equal(
    rows: PatchRows,
    side: str,
    which: Positions,
    columns: Sequence[FittedColumn],
    table: StoredTable,
    at: Positions,
) -> Mask:
    """Tell which rows of the patch are equal to rows of the table, column by column."""
    same = np.ones(len(which), np.bool_)
    if not len(which) or not columns:
        return same & bool(columns)
    stored = table.take([c.ours for c in columns if c.ours is not None], at)
    for column, values in zip(columns, stored.columns, strict=True):
        if column.patch is not None:
            same &= equal_values(one_array(values), rows.cells(side, column.patch.name, which))
    return same


def _pair(
    rows: PatchRows,
    side: str,
    which: Positions,
    columns: Sequence[FittedColumn],
    table: StoredTable,
    target: Positions,
) -> None:
    """Pair rows of the patch with equal rows of the table that have none yet, in order of occurrence."""
    if not len(which) or not table.rows or not columns:
        return
    free = without(np.arange(table.rows), target[target >= 0])
    stored = table.read([c.ours for c in columns if c.ours is not None], range(len(table.chunks)))
    left = [one_array(c).take(pa.array(free)) for c in stored.columns]
    right = [rows.cells(side, c.patch.name, which) for c in columns if c.patch is not None]
    at, found = pair_codes(*row_codes(column_codes(left, right)))
    target[which[found]] = free[at]
