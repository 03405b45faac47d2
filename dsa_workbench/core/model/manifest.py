"""Manifests and trees: what a commit points at.

A manifest lists a table's chunks in pages. A page is a run of chunks cut where the content says so, so that two
versions share all pages but those in which something changed.
"""

from __future__ import annotations

from dataclasses import dataclass

from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.schema import Schema


@dataclass(frozen=True, slots=True)
class ColumnStats:
    """Statistics of one segment: how many nulls, and the least and greatest value as text of docs/format.md.

    `minimum` and `maximum` are None where the type has no order, or all is null. A text bound may be cut:
    then `minimum` is at most the least value, `maximum` at least the greatest.
    """

    nulls: int
    minimum: str | None = None
    maximum: str | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of consecutive rows: its number of rows and one segment id per column, in schema order.

    `forced` says that its first row is no border of the content, but was cut for size.
    """

    rows: int
    segments: tuple[ObjectId, ...]
    forced: bool = False
    stats: tuple[ColumnStats, ...] = ()


@dataclass(frozen=True, slots=True)
class PageRef:
    """A page as a manifest names it: its id, its rows, its number of chunks."""

    id: ObjectId
    rows: int
    chunks: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A table at one version: schema, key columns, the columns borders are taken from, pages in order."""

    schema: Schema
    key: tuple[str, ...]
    chunk_by: tuple[str, ...]
    pages: tuple[PageRef, ...]

    @property
    def rows(self) -> int:
        """Count the rows."""
        return sum(p.rows for p in self.pages)


@dataclass(frozen=True, slots=True)
class Tree:
    """Table name -> manifest id, sorted by name.

    `originals` names, by table, the manifest of what the file that it was imported from has beside its values; it is
    no table, and only those who ask for the file's bytes look at it.
    """

    tables: tuple[tuple[str, ObjectId], ...]
    originals: tuple[tuple[str, ObjectId], ...] = ()

    def get(self, table: str) -> ObjectId | None:
        """Find a table's manifest id."""
        return dict(self.tables).get(table)

    @property
    def names(self) -> tuple[str, ...]:
        """Give the table names in order."""
        return tuple(name for name, _ in self.tables)

    @property
    def manifests(self) -> tuple[ObjectId, ...]:
        """Give all manifests that belong to it."""
        return tuple(oid for _, oid in (*self.tables, *self.originals))

    def keeping_originals(self, *others: Tree) -> Tree:
        """Keep what other trees know of the files of tables that are the same here."""
        found = dict(self.originals)
        for other in others:
            for name, oid in other.originals:
                if name not in found and self.get(name) is not None and self.get(name) == other.get(name):
                    found[name] = oid
        return Tree(self.tables, tuple(sorted(found.items())))
