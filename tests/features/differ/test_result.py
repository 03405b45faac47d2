"""What a diff hands out: rows, pages, kinds, batches, and the arithmetic of runs behind them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.differ import TableDiff, cells, diff_tables
from dsa_workbench.features.versioning.differ.runs import count_moved, runs_of_pairs, split_runs, uncovered
from tests.features.differ.building import story, version


@pytest.fixture
def diff() -> TableDiff:
    old = version({"id": [1, 2, 3, 4, 5], "v": list("abcde")}, ["id"])
    new = version({"id": [9, 1, 3, 8, 5, 7], "v": list("zaCyex")}, ["id"])
    return diff_tables(old, new)


def test_display_order(diff: TableDiff) -> None:
    assert story(diff) == [
        ("added", None, 0, []),
        ("removed", 1, None, []),
        ("changed", 2, 2, ["v"]),
        ("removed", 3, None, []),
        ("added", None, 3, []),
        ("added", None, 5, []),
    ]


def test_layout(diff: TableDiff) -> None:
    schema = diff.rows().schema
    assert schema.names == ["change", "old_row", "new_row", "changed_columns", "old.id", "new.id", "old.v", "new.v"]
    assert schema.types[:4] == [pa.string(), pa.int64(), pa.int64(), pa.list_(pa.string())]
    assert diff.rows(limit=0).schema == schema
    assert diff.rows(100).schema == schema
    assert diff.rows(100).num_rows == 0


def test_pages_and_kinds(diff: TableDiff) -> None:
    whole = diff.rows()
    assert diff.rows(2, 2).equals(whole.slice(2, 2))
    assert diff.rows(kinds=["added"])["new_row"].to_pylist() == [0, 3, 5]
    assert diff.rows(1, 1, kinds={"removed", "changed"})["old_row"].to_pylist() == [2]
    assert diff.rows(kinds=[]).num_rows == 0
    batches = list(diff.batches(4))
    assert [b.num_rows for b in batches] == [4, 2]
    assert pa.Table.from_batches(batches).equals(whole.combine_chunks())


def test_rows_are_chosen_by_the_columns_that_changed() -> None:
    old = version({"id": [1, 2, 3, 4], "a": list("abcd"), "b": list("abcd")}, ["id"])
    new = version({"id": [1, 2, 3, 5], "a": list("Abcx"), "b": list("aBCx")}, ["id"])
    diff = diff_tables(old, new)
    assert diff.rows(changed_columns=["a"])["new_row"].to_pylist() == [0]
    assert diff.rows(1, 1, changed_columns=["b", "a"])["new_row"].to_pylist() == [1]
    assert diff.rows(changed_columns=["id"]).num_rows == 0
    assert diff.rows(kinds=["added"], changed_columns=["a"]).num_rows == 0
    counted = [diff.count_rows(), diff.count_rows(["added"]), diff.count_rows(changed_columns=["a", "b"])]
    assert counted == [5, 1, 3]


def test_some_columns_are_read() -> None:
    old = version({"id": [1, 2], "a": [1, 2], "b": [1, 2]}, ["id"])
    new = version({"id": [1, 3], "b": [5, 6], "c": list("xy")}, ["id"])
    diff = diff_tables(old, new)
    whole = diff.rows()
    for columns in (["b"], ["c", "b"], ["a"], []):
        names = [f"{side}.{c}" for c in diff.columns if c in columns for side in ("old", "new")]
        assert diff.rows(columns=columns).equals(whole.select([*whole.column_names[:4], *names]))
    with pytest.raises(InvalidInput, match="no column 'd'"):
        diff.rows(columns=["d"])


def test_bad_pages(diff: TableDiff) -> None:
    with pytest.raises(InvalidInput, match="'moved' is no kind of change"):
        diff.rows(kinds=["moved"])
    with pytest.raises(InvalidInput, match="negative"):
        diff.rows(-1)
    with pytest.raises(InvalidInput, match="at least 1"):
        next(diff.batches(0))


def test_nested_values_are_compared_and_shown() -> None:
    old = version({"id": [1, 2, 3], "v": [[1, None], None, []], "s": [{"a": 1}, {"a": None}, None]}, ["id"])
    new = version({"id": [1, 2, 3], "v": [[1, None], [], []], "s": [{"a": 1}, None, None]}, ["id"])
    diff = diff_tables(old, new)
    assert story(diff) == [("changed", 1, 1, ["v", "s"])]
    assert diff.rows()["old.s"].to_pylist() == [{"a": None}]
    assert diff.rows()["new.v"].to_pylist() == [[]]


def test_comparing_in_parts_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = np.arange(3000)
    values = [f"v{i % 17}" for i in ids]
    old = version({"id": ids, "v": values, "w": ids % 3}, ["id"], range(100, 3000, 100))
    order = np.random.default_rng(3).permutation(3000)
    other = {"id": order, "v": [values[i] if i % 11 else "x" for i in order], "w": pa.array(order % 3, pa.int8())}
    new = version(other, ["id"], range(70, 3000, 70))
    whole = diff_tables(old, new)
    monkeypatch.setattr(cells, "_ROWS_AT_ONCE", 64)
    parts = diff_tables(old, new)
    assert parts.counts == whole.counts
    assert parts.rows().equals(whole.rows())
    assert whole.counts.changed == len([i for i in range(0, 3000, 11) if values[i] != "x"])


@given(st.permutations(range(9)), st.lists(st.booleans(), min_size=9, max_size=9), st.lists(st.integers(0, 9)))
def test_runs(order: list[int], kept: list[bool], borders: list[int]) -> None:
    pairs = [(i, j) for j, i in enumerate(order) if kept[j]]
    old, new = (np.array([p[k] for p in pairs], np.int64) for k in (0, 1))
    runs = runs_of_pairs(old, new)
    assert list(zip(runs.old_rows().tolist(), runs.new_rows().tolist(), strict=True)) == pairs
    edges = np.array(sorted(set(borders)), np.int64)
    pieces = split_runs(runs, edges, edges)
    assert list(zip(pieces.old_rows().tolist(), pieces.new_rows().tolist(), strict=True)) == pairs
    for begin, rows in zip([*pieces.old, *pieces.new], [*pieces.rows, *pieces.rows], strict=True):
        assert not any(begin < e < begin + rows for e in edges)
    assert uncovered(runs.old, runs.rows, 9).tolist() == sorted(set(range(9)) - set(old.tolist()))
    assert uncovered(runs.new, runs.rows, 9).tolist() == sorted(set(range(9)) - set(new.tolist()))


@pytest.mark.parametrize("block", [1, 50])
def test_moved_is_the_same_by_rows_and_by_runs(block: int) -> None:
    rng = np.random.default_rng(block)
    blocks = rng.permutation(30)
    old = (blocks[:, None] * block + np.arange(block)).ravel()
    rises: list[int] = []
    for i in blocks.tolist():
        rises.append(1 + max((r for r, j in zip(rises, blocks.tolist(), strict=False) if j < i), default=0))
    assert count_moved(runs_of_pairs(old, np.arange(len(old)))) == block * (30 - max(rises))
