"""From a diff to a patch: its rows, those that it does not count but that a patch needs, and context."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dsa_workbench.columns.identity import object_id
from dsa_workbench.columns.types import parse_type
from dsa_workbench.core.model.objects import manifest_body
from dsa_workbench.features.patches.model import (
    CHANGED,
    CONTEXT,
    FILLED,
    KINDS,
    MOVED,
    REFORMED,
    Patch,
    PatchColumn,
    Shape,
    TablePatch,
)
from dsa_workbench.features.patches.order import moved_pairs
from dsa_workbench.features.versioning.differ.cells import compare_cells
from dsa_workbench.features.versioning.differ.edits import gaps
from dsa_workbench.features.versioning.differ.result import Entries, TableDiff, display_order
from dsa_workbench.features.versioning.differ.runs import Positions, among, distinct, without
from dsa_workbench.features.versioning.differ.sides import ColumnPair, Sides, side_of
from dsa_workbench.features.versioning.differ.tables import diff_tables
from dsa_workbench.features.versioning.merger.conflicts import read_values
from dsa_workbench.features.versioning.read_table import StoredTable
from dsa_workbench.features.versioning.table_version import TableVersion

_NONE = np.zeros(0, np.int64)
PAGE_BYTES = 8 << 20
"""About how much of a patch is in memory while it is written."""


def patch_of(old: str, new: str, tables: dict[str, TableDiff], *, context: int = 0) -> Patch:
    """Make a patch of the diffs of tables; those that do not differ are left out."""
    made = {name: table_patch(name, diff, context=context) for name, diff in tables.items() if _differs(diff)}
    return Patch(old, new, made)


def by_value(diff: TableDiff) -> TableDiff:
    """Compare the versions of a diff again, by value alone: what an equality profile hides must be applied, too."""
    new = diff.new.schema.names if diff.new is not None else ()
    renamed = {old: name for name, old in diff.old_names.items() if old != name and name in new}
    return diff_tables(diff.old, diff.new, key=diff.key or None, rename=renamed)


def table_patch(name: str, diff: TableDiff, *, context: int = 0) -> TablePatch:
    """Make the patch of a table; `context` is how many unchanged rows stand around each change."""
    columns = _columns(diff)
    shapes = _shape(diff.old), _shape(diff.new)
    unnamed = {c.new: c.name for c in columns if c.new is not None} if diff.new is not None else {}
    key = tuple(unnamed.get(k, k) for k in diff.key)
    return TablePatch(name, *shapes, columns, key, lambda: _pages(diff, columns, context), dict(diff.counts.to_dict()))


def _differs(diff: TableDiff) -> bool:
    counts = diff.counts
    return bool(diff.schema_changes) or not counts.same or bool(counts.moved or counts.reformed)


def _columns(diff: TableDiff) -> tuple[PatchColumn, ...]:
    """Name the columns as the diff does."""
    new = set(diff.new.schema.names) if diff.new is not None else set()
    return tuple(PatchColumn(n, diff.old_names.get(n), n if n in new else None) for n in diff.columns)


def _shape(version: TableVersion | None) -> Shape | None:
    if version is None:
        return None
    if isinstance(version, StoredTable):
        oid = object_id("manifest", manifest_body(version.manifest)).hex()
        return Shape(version.schema, version.key, version.manifest.chunk_by, version.rows, oid)
    return Shape(version.schema, tuple(version.key), (), version.rows)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a patch in order, and the new positions of those that moved, ascending."""

    entries: Entries
    moved: Positions


