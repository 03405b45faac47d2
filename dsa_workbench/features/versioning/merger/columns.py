"""The three-way merge of schemas: names, types, order, key, metadata.

A thing that one side changed follows that side. What both changed, each in its own way, is a conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dsa_workbench.core.model.schema import Column, Schema
from dsa_workbench.features.versioning.merger.conflicts import MergedColumn, SchemaConflict
from dsa_workbench.features.versioning.merger.lineage import Lineage


@dataclass(frozen=True, slots=True)
class MergedSchema:
    """The merged columns in order, the key and the border columns, the table's metadata, and what is in conflict.

    `dropped` are columns that one side dropped and the other kept as they were.
    """

    columns: tuple[MergedColumn, ...]
    key: tuple[MergedColumn, ...]
    metadata: tuple[tuple[str, str], ...]
    conflicts: tuple[SchemaConflict, ...]
    dropped: tuple[MergedColumn, ...]

    @property
    def schema(self) -> Schema:
        """The schema that is stored."""
        return Schema(
            tuple(Column(c.name, c.type, c.nullable, c.metadata) for c in self.columns),
            self.metadata,
        )


class _Settling:
    """Settles three values, and collects conflicts where that cannot be done."""

    def __init__(self, prefer: str | None) -> None:
        self.prefer = prefer
        self.conflicts: list[SchemaConflict] = []

    def three(
        self, kind: str, column: str | None, base: Any, ours: Any, theirs: Any, words: Callable[[Any], str] = str
    ) -> Any:
        """Give the value that a three-way merge gives; the preferred side's where that is a conflict."""
        if ours == theirs or theirs == base:
            return ours
        if ours == base:
            return theirs
        said = [None if v is None else words(v) for v in (base, ours, theirs)]
        return self.choose(SchemaConflict(kind, column, *said), ours, theirs)

    def choose(self, conflict: SchemaConflict, ours: Any, theirs: Any) -> Any:
        """Note a conflict unless a side is preferred."""
        if self.prefer is None:
            self.conflicts.append(conflict)
        return theirs if self.prefer == "theirs" else ours


def merge_schemas(ours: Lineage, theirs: Lineage, prefer: str | None) -> MergedSchema:
    """Merge the schemas of two sides; `prefer` (ours, theirs) settles conflicts."""
    settle = _Settling(prefer)
    base = ours.base.schema
    ours_of = {b: name for name, b in ours.base_names.items()}
    theirs_of = {b: name for name, b in theirs.base_names.items()}
    merged: list[MergedColumn] = []
    dropped: list[MergedColumn] = []
    for column in base.columns:
        a, b = ours_of.get(column.name), theirs_of.get(column.name)
        if a is not None and b is not None:
            merged.append(_both(settle, column, _column(ours, a), _column(theirs, b)))
        elif a is not None or b is not None:
            kept = _kept(settle, column, ours if a is not None else theirs, a, b)
            (dropped if kept is None else merged).append(kept or MergedColumn(column.name, "", column.name, a, b))
    merged += _added(settle, ours, theirs)
    columns = _in_order(_no_twins(settle, merged), ours, theirs)
    key = _key(settle, columns, ours, theirs)
    metadata = settle.three(
        "metadata", None, base.metadata, ours.side.schema.metadata, theirs.side.schema.metadata, _pairs
    )
    return MergedSchema(tuple(columns), key, metadata, tuple(settle.conflicts), tuple(dropped))


def _column(side: Lineage, name: str) -> Column:
    schema = side.side.schema
    return schema.columns[schema.index(name)]


def _both(settle: _Settling, base: Column, ours: Column, theirs: Column) -> MergedColumn:
    return MergedColumn(
        settle.three("name", base.name, base.name, ours.name, theirs.name),
        settle.three("type", base.name, base.type, ours.type, theirs.type),
        base.name,
        ours.name,
        theirs.name,
        settle.three("nullable", base.name, base.nullable, ours.nullable, theirs.nullable),
        settle.three("metadata", base.name, base.metadata, ours.metadata, theirs.metadata, _pairs),
    )


def _kept(
    settle: _Settling, base: Column, keeper: Lineage, ours: str | None, theirs: str | None
) -> MergedColumn | None:
    """Let a column go that one side dropped, unless the other changed it."""
    name = ours if ours is not None else theirs
    if name is None:
        return None
    column = _column(keeper, name)
    changed = len(keeper.cells(name))
    told = []
    if changed:
        told.append("1 value changed" if changed == 1 else f"{changed:,} values changed")
    if column.type != base.type:
        told.append(f"type changed from {base.type} to {column.type}")
    if name != base.name:
        told.append(f"renamed to {name}")
    if not told:
        return None
    words = "dropped", "; ".join(told)
    said = words if ours is None else words[::-1]
    keep = MergedColumn(name, column.type, base.name, ours, theirs, column.nullable, column.metadata)
    a, b = (None, keep) if ours is None else (keep, None)
    answer: MergedColumn | None = settle.choose(SchemaConflict("dropped", base.name, base.type, *said), a, b)
    return answer


