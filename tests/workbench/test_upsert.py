"""Upserts: rows replaced by key, new ones at the end, everything else as it stood."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from dsa_workbench.columns.types import type_text
from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.workbench import Workbench

BASE = pa.table({"id": [1, 2, 3], "qty": [10, 20, 30], "city": ["Rome", "Oslo", None]})


@pytest.fixture
def keyed(wb: Workbench) -> Workbench:
    wb.commit(BASE, "s", key="id")
    return wb


def rows(wb: Workbench) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in wb.read("s").to_arrow().to_pylist()]


def test_rows_stay_in_place_and_new_ones_follow_in_their_order(keyed: Workbench) -> None:
    done = keyed.commit(
        pa.table({"id": [9, 3, 1, 7], "qty": [90, 31, 11, 70], "city": list("abcd")}), "s", mode="upsert"
    )
    assert rows(keyed) == [(1, 11, "c"), (2, 20, "Oslo"), (3, 31, "b"), (9, 90, "a"), (7, 70, "d")]
    assert done.summary == {"data": {"added": 2, "removed": 0, "changed": 2, "unchanged": 1}}


def test_columns_that_do_not_come_stay_and_a_null_that_comes_is_taken(keyed: Workbench) -> None:
    keyed.commit(pa.table({"id": [2, 8], "qty": pa.array([None, 80])}), "s", mode="upsert")
    assert rows(keyed) == [(1, 10, "Rome"), (2, None, "Oslo"), (3, 30, None), (8, 80, None)]


def test_a_new_column_is_empty_where_no_row_came(keyed: Workbench) -> None:
    done = keyed.commit(pa.table({"id": [2], "note": ["late"]}), "s", mode="upsert")
    assert rows(keyed) == [(1, 10, "Rome", None), (2, 20, "Oslo", "late"), (3, 30, None, None)]
    assert any("brings new columns: note" in note for note in done.notes)


def test_the_same_values_again_change_nothing(keyed: Workbench) -> None:
    head = keyed.show("s").id
    done = keyed.commit(BASE.slice(1, 2), "s", mode="upsert")
    assert (done.created, keyed.show("s").id) == (False, head)
    assert not keyed.commit(BASE.slice(0, 0), "s", mode="upsert").created


def test_a_row_that_comes_twice_alike_is_one_and_else_is_refused(keyed: Workbench) -> None:
    keyed.commit(pa.table({"id": [5, 5, 2], "qty": [50, 50, 21]}), "s", mode="upsert")
    assert rows(keyed)[-1] == (5, 50, None)
    with pytest.raises(ImportRejected, match=r"rows 2 and 3 have the same key id = 6, and different values\. Keep one"):
        keyed.commit(pa.table({"id": [4, 6, 6], "qty": [1, 2, 3]}), "s", mode="upsert")
    assert len(rows(keyed)) == 4


def test_a_key_must_be_there_and_whole(keyed: Workbench, wb: Workbench) -> None:
    with pytest.raises(ImportRejected, match="the key column id is empty"):
        keyed.commit(pa.table({"id": pa.array([None], pa.int64()), "qty": [1]}), "s", mode="upsert")
    with pytest.raises(ImportRejected, match="the key column id is empty"):
        keyed.commit(pa.table({"qty": [1]}), "s", mode="upsert")
    wb.commit(BASE, "plain")
    with pytest.raises(InvalidInput, match="an upsert needs a key"):
        wb.commit(BASE, "plain", mode="upsert")
    assert wb.commit(pa.table({"id": [1], "qty": [0]}), "plain", mode="upsert", key="id").created


def test_keys_of_several_columns_and_of_other_types(wb: Workbench) -> None:
    day = pd.to_datetime(["2026-01-01", "2026-01-02"]).tz_localize("UTC")
    wb.commit(pd.DataFrame({"day": day, "shop": ["a", "a"], "n": [1, 2]}), "s", key=["day", "shop"])
    wb.commit(pd.DataFrame({"shop": ["a", "b"], "day": day[[1, 1]], "n": [20, 30]}), "s", mode="upsert")
    assert wb.read("s").to_arrow()["n"].to_pylist() == [1, 20, 30]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (pa.array([0.0, 1.5]), pa.array([1.5, -0.0])),
        (pa.array([[1], []]), pa.array([[], [1]])),
        (pa.array([{"a": 1}, {"a": None}]), pa.array([{"a": None}, {"a": 1}])),
        (pa.array(["x", "y"]).dictionary_encode(), pa.array(["y", "x"])),
    ],
    ids=["float", "list", "struct", "dictionary"],
)
def test_keys_are_found_by_value_whatever_their_type(wb: Workbench, old: Any, new: Any) -> None:
    wb.commit(pa.table({"k": old, "n": [1, 2]}), "s", key="k")
    wb.commit(pa.table({"k": new, "n": [20, 10]}), "s", mode="upsert")
    assert wb.read("s").to_arrow()["n"].to_pylist() == [10, 20]


def test_equal_repeats_may_hold_nan(wb: Workbench) -> None:
    wb.commit(pa.table({"k": [1], "x": [0.5]}), "s", key="k")
    wb.commit(pa.table({"k": [1, 1], "x": [float("nan")] * 2}), "s", mode="upsert")
    assert repr(wb.read("s").to_arrow()["x"].to_pylist()) == "[nan]"


def test_an_upsert_of_many_rows_equals_the_same_in_pandas(wb: Workbench) -> None:
    old = pd.DataFrame({"id": range(60_000), "n": 0})
    new = pd.DataFrame({"id": range(59_000, 61_000), "n": 1})[::-3]
    wb.commit(old, "s", key="id")
    wb.commit(new, "s", mode="upsert")
    expected = old.set_index("id").n
    expected.loc[new.id[new.id < 60_000]] = 1
    found = wb.read("s").to_pandas()
    assert found.n[:60_000].tolist() == expected.tolist()
    assert found.id[60_000:].tolist() == new.id[new.id >= 60_000].tolist()
    assert wb.check().ok


NESTED = [
    (pa.struct([("a", pa.int64())]), pa.struct([("a", pa.int64()), ("b", pa.string())])),
    (pa.struct([("a", pa.int64()), ("b", pa.string())]), pa.struct([("a", pa.int64())])),
    (pa.list_(pa.int64()), pa.list_(pa.string())),
    (pa.list_(pa.int64()), pa.string()),
    (pa.string(), pa.list_(pa.int64())),
]


def _file(kind: Any, ids: list[int], value: Any = None, format: str = "parquet") -> io.BytesIO:
    sink = io.BytesIO()
    table = pa.table({"id": ids, "c": pa.array([value] * len(ids), kind)})
    (pq.write_table if format == "parquet" else feather.write_feather)(table, sink)
    return io.BytesIO(sink.getvalue())


@pytest.mark.parametrize("format", ["parquet", "arrow"])
@pytest.mark.parametrize("mode", ["append", "upsert"])
@pytest.mark.parametrize(("old", "new"), NESTED)
def test_another_nested_type_is_refused_by_both_names(
    wb: Workbench, old: Any, new: Any, mode: str, format: str
) -> None:
    wb.import_file(_file(old, [1, 2], format=format), "s", table="t", key="id")
    with pytest.raises(ImportRejected) as caught:
        wb.import_file(_file(new, [3, 4], format=format), "s", table="t", mode=mode)
    said = [type_text(kind) for kind in (new, old)]
    assert f"column c: it is {said[0]} here, but {said[1]} in the table" in caught.value.message


@pytest.mark.parametrize("rejects", [None, "skip"])
@pytest.mark.parametrize("mode", ["append", "upsert"])
@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        (pa.list_(pa.int64()), [], pa.list_(pa.null())),
        (pa.struct([("a", pa.list_(pa.string()))]), {"a": [None]}, pa.struct([("a", pa.list_(pa.null()))])),
        (pa.list_(pa.struct([("a", pa.int64())])), [{"a": None}], pa.list_(pa.struct([("a", pa.null())]))),
    ],
)
def test_nulls_inside_are_of_any_type(
    wb: Workbench, old: Any, value: Any, new: Any, mode: str, rejects: str | None
) -> None:
    """Rows of JSON whose lists are all empty do not say what they would hold."""
    wb.import_file(_file(old, [1, 2]), "s", table="t", key="id")
    wb.import_file(_file(new, [3], value), "s", table="t", mode=mode, rejects=rejects)
    assert wb.read("s").to_arrow().column("c").to_pylist() == [None, None, value]


def test_empty_lists_of_json_are_appended(wb: Workbench) -> None:
    wb.import_file(io.BytesIO(b'{"id": 1, "c": [7]}\n'), "s", table="t")
    wb.import_file(io.BytesIO(b'{"id": 2, "c": []}\n'), "s", table="t", mode="append")
    assert wb.read("s").to_arrow().column("c").to_pylist() == [[7], []]
    with pytest.raises(ImportRejected, match=r"column c: it is list<\"item\": string> here, but list<\"item\": int64>"):
        wb.import_file(io.BytesIO(b'{"id": 2, "c": ["x"]}\n'), "s", table="t", mode="append")
