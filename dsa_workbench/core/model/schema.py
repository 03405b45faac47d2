"""A table's schema in our own words.

Types are text in the grammar of docs/format.md (``int64``, ``decimal128(10, 2)``, ``timestamp[us, UTC]``,
``list<item: string>``), so that what is stored and hashed never depends on a library's version.
`columns.types` turns them into Arrow types and back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

GIVEN = "dsa:given"
"""The metadata key of a column, or of a table, under which a type stands that a user gave: later imports keep it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its type, whether nulls are allowed, and its metadata (sorted pairs)."""

    name: str
    type: str
    nullable: bool = True
    metadata: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the JSON form that manifests store; defaults are left out."""
        out: dict[str, Any] = {"name": self.name, "type": self.type}
        if not self.nullable:
            out["nullable"] = False
        if self.metadata:
            out["metadata"] = [list(pair) for pair in self.metadata]
        return out

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Column:
        """Read what `to_json` gave."""
        pairs = tuple((k, v) for k, v in data.get("metadata", ()))
        return cls(data["name"], data["type"], data.get("nullable", True), pairs)


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of a table in their order, and the table's metadata (sorted pairs)."""

    columns: tuple[Column, ...]
    metadata: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Give the column names in order."""
        return tuple(c.name for c in self.columns)

    def index(self, name: str) -> int:
        """Find a column's position; -1 where there is none."""
        return next((i for i, c in enumerate(self.columns) if c.name == name), -1)
