"""The three-way merge of rows and cells, where rows are paired with the base by a key.

What one side changed follows that side; different columns of one row merge; equal changes converge. What both
changed, each in its own way, is a conflict: a cell, or a whole row that one side deleted and the other changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from dsa_workbench.columns.equality import equal_values
from dsa_workbench.columns.types import parse_type
from dsa_workbench.features.versioning.differ.joining import join_columns
from dsa_workbench.features.versioning.differ.runs import Positions, among, without
from dsa_workbench.features.versioning.merger.choices import Choice
from dsa_workbench.features.versioning.merger.columns import MergedSchema
from dsa_workbench.features.versioning.merger.conflicts import (
    MergedColumn,
    RowConflicts,
    SchemaConflict,
    TableConflicts,
    read_values,
)
from dsa_workbench.features.versioning.merger.lineage import Lineage
from dsa_workbench.features.versioning.merger.plan import Patch, Plan, places

_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Edits of theirs that are left out: base rows it removed, rows it changed, rows it added; all ascending."""

    removed: Positions = field(default_factory=lambda: _NONE)
    changed: Positions = field(default_factory=lambda: _NONE)
    added: Positions = field(default_factory=lambda: _NONE)


@dataclass(slots=True)
class MergedRows:
    """A plan, and the conflicts that are open."""

    plan: Plan
    conflicts: list[RowConflicts] = field(default_factory=list)
    misfits: list[SchemaConflict] = field(default_factory=list)


@dataclass(slots=True)
class _Merge:
    """A merge of rows on its way."""

    ours: Lineage
    theirs: Lineage
    schema: MergedSchema
    choice: Choice
    known: TableConflicts
    skipped: Skipped
    o_cells: dict[str, Positions] = field(default_factory=dict)
    t_cells: dict[str, Positions] = field(default_factory=dict)
    patches: dict[str, list[Patch]] = field(default_factory=dict)
    open: list[RowConflicts] = field(default_factory=list)
    misfits: list[SchemaConflict] = field(default_factory=list)

    def settle(self, conflicts: RowConflicts) -> tuple[Any, Any, Any]:
        """Decide conflicts; note those that stay open; give the mask of those that take theirs, and values."""
        if not len(conflicts):
            return np.zeros(0, np.bool_), _NONE, None
        decision = self.choice.decide(conflicts, self.known.keys(conflicts), [c.name for c in self.known.key])
        if decision.open.any():
            self.open.append(conflicts.choose(decision.open))
        return decision.theirs, decision.valued, decision.values

    def settle_cells(self, conflicts: RowConflicts, column: MergedColumn) -> Positions:
        """Decide conflicts of cells, patch those that get a value; give the indices of those that take theirs."""
        theirs, valued, values = self.settle(conflicts)
        if len(valued):
            rows = conflicts.ours[valued]
            order = np.argsort(rows, kind="stable")
            self.patches.setdefault(column.name, []).append(Patch(rows[order], values=values.take(pa.array(order))))
        return np.flatnonzero(theirs)

    def patch(self, column: MergedColumn, ours: Positions, theirs: Positions) -> None:
        """Let cells of ours take the value of theirs."""
        if len(ours):
            order = np.argsort(ours, kind="stable")
            self.patches.setdefault(column.name, []).insert(0, Patch(ours[order], theirs[order]))

    def differing(self, column: MergedColumn, ours: Positions, theirs: Positions) -> Any:
        """Tell which cells of ours and theirs hold different values, each as a value of the merged type."""
        a, b = self.known.values("ours", column, ours), self.known.values("theirs", column, theirs)
        if a.type != b.type:
            a, b = _cast(a, column.type), _cast(b, column.type)
        return ~equal_values(a, b)


