"""The stored form of pages, manifests, trees and commits (docs/format.md, section 7).

Manifests, trees and commits are JSON with sorted keys, no blanks and no escapes beyond JSON's own; pages are
binary. Each object's id hashes exactly these bytes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dsa_workbench.core.model.ids import ID_BYTES, ObjectId, from_hex
from dsa_workbench.core.model.manifest import Chunk, Manifest, PageRef, Tree
from dsa_workbench.core.model.schema import Column, Schema
from dsa_workbench.errors import StoreCorrupt, Unsupported

FORMAT = 1
_PAGE = struct.Struct("<4sII")
_MAGIC = b"DSAP"


def _dump(data: dict[str, Any]) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _load(what: str, body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
        number = data["format"]
    except (ValueError, KeyError, TypeError) as err:
        raise StoreCorrupt(
            f"A stored {what} cannot be read.", hint="Run wb.check(), and restore from a backup."
        ) from err
    if number > FORMAT:
        raise Unsupported(
            f"A {what} is stored in format {number}, which this version does not know.",
            hint="Upgrade dsa-workbench: a newer version wrote this store.",
        )
    return dict(data)


def page_body(chunks: Sequence[Chunk]) -> bytes:
    """Give a page's bytes: header, rows (uint32), forced (one byte), segment ids chunk by chunk."""
    columns = len(chunks[0].segments) if chunks else 0
    rows = struct.pack(f"<{len(chunks)}I", *(c.rows for c in chunks))
    forced = bytes(c.forced for c in chunks)
    ids = b"".join(oid for c in chunks for oid in c.segments)
    return _PAGE.pack(_MAGIC, columns, len(chunks)) + rows + forced + ids


def page_rows(body: bytes) -> tuple[int, ...]:
    """Read only how many rows each chunk of a page has."""
    try:
        _, _, count = _PAGE.unpack_from(body)
        return struct.unpack_from(f"<{count}I", body, _PAGE.size)
    except struct.error as err:
        raise StoreCorrupt("A stored page is cut short.", hint="Run wb.check(), and restore from a backup.") from err


def page_segments(body: bytes) -> list[ObjectId]:
    """Read only which segments a page names."""
    _, _, at = _page_head(body)
    return [ObjectId(body[i : i + ID_BYTES]) for i in range(at, len(body), ID_BYTES)]


def _page_head(body: bytes) -> tuple[int, int, int]:
    """Read a page's number of columns and of chunks, and where its segments begin."""
    magic, columns, count = _PAGE.unpack_from(body.ljust(_PAGE.size))
    at = _PAGE.size + 5 * count
    if magic != _MAGIC or len(body) != at + count * columns * ID_BYTES:
        raise StoreCorrupt("A stored page cannot be read.", hint="Run wb.check(), and restore from a backup.")
    return columns, count, at


def parse_page(body: bytes) -> list[Chunk]:
    """Read what `page_body` gave; statistics are not in it."""
    rows = page_rows(body)
    columns, count, at = _page_head(body)
    forced = body[at - count : at]
    step = columns * ID_BYTES
    return [
        Chunk(
            rows[i],
            tuple(ObjectId(body[at + i * step + j : at + i * step + j + ID_BYTES]) for j in range(0, step, ID_BYTES)),
            bool(forced[i]),
        )
        for i in range(count)
    ]


def manifest_body(manifest: Manifest) -> bytes:
    """Give a manifest's bytes."""
    return _dump(
        {
            "format": FORMAT,
            "columns": [c.to_json() for c in manifest.schema.columns],
            "metadata": [list(pair) for pair in manifest.schema.metadata],
            "key": list(manifest.key),
            "chunk_by": list(manifest.chunk_by),
            "pages": [[p.id.hex(), p.rows, p.chunks] for p in manifest.pages],
        }
    )


def parse_manifest(body: bytes) -> Manifest:
    """Read what `manifest_body` gave."""
    data = _load("manifest", body)
    schema = Schema(tuple(Column.from_json(c) for c in data["columns"]), tuple((k, v) for k, v in data["metadata"]))
    pages = tuple(PageRef(from_hex(oid), rows, chunks) for oid, rows, chunks in data["pages"])
    return Manifest(schema, tuple(data["key"]), tuple(data["chunk_by"]), pages)


def manifest_parts(body: bytes) -> tuple[bytes, tuple[PageRef, ...]]:
    """Read only which pages a manifest names; what stands before them, which tells all else, is given as it is."""
    # Keys are sorted, and no text of JSON holds a quote that is not escaped.
    cut = body.rindex(b'"pages":')
    try:
        return body[:cut], tuple(PageRef(from_hex(oid), *rest) for oid, *rest in json.loads(body[cut + 8 : -1]))
    except ValueError as err:
        raise StoreCorrupt(
            "A stored manifest cannot be read.", hint="Run wb.check(), and restore from a backup."
        ) from err


def tree_body(tree: Tree) -> bytes:
    """Give a tree's bytes."""
    body: dict[str, Any] = {"format": FORMAT, "tables": [[name, oid.hex()] for name, oid in sorted(tree.tables)]}
    if tree.originals:
        body["originals"] = [[name, oid.hex()] for name, oid in sorted(tree.originals)]
    return _dump(body)


def parse_tree(body: bytes) -> Tree:
    """Read what `tree_body` gave."""
    data = _load("tree", body)
    tables, originals = (tuple((n, from_hex(oid)) for n, oid in data.get(part, ())) for part in ("tables", "originals"))
    return Tree(tables, originals)


def commit_body(tree: str, parents: Sequence[str], author: str, message: str, time: datetime) -> bytes:
    """Give the bytes that a commit's id hashes; the time in UTC with microseconds."""
    return _dump(
        {
            "format": FORMAT,
            "tree": tree,
            "parents": list(parents),
            "author": author,
            "message": message,
            "time": time.astimezone(UTC).isoformat(timespec="microseconds"),
        }
    )
