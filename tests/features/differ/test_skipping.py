"""What is equal is never read: cost follows the change."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from dsa_workbench.features.versioning.differ import diff_tables
from tests.features.differ.building import counts
from tests.features.differ.memory_version import MemoryVersion

BORDERS = range(100, 1000, 100)


def table() -> pa.Table:
    ids = np.arange(1000)
    return pa.table({"id": ids, "a": [f"a{i}" for i in ids], "b": ids % 7, "c": ids * 0.5})


def edited(source: pa.Table, column: str, row: int) -> pa.Table:
    values = source.column(column).to_pylist()
    values[row] = values[row + 1]
    at = source.column_names.index(column)
    return source.set_column(at, column, pa.array(values, source.schema.field(column).type))


@pytest.mark.parametrize("key", [["id"], []])
def test_equal_tables_are_not_read(key: list[str]) -> None:
    old, new = MemoryVersion(table(), key, BORDERS), MemoryVersion(table(), key, BORDERS)
    diff = diff_tables(old, new)
    assert counts(diff) == (0, 0, 0, 1000)
    assert old.reads == new.reads == []
    assert old.taken == new.taken == []


def test_only_the_segments_that_differ_are_read() -> None:
    old, new = MemoryVersion(table(), ["id"], BORDERS), MemoryVersion(edited(table(), "b", 250), ["id"], BORDERS)
    diff = diff_tables(old, new)
    assert counts(diff) == (0, 0, 1, 999)
    # The key segments of the chunk are equal, so not even they are read.
    assert old.reads == new.reads == [("b", 2)]


def test_keys_are_read_only_in_chunks_that_differ() -> None:
    smaller = pa.concat_tables([table().slice(0, 250), table().slice(251)])
    old = MemoryVersion(table(), ["id"], BORDERS)
    new = MemoryVersion(smaller, ["id"], [b if b <= 200 else b - 1 for b in BORDERS])
    diff = diff_tables(old, new)
    assert counts(diff) == (0, 1, 0, 999)
    assert {chunk for _, chunk in old.reads} == {chunk for _, chunk in new.reads} == {2}


def test_a_chunk_that_moved_is_not_read() -> None:
    t = table()
    swapped = pa.concat_tables([t.slice(500, 100), t.slice(0, 500), t.slice(600)])
    for key in (["id"], []):
        old, new = MemoryVersion(t, key, BORDERS), MemoryVersion(swapped, key, BORDERS)
        diff = diff_tables(old, new)
        assert diff.counts.same
        assert diff.counts.moved == 100
        assert old.reads == new.reads == []


def test_a_dropped_column_is_not_read() -> None:
    old, new = MemoryVersion(table(), ["id"], BORDERS), MemoryVersion(table().drop_columns(["a"]), ["id"], BORDERS)
    assert counts(diff_tables(old, new)) == (0, 0, 0, 1000)
    assert old.reads == new.reads == []


def test_a_rename_seen_by_segments_reads_nothing_but_a_proof() -> None:
    old = MemoryVersion(table(), ["id"], BORDERS)
    new = MemoryVersion(table().rename_columns(["id", "name", "b", "c"]), ["id"], BORDERS)
    assert diff_tables(old, new).counts.same
    assert (old.reads, new.reads) == ([], [])


def test_keyless_reads_only_chunks_that_differ() -> None:
    old, new = MemoryVersion(table(), (), BORDERS), MemoryVersion(edited(table(), "b", 250), (), BORDERS)
    diff = diff_tables(old, new)
    assert counts(diff) == (0, 0, 1, 999)
    assert {chunk for _, chunk in old.reads} == {chunk for _, chunk in new.reads} == {2}


def test_asked_key_reads_all_keys_but_only_cells_that_may_differ() -> None:
    old, new = MemoryVersion(table(), (), BORDERS), MemoryVersion(edited(table(), "b", 250), (), BORDERS)
    diff = diff_tables(old, new, key=["id"])
    assert counts(diff) == (0, 0, 1, 999)
    assert [r for r in old.reads if r[0] != "id"] == [("b", 2)]
    assert [chunk for name, chunk in old.reads if name == "id"] == list(range(10))
