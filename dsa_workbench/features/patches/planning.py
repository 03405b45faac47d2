"""What a patch does to a table: rows that go, come and move, cells that change; or the conflicts in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from dsa_workbench.columns.equality import equal_values, same_form
from dsa_workbench.columns.types import arrow_schema
from dsa_workbench.core.model.schema import Schema
from dsa_workbench.features.patches.edits import ArrowVersion, Edits
from dsa_workbench.features.patches.fitting import Fit, FittedColumn, fit
from dsa_workbench.features.patches.matching import Matched, PatchRows, load_rows, match
from dsa_workbench.features.patches.model import ADDED, CHANGED, CONTEXT, KINDS, REMOVED, Shape, TablePatch
from dsa_workbench.features.patches.order import heaviest_rising
from dsa_workbench.features.patches.values import to_text
from dsa_workbench.features.versioning.differ.runs import Positions, among, without
from dsa_workbench.features.versioning.merger.conflicts import (
    MergedColumn,
    Ranges,
    RowConflicts,
    SchemaConflict,
    TableConflicts,
    read_values,
)
from dsa_workbench.features.versioning.merger.plan import plan_batches
from dsa_workbench.features.versioning.read_table import StoredTable

_NONE = np.zeros(0, np.int64)
MOST_TOLD = 1000
"""Conflicts of rows without a key that are told one by one."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A table as a patch leaves it, or conflicts. `same` says that it stays as it is: all was there already."""

    schema: Schema
    key: tuple[str, ...]
    borders: tuple[str, ...]
    batches: Callable[[], Iterator[Any]]
    conflicts: TableConflicts
    same: bool = False
    applied: int = 0
    """Rows of the patch that were there already."""


def plan_patch(patch: TablePatch, old: Shape, new: Shape, table: StoredTable, *, strict: bool, exact: bool) -> Planned:
    """Plan what a patch does to a table.

    Parameters
    ----------
    old, new
        The sides of the patch.
    strict
        Whether a changed row must have all its old values, or those alone that change.
    exact
        Whether the table is known to be the patch's old side.
    """
    fitted = fit(patch, old, new, table, exact=exact)
    if fitted.conflicts:
        return _stopped(fitted, _known(patch, None, fitted, table), schema=fitted.conflicts)
    rows = load_rows(patch)
    known = _known(patch, rows, fitted, table)
    matched = match(patch, rows, fitted, table)
    if not old.id:
        rows = _with_moves(rows, matched)
    work = _Work(rows, fitted, table, matched, known, strict, exact)
    return work.planned(old.rows)


def _with_moves(rows: PatchRows, matched: Matched) -> PatchRows:
    """Find rows that moved though the format does not say so: they stand in another order than in the table."""
    both = (rows.old >= 0) & (rows.new >= 0) & ~rows.moved & (matched.target >= 0)
    paired = np.flatnonzero(both)
    paired = paired[np.argsort(rows.new[paired], kind="stable")]
    targets = matched.target[paired]
    if not (np.diff(targets) < 0).any():
        return rows
    # Rows that moved alone have a tag of their own; of those without one, only changed rows can have moved.
    weights = np.where(rows.kind[paired] == KINDS.index(CHANGED), 1, len(paired) + 1)
    stays = heaviest_rising(targets.tolist(), weights.tolist())
    moved = rows.moved.copy()
    moved[np.delete(paired, stays)] = True
    return replace(rows, moved=moved)


def _known(patch: TablePatch, rows: PatchRows | None, fitted: Fit, table: StoredTable) -> TableConflicts:
    """Give what conflicts are read from: the old side of the patch, the table, the new side."""
    sides = []
    for side in ("old", "new"):
        names = [c.name for c in patch.columns if getattr(c, side) is not None]
        held = pa.table({n: rows.cells(side, n) for n in names}) if rows is not None else pa.table({})
        sides.append(ArrowVersion(held))
    key = tuple(_merged(fitted.of(name)) for name in patch.key)
    return TableConflicts(sides[0], table, sides[1], key)


def _merged(column: FittedColumn) -> MergedColumn:
    spoken, made = column.patch, column.column
    name = made.name if made is not None else column.ours or ""
    base = spoken.name if spoken is not None and spoken.old is not None else None
    theirs = spoken.name if spoken is not None and spoken.new is not None else None
    return MergedColumn(name, made.type if made is not None else "", base, column.ours, theirs)