def merge_rows(
    ours: Lineage,
    theirs: Lineage,
    schema: MergedSchema,
    choice: Choice,
    known: TableConflicts,
    skipped: Skipped | None = None,
) -> MergedRows:
    """Merge rows and cells; `choice` settles conflicts, `known` reads the three versions and names the key."""
    merge = _Merge(ours, theirs, schema, choice, known, skipped or Skipped())
    columns = [c for c in schema.columns if c.base and c.ours and c.theirs]
    for column in columns:
        merge.o_cells[column.name] = _real_cells(ours, column.base, column.ours)
        merge.t_cells[column.name] = without(_real_cells(theirs, column.base, column.theirs), merge.skipped.changed)
    deleted, revived = _deletions(merge)
    pair_ours, pair_theirs = _twins(merge)
    b_rows, t_rows = theirs.diff.runs.old_rows(), theirs.diff.runs.new_rows()
    o_rows = ours.of_base(b_rows)
    met = o_rows >= 0
    for column in schema.columns:
        if column.theirs is None:
            continue
        if column.ours is None:
            merge.patch(column, np.append(o_rows[met], pair_ours), np.append(t_rows[met], pair_theirs))
            continue
        if column.base is None:
            _added_column(merge, column, o_rows[met], t_rows[met])
        else:
            _common_column(merge, column, (o_rows[met], t_rows[met]))
        _twin_cells(merge, column, pair_ours, pair_theirs)
    inserted = np.union1d(without(without(theirs.added, merge.skipped.added), pair_theirs), revived)
    after = places(ours, theirs, inserted, (pair_ours, pair_theirs))
    order = np.lexsort((inserted, after))
    plan = Plan(
        schema.columns,
        deleted,
        {name: tuple(patches) for name, patches in merge.patches.items()},
        inserted[order],
        after[order],
    )
    _check_fit(merge, plan)
    return MergedRows(plan, merge.open, merge.misfits)


def _deletions(merge: _Merge) -> tuple[Positions, Positions]:
    """Give the rows of ours that go, and the rows of theirs that come back though ours deleted them."""
    ours, theirs = merge.ours, merge.theirs
    base = without(theirs.removed, merge.skipped.removed)
    rows = ours.of_base(base)
    base, rows = base[rows >= 0], rows[rows >= 0]
    touched = among(rows, _union(merge.o_cells))
    conflicts = RowConflicts(
        "changed/deleted", None, base[touched], rows[touched], np.full(int(touched.sum()), -1, np.int64)
    )
    take, _, _ = merge.settle(conflicts)
    deleted = np.sort(np.append(rows[~touched], conflicts.ours[take]))
    changed = _union(merge.t_cells)
    base = theirs.to_base(changed)
    gone = ours.of_base(base) < 0
    conflicts = RowConflicts("deleted/changed", None, base[gone], np.full(int(gone.sum()), -1, np.int64), changed[gone])
    take, _, _ = merge.settle(conflicts)
    return deleted, np.sort(conflicts.theirs[take])


def _twins(merge: _Merge) -> tuple[Positions, Positions]:
    """Pair rows that both sides added under one key."""
    ours, theirs, key = merge.ours, merge.theirs, merge.known.key
    names = [(c.ours, c.theirs) for c in key]
    if not key or not len(ours.added) or not len(theirs.added) or any(a is None or b is None for a, b in names):
        return _NONE, _NONE
    a = ours.side.take([a for a, _ in names if a], ours.added)
    b = theirs.side.take([b for _, b in names if b], theirs.added)
    joined = join_columns(a.columns, b.columns)
    return ours.added[joined.old], theirs.added[joined.new]


def _twin_cells(merge: _Merge, column: MergedColumn, ours: Positions, theirs: Positions) -> None:
    if column in merge.known.key or not len(ours):
        return
    differ = merge.differing(column, ours, theirs)
    conflicts = RowConflicts(
        "added/added", column, np.full(int(differ.sum()), -1, np.int64), ours[differ], theirs[differ]
    )
    take = merge.settle_cells(conflicts, column)
    merge.patch(column, conflicts.ours[take], conflicts.theirs[take])


