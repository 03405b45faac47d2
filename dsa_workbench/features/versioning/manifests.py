"""From chunks to pages, a manifest and its id, and back into the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dsa_workbench.columns.identity import object_id
from dsa_workbench.columns.stats import pack_stats
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.manifest import Chunk, Manifest, PageRef, Tree
from dsa_workbench.core.model.objects import manifest_body, page_body, tree_body
from dsa_workbench.core.model.schema import Schema
from dsa_workbench.core.services.interfaces import IUnitOfWork, StoredPage

PAGE_MASK = 15
"""A page ends after a chunk whose border columns' ids have these bits clear: one in 16."""
PAGE_MAX = 64


@dataclass(frozen=True, slots=True)
class BuiltManifest:
    """A manifest that is ready to be stored."""

    id: ObjectId
    manifest: Manifest
    body: bytes
    pages: tuple[StoredPage, ...]


def build_manifest(
    schema: Schema, key: Sequence[str], chunk_by: Sequence[str], chunks: Sequence[Chunk]
) -> BuiltManifest:
    """Cut chunks into pages and name everything. The id depends on rows, schema, key and border columns alone."""
    by = [schema.index(name) for name in chunk_by]
    ends = [0]
    for i, chunk in enumerate(chunks, 1):
        bits = 0
        for column in by:
            bits ^= chunk.segments[column][0]
        if bits & PAGE_MASK == 0 or i - ends[-1] == PAGE_MAX or i == len(chunks):
            ends.append(i)
    pages, refs = [], []
    for start, stop in pairwise(ends):
        part = chunks[start:stop]
        body = page_body(part)
        oid = object_id("page", body)
        pages.append(StoredPage(oid, body, pack_stats([c.stats for c in part])))
        refs.append(PageRef(oid, sum(c.rows for c in part), len(part)))
    manifest = Manifest(schema, tuple(key), tuple(chunk_by), tuple(refs))
    body = manifest_body(manifest)
    return BuiltManifest(object_id("manifest", body), manifest, body, tuple(pages))


def tree_id(tree: Tree) -> ObjectId:
    """Name a tree."""
    return object_id("tree", tree_body(tree))


def store_tree(unit: IUnitOfWork, tree: Tree, built: Sequence[BuiltManifest]) -> ObjectId:
    """Store pages, manifests and the tree, leaves first; return the tree's id."""
    for manifest in built:
        unit.objects.put_pages(manifest.pages)
        unit.objects.put_manifest(manifest.id, manifest.body)
    oid = tree_id(tree)
    unit.objects.put_tree(oid, tree_body(tree))
    return oid