def _stopped(
    fitted: Fit,
    known: TableConflicts,
    *,
    rows: Sequence[RowConflicts] = (),
    schema: Sequence[SchemaConflict] = (),
    ranges: Sequence[Ranges] = (),
) -> Planned:
    found = TableConflicts(
        known.base, known.ours, known.theirs, known.key if rows else (), tuple(rows), tuple(schema), tuple(ranges)
    )
    return Planned(fitted.schema, fitted.key, fitted.borders, lambda: iter(()), found)


@dataclass(slots=True)
class _Work:
    """A plan on its way."""

    rows: PatchRows
    fit: Fit
    table: StoredTable
    matched: Matched
    known: TableConflicts
    strict: bool
    exact: bool
    conflicts: list[RowConflicts] = field(default_factory=list)
    misfits: list[SchemaConflict] = field(default_factory=list)
    ranges: list[Ranges] = field(default_factory=list)
    cells: dict[str, tuple[Positions, Positions]] = field(default_factory=dict)
    """Column -> rows of the table whose cell takes a value, and the rows of the patch that hold it."""

    def planned(self, old_rows: int | None) -> Planned:
        """Check every row, then put the plan together."""
        removed = self._removed()
        added = self._added()
        pairs = self._pairs()
        for column in self.fit.columns:
            self._check_column(column, pairs)
        columns = tuple(_merged(c) for c in self.fit.columns if c.column is not None)
        moved = pairs[self.rows.moved[pairs]]
        edits = Edits(self.rows, self.table, self.matched, self.cells, self.exact)
        plan = edits.plan(columns, removed, added, moved, old_rows)
        self.misfits += edits.misfits
        if self.conflicts or self.misfits or self.ranges:
            return _stopped(self.fit, self.known, rows=self.conflicts, schema=self.misfits, ranges=self.ranges)
        schema = self.fit.schema
        here = schema == self.table.schema and self.fit.key == self.table.key
        return Planned(
            schema,
            self.fit.key,
            self.fit.borders,
            plan_batches(plan, schema, edits.source, edits.theirs),
            self.known,
            same=here and plan.empty,
            applied=self._already(removed, added),
        )

    def _target(self, rows: Positions) -> Positions:
        return self.matched.target[rows]

    def _already(self, removed: Positions, added: Positions) -> int:
        gone = len(self.rows.of(REMOVED)) - len(removed)
        there = len(self.rows.of(ADDED)) - len(added)
        changed = self.rows.of(CHANGED)
        touched = np.unique(np.concatenate([_NONE, *(theirs for _, theirs in self.cells.values())]))
        return gone + there + len(without(changed, touched))

    def _removed(self) -> Positions:
        """Give the removed rows of the patch that are there, and find those that are not as they were."""
        rows = self.rows.of(REMOVED)
        here = rows[self._target(rows) >= 0]
        if self.matched.keyed:
            for column in self.fit.columns:
                if column.ours is None or column.patch is None or column.patch.old is None:
                    continue
                differ = here[~self._equal(column, "old", here)]
                absent = np.full(len(differ), -1, np.int64)
                self._note("changed/deleted", column, differ, differ, absent)
        elif self.strict and not self._done():
            self._note_absent(rows[self._target(rows) < 0], "removed")
        return here

    def _done(self) -> bool:
        """Tell whether all of a patch without a key was applied before: nothing old is there, all that is new is."""
        target, applied = self.matched.target, self.matched.applied
        there = target[self.rows.of(ADDED)]
        return bool(
            (target[self.rows.of(REMOVED)] < 0).all() and applied[self.rows.of(CHANGED)].all() and (there >= 0).all()
        )

    def _added(self) -> Positions:
        """Give the added rows of the patch that are to come in."""
        rows = self.rows.of(ADDED)
        if not self.matched.keyed:
            return _NONE if not self.exact and self._done() and len(rows) else rows
        twins = rows[self._target(rows) >= 0]
        for column in self.fit.columns:
            if column.ours is None or column.patch is None or column.patch.new is None:
                continue
            differ = twins[~self._equal(column, "new", twins)]
            self._note("added/added", column, np.full(len(differ), -1, np.int64), differ, differ)
        return without(rows, twins)

    def _pairs(self) -> Positions:
        """Give the rows of the patch that are on both sides and in the table, and find those that are missing."""
        paired = np.flatnonzero(~np.isin(self.rows.kind, [KINDS.index(k) for k in (ADDED, REMOVED, CONTEXT)]))
        missing = paired[self._target(paired) < 0]
        if not self.strict:
            missing = missing[self.rows.kind[missing] == KINDS.index(CHANGED)]
        if self.matched.keyed and len(missing):
            absent = np.full(len(missing), -1, np.int64)
            self.conflicts.append(RowConflicts("deleted/changed", None, missing, absent, missing))
        else:
            self._note_absent(missing, "changed")
        return paired[self._target(paired) >= 0]

    def _check_column(self, column: FittedColumn, pairs: Positions) -> None:
        """Compare the cells of a column with the old and the new values, and note which take the new ones."""
        spoken = column.patch
        if spoken is None:
            return
        if spoken.new is None:
            self._check_dropped(column, pairs)
            return
        new = self.rows.cells("new", spoken.name, pairs)
        old = self.rows.cells("old", spoken.name, pairs) if spoken.old is not None else pa.nulls(len(pairs), new.type)
        ours = read_values(self.table, column.ours, self._target(pairs))
        as_new = _equal(ours, new)
        as_old = _equal(ours, old)
        touched = ~same_form(old, new) if old.type == new.type else ~_equal(old, new)
        wrong = touched & ~as_old & ~as_new
        self._note("changed/changed", column, pairs[wrong], pairs[wrong], pairs[wrong])
        if self.strict:
            other = ~touched & ~as_old & ~as_new
            self._note("changed/kept", column, pairs[other], pairs[other], pairs[other])
        take = pairs[touched & as_old]
        if len(take) and column.column is not None:
            self.cells[column.column.name] = (self._target(take), take)

    def _check_dropped(self, column: FittedColumn, pairs: Positions) -> None:
        """Refuse to drop values that the patch does not know."""
        if column.ours is None or column.patch is None:
            return
        wrong = pairs[~self._equal(column, "old", pairs)]
        self._note("changed/deleted", column, wrong, wrong, np.full(len(wrong), -1, np.int64))
        spoken = np.append(pairs, self.rows.of(REMOVED))
        targets = np.sort(self._target(spoken))
        values = self.table.read([column.ours], range(len(self.table.chunks))).column(0)
        held = np.flatnonzero(values.is_valid().to_numpy()) if self.table.rows else _NONE
        unknown = held[~among(held, targets)]
        if len(unknown):
            many = "a value" if len(unknown) == 1 else f"{len(unknown):,} values"
            words = f"holds {many} that the diff does not know, the first in row {int(unknown[0]) + 1:,}"
            self.misfits.append(SchemaConflict("dropped", column.ours, None, words, "drops the column"))

    def _equal(self, column: FittedColumn, side: str, rows: Positions) -> Any:
        """Tell which cells of the table hold the value of a side of the patch."""
        name = column.patch.name if column.patch is not None else ""
        return _equal(read_values(self.table, column.ours, self._target(rows)), self.rows.cells(side, name, rows))

    def _note(self, kind: str, column: FittedColumn, base: Positions, rows: Positions, theirs: Positions) -> None:
        if not len(rows):
            return
        if self.matched.keyed:
            self.conflicts.append(RowConflicts(kind, _merged(column), base, self._target(rows), theirs))
        else:
            named = column.column.name if column.column is not None else column.ours
            self._tell(rows, f"has another value in {named}", kind.partition("/")[2])

    def _note_absent(self, rows: Positions, done: str) -> None:
        self._tell(rows, "is not there", done)

    def _tell(self, rows: Positions, ours: str, theirs: str) -> None:
        """Tell of rows without a key, by their values."""
        for row in rows[:MOST_TOLD].tolist():
            place = f"row {int(self.rows.old[row]) + 1:,}" if self.rows.old[row] >= 0 else "a row"
            self.ranges.append(Ranges(f"{place} ({_shown(self.rows, row)})", ours, theirs))
        if len(rows) > MOST_TOLD:
            self.ranges.append(Ranges(f"{len(rows) - MOST_TOLD:,} more rows", ours, theirs))


def _equal(left: Any, right: Any) -> Any:
    return equal_values(left, right) if len(left) else np.zeros(0, np.bool_)


def _shown(rows: PatchRows, row: int) -> str:
    names = [n for n in rows.table.column_names if n.startswith("old.")][:4]
    return ", ".join(f"{n[4:]}={to_text(rows.cells('old', n[4:], np.array([row])))[0]}" for n in names)


def added_table(patch: TablePatch, new: Shape) -> Callable[[], Iterator[Any]]:
    """Give the rows of a table that a patch brings."""
    arrow = arrow_schema(new.schema)
    names = {c.new: c.name for c in patch.columns}

    def read() -> Iterator[Any]:
        for batch in patch.rows():
            columns = [batch.column(f"new.{names[f.name]}") for f in arrow]
            yield pa.RecordBatch.from_arrays(columns, schema=arrow)

    return read
