"""Small merges: three tables in, the merged rows or the conflicts out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from dsa_workbench.columns.types import arrow_schema
from dsa_workbench.features.versioning.merger import MergedTable, choice_of, merge_tables
from dsa_workbench.results.merges import conflict_table
from tests.features.differ.memory_version import MemoryVersion


def version(columns: Any, key: Sequence[str] = ("id",), borders: Sequence[int] = ()) -> MemoryVersion:
    """Make a version of a table, or of lists by column."""
    return MemoryVersion(columns if isinstance(columns, pa.Table) else pa.table(dict(columns)), key, borders)


def merge(base: Any, ours: Any, theirs: Any, resolve: Any = None) -> MergedTable:
    """Merge three versions; dicts are taken as tables with the key `id`."""
    made = [side if side is None or isinstance(side, MemoryVersion) else version(side) for side in (base, ours, theirs)]
    return merge_tables(made[0], made[1], made[2], choice_of(resolve))


def rows_of(merged: MergedTable) -> list[dict[str, Any]]:
    """Read the merged rows."""
    assert len(merged.conflicts) == 0, conflicts_of(merged)
    if merged.as_ours:
        ours = merged.conflicts.ours
        rows: list[dict[str, Any]] = ours.read(ours.schema.names, range(len(ours.chunks))).to_pylist()
    else:
        rows = pa.Table.from_batches(list(merged.batches()), arrow_schema(merged.schema)).to_pylist()
    return rows


def conflicts_of(merged: MergedTable) -> list[tuple[Any, ...]]:
    """Give conflicts as (key..., kind, column, base, ours, theirs), in an order of their own."""
    table = conflict_table(merged.conflicts)
    names = table.column_names
    end = names.index("theirs") + 1
    return sorted((tuple(r.values()) for r in table.select(names[:end]).to_pylist()), key=repr)