def _added(settle: _Settling, ours: Lineage, theirs: Lineage) -> list[MergedColumn]:
    new_ours = [n for n in ours.side.schema.names if n not in ours.base_names]
    new_theirs = [n for n in theirs.side.schema.names if n not in theirs.base_names]
    # A table that both sides added has no base that could have had rows without these columns.
    always = not ours.base.schema.columns
    out = []
    for name in dict.fromkeys([*new_ours, *new_theirs]):
        a = _column(ours, name) if name in new_ours else None
        b = _column(theirs, name) if name in new_theirs else None
        if a is None or b is None:
            only = a or b
            if only is not None:
                here, there = (name, None) if a is not None else (None, name)
                out.append(MergedColumn(name, only.type, None, here, there, True, only.metadata))
            continue
        kind = settle.three("type", name, None, a.type, b.type)
        metadata = settle.three("metadata", name, None, a.metadata, b.metadata, _pairs)
        nullable = a.nullable or b.nullable or not always
        out.append(MergedColumn(name, kind, None, name, name, nullable, metadata))
    return out


def _no_twins(settle: _Settling, columns: list[MergedColumn]) -> list[MergedColumn]:
    """Find two columns that end with one name; a preference keeps its own and gives the other its old name."""
    seen: dict[str, MergedColumn] = {}
    for column in columns:
        twin = seen.get(column.name)
        if twin is not None:
            # No side can be preferred here: each has a column of its own under this name.
            said = [_origin(twin, column, side) for side in ("ours", "theirs")]
            settle.conflicts.append(SchemaConflict("name", column.name, None, said[0], said[1]))
        seen.setdefault(column.name, column)
    return list(seen.values())


def _origin(first: MergedColumn, second: MergedColumn, side: str) -> str:
    for column in (first, second):
        if getattr(column, side) == column.name:
            return f"renamed from {column.base}" if column.base not in (None, column.name) else "has it"
    return "lacks it"


def _in_order(columns: list[MergedColumn], ours: Lineage, theirs: Lineage) -> list[MergedColumn]:
    """Order columns as ours, or as theirs where ours left the order alone; the other's own follow their neighbours."""
    kept = [c for c in columns if c.base and c.ours and c.theirs]
    in_base = [c.name for c in sorted(kept, key=lambda c: ours.base.schema.index(c.base or ""))]
    in_ours = [c.name for c in sorted(kept, key=lambda c: ours.side.schema.index(c.ours or ""))]
    sides: list[tuple[str, Schema]] = [("ours", ours.side.schema), ("theirs", theirs.side.schema)]
    if in_ours == in_base:
        in_theirs = [c.name for c in sorted(kept, key=lambda c: theirs.side.schema.index(c.theirs or ""))]
        if in_theirs != in_base:
            sides.reverse()
    order: list[MergedColumn] = []
    for side, schema in sides:
        by_name = {getattr(c, side): c for c in columns if getattr(c, side) is not None}
        before: MergedColumn | None = None
        for name in schema.names:
            column = by_name.get(name)
            if column is None:
                continue
            if column not in order:
                at = order.index(before) + 1 if before is not None else 0
                while side != sides[0][0] and at < len(order) and getattr(order[at], side) is None:
                    at += 1
                order.insert(at, column)
            before = column
    return order


def _key(
    settle: _Settling, columns: Sequence[MergedColumn], ours: Lineage, theirs: Lineage
) -> tuple[MergedColumn, ...]:
    def named(side: str, key: Sequence[str]) -> tuple[str, ...]:
        """Give key columns by their merged names; a column that is gone keeps its own."""
        known = {getattr(c, side): c.name for c in columns}
        return tuple(known.get(name, name) for name in key)

    keys = named("base", ours.base.key), named("ours", ours.side.key), named("theirs", theirs.side.key)
    if not ours.base.schema.columns and keys[1] == keys[2]:
        keys = keys[1], keys[1], keys[1]
    wanted = settle.three("key", None, *keys, lambda key: ", ".join(key) or "no key")
    by_name = {c.name: c for c in columns}
    missing = [name for name in wanted if name not in by_name]
    if missing:
        said = [", ".join(k) or "no key" for k in keys]
        settle.conflicts.append(SchemaConflict("key", missing[0], *said))
    return tuple(by_name[name] for name in wanted if name in by_name)


def _pairs(metadata: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{k}={v}" for k, v in metadata) or "none"


def merged_borders(
    merged: MergedSchema, base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]
) -> tuple[str, ...]:
    """Merge the columns that chunk borders are taken from; where one is gone, the key serves, or all columns."""
    named = []
    for side, names in (("base", base), ("ours", ours), ("theirs", theirs)):
        known = {getattr(c, side): c.name for c in merged.columns}
        named.append(tuple(known.get(name, "") for name in names))
    chosen = named[2] if named[1] == named[0] else named[1]
    names = tuple(c.name for c in merged.columns)
    return chosen if chosen and set(chosen) <= set(names) else tuple(c.name for c in merged.key) or names