def _added_column(merge: _Merge, column: MergedColumn, ours: Positions, theirs: Positions) -> None:
    """Merge a column that both sides added: before, every cell was null."""
    differ = merge.differing(column, ours, theirs)
    ours, theirs = ours[differ], theirs[differ]
    here = _valid(merge.known.values("ours", column, ours))
    there = _valid(merge.known.values("theirs", column, theirs))
    both = here & there
    base = merge.ours.to_base(ours)
    conflicts = RowConflicts("changed/changed", column, base[both], ours[both], theirs[both])
    take = merge.settle_cells(conflicts, column)
    merge.patch(
        column,
        np.append(ours[~here], conflicts.ours[take]),
        np.append(theirs[~here], conflicts.theirs[take]),
    )


def _common_column(merge: _Merge, column: MergedColumn, met: tuple[Positions, Positions]) -> None:
    """Merge a column that was there before: a cell follows the side that changed it."""
    cells = merge.t_cells[column.name]
    base = merge.theirs.to_base(cells)
    rows = merge.ours.of_base(base)
    here = rows >= 0
    cells, base, rows = cells[here], base[here], rows[here]
    both = among(rows, merge.o_cells[column.name])
    differ = merge.differing(column, rows[both], cells[both])
    conflicts = RowConflicts("changed/changed", column, base[both][differ], rows[both][differ], cells[both][differ])
    take = merge.settle_cells(conflicts, column)
    took = np.append(rows[~both], conflicts.ours[take])
    if _type(merge.ours, column.ours) == column.type or column.type != _type(merge.theirs, column.theirs):
        merge.patch(column, took, np.append(cells[~both], conflicts.theirs[take]))
        return
    # Theirs gave the column another type: all cells that ours did not change are theirs.
    kept = among(met[0], np.sort(without(merge.o_cells[column.name], np.sort(took))))
    merge.patch(column, met[0][~kept], met[1][~kept])


def _check_fit(merge: _Merge, plan: Plan) -> None:
    """Find values that one side wrote and that the type which the other side gave the column cannot hold."""
    for column in plan.columns:
        patches = plan.patches.get(column.name, ())
        rows_of = {
            "ours": np.append(merge.o_cells.get(column.name, _NONE), merge.ours.added),
            "theirs": np.concatenate([plan.inserted, *(p.theirs for p in patches if p.values is None)]),
        }
        for side, lineage in (("ours", merge.ours), ("theirs", merge.theirs)):
            name = column.ours if side == "ours" else column.theirs
            if name is None or _type(lineage, name) == column.type:
                continue
            values = read_values(lineage.side, name, rows_of[side])
            misfit = _first_misfit(values, parse_type(column.type))
            if misfit is not None:
                words = dict.fromkeys(("ours", "theirs"), f"now {column.type}")
                words[side] = f"holds {misfit!r}, which is no {column.type}"
                before = _type(merge.ours, column.ours) if side == "ours" else _type(merge.theirs, column.theirs)
                merge.misfits.append(SchemaConflict("type", column.name, before, words["ours"], words["theirs"]))


def _first_misfit(values: Any, arrow: Any) -> str | None:
    try:
        values.cast(arrow)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        for i in range(len(values)):
            try:
                values.slice(i, 1).cast(arrow)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
                return str(values[i].as_py())
    return None


def _real_cells(side: Lineage, base: str | None, name: str | None) -> Positions:
    """Give the cells of a column that a side changed; where it changed the type, those that no cast explains."""
    cells = side.cells(name)
    if base is None or name is None or not len(cells):
        return cells
    schema = side.base.schema
    if schema.columns[schema.index(base)].type == _type(side, name):
        return cells
    before = _cast(read_values(side.base, base, side.to_base(cells)), _type(side, name))
    return cells[~equal_values(before, read_values(side.side, name, cells))]


def _cast(values: Any, text: str) -> Any:
    """Cast where all values fit; else give them as they are, which no value of another family equals."""
    try:
        return values.cast(parse_type(text))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return values


def _type(side: Lineage, name: str | None) -> str:
    schema = side.side.schema
    return schema.columns[schema.index(name or "")].type


def _union(cells: dict[str, Positions]) -> Positions:
    return np.unique(np.concatenate([_NONE, *cells.values()]))


def _valid(values: Any) -> Any:
    return values.is_valid().to_numpy(zero_copy_only=False)
