"""Every step of the real histories, against what an independent diff made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dsa_workbench.core.model.change import SchemaChangeKind
from dsa_workbench.features.versioning.differ import diff_tables
from tests.features.differ.memory_version import MemoryVersion
from tests.history_oracle import Version, histories, mismatches, steps

NAMES = [
    "chess-openings-b",
    "country-codes",
    "covid-key-countries",
    "iso3166-lukes",
    "mledoze-countries",
    "openflights-airlines",
    "sp500-constituents",
    "world-bank-gdp",
]
KEY_REPLACED = "chess-openings-b 0002.tsv 0003.tsv"
"""The key fen was dropped and the key pgn added. The oracle compares the values of one with those of the other and
calls every row new; we see that all other cells are the same (and say that the key changed)."""


def version(read: Version) -> MemoryVersion:
    rows = read.table.num_rows
    return MemoryVersion(read.table, read.key, range(97, rows, 97))


@pytest.mark.corpora
def test_every_history_is_here(corpora: Path) -> None:
    assert [h.name for h in histories(corpora)] == NAMES


@pytest.mark.corpora
@pytest.mark.parametrize("name", NAMES)
def test_history(corpora: Path, name: str) -> None:
    wrong: dict[str, Any] = {}
    for step in steps(corpora / "histories" / name):
        asked = None if step.expected["key_columns_changed"] else step.new.key
        # These keys are only asked for: some of them repeat.
        diff = diff_tables(version(step.old), version(step.new), key=asked)
        if step.name == KEY_REPLACED:
            assert diff.pairing.startswith("The key changed from fen to pgn, and no key column is on both sides")
            assert diff.counts.to_dict() == {"added": 0, "removed": 0, "changed": 0, "unchanged": 722}
            continue
        found = mismatches(step, diff.counts.to_dict(), diff.counts.cells, diff.rows())
        changes = diff.schema_changes
        renamed = [c for c in changes if c.kind is SchemaChangeKind.RENAMED]
        added = [c.column for c in changes if c.kind is SchemaChangeKind.ADDED] + [c.new for c in renamed]
        dropped = [c.column for c in changes if c.kind is SchemaChangeKind.DROPPED] + [c.old for c in renamed]
        seen = {
            "columns_added": sorted(added),
            "columns_removed": sorted(dropped),
            "column_order_changed": any(c.kind is SchemaChangeKind.REORDERED for c in changes),
            "row_order_changed": diff.counts.moved > 0,
        }
        known = {k: sorted(v) if isinstance(v := step.expected[k], list) else v for k in seen}
        found += [f"{k}: {seen[k]}, expected {known[k]}" for k in seen if seen[k] != known[k]]
        if found:
            wrong[step.name] = found
    assert wrong == {}
