"""Stored tables in memory, and patches applied to them without a database."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dsa_workbench.columns.types import model_schema
from dsa_workbench.features.patches.export_patch import export_patch
from dsa_workbench.features.patches.making import table_patch
from dsa_workbench.features.patches.model import Patch, TablePatch
from dsa_workbench.features.patches.planning import Planned, plan_patch
from dsa_workbench.features.patches.read_patch import open_patch
from dsa_workbench.features.versioning.differ import diff_tables
from dsa_workbench.features.versioning.manifests import BuiltManifest, build_manifest
from dsa_workbench.features.versioning.memory_segments import MemorySegments
from dsa_workbench.features.versioning.read_table import StoredTable
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.features.versioning.write_table import TableInput, write_table


@dataclass(frozen=True)
class Stored:
    """A table, and the id of its content."""

    table: StoredTable
    id: str

    def rows(self) -> list[dict[str, Any]]:
        """Give the rows."""
        return [dict(row) for row in self.arrow().to_pylist()]

    def arrow(self) -> Any:
        """Read all of it."""
        return self.table.read(self.table.schema.names, range(len(self.table.chunks)))


def stored(table: Any, key: Sequence[str] = (), borders: Sequence[str] | None = None) -> Stored:
    """Store an Arrow table; `borders` are the columns that it is cut by."""
    arrow = table if isinstance(table, pa.Table) else pa.table(table)
    by = tuple(borders) if borders is not None else tuple(key) or tuple(arrow.column_names)
    source = TableInput(model_schema(arrow.schema), lambda: iter([arrow]), tuple(key), by)
    return _written(source)


def _written(source: TableInput) -> Stored:
    segments = MemorySegments()
    built = build_manifest(source.schema, source.key, source.chunk_by, write_table(source, segments))
    return Stored(_opened(built, segments), built.id.hex())


def _opened(built: BuiltManifest, segments: MemorySegments) -> StoredTable:
    bodies, stats = [p.body for p in built.pages], [p.stats for p in built.pages]
    return StoredTable(built.manifest, bodies, stats, segments, SegmentCache(0))


def patch(
    old: Stored, new: Stored, *, key: Sequence[str] | None = None, rename: Mapping[str, str] | None = None,
    context: int = 0,
) -> TablePatch:  # fmt: skip
    """Make the patch that leads from one table to another."""
    return table_patch("data", diff_tables(old.table, new.table, key=key, rename=rename), context=context)


def planned(found: TablePatch, at: Stored, *, strict: bool = True) -> Planned:
    """Plan a patch of a table that is on both sides."""
    assert found.old is not None
    assert found.new is not None
    return plan_patch(found, found.old, found.new, at.table, strict=strict, exact=found.old.id == at.id)


def applied(found: TablePatch, at: Stored, *, strict: bool = True) -> Stored:
    """Apply a patch that fits."""
    plan = planned(found, at, strict=strict)
    assert not len(plan.conflicts), plan.conflicts
    if plan.same:
        return at
    return _written(TableInput(plan.schema, plan.batches, plan.key, plan.borders))


def through(found: TablePatch, format: str, at: Stored, path: Any = None) -> TablePatch:
    """Write a patch in a format and read it again; formats without types need a path for what stands beside."""
    target: Any = io.BytesIO() if path is None else path / f"changes.{format}"
    export_patch(Patch("a", "b", {found.name: found}), {}, target, format)
    if path is None:
        target.seek(0)
    opener, _ = open_patch(target)
    (read,) = opener({found.name: at.table}).tables.values()
    return read