def _pages(diff: TableDiff, columns: tuple[PatchColumn, ...], context: int) -> Iterator[Any]:
    rows = _all_rows(diff, columns, context)
    size = max(256, PAGE_BYTES // (32 * max(1, len(columns))))
    for begin in range(0, len(rows.entries.kind), size):
        yield _page(diff, columns, rows.entries.choose(slice(begin, begin + size)), rows.moved)


def _all_rows(diff: TableDiff, columns: tuple[PatchColumn, ...], context: int) -> _Rows:
    entries = diff.entries
    removed = np.sort(entries.old[entries.kind == KINDS.index("removed")])
    added = np.sort(entries.new[entries.kind == KINDS.index("added")])
    changed = np.sort(entries.new[entries.kind == KINDS.index(CHANGED)])
    if not diff.runs.pairs:
        return _Rows(entries, _NONE)
    moved = np.sort(moved_pairs(diff.runs)[1])
    told = {CHANGED: changed, MOVED: moved, FILLED: _filled(diff, columns), REFORMED: _reformed(diff, columns)}
    after, _ = gaps(diff.runs, removed, added)
    if context and diff.new is not None:
        busy = distinct(np.concatenate([added, *told.values()]))
        around = [busy + i for i in range(-context, context + 1)]
        near = np.concatenate(around + [after + i for i in range(1 - context, context + 1)])
        near = distinct(near[(near >= 0) & (near < diff.new.rows)])
        told[CONTEXT] = without(near, added)
    pairs = distinct(np.concatenate(list(told.values())))
    ordered = display_order(removed, after, added, diff.runs.old_at(pairs), pairs)
    kind = ordered.kind.copy()
    paired = (ordered.old >= 0) & (ordered.new >= 0)
    for name, rows in reversed(told.items()):
        kind[paired & among(ordered.new, rows)] = KINDS.index(name)
    return _Rows(Entries(kind, ordered.old, ordered.new), moved)


def _filled(diff: TableDiff, columns: tuple[PatchColumn, ...]) -> Positions:
    """Find the paired rows that hold a value in a column that only one side has, by new position."""
    if diff.old is None or diff.new is None:
        return _NONE
    out = [_NONE]
    for column in columns:
        if column.old is None and column.new is not None:
            rows = _valid(diff.new, column.new)
            out.append(without(rows, np.sort(diff.entries.new[diff.entries.kind == KINDS.index("added")])))
        elif column.new is None and column.old is not None:
            old, new = diff.runs.old_rows(), diff.runs.new_rows()
            out.append(new[among(old, _valid(diff.old, column.old))])
    return distinct(np.concatenate(out))


def _valid(version: TableVersion, name: str) -> Positions:
    column = version.read([name], range(len(version.chunks))).column(0) if version.rows else pa.chunked_array([[]])
    return np.flatnonzero(column.is_valid().to_numpy())


def _reformed(diff: TableDiff, columns: tuple[PatchColumn, ...]) -> Positions:
    """Find the paired rows with a cell whose value is equal and whose form is not, by new position.

    A column that has another type is left out: the new form follows from the type.
    """
    if diff.old is None or diff.new is None:
        return _NONE
    sides = Sides(side_of(diff.old), side_of(diff.new))
    pairs = [
        ColumnPair(c.old, c.new)
        for c in columns
        if c.old is not None and c.new in diff.counts.reformed and sides.old.type(c.old) == sides.new.type(c.new)
    ]
    if not pairs:
        return _NONE
    cells = compare_cells(sides, diff.runs, pairs)
    return distinct(np.concatenate([c.reformed for c in cells.values()]))


def _page(diff: TableDiff, columns: tuple[PatchColumn, ...], page: Entries, moved: Positions) -> Any:
    fields: dict[str, Any] = {
        "change": pa.array(KINDS).take(pa.array(page.kind)),
        "old_row": pa.array(page.old, mask=page.old < 0),
        "new_row": pa.array(page.new, mask=page.new < 0),
        "moved": pa.array(among(page.new, moved)),
        "changed_columns": _changed_columns(diff, columns, page),
    }
    for column in columns:
        before = _cells(diff.old, column.old, page.old)
        after = _cells(diff.new, column.new, page.new)
        typed = before if after is None else after
        empty = pa.nulls(len(page.kind), typed.type) if typed is not None else None
        fields[f"old.{column.name}"] = empty if before is None else before
        fields[f"new.{column.name}"] = empty if after is None else after
    return pa.RecordBatch.from_arrays(list(fields.values()), names=list(fields))


def _cells(version: TableVersion | None, name: str | None, rows: Positions) -> Any:
    if version is None or name is None:
        return None
    values = read_values(version, name, rows)
    arrow = parse_type(version.schema.columns[version.schema.index(name)].type)
    return pa.nulls(len(rows), arrow) if pa.types.is_null(values.type) else values


def _changed_columns(diff: TableDiff, columns: tuple[PatchColumn, ...], page: Entries) -> Any:
    changed = page.kind == KINDS.index(CHANGED)
    rows, names = [_NONE], [_NONE]
    for number, column in enumerate(columns):
        cells = diff.cells.get(column.new, _NONE) if column.new is not None else _NONE
        hit = np.flatnonzero(changed & among(page.new, cells))
        rows.append(hit)
        names.append(np.full(len(hit), number, np.int64))
    row = np.concatenate(rows)
    name = np.concatenate(names)[np.argsort(row, kind="stable")]
    ends = np.cumsum(np.bincount(row, minlength=len(page.kind)))
    texts = pa.array([c.name for c in columns], pa.string()).take(pa.array(name))
    return pa.ListArray.from_arrays(pa.array(np.append(0, ends), pa.int32()), texts)
