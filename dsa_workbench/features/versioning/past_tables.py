"""A table at the commits of a history: where one row stands in each, without reading what they share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

import numpy as np
import pyarrow.compute as pc

from dsa_workbench.columns.equality import equal_values
from dsa_workbench.columns.types import parse_type
from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.manifest import Chunk, Manifest, PageRef
from dsa_workbench.core.model.objects import manifest_parts, page_body, parse_manifest, parse_tree
from dsa_workbench.core.model.schema import Schema
from dsa_workbench.core.services.interfaces import ISegmentStore, IUnitOfWork, StoredPage
from dsa_workbench.features.versioning.queries.pruning import matching_chunks
from dsa_workbench.features.versioning.read_table import StoredTable
from dsa_workbench.features.versioning.segment_cache import SegmentCache

_FIRST = 128
"""Commits that are fetched together, at first; each further time four times as many."""
_MOST = 8192
_FEW = 3
"""Chunks that are read sooner than their statistics."""
_WINDOW = 64
"""Commits whose pages are fetched together."""

Segments = tuple[ObjectId, ...]


@dataclass(frozen=True, slots=True)
class PastRow:
    """Where a row stands: a chunk, alone as a table, and how far from its first row."""

    table: StoredTable
    offset: int
    _read: dict[str, Any] = field(default_factory=dict)

    @property
    def chunk(self) -> Chunk:
        """The chunk."""
        return self.table.chunks[0]

    def segment(self, name: str) -> ObjectId:
        """Name the segment in which a column of the row lies."""
        return self.chunk.segments[self.table.schema.index(name)]

    def values(self, names: Sequence[str]) -> dict[str, Any]:
        """Read columns of the row, as Arrow arrays of one value, by name."""
        missing = [name for name in names if name not in self._read]
        if missing:
            [batch] = self.table.page(missing, self.offset, 1)
            self._read.update(zip(missing, batch.columns, strict=True))
        return self._read


class PastTables:
    """One table, by its name, at a commit and those before it."""

    def __init__(
        self, unit: IUnitOfWork, segments: ISegmentStore, cache: SegmentCache, name: str, start: Commit
    ) -> None:
        self._unit, self._segments, self._cache, self._name = unit, segments, cache, name
        self._size = _FIRST
        self._order: dict[str, int] = {}
        self._commits: list[Commit] = []
        self._ids: list[ObjectId | None] = []
        self._bodies: dict[ObjectId, bytes] = {}
        self._heads: dict[bytes, Manifest] = {}
        """A manifest for each of their heads: tables of one schema share it."""
        self._manifests: dict[ObjectId, Manifest] = {}
        self._pages: dict[ObjectId, StoredPage] = {}
        self._fetch(start)

    def schema(self, commit: Commit) -> Schema:
        """Give the table's schema at a commit that has it."""
        return self._manifest(commit).schema

    def key(self, commit: Commit) -> tuple[str, ...]:
        """Give the table's key at a commit that has it."""
        return self._manifest(commit).key

    def parents(self, commit: Commit) -> list[Commit]:
        """Give the parents of a commit that have the table, in order."""
        if any(parent not in self._order for parent in commit.parents):
            self._fetch(commit)
        places = [self._order[parent] for parent in commit.parents]
        return [self._commits[place] for place in places if self._ids[place] is not None]

    def renamed(self, commit: Commit) -> Mapping[str, str]:
        """Tell which columns a commit renamed: old name -> new name."""
        found: Mapping[str, str] = commit.summary.get(self._name, {}).get("renamed", {})
        return found

    def find(self, commit: Commit, values: Mapping[str, Any]) -> tuple[PastRow, int] | None:
        """Find the one row of a commit with these values (arrays of one value, by column), and its place."""
        manifest = self._manifest(commit)
        self._get_pages(manifest)
        whole = self._table(manifest, manifest.pages)
        found = self._search(whole, values, ())
        if found is None:
            return None
        number, offset = found
        return self._row(manifest, whole.chunks[number], offset), int(whole.starts[number]) + offset

    def row_before(
        self, commit: Commit, row: PastRow, parent: Commit, values: Mapping[str, Any], renamed: Mapping[str, str]
    ) -> PastRow | None:
        """Find a commit's row in a parent; the same object where its chunk is shared; None where it has none."""
        new, old = self._id(commit), self._id(parent)
        if new == old:
            return row
        after, before = self._manifest(commit), self._manifest(parent)
        self._get_pages(before)
        if self._has(before, row.chunk):
            return row if before.schema is after.schema else self._row(before, row.chunk, row.offset)
        back = {now: then for then, now in renamed.items()}
        wanted = {back.get(name, name): value for name, value in values.items()}
        if any(before.schema.index(name) < 0 for name in wanted):
            return None
        self._get_pages(after)
        own = tuple(row.segment(name) for name in values)
        here, there = after.pages, before.pages
        elsewhere: set[Segments] = set()
        if after.key and before.key and {*after.key} <= {*values} and {*before.key} <= {*wanted}:
            # The key stands in either table once at most, and in what both have it is not.
            both = {page.id for page in here} & {page.id for page in there}
            here, there = (tuple(page for page in pages if page.id not in both) for pages in (here, there))
            elsewhere = {*_segments(self._table(after, here), list(values))} - {own}
        rest = self._table(before, there)
        segments = _segments(rest, list(wanted))
        found = (segments.index(own), row.offset) if own in segments else self._search(rest, wanted, elsewhere)
        return None if found is None else self._row(before, rest.chunks[found[0]], found[1])

    def _search(
        self, table: StoredTable, values: Mapping[str, Any], elsewhere: Collection[Segments]
    ) -> tuple[int, int] | None:
        """Look for the one row with these values: its chunk and its place there; not in chunks known not to have it."""
        names = list(values)
        segments = _segments(table, names)
        chunks = [n for n, there in enumerate(segments) if there not in elsewhere]
        if len(chunks) > _FEW:
            chunks = sorted({*chunks} & {*_candidates(table, values)})
        found = []
        for number, batch in zip(chunks, table.read_chunks(names, chunks) if chunks else (), strict=True):
            mask = np.ones(batch.num_rows, np.bool_)
            for column, value in zip(batch.columns, values.values(), strict=True):
                mask &= equal_values(column, value.take(np.zeros(len(column), np.int64)))
            found += [(number, int(offset)) for offset in np.flatnonzero(mask)]
        return found[0] if len(found) == 1 else None

    # ------------------------------------------------------------------------------------- what is fetched

    def _fetch(self, commit: Commit) -> None:
        """Fetch a commit and many before it: their tables' manifests, which are not read yet."""
        commits = self._unit.commits.history(commit.oid, limit=self._size)
        self._size = min(4 * self._size, _MOST)
        new = [found for found in commits if found.id not in self._order]
        known = {found.id for found in new} | self._order.keys()
        outside = {parent: None for found in new for parent in found.parents if parent not in known}
        new += self._unit.commits.get_many([ObjectId(bytes.fromhex(parent)) for parent in outside])
        trees = [ObjectId(bytes.fromhex(tree)) for tree in {found.tree: None for found in new}]
        bodies = self._unit.objects.get_trees(trees)
        tables = {oid.hex(): parse_tree(body).get(self._name) for oid, body in bodies.items()}
        for found in new:
            self._order[found.id] = len(self._commits)
            self._commits.append(found)
            self._ids.append(tables[found.tree])
        missing = {oid for oid in tables.values() if oid is not None} - self._bodies.keys()
        self._bodies.update(self._unit.objects.get_manifests(sorted(missing)))

    def _get_pages(self, manifest: Manifest) -> None:
        """Fetch the pages of a manifest, and those of the commits that are likely to be asked about next."""
        if all(page.id in self._pages for page in manifest.pages):
            return
        start = next(i for i, oid in enumerate(self._ids) if oid is not None and self._manifests.get(oid) is manifest)
        near = [self._parsed(oid) for oid in self._ids[start : start + _WINDOW] if oid is not None]
        missing = {page.id: None for table in near for page in table.pages if page.id not in self._pages}
        self._pages.update((page.id, page) for page in self._unit.objects.get_pages(list(missing)))

    def _id(self, commit: Commit) -> ObjectId:
        oid = self._ids[self._order[commit.id]]
        assert oid is not None  # noqa: S101 - only commits that have the table are asked about
        return oid

    def _manifest(self, commit: Commit) -> Manifest:
        return self._parsed(self._id(commit))

    def _parsed(self, oid: ObjectId) -> Manifest:
        if oid not in self._manifests:
            head, pages = manifest_parts(self._bodies[oid])
            if head not in self._heads:
                self._heads[head] = parse_manifest(self._bodies[oid])
            self._manifests[oid] = replace(self._heads[head], pages=pages)
        return self._manifests[oid]

    def _has(self, manifest: Manifest, chunk: Chunk) -> bool:
        """Say whether a manifest has a chunk: pages hold the ids of its segments in a row, and need not be parsed."""
        wanted = b"".join(chunk.segments)
        return any(wanted in self._pages[page.id].body for page in manifest.pages)

    def _table(self, manifest: Manifest, pages: tuple[PageRef, ...]) -> StoredTable:
        stored = [self._pages[page.id] for page in pages]
        return StoredTable(
            replace(manifest, pages=pages), [p.body for p in stored], [p.stats for p in stored], self._segments,
            self._cache,
        )  # fmt: skip

    def _row(self, manifest: Manifest, chunk: Chunk, offset: int) -> PastRow:
        alone = replace(manifest, pages=(PageRef(manifest.pages[0].id, chunk.rows, 1),))
        return PastRow(StoredTable(alone, [page_body([chunk])], [], self._segments, self._cache), offset)


def _segments(table: StoredTable, names: Sequence[str]) -> list[Segments]:
    """Give the segments of some columns, chunk by chunk."""
    indices = [table.schema.index(name) for name in names]
    return [tuple(chunk.segments[i] for i in indices) for chunk in table.chunks]


def _candidates(table: StoredTable, values: Mapping[str, Any]) -> list[int]:
    """List the chunks that may hold a row with these values, as far as their statistics tell."""
    kinds = {name: parse_type(table.schema.columns[table.schema.index(name)].type) for name in values}
    if any(kinds[name] != value.type for name, value in values.items()):
        return list(range(len(table.chunks)))  # another type: equal values may be written differently
    tests = [pc.field(name) == value[0] for name, value in values.items()]
    return matching_chunks(table, reduce(lambda a, b: a & b, tests), floats=False)
