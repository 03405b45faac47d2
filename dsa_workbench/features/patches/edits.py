"""The edits that a patch makes to a table: cells that take a value, rows that go, come and move, by position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from dsa_workbench.columns.sketch import Sketch
from dsa_workbench.columns.types import model_schema, parse_type
from dsa_workbench.core.model.manifest import Chunk
from dsa_workbench.core.model.schema import Schema
from dsa_workbench.features.patches.matching import Matched, PatchRows
from dsa_workbench.features.patches.model import ADDED, KINDS, REMOVED
from dsa_workbench.features.patches.order import follow, row_before
from dsa_workbench.features.patches.retyping import Misfit, RetypedTable, fitted
from dsa_workbench.features.versioning.differ.runs import Positions, among, without
from dsa_workbench.features.versioning.merger.conflicts import MergedColumn, SchemaConflict, read_values
from dsa_workbench.features.versioning.merger.plan import Patch as CellPatch
from dsa_workbench.features.versioning.merger.plan import Plan
from dsa_workbench.features.versioning.read_table import StoredTable

_NONE = np.zeros(0, np.int64)


class ArrowVersion:
    """An Arrow table as a `TableVersion` without chunks: only `take` reads it."""

    key: tuple[str, ...] = ()
    chunks: Sequence[Chunk] = ()

    def __init__(self, table: Any) -> None:
        self.table = table

    @property
    def schema(self) -> Schema:
        """The schema."""
        return model_schema(self.table.schema)

    @property
    def rows(self) -> int:
        """The number of rows."""
        return int(self.table.num_rows)

    def read(self, columns: Sequence[str], chunks: Sequence[int]) -> Any:
        """Read nothing: there are no chunks."""
        return self.table.select(list(columns)).slice(0, len(chunks))

    def take(self, columns: Sequence[str], rows: Any) -> Any:
        """Read rows by position."""
        return self.table.select(list(columns)).take(pa.array(rows, pa.int64()))

    def sketches(self, columns: Sequence[str]) -> list[list[Sketch | None]]:
        """Give none: there are no chunks."""
        return [[] for _ in columns]


@dataclass(slots=True)
class Edits:
    """Puts a plan together. After `plan`, `source` is the table in its new types, and `theirs` holds rows that come in.

    `cells` tells for each column the rows of the table whose cell takes a value, and the rows of the patch that hold
    it. `misfits` are values that a column's type cannot hold.
    """

    rows: PatchRows
    table: StoredTable
    matched: Matched
    cells: dict[str, tuple[Positions, Positions]]
    exact: bool
    misfits: list[SchemaConflict] = field(default_factory=list)
    source: Any = None
    theirs: Any = None

    def plan(
        self,
        columns: tuple[MergedColumn, ...],
        removed: Positions,
        added: Positions,
        moved: Positions,
        old_rows: int | None,
    ) -> Plan:
        """Put the edits together; rows that move are taken out, and come in again with their new cells."""
        coming = np.concatenate([added, moved])
        made, patches = {}, {}
        for column in columns:
            arrow = parse_type(column.type)
            at, source = self.cells.get(column.name, (_NONE, _NONE))
            values = self._fitted(column, self._values(column, source), arrow)
            order = np.argsort(at, kind="stable")
            at, values = at[order], values.take(pa.array(order))
            fresh = self._fitted(column, self._values(column, added), arrow)
            rows = np.where(among(self._target(moved), at), -1, self._target(moved))
            kept = self._fitted(column, read_values(self.table, column.ours, rows), arrow)
            made[column.name] = pa.concat_arrays([fresh, _put(kept, self._target(moved), at, values)])
            stays = ~np.isin(at, self._target(moved))
            patches[column.name] = (CellPatch(at[stays], values=values.filter(pa.array(stays))),)
        after = self._after(coming, old_rows)
        order = np.lexsort((self.rows.new[coming], after))
        deleted = np.sort(np.concatenate([self._target(removed), self._target(moved)]))
        self.source = self._retyped(columns, deleted)
        plan = Plan(tuple(replace(c, theirs=c.name) for c in columns), deleted, patches, order, after[order])
        self.theirs = ArrowVersion(pa.table(made))
        return self._unless_in_place(plan, moved, coming)

    def _values(self, column: MergedColumn, rows: Positions) -> Any:
        return pa.nulls(len(rows)) if column.theirs is None else self.rows.cells("new", column.theirs, rows)

    def _fitted(self, column: MergedColumn, values: Any, arrow: Any) -> Any:
        try:
            return fitted(values, arrow)
        except Misfit as err:
            self.misfits.append(SchemaConflict("type", column.name, None, f"is {column.type}", str(err)))
            return pa.nulls(len(values), arrow)

    def _retyped(self, columns: Sequence[MergedColumn], gone: Positions) -> RetypedTable:
        """Give the table with its columns in their new types; values that do not fit, and stay, are conflicts."""
        stored = {c.name: c.type for c in self.table.schema.columns}
        types = {c.ours: c.type for c in columns if c.ours is not None and stored[c.ours] != c.type}
        replaced = {c.ours or "": np.append(self.cells.get(c.name, (gone, gone))[0], gone) for c in columns}
        table = RetypedTable(self.table, types, replaced)
        for name, kind in types.items():
            try:
                table.read([name], range(len(table.chunks)))
            except Misfit as err:
                self.misfits.append(SchemaConflict("type", name, stored[name], f"holds a value: {err}", kind))
        return table

    def _after(self, coming: Positions, old_rows: int | None) -> Positions:
        """Say after which row of the table each row that comes in stands."""
        rows = self.rows
        kind = rows.kind
        absent_old = np.sort(rows.old[((kind == KINDS.index(REMOVED)) | rows.moved) & (rows.old >= 0)])
        absent_new = np.sort(rows.new[((kind == KINDS.index(ADDED)) | rows.moved) & (rows.new >= 0)])
        before = row_before(absent_old, absent_new, rows.new[coming])
        if self.exact:
            return before
        fixed = (self.matched.target >= 0) & (kind != KINDS.index(ADDED)) & ~rows.moved & (rows.old >= 0)
        if old_rows is None:
            # Without positions removed rows stand where they were among the rows of now, not of then.
            fixed &= kind != KINDS.index(REMOVED)
        anchors = rows.old[fixed], self.matched.target[fixed]
        size = self.table.rows if old_rows is None else old_rows
        return follow(before, anchors, size, self.table.rows)

    def _unless_in_place(self, plan: Plan, moved: Positions, coming: Positions) -> Plan:
        """Leave the plan as it is unless all it does is to move rows to where they stand."""
        if len(coming) != len(moved) or len(plan.deleted) != len(moved) or not len(moved):
            return plan
        targets = self.matched.target[coming[plan.inserted]]
        kept = without(np.arange(self.table.rows), plan.deleted)
        order = np.argsort(np.concatenate([kept, plan.after]), kind="stable")
        result = np.concatenate([kept, targets])[order]
        if (np.diff(result) != 1).any():
            return plan
        return Plan(plan.columns, _NONE, {}, _NONE, _NONE) if not self.cells else plan

    def _target(self, rows: Positions) -> Positions:
        return self.matched.target[rows]


def _put(kept: Any, rows: Positions, at: Positions, values: Any) -> Any:
    """Put values into the cells of some rows; `at` are the rows, ascending, that take them."""
    hit = among(rows, at)
    place = np.arange(len(rows))
    place[hit] = len(rows) + np.searchsorted(at, rows[hit])
    return pa.concat_arrays([kept, values]).take(pa.array(place))
