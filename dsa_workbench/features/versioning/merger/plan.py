"""What to do to ours to get the merge: rows that go, cells that take a value, rows of theirs that come in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from dsa_workbench.columns.types import arrow_schema, parse_type
from dsa_workbench.core.model.schema import Schema
from dsa_workbench.features.versioning.differ.runs import Positions, among, without
from dsa_workbench.features.versioning.merger.conflicts import MergedColumn, one_array, read_values
from dsa_workbench.features.versioning.merger.lineage import Lineage
from dsa_workbench.features.versioning.table_version import TableVersion

_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Patch:
    """Cells of one column: rows of ours, ascending, and the row of theirs, or the value, that each takes."""

    rows: Positions
    theirs: Positions = field(default_factory=lambda: _NONE)
    values: Any = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Edits of ours, by position. `inserted` are rows of theirs, each to stand `after` a row of ours (-1: first)."""

    columns: tuple[MergedColumn, ...]
    deleted: Positions
    patches: Mapping[str, tuple[Patch, ...]]
    inserted: Positions
    after: Positions

    @property
    def empty(self) -> bool:
        """Say whether ours stays as it is, rows and cells."""
        patched = any(len(patch.rows) for patches in self.patches.values() for patch in patches)
        return not (len(self.deleted) or len(self.inserted) or patched)


def places(ours: Lineage, theirs: Lineage, inserted: Positions, twins: tuple[Positions, Positions]) -> Positions:
    """Say after which row of ours each inserted row of theirs stands.

    That is the last row before it in theirs that ours has too, and after rows that ours inserted there itself.
    `twins` are rows that both added, in ours and in theirs.
    """
    gone = theirs.of_base(ours.removed)
    absent = np.union1d(np.union1d(gone[gone >= 0], without(theirs.added, twins[1])), inserted)
    firsts = absent[np.append(True, np.diff(absent) != 1)] if len(absent) else absent
    before = firsts[np.searchsorted(firsts, inserted, "right") - 1] - 1 if len(inserted) else inserted
    after = np.full(len(inserted), -1, np.int64)
    known = before >= 0
    after[known] = ours.of_base(theirs.to_base(before[known]))
    order = np.argsort(twins[1], kind="stable")
    twin = np.flatnonzero(among(before, twins[1][order]))
    after[twin] = twins[0][order][np.searchsorted(twins[1][order], before[twin])]
    ends = ours.added[np.append(np.diff(ours.added) != 1, True)] if len(ours.added) else ours.added
    follows = among(after + 1, ours.added)
    after[follows] = ends[np.searchsorted(ends, after[follows] + 1)]
    return after


def plan_batches(plan: Plan, schema: Schema, ours: TableVersion, theirs: TableVersion) -> Callable[[], Iterator[Any]]:
    """Give the merged rows, a chunk of ours at a time."""
    arrow = arrow_schema(schema)

    def read() -> Iterator[Any]:
        yield from _insertions(plan, arrow, theirs, -1, 0)
        start = 0
        names = [c.ours for c in plan.columns if c.ours is not None]
        for number, chunk in enumerate(ours.chunks):
            table = ours.read(names, [number]) if names else None
            columns = [_column(plan, c, table, start, chunk.rows, theirs) for c in plan.columns]
            batch = pa.RecordBatch.from_arrays(columns, schema=arrow)
            yield from _woven(plan, batch, arrow, theirs, start)
            start += chunk.rows

    return read


def _column(plan: Plan, column: MergedColumn, table: Any, start: int, rows: int, theirs: TableVersion) -> Any:
    arrow = parse_type(column.type)
    array = pa.nulls(rows, arrow) if column.ours is None else one_array(table.column(column.ours))
    patches = [(p, *np.searchsorted(p.rows, [start, start + rows])) for p in plan.patches.get(column.name, ())]
    if array.type != arrow:
        # What theirs replaces need not fit the new type.
        mask = np.zeros(rows, np.bool_)
        for patch, low, high in patches:
            mask[patch.rows[low:high] - start] = True
        array = array.take(pa.array(np.arange(rows), mask=mask)).cast(arrow)
    for patch, low, high in patches:
        if high == low:
            continue
        values = (
            patch.values.slice(low, high - low)
            if patch.values is not None
            else _as(read_values(theirs, column.theirs, patch.theirs[low:high]), arrow)
        )
        place = np.arange(rows)
        place[patch.rows[low:high] - start] = rows + np.arange(high - low)
        array = pa.concat_arrays([array, values]).take(pa.array(place))
    return array


def _woven(plan: Plan, batch: Any, arrow: Any, theirs: TableVersion, start: int) -> Iterator[Any]:
    """Give a batch without its deleted rows, and with the rows that are inserted after its rows."""
    rows = batch.num_rows
    keep = np.ones(rows, np.bool_)
    low, high = np.searchsorted(plan.deleted, [start, start + rows])
    keep[plan.deleted[low:high] - start] = False
    low, high = np.searchsorted(plan.after, [start, start + rows])
    if low == high:
        yield batch if keep.all() else batch.take(pa.array(np.flatnonzero(keep)))
        return
    new = _rows_of_theirs(plan, arrow, theirs, plan.inserted[low:high])
    kept = np.flatnonzero(keep)
    order = np.argsort(np.concatenate([kept, plan.after[low:high] - start]), kind="stable")
    both = [pa.concat_arrays([a.take(pa.array(kept)), b]) for a, b in zip(batch.columns, new.columns, strict=True)]
    yield pa.RecordBatch.from_arrays(both, schema=arrow).take(pa.array(order))


def _insertions(plan: Plan, arrow: Any, theirs: TableVersion, first: int, last: int) -> Iterator[Any]:
    low, high = np.searchsorted(plan.after, [first, last])
    if high > low:
        yield _rows_of_theirs(plan, arrow, theirs, plan.inserted[low:high])


def _rows_of_theirs(plan: Plan, arrow: Any, theirs: TableVersion, rows: Positions) -> Any:
    names = [c.theirs for c in plan.columns if c.theirs is not None]
    table = theirs.take(names, rows) if names else None
    columns = []
    for column, field_ in zip(plan.columns, arrow, strict=True):
        if column.theirs is None or table is None:
            columns.append(pa.nulls(len(rows), field_.type))
        else:
            columns.append(_as(one_array(table.column(column.theirs)), field_.type))
    return pa.RecordBatch.from_arrays(columns, schema=arrow)


def _as(array: Any, arrow: Any) -> Any:
    """Cast where the type differs: Arrow's cast of nested nulls to their own type breaks them."""
    return array if array.type == arrow else array.cast(arrow)
