"""Small tables and versions for tests of the diff engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from dsa_workbench.features.versioning.differ import TableDiff
from tests.features.differ.memory_version import MemoryVersion


def version(columns: Mapping[str, Any], key: Sequence[str] = (), borders: Sequence[int] = ()) -> MemoryVersion:
    """Make a version of lists or arrays."""
    return MemoryVersion(pa.table(dict(columns)), key, borders)


def counts(diff: TableDiff) -> tuple[int, int, int, int]:
    """Give added, removed, changed, unchanged."""
    return diff.counts.added, diff.counts.removed, diff.counts.changed, diff.counts.unchanged


def story(diff: TableDiff) -> list[tuple[str, int | None, int | None, list[str]]]:
    """Give the rows of a diff without their values."""
    rows = diff.rows().to_pylist()
    return [(r["change"], r["old_row"], r["new_row"], r["changed_columns"]) for r in rows]


def changes(diff: TableDiff) -> list[tuple[str, str, str | None, str | None]]:
    """Give the schema changes as tuples."""
    return [(c.kind.value, c.column, c.old, c.new) for c in diff.schema_changes]
