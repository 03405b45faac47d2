"""Rows chosen, compared and written: the same on a store and over HTTP."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
import pytest

from dsa_workbench.errors import InvalidInput, NotFound

ROWS = pa.table(
    {
        "id": range(8), "city": ["Ulm", "Rom", None, "O'Hare", "", "ulm", "Bern", "Ulm"],
        "x": [0.5, float("nan"), None, 2.0, -0.0, 5.0, 6.0, 7.0],
        "on": [True, None, False, True, True, False, True, None],
    }
)  # fmt: skip
CONDITIONS: list[tuple[Any, list[int]]] = [
    ([("id", ">", 3), ("city", "!=", "Bern")], [4, 5, 7]), ([("city", "in", ["Ulm", "O'Hare"])], [0, 3, 7]),
    ([("city", "not in", ["Ulm"])], [1, 2, 3, 4, 5, 6]), (("x", ">", 1), [3, 5, 6, 7]),
    ([("x", "!=", 2.0)], [0, 1, 4, 5, 6, 7]),
    ([("on", "=", True)], [0, 3, 4, 6]), (pc.field("x").is_nan(), [1]), (pc.field("city").is_null(), [2]),
    ((pc.field("id") >= 2) & (pc.field("city") == "Ulm"), [7]), ([("city", "<", "Rom"), ("id", "<=", 6)], [3, 4, 6]),
]  # fmt: skip


@pytest.fixture
def rows(door: Any, dataset: str) -> str:
    """Commit a table."""
    door.commit(ROWS, dataset, key="id")
    return dataset


@pytest.mark.parametrize("name", ["a,b", '"a,b"', '"', ","])
def test_a_column_is_asked_for_by_whatever_it_is_called(door: Any, dataset: str, name: str, tmp_path: Path) -> None:
    old, new = pa.table({"a": [1, 2], "b": [3, 4], name: [5, 6]}), pa.table({"a": [1, 2], "b": [3, 4], name: [5, 7]})
    door.commit(old, dataset, key="a")
    door.commit(new, dataset)
    assert door.read(dataset, columns=name).to_arrow() == new.select([name])
    assert door.read(dataset, columns=[name, "b"]).to_arrow() == new.select([name, "b"])
    assert [column.name for column in door.profile(dataset, columns=name).columns] == [name]
    rows = door.diff(f"{dataset}~1", dataset).tables["data"].rows(changed_columns=[name], columns=[name])
    assert rows["new." + name].to_pylist() == [7]
    door.export(dataset, tmp_path / "one.parquet", columns=[name])
    assert pyarrow.parquet.read_table(tmp_path / "one.parquet").column_names == [name]


@pytest.mark.parametrize("number", range(len(CONDITIONS)))
def test_a_condition_that_is_no_text(door: Any, rows: str, number: int) -> None:
    where, expected = CONDITIONS[number]
    found = door.read(rows, where=where)
    assert (found.num_rows, found.to_arrow()["id"].to_pylist()) == (len(expected), expected)
    assert found.schema == ROWS.schema
    page = door.read(rows, columns="city", where=where, offset=1, limit=1)
    assert page.columns == ("city",)
    assert page.to_arrow()["city"].to_pylist() == [ROWS["city"][i].as_py() for i in expected[1:2]]
    assert page.num_rows == len(expected[1:2])
    assert pa.Table.from_batches(found.to_batches(), found.schema).num_rows == len(expected)


def test_a_condition_that_nothing_fits(door: Any, rows: str) -> None:
    found = door.read(rows, columns=["city", "id"], where=pc.field("x") > 100)
    assert (found.num_rows, found.columns, found.to_arrow().num_rows) == (0, ("city", "id"), 0)
    for wrong, error in [
        ([("nope", "=", 1)], NotFound), ([("id", "~", 1)], InvalidInput), ([("city", ">", 3)], InvalidInput),
        (7, InvalidInput),
    ]:  # fmt: skip
        with pytest.raises(error):
            door.read(rows, where=wrong)


def test_a_diff_with_a_table_in_memory(door: Any, rows: str) -> None:
    changed = ROWS.slice(1).set_column(1, "city", pa.array([*ROWS["city"].to_pylist()[1:7], "Genf"]))
    diff = door.diff(rows, changed)
    assert diff.summary == {"data": {"added": 0, "removed": 1, "changed": 1, "unchanged": 6}}
    assert (diff.new, diff.tables["data"].key) == ("the table in memory", ("id",))
    assert diff.old.startswith(f"{rows}@main (")
    [row] = [r for r in diff.to_arrow().to_pylist() if r["change"] == "changed"]
    assert (row["old.city"], row["new.city"], row["changed_columns"]) == ("Ulm", "Genf", ["city"])
    assert "Genf" in repr(diff)
    assert door.diff(changed, rows).summary["data"]["added"] == 1
    assert not door.diff(rows, ROWS)
    both = door.diff(pa.table({"a": [1]}), pd.DataFrame({"a": [2]}), key=["a"])
    assert both.summary == {"data": {"added": 1, "removed": 1, "changed": 0, "unchanged": 0}}
    with pytest.raises(InvalidInput):
        door.diff(ROWS)
    with pytest.raises(NotFound):
        door.diff(f"{rows}@nope", ROWS)
    with pytest.raises(InvalidInput):
        door.diff(rows, ROWS, merge_base=True)


def test_a_diff_of_several_tables_with_tables_in_memory(door: Any, dataset: str) -> None:
    door.commit({"a": pa.table({"x": [1]}), "b": pa.table({"y": ["z"]})}, dataset)
    diff = door.diff(dataset, {"a": pa.table({"x": [1, 2]}), "b": pa.table({"y": ["z"]})})
    assert {name: table["added"] for name, table in diff.summary.items()} == {"a": 1, "b": 0}
    assert door.diff(f"{dataset}:a", pa.table({"x": [5]})).summary["a"]["removed"] == 1


def test_a_diff_with_renamed_columns_and_a_profile(door: Any, dataset: str) -> None:
    door.commit(pa.table({"id": [1, 2], "a,b": ["x", "y"], "at": [1, 1]}), dataset, key="id")
    new = pa.table({"id": [1, 2], "c=d": ["X", "z"], "at": [2, 2]})
    door.commit(new, dataset)
    for side in (dataset, new):
        diff = door.diff(f"{dataset}@main~1", side, rename={"a,b": "c=d"}, profile={"ignore": ["at"], "case": True})
        assert [c.kind.value for c in diff.schema["data"]] == ["renamed"]
        assert diff.summary["data"]["changed"] == 1
        assert diff.profile is not None
        assert diff.profile.title == "the profile that was given"
        assert door.diff(f"{dataset}@main~1", side, profile=diff.profile.profile).summary["data"]["changed"] == 0
        plain = door.diff(f"{dataset}@main~1", side, rename={"a,b": "c=d"}, profile="none")
        assert (plain.summary["data"]["changed"], plain.profile) == (2, None)
        for wrong, error in [(3, NotFound), ("loose", InvalidInput), ({"nope": 1}, InvalidInput), (True, InvalidInput)]:
            with pytest.raises(error):
                door.diff(f"{dataset}@main~1", side, profile=wrong)


def test_an_export_to_a_file_object(door: Any, rows: str) -> None:
    out = io.BytesIO()
    done = door.export(rows, out, format="csv", columns=["id"], where=[("id", ">", 5)], order_by=["id desc"])
    assert (done.rows, done.bytes, out.getvalue()) == (2, len(out.getvalue()), b"id\n7\n6\n")
    with pytest.raises(InvalidInput):
        door.export(rows, io.BytesIO())


def test_an_export_in_the_background(door: Any, rows: str, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    job = door.export(rows, target, background=True, where="id < 2")
    door.commit(pa.table({"id": [0]}), rows)
    done = job.wait(60)
    assert (done.rows, done.path, done.bytes, job.state) == (2, target, target.stat().st_size, "succeeded")
    assert pa.csv.read_csv(target)["id"].to_pylist() == [0, 1]
    with pytest.raises(InvalidInput):
        door.export(rows, io.BytesIO(), format="csv", background=True)
