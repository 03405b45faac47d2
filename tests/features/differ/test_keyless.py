"""Rows without a key: multisets, and edits in place."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from dsa_workbench.features.versioning.differ import diff_tables
from tests.features.differ.building import counts, story, version


def test_the_same_rows_in_another_order_are_no_diff() -> None:
    old = version({"a": [1, 2, 3], "b": ["x", "y", "z"]})
    new = version({"a": [3, 1, 2], "b": ["z", "x", "y"]})
    diff = diff_tables(old, new)
    assert diff.counts.same
    assert diff.counts.moved == 1
    assert diff.rows().num_rows == 0


@pytest.mark.parametrize("gone", [2, 4])
def test_ten_equal_rows_lose_some(gone: int) -> None:
    old = version({"a": [1] * 10, "b": ["x"] * 10}, borders=[3, 7])
    new = version({"a": [1] * (10 - gone), "b": ["x"] * (10 - gone)}, borders=[5])
    diff = diff_tables(old, new)
    assert counts(diff) == (0, gone, 0, 10 - gone)
    assert diff.rows().num_rows == gone
    assert counts(diff_tables(new, old)) == (gone, 0, 0, 10 - gone)


def test_an_edited_row_is_changed_in_place() -> None:
    old = version({"a": [1, 2, 3], "b": ["x", "y", "z"]})
    new = version({"a": [1, 2, 3], "b": ["x", "Y", "z"]})
    diff = diff_tables(old, new)
    assert story(diff) == [("changed", 1, 1, ["b"])]
    assert diff.pairing == "No key: equal rows are matched as a multiset; edited rows are paired in place."


def test_a_row_that_shares_less_than_half_is_another_row() -> None:
    old = version({"a": [1, 2, 3], "b": ["x", "y", "z"], "c": [0.5, 1.5, 2.5]})
    new = version({"a": [1, 2, 3], "b": ["x", "Y", "z"], "c": [0.5, 9.5, 2.5]})
    assert story(diff_tables(old, new)) == [("removed", 1, None, []), ("added", None, 1, [])]


def test_rows_of_two_gaps_are_not_one_edited_row() -> None:
    old = version({"a": [1, 2, 3], "b": ["x", "y", "z"], "c": [1, 1, 1]})
    new = version({"a": [1, 3, 2], "b": ["x", "z", "Y"], "c": [1, 1, 1]})
    assert counts(diff_tables(old, new)) == (1, 1, 0, 2)


def test_pairs_that_share_most_come_first() -> None:
    # One row inserted before two edited ones: pairing from the top alone would pair strangers.
    old = version({"a": [1, 1], "b": ["p", "q"], "c": [1, 2], "d": [5, 6]})
    new = version({"a": [1, 1, 1], "b": ["n", "p", "q"], "c": [1, 1, 2], "d": [0, 7, 8]})
    assert story(diff_tables(old, new)) == [
        ("added", None, 0, []),
        ("changed", 0, 1, ["d"]),
        ("changed", 1, 2, ["d"]),
    ]


def test_every_row_edited_and_one_inserted() -> None:
    ids = np.arange(1000)
    old = version({"id": ids, "v": ids % 7, "w": ids % 5})
    new = version(
        {"id": np.insert(ids, 300, 5000), "v": np.insert(ids % 7, 300, 1), "w": np.insert(ids % 5 + 10, 300, 1)}
    )
    diff = diff_tables(old, new)
    assert counts(diff) == (1, 0, 1000, 0)
    assert diff.counts.cells == {"w": 1000}


def test_equal_rows_prefer_their_own_place() -> None:
    # The middle one of three equal rows is deleted, and only that one may be shown.
    old = version({"a": [0, 7, 1, 7, 2, 7, 3], "b": [0, 7, 1, 7, 2, 7, 3]})
    new = version({"a": [0, 7, 1, 2, 7, 3], "b": [0, 7, 1, 2, 7, 3]})
    diff = diff_tables(old, new)
    assert counts(diff) == (0, 1, 0, 6)
    assert diff.counts.moved == 0


def test_value_equality_makes_rows_equal() -> None:
    old = version({"a": pa.array([1, 2], pa.int32()), "f": [0.0, float("nan")]})
    new = version({"a": pa.array([2, 1], pa.int64()), "f": [float("nan"), -0.0]})
    diff = diff_tables(old, new)
    assert diff.counts.same
    assert diff.counts.reformed == {"a": 2, "f": 1}


def test_cut_anywhere_gives_the_same() -> None:
    rng = np.random.default_rng(5)
    a, b = rng.integers(0, 9, 400), rng.integers(0, 4, 400)
    keep = rng.random(400) > 0.1
    old, new = {"a": a, "b": b}, {"a": a[keep], "b": np.where(np.arange(400) % 50 == 0, 8, b)[keep]}
    whole = diff_tables(version(old), version(new))
    for step in (7, 30, 111):
        cut = diff_tables(version(old, borders=range(step, 400, step)), version(new, borders=range(step, 400, step)))
        both = [(d.counts.added + d.counts.changed, d.counts.removed + d.counts.changed) for d in (whole, cut)]
        assert both[0] == both[1]


def test_no_rows_and_no_columns() -> None:
    empty, some = version({"a": pa.array([], pa.int64())}), version({"a": [1, 2]})
    assert counts(diff_tables(empty, empty)) == (0, 0, 0, 0)
    assert counts(diff_tables(empty, some)) == (2, 0, 0, 0)
    assert counts(diff_tables(some, empty)) == (0, 2, 0, 0)
    bare = version({})
    assert counts(diff_tables(bare, bare)) == (0, 0, 0, 0)
    assert counts(diff_tables(bare, some)) == (2, 0, 0, 0)
    assert counts(diff_tables(some, bare)) == (0, 2, 0, 0)
    assert counts(diff_tables(empty, some, key=["a"])) == (2, 0, 0, 0)


def test_nothing_in_common() -> None:
    diff = diff_tables(version({"a": [1, 2]}), version({"b": ["x", "y"]}))
    assert counts(diff) == (2, 2, 0, 0)
    assert [r[0] for r in story(diff)] == ["removed", "removed", "added", "added"]
