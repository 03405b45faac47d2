"""Rows paired by a key, and what pairs them when the key is not the same on both sides."""

from __future__ import annotations

import pyarrow as pa
import pytest

from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.differ import diff_tables
from tests.features.differ.building import changes, counts, story, version

NAN = float("nan")


def test_added_removed_changed_unchanged() -> None:
    old = version({"id": [1, 2, 3, 4], "v": ["a", "b", "c", "d"], "w": [1, 2, 3, 4]}, ["id"])
    new = version({"id": [1, 3, 4, 5], "v": ["a", "C", "d", "e"], "w": [1, 0, 4, 5]}, ["id"])
    diff = diff_tables(old, new)
    assert counts(diff) == (1, 1, 1, 2)
    assert diff.counts.cells == {"v": 1, "w": 1}
    assert diff.pairing == "Rows are paired by the key id."
    assert diff.key == ("id",)
    assert story(diff) == [
        ("removed", 1, None, []),
        ("changed", 2, 1, ["v", "w"]),
        ("added", None, 3, []),
    ]


def test_values_that_are_equal_in_another_form_are_no_change() -> None:
    old = version({"id": [1, 2, 3], "f": [0.0, NAN, None]}, ["id"])
    new = version({"id": [1, 2, 3], "f": [-0.0, NAN, None]}, ["id"])
    diff = diff_tables(old, new)
    assert counts(diff) == (0, 0, 0, 3)
    assert diff.counts.same
    assert diff.counts.reformed == {"f": 1}


def test_null_is_a_value() -> None:
    old = version({"id": [1, 2, 3], "v": [1, None, 3]}, ["id"])
    new = version({"id": [1, 2, 3], "v": [None, None, 3]}, ["id"])
    assert diff_tables(old, new).counts.cells == {"v": 1}
    assert diff_tables(new, old).counts.cells == {"v": 1}


def test_retyped_column_changes_only_the_rows_whose_value_changed() -> None:
    old = version({"id": [1, 2, 3], "v": pa.array([1, 2, None], pa.int64())}, ["id"])
    new = version({"id": [1, 2, 3], "v": pa.array([1.234, 2.0, None])}, ["id"])
    for a, b, types in ((old, new, ("int64", "float64")), (new, old, ("float64", "int64"))):
        diff = diff_tables(a, b)
        assert changes(diff) == [("retyped", "v", *types)]
        assert counts(diff) == (0, 0, 1, 2)
        assert diff.counts.reformed == {"v": 1}
        assert diff.rows().schema.field("old.v").type == a.table.schema.field("v").type
        assert diff.rows().schema.field("new.v").type == b.table.schema.field("v").type


def test_retyped_key_still_matches_by_value() -> None:
    old = version({"id": pa.array([1, 2], pa.int32()), "v": ["a", "b"]}, ["id"])
    new = version({"id": pa.array([2, 1], pa.int64()), "v": ["b", "a"]}, ["id"])
    diff = diff_tables(old, new)
    assert counts(diff) == (0, 0, 0, 2)
    assert diff.counts.moved == 1
    assert diff.counts.reformed == {"id": 2}


def test_text_key_is_no_number() -> None:
    old = version({"id": [1, 2], "v": ["a", "b"]}, ["id"])
    new = version({"id": ["1", "2"], "v": ["a", "b"]}, ["id"])
    assert counts(diff_tables(old, new)) == (2, 2, 0, 0)


def test_composite_key_in_another_order() -> None:
    old = version({"a": [1, 1, 2], "b": ["x", "y", "x"], "v": [1, 2, 3]}, ["a", "b"])
    new = version({"a": [1, 1, 2], "b": ["x", "y", "x"], "v": [1, 9, 3]}, ["b", "a"])
    diff = diff_tables(old, new)
    assert counts(diff) == (0, 0, 1, 2)
    assert diff.key == ("b", "a")


