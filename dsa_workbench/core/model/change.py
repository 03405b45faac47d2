"""Changes of a schema, and counts of changes: a diff as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class SchemaChangeKind(StrEnum):
    """What happened to a column, or to the table as a whole."""

    ADDED = "added"
    DROPPED = "dropped"
    RENAMED = "renamed"
    RETYPED = "retyped"
    REORDERED = "reordered"
    NULLABILITY = "nullability"
    METADATA = "metadata"
    KEY = "key"
    TABLE_ADDED = "table added"
    TABLE_DROPPED = "table dropped"


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One change of a schema; `old` and `new` are names for a rename, types for a retype, key columns for a key."""

    kind: SchemaChangeKind
    column: str
    old: str | None = None
    new: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeCounts:
    """How many rows were added, removed, changed, and stayed; and changed cells per column (new names)."""

    added: int = 0
    removed: int = 0
    changed: int = 0
    unchanged: int = 0
    cells: dict[str, int] = field(default_factory=dict)
    moved: int = 0
    """Unchanged or changed rows whose order against the other paired rows differs."""
    reformed: dict[str, int] = field(default_factory=dict)
    """Cells per column whose value is equal but whose representation is not (-0.0 and 0.0, decimal scale)."""

    @property
    def same(self) -> bool:
        """Say whether no row changed."""
        return not (self.added or self.removed or self.changed)

    def to_dict(self) -> dict[str, int]:
        """Give the four counts that `Diff.summary` promises."""
        return {
            "added": self.added,
            "removed": self.removed,
            "changed": self.changed,
            "unchanged": self.unchanged,
        }
