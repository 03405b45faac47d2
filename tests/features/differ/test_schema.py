"""Schema changes, renames told and found."""

from __future__ import annotations

import pyarrow as pa
import pytest

from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.differ import diff_tables
from tests.features.differ.building import changes, counts, version
from tests.features.differ.memory_version import MemoryVersion


def test_added_and_dropped_columns_modify_no_row() -> None:
    old = version({"id": [1, 2, 3], "gone": ["a", "b", "c"]}, ["id"])
    new = version({"id": [1, 2, 3, 4], "fresh": [0.5, 1.5, 2.5, 3.5]}, ["id"])
    diff = diff_tables(old, new)
    assert changes(diff) == [("dropped", "gone", "string", None), ("added", "fresh", None, "float64")]
    assert counts(diff) == (1, 0, 0, 3)
    assert diff.columns == ("id", "fresh", "gone")
    assert diff.rows().to_pylist() == [
        {
            "change": "added",
            "old_row": None,
            "new_row": 3,
            "changed_columns": [],
            "old.id": None,
            "new.id": 4,
            "old.fresh": None,
            "new.fresh": 3.5,
            "old.gone": None,
            "new.gone": None,
        }
    ]


def test_a_column_dropped_and_added_again_has_lost_its_values() -> None:
    old = version({"id": [1, 2], "v": ["a", "b"]}, ["id"])
    new = version({"id": [1, 2], "v": pa.array([None, None], pa.string())}, ["id"])
    diff = diff_tables(old, new)
    assert changes(diff) == []
    assert diff.counts.cells == {"v": 2}


def test_told_rename() -> None:
    old = version({"id": [1, 2], "a": ["x", "y"]}, ["id"])
    new = version({"id": [1, 2], "b": ["p", "q"]}, ["id"])
    assert counts(diff_tables(old, new)) == (0, 0, 0, 2)
    diff = diff_tables(old, new, rename={"a": "b"})
    assert changes(diff) == [("renamed", "b", "a", "b")]
    assert counts(diff) == (0, 0, 2, 0)
    assert diff.rows().column_names[4:] == ["old.id", "new.id", "old.b", "new.b"]
    assert diff.rows()["old.b"].to_pylist() == ["x", "y"]


def test_told_rename_may_swap_two_columns() -> None:
    old = version({"id": [1, 2], "a": ["x", "y"], "b": ["p", "q"]}, ["id"])
    new = version({"id": [1, 2], "b": ["x", "y"], "a": ["p", "q"]}, ["id"])
    diff = diff_tables(old, new, rename={"a": "b", "b": "a"})
    assert diff.counts.same
    assert changes(diff) == [("renamed", "b", "a", "b"), ("renamed", "a", "b", "a")]


def test_told_rename_may_take_the_name_of_a_dropped_column() -> None:
    old = version({"k": [1, 2], "a": ["x", "y"], "b": [7, 8]}, key=["k"])
    new = version({"k": [1, 2], "b": ["x", "z"]}, key=["k"])
    diff = diff_tables(old, new, rename={"a": "b"})
    assert changes(diff) == [("dropped", "b", "int64", None), ("renamed", "b", "a", "b")]
    assert diff.columns == ("k", "b", "b (dropped)")
    [row] = diff.rows().to_pylist()
    assert (row["old.b"], row["new.b"], row["changed_columns"]) == ("y", "z", ["b"])
    assert (row["old.b (dropped)"], row["new.b (dropped)"]) == (8, None)


def test_rename_is_seen_by_shared_segments() -> None:
    values = [f"v{i}" for i in range(40)]
    old = version({"id": range(40), "a": values}, ["id"], borders=[10, 20, 30])
    edited = ["new", *values[1:]]
    new = version({"id": range(40), "b": edited}, ["id"], borders=[10, 20, 30])
    diff = diff_tables(old, new)
    assert changes(diff) == [("renamed", "b", "a", "b")]
    assert counts(diff) == (0, 0, 1, 39)


