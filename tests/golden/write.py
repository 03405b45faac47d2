"""Write the golden file: ``python -m tests.golden.write --overwrite``.

Only a new format number may change what is in it; new entries may be added.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dsa_workbench.columns import canonical, codec
from dsa_workbench.columns.fingerprint import fingerprint
from dsa_workbench.columns.identity import object_id
from dsa_workbench.columns.layout import normalize
from dsa_workbench.columns.types import model_schema, type_text
from dsa_workbench.core.model.manifest import Tree
from dsa_workbench.core.model.objects import commit_body, tree_body
from dsa_workbench.features.versioning.manifests import build_manifest
from dsa_workbench.features.versioning.memory_segments import MemorySegments
from dsa_workbench.features.versioning.write_table import TableInput, write_table
from tests.golden import samples

FILE = Path(__file__).with_name("format-1.json")


def describe(array: Any) -> dict[str, Any]:
    """Say what the format makes of an array."""
    array = normalize(array)
    body = canonical.encode(array)
    kind = type_text(array.type)
    return {
        "type": kind,
        "canonical": body.hex() if len(body) < 300 else None,
        "id": canonical.segment_id(kind, len(array), body).hex(),
        "fingerprints": [f"{f:016x}" for f in fingerprint([array], len(array))[:8]],
    }


def stored(array: Any) -> dict[str, Any]:
    """Say how an array is stored now; readers must read it for ever."""
    array = normalize(array)
    body = canonical.encode(array)
    encoding, blob = codec.store(array, body)
    kind = type_text(array.type)
    oid = canonical.segment_id(kind, len(array), body).hex()
    return {
        "id": oid,
        "type": kind,
        "rows": len(array),
        "size": len(body),
        "encoding": int(encoding),
        "blob": blob.hex(),
    }


def objects(key: tuple[str, ...]) -> dict[str, Any]:
    """Say what chunks, pages, manifest, tree and commit a table gives."""
    table = samples.table()
    schema = model_schema(table.schema)
    borders = key or schema.names
    source = TableInput(schema, lambda: iter(table.to_batches()), key, borders)
    chunks = write_table(source, MemorySegments())
    built = build_manifest(schema, key, borders, chunks)
    tree = tree_body(Tree((("data", built.id),)))
    commit = commit_body(
        object_id("tree", tree).hex(), (), "ann", "Größe", datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
    )
    return {
        "rows": [c.rows for c in chunks],
        "pages": [p.id.hex() for p in built.pages],
        "manifest": built.body.decode(),
        "manifest id": built.id.hex(),
        "tree": tree.decode(),
        "tree id": object_id("tree", tree).hex(),
        "commit": commit.decode(),
        "commit id": object_id("commit", commit).hex(),
    }


def everything() -> dict[str, Any]:
    """Give all that the golden file holds."""
    arrays = {**samples.samples(), **samples.many()}
    return {
        "arrays": {name: describe(array) for name, array in arrays.items()},
        "stored": {name: stored(array) for name, array in arrays.items()},
        "objects": {"key": objects(("id",)), "no key": objects(())},
    }


if __name__ == "__main__":
    if FILE.exists() and "--overwrite" not in sys.argv:
        sys.exit(f"{FILE.name} is there. What is stored must stay readable: see docs/format.md, section 9.")
    FILE.write_text(json.dumps(everything(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
