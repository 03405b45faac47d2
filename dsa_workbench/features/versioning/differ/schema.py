"""What happened to the schema: columns matched by name, through renames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dsa_workbench.core.model.change import SchemaChange, SchemaChangeKind
from dsa_workbench.core.model.schema import Column, Schema
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.differ.sides import ColumnPair


@dataclass(frozen=True, slots=True)
class Matching:
    """Columns that both versions have, in the new schema's order, and those that only one has."""

    common: tuple[ColumnPair, ...]
    dropped: tuple[str, ...]
    added: tuple[str, ...]

    def new_name(self, old: str) -> str | None:
        """Give the name that an old column has now; None where it is dropped."""
        return next((p.new for p in self.common if p.old == old), None)

    def dropped_labels(self) -> dict[str, str]:
        """Give dropped columns by the names that a diff calls them: their own, marked where a new column has it."""
        labels: dict[str, str] = {}
        taken = {p.new for p in self.common} | set(self.added)
        for name in self.dropped:
            label = name
            while label in taken:
                label += " (dropped)"
            taken.add(label)
            labels[label] = name
        return labels

    def pairs(self, names: Iterable[str]) -> list[ColumnPair]:
        """Give common columns by their new names."""
        known = {p.new: p for p in self.common}
        return [known[name] for name in names]


def match_columns(old: Schema, new: Schema, rename: Mapping[str, str]) -> Matching:
    """Match columns by name; `rename` tells old names that have a new one."""
    back = {new_name: old_name for old_name, new_name in rename.items()}
    names = set(old.names)
    common = []
    for name in new.names:
        source = back.get(name, name)
        if source in names and (name in back or source not in rename):
            common.append(ColumnPair(source, name))
    matched_old, matched_new = {p.old for p in common}, {p.new for p in common}
    return Matching(
        tuple(common),
        tuple(n for n in old.names if n not in matched_old),
        tuple(n for n in new.names if n not in matched_new),
    )


def check_rename(old: Schema, new: Schema, rename: Mapping[str, str]) -> None:
    """Refuse renames that name no column, or give one name twice.

    Raises
    ------
    InvalidInput
        A name is in neither schema where it should be.
    """
    for kind, names, schema in (("old", list(rename), old), ("new", list(rename.values()), new)):
        for name in names:
            if schema.index(name) < 0:
                raise InvalidInput(
                    f"rename: the {kind} version has no column {name!r}.",
                    hint=f"It has: {', '.join(schema.names)}.",
                )
    if len(set(rename.values())) < len(rename):
        raise InvalidInput("rename: two old columns cannot have one new name.", hint="Give each its own.")


def schema_changes(
    old: Schema, new: Schema, matching: Matching, old_key: Sequence[str], new_key: Sequence[str]
) -> tuple[SchemaChange, ...]:
    """List what changed from one schema to the other: dropped, added, renamed, retyped and so on, the order last.

    `old` and `new` of a change are names for a rename, types for a retype, places counted from 1 for a new order,
    key columns for the key.
    """
    kind = SchemaChangeKind
    old_columns = {c.name: c for c in old.columns}
    new_columns = {c.name: c for c in new.columns}
    out = [SchemaChange(kind.DROPPED, name, old=old_columns[name].type) for name in matching.dropped]
    out += [SchemaChange(kind.ADDED, name, new=new_columns[name].type) for name in matching.added]
    out += [SchemaChange(kind.RENAMED, p.new, p.old, p.new) for p in matching.common if p.old != p.new]
    for pair in matching.common:
        out += _column_changes(pair.new, old_columns[pair.old], new_columns[pair.new])
    if old.metadata != new.metadata:
        out.append(SchemaChange(kind.METADATA, "", *_metadata(old.metadata, new.metadata)))
    renamed_key = tuple(matching.new_name(name) for name in old_key)
    if renamed_key != tuple(new_key):
        out.append(SchemaChange(kind.KEY, "", ", ".join(old_key) or None, ", ".join(new_key) or None))
    out += [
        SchemaChange(kind.REORDERED, p.new, str(old.index(p.old) + 1), str(new.index(p.new) + 1))
        for p in _moved(old, matching.common)
    ]
    return tuple(out)


def _column_changes(name: str, old: Column, new: Column) -> Iterable[SchemaChange]:
    kind = SchemaChangeKind
    if old.type != new.type:
        yield SchemaChange(kind.RETYPED, name, old.type, new.type)
    if old.nullable != new.nullable:
        words = {True: "nullable", False: "not null"}
        yield SchemaChange(kind.NULLABILITY, name, words[old.nullable], words[new.nullable])
    if old.metadata != new.metadata:
        yield SchemaChange(kind.METADATA, name, *_metadata(old.metadata, new.metadata))


def _metadata(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> tuple[str | None, str | None]:
    before, after = (", ".join(f"{k}={v}" for k, v in sorted(set(a) - set(b))) for a, b in ((old, new), (new, old)))
    return before or None, after or None


def _moved(old: Schema, common: Sequence[ColumnPair]) -> list[ColumnPair]:
    """Find the fewest common columns that must move to turn the old order into the new one."""
    places = [old.index(p.old) for p in common]
    if places == sorted(places):
        return []
    best = np.ones(len(places), np.int64)
    before = np.full(len(places), -1, np.int64)
    for i in range(1, len(places)):
        lower = np.flatnonzero(np.array(places[:i]) < places[i])
        if len(lower):
            j = lower[np.argmax(best[lower])]
            best[i], before[i] = best[j] + 1, j
    stay = set()
    at = int(np.argmax(best))
    while at >= 0:
        stay.add(at)
        at = int(before[at])
    return [p for i, p in enumerate(common) if i not in stay]