def test_rename_is_seen_by_equal_values_of_paired_rows() -> None:
    old = version({"id": [1, 2, 3], "a": ["x", "y", "z"]}, ["id"])
    new = version({"id": [0, 1, 2], "b": ["w", "x", "y"]}, ["id"])
    diff = diff_tables(old, new)
    assert changes(diff) == [("renamed", "b", "a", "b")]
    assert counts(diff) == (1, 1, 0, 2)


def test_no_rename_where_two_columns_could_be_it() -> None:
    old = version({"id": [1, 2], "a": ["x", "y"]}, ["id"])
    new = version({"id": [1, 2], "b": ["x", "y"], "c": ["x", "y"]}, ["id"])
    assert [c[0] for c in changes(diff_tables(old, new))] == ["dropped", "added", "added"]


def test_no_rename_of_a_constant_that_stands_elsewhere() -> None:
    old = version({"gift": [False, False], "id": [1, 2]}, ["id"])
    new = version({"id": [1, 2], "test": [False, False]}, ["id"])
    assert [c[0] for c in changes(diff_tables(old, new))] == ["dropped", "added"]
    in_place = version({"test": [False, False], "id": [1, 2]}, ["id"])
    assert [c[0] for c in changes(diff_tables(old, in_place))] == ["renamed"]


def test_no_rename_to_another_type() -> None:
    old, new = version({"id": [1, 2], "a": [1, 2]}, ["id"]), version({"id": [1, 2], "b": [1.0, 2.0]}, ["id"])
    assert [c[0] for c in changes(diff_tables(old, new))] == ["dropped", "added"]


def test_reordered_names_the_fewest_columns() -> None:
    old = version({"id": [1], "a": [1], "b": [1], "c": [1]}, ["id"])
    new = version({"c": [1], "id": [1], "a": [1], "b": [1]}, ["id"])
    diff = diff_tables(old, new)
    assert changes(diff) == [("reordered", "c", "4", "1")]
    assert diff.counts.same


def test_a_dropped_column_does_not_reorder_the_others() -> None:
    old, new = version({"a": [1], "b": [1], "c": [1]}), version({"b": [1], "c": [1]})
    assert [c[0] for c in changes(diff_tables(old, new))] == ["dropped"]


def test_nullability_and_metadata() -> None:
    fields = [pa.field("a", pa.int64(), nullable=False), pa.field("b", pa.int64(), metadata={"unit": "m"})]
    old = MemoryVersion(pa.table([[1], [2]], schema=pa.schema(fields, {"source": "x"})))
    fields = [pa.field("a", pa.int64()), pa.field("b", pa.int64(), metadata={"unit": "km"})]
    new = MemoryVersion(pa.table([[1], [2]], schema=pa.schema(fields)))
    diff = diff_tables(old, new)
    assert changes(diff) == [
        ("nullability", "a", "not null", "nullable"),
        ("metadata", "b", "unit=m", "unit=km"),
        ("metadata", "", "source=x", None),
    ]
    assert diff.counts.same


@pytest.mark.parametrize(
    ("rename", "message"),
    [
        ({"nope": "b"}, "the old version has no column 'nope'"),
        ({"a": "nope"}, "the new version has no column 'nope'"),
        ({"a": "b", "c": "b"}, "two old columns"),
    ],
)
def test_bad_rename(rename: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        diff_tables(version({"a": [1], "c": [1]}), version({"b": [1]}), rename=rename)


def test_table_added_and_dropped() -> None:
    table = version({"id": [1, 2], "v": ["a", "b"]}, ["id"])
    added = diff_tables(None, table)
    assert changes(added) == [("table added", "", None, None)]
    assert counts(added) == (2, 0, 0, 0)
    assert added.rows()["new.v"].to_pylist() == ["a", "b"]
    assert added.rows()["old.v"].to_pylist() == [None, None]
    dropped = diff_tables(table, None)
    assert changes(dropped) == [("table dropped", "", None, None)]
    assert counts(dropped) == (0, 2, 0, 0)
    assert dropped.rows()["old.v"].to_pylist() == ["a", "b"]
    assert dropped.rows().schema.field("new.v").type == pa.string()
    with pytest.raises(InvalidInput, match="no table"):
        diff_tables(None, None)
