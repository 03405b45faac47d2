"""What users of other systems rely on in a merge, rule by rule, and schemas."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from dsa_workbench.errors import InvalidInput
from tests.features.merger.merging import conflicts_of, merge, rows_of, version

BASE = {"id": [1, 2, 3], "a": [10, 20, 30], "b": ["x", "y", "z"]}


def side(**columns: list[Any]) -> dict[str, list[Any]]:
    return {**BASE, **columns}


def test_two_columns_of_one_row_merge() -> None:
    merged = merge(BASE, side(a=[11, 20, 30]), side(b=["X", "y", "z"]))
    assert rows_of(merged)[0] == {"id": 1, "a": 11, "b": "X"}


def test_one_cell_changed_twice_is_a_conflict_with_three_values() -> None:
    merged = merge(BASE, side(a=[11, 20, 30]), side(a=[12, 20, 30]))
    assert conflicts_of(merged) == [(1, "changed/changed", "a", "10", "11", "12")]


def test_equal_values_converge_as_a_diff_compares_them() -> None:
    base = {"id": [1, 2], "x": pa.array([1.0, 2.0]), "d": pa.array([Decimal("1.0"), None], pa.decimal128(9, 1))}
    ours = {**base, "x": pa.array([float("nan"), 0.0])}
    theirs = {**base, "x": pa.array([float("nan"), -0.0])}
    assert len(merge(base, ours, theirs).conflicts) == 0


def test_equal_inserts_converge_and_others_are_conflicts_of_cells() -> None:
    def more(a: int, b: str) -> dict[str, list[Any]]:
        return {"id": [1, 2, 3, 4], "a": [10, 20, 30, a], "b": ["x", "y", "z", b]}

    assert len(rows_of(merge(BASE, more(40, "w"), more(40, "w")))) == 4
    merged = merge(BASE, more(40, "w"), more(40, "v"))
    assert conflicts_of(merged) == [(4, "added/added", "b", None, "w", "v")]


def test_all_deleted_against_some_changed() -> None:
    """Rule 38: three conflicts; theirs gives no rows, ours the three that changed."""
    base = {"id": [1, 2, 3, 4, 5], "a": [1, 2, 3, 4, 5]}
    ours = {"id": [1, 2, 3, 4, 5], "a": [9, 9, 9, 4, 5]}
    theirs = {"id": pa.array([], pa.int64()), "a": pa.array([], pa.int64())}
    assert [c[1] for c in conflicts_of(merge(base, ours, theirs))] == ["changed/deleted"] * 3
    assert rows_of(merge(base, ours, theirs, "theirs")) == []
    assert [r["id"] for r in rows_of(merge(base, ours, theirs, "ours"))] == [1, 2, 3]
    assert [c[1] for c in conflicts_of(merge(base, theirs, ours))] == ["deleted/changed"] * 3
    assert [r["id"] for r in rows_of(merge(base, theirs, ours, "theirs"))] == [1, 2, 3]


def test_each_adds_another_column() -> None:
    merged = merge(BASE, {**BASE, "c": [1, 2, 3]}, {**BASE, "d": [4, 5, 6], "id": [1, 2, 3]})
    assert rows_of(merged)[2] == {"id": 3, "a": 30, "b": "z", "c": 3, "d": 6}


def test_one_new_column_on_both_sides() -> None:
    same = {**BASE, "c": [1, 2, 3]}
    assert rows_of(merge(BASE, same, same))[0]["c"] == 1
    merged = merge(BASE, same, {**BASE, "c": ["1", "2", "3"]})
    assert [c[-5:] for c in conflicts_of(merged)] == [("type", "c", None, "int64", "string")]
    filled = merge(BASE, {**BASE, "c": [1, None, 3]}, {**BASE, "c": pa.array([None, 2, 3])})
    assert [r["c"] for r in rows_of(filled)] == [1, 2, 3]
    unlike = merge(BASE, same, {**BASE, "c": [1, 2, 4]})
    assert conflicts_of(unlike) == [(3, "changed/changed", "c", None, "3", "4")]


def test_a_dropped_column_goes_unless_the_other_side_changed_it() -> None:
    dropped = {name: values for name, values in BASE.items() if name != "b"}
    merged = merge(BASE, dropped, side(a=[11, 20, 30]))
    assert rows_of(merged)[0] == {"id": 1, "a": 11}
    ((*_, kind, column, base, ours, theirs),) = conflicts_of(merge(BASE, dropped, side(b=["X", "y", "z"])))
    assert (kind, column, base, ours, theirs) == ("dropped", "b", "string", "dropped", "1 value changed")
    assert rows_of(merge(BASE, dropped, side(b=["X", "y", "z"]), "theirs"))[0]["b"] == "X"
    assert "b" not in rows_of(merge(BASE, dropped, side(b=["X", "y", "z"]), "ours"))[0]


def test_rows_that_come_in_after_a_column_was_dropped_are_told() -> None:
    dropped = {name: values for name, values in BASE.items() if name != "b"}
    more = {"id": [1, 2, 3, 4], "a": [10, 20, 30, 40], "b": ["x", "y", "z", "w"]}
    merged = merge(BASE, dropped, more)
    assert merged.notes == ("ours dropped the column b: 1 row that theirs added come in without it.",)


def test_a_retyped_column_takes_the_changes_of_the_other_side() -> None:
    floats = side(a=pa.array([10.0, 20.0, 30.5]))
    merged = merge(BASE, floats, side(a=[11, 20, 30]))
    assert [r["a"] for r in rows_of(merged)] == [11.0, 20.0, 30.5]
    merged = merge(BASE, side(a=[11, 20, 30]), floats)
    assert [r["a"] for r in rows_of(merged)] == [11.0, 20.0, 30.5]


def test_a_value_that_does_not_fit_the_other_sides_type_is_a_conflict() -> None:
    texts = side(a=["10", "20", "many"])
    merged = merge(side(a=["10", "20", "30"]), side(a=[10, 20, 30]), texts)
    assert "many" in str(conflicts_of(merged))


def test_a_rename_on_one_side_and_a_change_on_the_other() -> None:
    wide = {"id": list(range(50)), "a": list(range(100, 150)), "b": ["x"] * 50}
    renamed = {"id": wide["id"], "amount": wide["a"], "b": wide["b"]}
    changed = {**wide, "a": [0, *wide["a"][1:]]}
    assert rows_of(merge(wide, renamed, changed))[0] == {"id": 0, "amount": 0, "b": "x"}
    assert rows_of(merge(wide, changed, renamed))[0] == {"id": 0, "amount": 0, "b": "x"}


def test_keys_that_differ_are_a_conflict() -> None:
    ours, theirs = version(BASE, key=("id", "b")), version(BASE, key=("a",))
    found = conflicts_of(merge(version(BASE), ours, theirs))
    assert [c[-5] for c in found] == ["key"]


def test_a_key_that_one_side_gave_is_taken() -> None:
    """Rule 45, decided otherwise than Dolt: the key is checked on the merged rows and refused only if it repeats."""
    keyless = version(BASE, key=())
    more = version({"id": [1, 2, 3, 4], "a": [10, 20, 30, 40], "b": ["x", "y", "z", "w"]}, key=())
    merged = merge(keyless, version(BASE), more)
    assert merged.key == ("id",)
    assert not merged.certain
    assert [r["id"] for r in rows_of(merged)] == [1, 2, 3, 4]


def test_a_table_that_both_added_is_merged_by_its_key() -> None:
    ours, theirs = {"id": [1, 2], "a": [1, 2]}, {"id": [2, 3], "a": [2, 3]}
    assert rows_of(merge(None, ours, theirs)) == [{"id": 1, "a": 1}, {"id": 2, "a": 2}, {"id": 3, "a": 3}]
    assert conflicts_of(merge(None, ours, {"id": [2], "a": [9]})) == [(2, "added/added", "a", None, "2", "9")]


def test_rows_stand_after_the_rows_they_follow_in_theirs() -> None:
    theirs = {"id": [1, 9, 2, 3, 8], "a": [10, 90, 20, 30, 80], "b": list("xuyzv")}
    ours = {"id": [7, 1, 2, 3], "a": [70, 10, 20, 30], "b": list("wxyz")}
    assert [r["id"] for r in rows_of(merge(BASE, ours, theirs))] == [7, 1, 9, 2, 3, 8]


def test_metadata_and_column_order_follow_the_side_that_changed_them() -> None:
    moved = {"b": BASE["b"], "id": BASE["id"], "a": BASE["a"]}
    assert list(rows_of(merge(BASE, side(a=[11, 20, 30]), moved))[0]) == ["b", "id", "a"]


@pytest.mark.parametrize(
    ("resolve", "message"),
    [
        ([{"id": 1, "column": "b", "value": "q"}], "line 1 speaks of no conflict (id=1, column=b)"),
        ([{"id": 1, "column": "a", "value": "many"}], "a value for a is no int64"),
        ([{"id": 1, "column": "a", "value": 1}] * 2, "two lines settle one conflict"),
        ([{"id": 1, "value": 1}], "no column 'column'"),
        ("mine", "'mine' is no side"),
        (5, "resolve cannot be int"),
    ],
)
def test_resolutions_that_cannot_be_used(resolve: Any, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        merge(BASE, side(a=[11, 20, 30]), side(a=[12, 20, 30]), resolve)
    assert message in str(caught.value)


def test_a_line_gives_a_value_of_its_own() -> None:
    lines = [{"id": 1, "column": "a", "value": "99"}]
    assert rows_of(merge(BASE, side(a=[11, 20, 30]), side(a=[12, 20, 30]), lines))[0]["a"] == 99