def test_asked_key_that_repeats_is_paired_in_order() -> None:
    old = version({"k": ["x", "", "", None], "v": [1, 2, 3, 4]})
    new = version({"k": ["", None, "x", ""], "v": [2, 4, 1, 0]})
    diff = diff_tables(old, new, key=["k"])
    assert counts(diff) == (0, 0, 1, 3)
    assert diff.pairing == "k repeats (1 key): repeats are paired in order."
    assert story(diff) == [("changed", 2, 3, ["v"])]


def test_asked_key_that_repeats_across_equal_and_other_chunks() -> None:
    # The second chunk is equal on both sides; the first old row 7 must still pair with the first new one.
    old = version({"k": [7, 1, 7, 2], "v": ["a", "b", "c", "d"]}, borders=[2])
    new = version({"k": [5, 1, 7, 2], "v": ["e", "b", "c", "d"]}, borders=[2])
    diff = diff_tables(old, new, key=["k"])
    assert story(diff) == [("added", None, 0, []), ("removed", 2, None, []), ("changed", 0, 2, ["v"])]


def test_key_of_one_side_may_repeat_on_the_other() -> None:
    old = version({"id": [1, 1, 2], "v": ["a", "a", "b"]})
    new = version({"id": [1, 2], "v": ["a", "b"]}, ["id"])
    diff = diff_tables(old, new)
    assert diff.pairing.startswith("The key id was added, and id repeats: equal rows")
    assert diff.key == ()
    assert counts(diff) == (0, 1, 0, 2)


@pytest.mark.parametrize(
    ("old_key", "new_key", "sentence", "key"),
    [
        (["id"], ["id", "n"], "The key changed from id to id, n: rows are paired by id.", ("id",)),
        (["id", "n"], ["id"], "The key changed from id, n to id: rows are paired by id, n.", ("id", "n")),
        (["id"], [], "The key id was dropped: rows are paired by id.", ("id",)),
        ([], ["id"], "The key id was added: rows are paired by id.", ("id",)),
        (["n", "id"], ["id", "n"], "Rows are paired by the key id, n.", ("id", "n")),
    ],
)
def test_key_that_changed(old_key: list[str], new_key: list[str], sentence: str, key: tuple[str, ...]) -> None:
    columns = {"id": [1, 2, 3], "n": [0, 0, 0], "v": ["a", "b", "c"]}
    diff = diff_tables(version(columns, old_key), version(columns | {"v": ["a", "b", "x"]}, new_key))
    assert diff.pairing == sentence
    assert diff.key == key
    assert counts(diff) == (0, 0, 1, 2)
    assert ("key", "", ", ".join(old_key) or None, ", ".join(new_key) or None) in changes(diff)


def test_key_column_that_is_gone() -> None:
    old = version({"id": [1, 2], "v": ["a", "b"], "w": [1.5, 2.5]}, ["id"])
    new = version({"v": ["a", "b"], "w": [1.5, 0.5]})
    diff = diff_tables(old, new)
    assert diff.pairing.startswith("The key id was dropped, and no key column is on both sides: equal rows")
    assert counts(diff) == (0, 0, 1, 1)


def test_renamed_key_with_another_cell_changed() -> None:
    old = version({"id": [1, 2, 3, 4], "v": ["a", "b", "c", "d"]}, ["id"])
    new = version({"key": [1, 2, 3, 5], "v": ["a", "B", "c", "e"]}, ["key"])
    diff = diff_tables(old, new)
    assert changes(diff) == [("renamed", "key", "id", "key")]
    assert counts(diff) == (1, 1, 1, 2)
    assert diff.rows().column_names[4:] == ["old.key", "new.key", "old.v", "new.v"]


def test_moved_rows_are_no_change() -> None:
    old = version({"id": [1, 2, 3, 4, 5], "v": list("abcde")}, ["id"])
    new = version({"id": [5, 1, 2, 3, 4], "v": list("eabcd")}, ["id"])
    diff = diff_tables(old, new)
    assert diff.counts.same
    assert diff.counts.moved == 1


def test_asked_key_that_is_not_there() -> None:
    table = version({"id": [1]})
    with pytest.raises(InvalidInput, match=r"'nope' is not in both versions.*Both have: id"):
        diff_tables(table, table, key=["nope"])
