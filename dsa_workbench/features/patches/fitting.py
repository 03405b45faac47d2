"""How a patch fits the schema of a table: which column is which, and the schema that comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dsa_workbench.core.model.schema import Column, Schema
from dsa_workbench.features.patches.model import PatchColumn, Shape, TablePatch
from dsa_workbench.features.versioning.merger.conflicts import SchemaConflict
from dsa_workbench.features.versioning.read_table import StoredTable


@dataclass(frozen=True, slots=True)
class FittedColumn:
    """A column of the patch or of the table.

    `ours` is its name in the table, None where it is not there (yet); `column` is what it becomes, None where it goes.
    `patch` is None where the patch does not speak of it.
    """

    ours: str | None
    column: Column | None
    patch: PatchColumn | None


@dataclass(frozen=True, slots=True)
class Fit:
    """The columns in their new order, those that go last, and what else the table becomes; or what is in the way."""

    columns: tuple[FittedColumn, ...]
    schema: Schema
    key: tuple[str, ...]
    borders: tuple[str, ...]
    conflicts: tuple[SchemaConflict, ...]

    def of(self, name: str) -> FittedColumn:
        """Give a column by its name in the patch."""
        return next(c for c in self.columns if c.patch is not None and c.patch.name == name)


def fit(patch: TablePatch, old: Shape, new: Shape, table: StoredTable, *, exact: bool) -> Fit:
    """Fit a patch to a table; `exact` says that the table is the patch's old side."""
    conflicts: list[SchemaConflict] = []
    names = _names(patch, old, new, table, exact=exact)
    columns = [_fit_column(c, names[c.name], old, new, table, conflicts) for c in patch.columns]
    spoken = {c.ours for c in columns}
    columns += [FittedColumn(c.name, c, None) for c in table.schema.columns if c.name not in spoken]
    ordered = _ordered(columns, old, new, table)
    kept = [c.column for c in ordered if c.column is not None]
    twice = sorted({c.name for c in kept if [k.name for k in kept].count(c.name) > 1})
    conflicts += [SchemaConflict("name", n, None, "has a column of this name", "has another") for n in twice]
    metadata = _three(old.schema.metadata, table.schema.metadata, new.schema.metadata)
    schema = Schema(tuple(kept), metadata)
    key = _key(ordered, old, new, table, conflicts)
    return Fit(tuple(ordered), schema, key, _borders(ordered, old, new, table, key), tuple(conflicts))


def _three(old: Any, ours: Any, new: Any) -> Any:
    """Follow the patch where it changed a thing that is as it was."""
    return new if ours == old else ours


def _names(patch: TablePatch, old: Shape, new: Shape, table: StoredTable, *, exact: bool) -> dict[str, str | None]:
    """Say what each column of the patch is called in the table: as before the patch, or as after it."""
    here = table.schema.names
    after = not exact and here == new.schema.names != old.schema.names
    out: dict[str, str | None] = {}
    for column in patch.columns:
        first, second = (column.new, None) if after else (column.old, column.new)
        if first is None and second in old.schema.names:
            second = None  # it is the name of a column that the patch renames or drops
        elif column.old is not None and second != column.old and second in old.schema.names:
            second = None
        out[column.name] = first if first in here else second if second in here else None
    return out


def _fit_column(
    column: PatchColumn,
    ours: str | None,
    old: Shape,
    new: Shape,
    table: StoredTable,
    conflicts: list[SchemaConflict],
) -> FittedColumn:
    before = _column(old.schema, column.old)
    after = _column(new.schema, column.new)
    here = _column(table.schema, ours)
    if after is None:
        return FittedColumn(ours, None, column)
    if here is None:
        if before is not None:
            conflicts.append(SchemaConflict("column", before.name, before.type, "is not there", after.type))
        return FittedColumn(None, after, column)
    if before is None:
        if here.type != after.type:
            conflicts.append(SchemaConflict("type", after.name, None, here.type, after.type))
        return FittedColumn(ours, here, column)
    if here.type not in {before.type, after.type} and before.type != after.type:
        conflicts.append(SchemaConflict("type", before.name, before.type, here.type, after.type))
    made = Column(
        after.name,
        _three(before.type, here.type, after.type),
        _three(before.nullable, here.nullable, after.nullable),
        _three(before.metadata, here.metadata, after.metadata),
    )
    return FittedColumn(ours, made, column)


def _column(schema: Schema, name: str | None) -> Column | None:
    return None if name is None or schema.index(name) < 0 else schema.columns[schema.index(name)]


def _ordered(columns: list[FittedColumn], old: Shape, new: Shape, table: StoredTable) -> list[FittedColumn]:
    """Order the columns as the patch has them where the table had its old order; else new ones follow neighbours."""
    gone = [c for c in columns if c.column is None]
    kept = {c.column.name: c for c in columns if c.column is not None}
    if table.schema.names == old.schema.names or len(kept) + len(gone) < len(columns):
        return [kept[n] for n in new.schema.names if n in kept] + gone
    place = {c.ours: c for c in kept.values() if c.ours is not None}
    order = [place[n] for n in table.schema.names if n in place]
    before: FittedColumn | None = None
    for name in new.schema.names:
        column = kept[name]
        if column not in order:
            order.insert(order.index(before) + 1 if before is not None else 0, column)
        before = column
    return order + gone


def _key(
    columns: Sequence[FittedColumn], old: Shape, new: Shape, table: StoredTable, conflicts: list[SchemaConflict]
) -> tuple[str, ...]:
    renamed = {c.ours: c.column.name for c in columns if c.ours is not None and c.column is not None}
    back = {c.patch.old: c.patch.new for c in columns if c.patch is not None and c.patch.old is not None}
    ours = tuple(renamed.get(k, k) for k in table.key)
    before = tuple(back.get(k) or k for k in old.key)
    key = _three(before, ours, new.key) if ours in {before, new.key} or before == new.key else ours
    if ours not in {before, new.key} and before != new.key:
        said = [", ".join(k) or "no key" for k in (before, ours, new.key)]
        conflicts.append(SchemaConflict("key", None, *said))
    names = {c.column.name for c in columns if c.column is not None}
    told = ", ".join(before), ", ".join(ours), "drops the column"
    conflicts += [SchemaConflict("key", name, *told) for name in key if name not in names]
    return tuple(key)


def _borders(
    columns: Sequence[FittedColumn], old: Shape, new: Shape, table: StoredTable, key: tuple[str, ...]
) -> tuple[str, ...]:
    ours = table.manifest.chunk_by
    names = tuple(c.column.name for c in columns if c.column is not None)
    renamed = {c.ours: c.column.name for c in columns if c.ours is not None and c.column is not None}
    kept = tuple(renamed.get(n, "") for n in ours)
    chosen = new.chunk_by if new.chunk_by and ours == old.chunk_by else kept
    return chosen if chosen and set(chosen) <= set(names) else key or names
