"""What a commit changed, in numbers: counts of rows for each table that differs from its parent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dsa_workbench.core.model.change import SchemaChangeKind
from dsa_workbench.features.versioning.differ.tables import diff_tables
from dsa_workbench.features.versioning.read_table import StoredTable


def summarize(
    old: Mapping[str, StoredTable],
    new: Mapping[str, StoredTable],
    names: Iterable[str],
    rename: Mapping[str, str],
) -> dict[str, dict[str, Any]]:
    """Count changes per table: `new` holds the tables that were written, `names` all that the version has.

    Tables that are in `names` but were not written have not changed and are left out. Columns that were renamed stand
    beside the counts, under `renamed`.
    """
    kept = set(names)
    counts: dict[str, dict[str, Any]] = {}
    for name, table in new.items():
        before = old.get(name)
        if before is None:
            counts[name] = {"added": table.rows, "removed": 0, "changed": 0, "unchanged": 0}
        elif before.manifest != table.manifest:
            told = {a: b for a, b in rename.items() if a in before.schema.names and b in table.schema.names}
            diff = diff_tables(before, table, rename=told)
            counts[name] = dict(diff.counts.to_dict())
            renamed = {c.old: c.new for c in diff.schema_changes if c.kind is SchemaChangeKind.RENAMED}
            if renamed:
                counts[name]["renamed"] = renamed
    for name, table in old.items():
        if name not in kept:
            counts[name] = {"added": 0, "removed": table.rows, "changed": 0, "unchanged": 0}
    return counts
