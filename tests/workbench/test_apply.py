"""Diffs that leave a store and come back: exported, applied, undone, refused."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dsa_workbench.errors import InvalidInput, NotFound, RefProtected, Unsupported
from dsa_workbench.workbench import Workbench
from tests.history_oracle import histories, steps

FORMATS = ("parquet", "arrow", "csv", "tsv", "jsonl", "json", "diff.csv", "csv.gz")
OLD = {"id": [1, 2, 3, 4], "city": ["Rome", "Oslo", None, "Bonn"], "qty": [5, 6, 7, 8]}
NEW = {"id": [1, 9, 3, 4], "city": ["Rome", "Lima", "Pisa", "Bonn"], "qty": [5, 1, 7, 80]}


@pytest.fixture
def sales(wb: Workbench) -> Workbench:
    """Give a workbench with two versions of sales on main, and a branch at the first."""
    wb.commit(pa.table(OLD), "sales", key="id")
    wb.branch("sales", "dev")
    wb.commit(pa.table(NEW), "sales")
    return wb


def rows(wb: Workbench, spec: str) -> list[dict[str, Any]]:
    return [dict(row) for row in wb.read(spec).to_arrow().to_pylist()]


@pytest.mark.parametrize("ending", FORMATS)
def test_a_file_brings_a_branch_to_the_new_version_and_back(sales: Workbench, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"changes.{ending}"
    done = sales.diff("sales@main~1", "sales@main").export(path)
    assert done.bytes == path.stat().st_size
    made = sales.apply(path, "sales", "dev")
    assert made
    assert made.created
    assert (made.outcome, made.tree) == ("applied", sales.show("sales@main").tree)
    assert made.commit.message == f"Apply changes.{ending}"
    assert made.summary["data"]["changed"] == 2
    again = sales.apply(path, "sales", "dev")
    assert (again.outcome, again.created, again.id) == ("up to date", False, made.id)
    assert "nothing to do" in repr(again)
    back = sales.apply(path, "sales", "dev", reverse=True)
    assert back.tree == sales.show("sales@main~1").tree
    assert back.commit.message == f"Undo changes.{ending}"
    assert sales.check().ok


def test_a_patch_holds_what_a_profile_hides(wb: Workbench) -> None:
    wb.commit(pa.table({"id": [1, 2], "city": ["Rome", "Oslo"], "seen": [1, 2]}), "sales", key="id")
    wb.branch("sales", "dev")
    wb.commit(pa.table({"id": [1, 2], "place": ["ROME", "Oslo"], "seen": [7, 8]}), "sales", rename={"city": "place"})
    wb.set_equality("sales", ignore=["seen"], case=True)
    diff = wb.diff("sales@main~1", "sales@main", rename={"city": "place"})
    assert diff.summary["data"]["changed"] == 0
    assert wb.apply(diff, "sales", "dev").tree == wb.show("sales@main").tree


def test_a_diff_and_a_document_are_applied_as_they_are(sales: Workbench) -> None:
    diff = sales.diff("sales@main~1", "sales@main")
    document = json.loads(json.dumps(diff.to_dict()))
    assert sales.apply(document, "sales", "dev", dry_run=True).outcome == "applied"
    assert rows(sales, "sales@dev") == rows(sales, "sales@main~1")
    assert sales.apply(diff, "sales", "dev", message="As on main").commit.message == "As on main"
    assert rows(sales, "sales@dev") == rows(sales, "sales@main")
    file = io.BytesIO()
    diff.export(file, format="parquet")
    file.seek(0)
    assert sales.apply(file, "sales", "dev", reverse=True).outcome == "applied"


def test_what_does_not_fit_is_told_and_nothing_is_written(sales: Workbench) -> None:
    diff = sales.diff("sales@main~1", "sales@main")
    sales.commit(pa.table(OLD | {"qty": [5, 66, 7, 88], "id": [1, 2, 3, 4]}), "sales", ref="dev")
    before = sales.show("sales@dev").id
    done = sales.apply(diff, "sales", "dev")
    assert not done
    assert (done.outcome, done.id) == ("conflicts", before)
    found = done.conflicts["data"].to_arrow().to_pylist()
    assert [(c["id"], c["kind"], c["column"], c["base"], c["ours"], c["theirs"]) for c in found] == [
        (2, "changed/deleted", "qty", "6", "66", None),
        (4, "changed/changed", "qty", "8", "88", "80"),
    ]
    assert sales.show("sales@dev").id == before
    assert "The diff does not fit. Nothing was written" in repr(done)


def test_strict_wants_whole_rows_and_merge_the_cells_that_change(sales: Workbench) -> None:
    diff = sales.diff("sales@main~1", "sales@main")
    sales.commit(pa.table(OLD | {"city": ["Rome", "Oslo", None, "Köln"]}), "sales", ref="dev")
    strict = sales.apply(diff, "sales", "dev")
    found = strict.conflicts["data"].to_arrow().to_pylist()
    assert [(c["id"], c["kind"], c["column"], c["ours"]) for c in found] == [(4, "changed/kept", "city", "Köln")]
    assert sales.apply(diff, "sales", "dev", mode="merge").outcome == "applied"
    assert rows(sales, "sales@dev")[3] == {"id": 4, "city": "Köln", "qty": 80}


def test_added_rows_meet_rows_with_their_key(sales: Workbench) -> None:
    diff = sales.diff("sales@main~1", "sales@main")
    taken = {"id": [1, 2, 3, 4, 9], "city": ["Rome", "Oslo", None, "Bonn", "Lima"], "qty": [5, 6, 7, 8, 2]}
    sales.commit(pa.table(taken), "sales", ref="dev")
    found = sales.apply(diff, "sales", "dev").conflicts["data"].to_arrow().to_pylist()
    assert [(c["id"], c["kind"], c["column"], c["ours"], c["theirs"]) for c in found] == [
        (9, "added/added", "qty", "2", "1")
    ]
    taken["qty"][-1] = 1
    sales.commit(pa.table(taken), "sales", ref="dev")
    done = sales.apply(diff, "sales", "dev")
    assert done.notes == ("data: 1 row was as the diff leaves them already.",)
    assert sorted(r["id"] for r in rows(sales, "sales@dev")) == [1, 3, 4, 9]


def test_rows_go_where_their_neighbours_are(wb: Workbench) -> None:
    ids = list(range(10))
    wb.commit(pa.table({"id": ids, "x": ids}), "t", key="id")
    wb.branch("t", "dev")
    wb.commit(pa.table({"id": [0, 1, 2, 3, 30, 4, 5, 6, 7, 8, 9, 90], "x": [0, 1, 2, -3, 30, *range(4, 10), 90]}), "t")
    wb.commit(pa.table({"id": [-2, -1, *ids, 99], "x": [-2, -1, *ids, 99]}), "t", ref="dev")
    assert wb.apply(wb.diff("t"), "t", "dev")
    assert wb.read("t@dev").to_arrow()["id"].to_pylist() == [-2, -1, 0, 1, 2, 3, 30, 4, 5, 6, 7, 8, 9, 99, 90]


def test_rows_without_a_key_are_told_by_their_values(wb: Workbench) -> None:
    wb.commit(pa.table({"x": ["a", "b", "a", "c"], "n": [1, 2, 1, 3]}), "t")
    wb.branch("t", "dev")
    wb.commit(pa.table({"x": ["a", "b", "c", "d"], "n": [1, 20, 3, 4]}), "t")
    diff = wb.diff("t")
    wb.commit(pa.table({"x": ["z", "a", "b", "a", "c"], "n": [0, 1, 2, 1, 3]}), "t", ref="dev")
    assert wb.apply(diff, "t", "dev")
    # Which of two equal rows goes is not promised.
    made = [(row["x"], row["n"]) for row in rows(wb, "t@dev")]
    assert sorted(made) == [("a", 1), ("b", 20), ("c", 3), ("d", 4), ("z", 0)]
    assert made[0] == ("z", 0)
    assert made[-2:] == [("c", 3), ("d", 4)]
    again = wb.apply(diff, "t", "dev")
    found = again.conflicts["data"].to_arrow().to_pylist() if not again else []
    assert again.outcome == "up to date" or all(c["ours"] == "is not there" for c in found)
    wb.commit(pa.table({"x": ["q"], "n": [0]}), "t", ref="dev")
    (first, *_) = wb.apply(diff, "t", "dev").conflicts["data"].to_arrow().to_pylist()
    assert first["kind"] == "rows"
    assert first["ours"] == "is not there"


def test_schemas_change_too(wb: Workbench, tmp_path: Path) -> None:
    wb.commit(
        pa.table({"id": [1, 2], "old": ["a", "b"], "n": pa.array([1, 2], pa.int32()), "z": [0, 1]}), "t", key="id"
    )
    wb.branch("t", "dev")
    new = pa.table({"n": pa.array([1, 2], pa.int64()), "id": [1, 2], "new": ["a", "b"], "more": [None, 7.5]})
    wb.commit(new, "t", rename={"old": "new"})
    for ending in ("parquet", "csv", "json"):
        path = tmp_path / f"c.{ending}"
        wb.diff("t@main~1", "t@main").export(path)
        assert wb.apply(path, "t", "dev").tree == wb.show("t@main").tree
        assert wb.apply(path, "t", "dev", reverse=True).tree == wb.show("t@main~1").tree


def test_values_of_a_dropped_column_that_the_diff_does_not_know(wb: Workbench) -> None:
    wb.commit(pa.table({"id": [1], "z": [5]}), "t", key="id")
    wb.branch("t", "dev")
    wb.commit(pa.table({"id": [1]}), "t")
    wb.commit(pa.table({"id": [1, 2], "z": [5, 6]}), "t", ref="dev")
    (found,) = wb.apply(wb.diff("t"), "t", "dev").conflicts["data"].to_arrow().to_pylist()
    assert (found["kind"], found["column"]) == ("dropped", "z")
    assert found["ours"] == "holds a value that the diff does not know, the first in row 2"


def test_tables_that_come_and_go(wb: Workbench, tmp_path: Path) -> None:
    wb.commit({"a": pa.table({"x": [1]}), "b": pa.table({"y": [2]})}, "book")
    wb.branch("book", "dev")
    wb.commit({"a": pa.table({"x": [1, 3]}), "c": pa.table({"z": [4]})}, "book")
    diff = wb.diff("book")
    diff.export(tmp_path / "book.json")
    done = wb.apply(tmp_path / "book.json", "book", "dev")
    assert done.tree == wb.show("book@main").tree
    assert wb.apply(diff, "book", "dev").outcome == "up to date"
    assert wb.apply(diff, "book", "dev", reverse=True).tree == wb.show("book@main~1").tree
    with pytest.raises(InvalidInput, match="3 tables differ"):
        diff.export(tmp_path / "book.csv")
    assert diff.export(tmp_path / "a.csv", table="a").rows == 1
    with pytest.raises(NotFound, match="'q' does not differ"):
        diff.export(tmp_path / "q.csv", table="q")


def test_a_header_that_went_missing(sales: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "changes.csv"
    sales.diff("sales").export(path)
    (tmp_path / "changes.csv.patch.json").unlink()
    assert sales.apply(path, "sales", "dev").tree == sales.show("sales@main").tree
    sales.commit(pa.table({"id": [1], "city": ["x"]}), "sales", ref="dev")
    with pytest.raises(InvalidInput, match="a column 'qty' that the table data does not have"):
        sales.apply(path, "sales", "dev")


def test_a_value_that_is_none_of_its_type_is_named(sales: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "changes.csv"
    sales.diff("sales").export(path)
    path.write_text(path.read_text("utf-8").replace("80", "eighty"), "utf-8")
    with pytest.raises(InvalidInput, match=r"changes\.csv, row 4, column new\.qty: 'eighty' is no int64"):
        sales.apply(path, "sales", "dev")


def test_what_is_no_diff_is_refused(sales: Workbench, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,city\n1,Rome\n")
    (tmp_path / "x.json").write_text('{"a": 1}')
    pq.write_table(pa.table(OLD), tmp_path / "x.parquet")
    for name, said in (("x.csv", "holds no diff"), ("x.json", "is no diff"), ("x.parquet", "is a table and no diff")):
        with pytest.raises(InvalidInput, match=said):
            sales.apply(tmp_path / name, "sales", "dev")
    newer = sales.diff("sales").to_dict()
    newer["tables"]["data"]["format"] = 2
    with pytest.raises(Unsupported, match="is a diff of format 2"):
        sales.apply(newer, "sales", "dev")
    with pytest.raises(InvalidInput, match="cannot be written as sql"):
        sales.diff("sales").export(tmp_path / "x.sql")
    with pytest.raises(NotFound, match="nowhere@main is not there"):
        sales.apply(sales.diff("sales"), "nowhere")
    sales.protect("sales", "dev")
    with pytest.raises(RefProtected):
        sales.apply(sales.diff("sales"), "sales", "dev")


def test_a_workbook_of_changes_is_for_people(sales: Workbench, tmp_path: Path) -> None:
    done = sales.diff("sales").export(tmp_path / "x.xlsx")
    assert done.rows == 4
    with pytest.raises(InvalidInput):
        sales.apply(tmp_path / "x.xlsx", "sales", "dev")


def test_a_page_stands_alone(wb: Workbench, tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    wb.commit(pa.table({"id": [1], evil: [evil]}), "t", key="id")
    wb.commit(pa.table({"id": [*range(1, 8)], evil: ["&"] * 7, "more": [1] * 7}), "t")
    path = tmp_path / "x.html"
    assert wb.diff("t").export(path, limit=3).rows == 3
    page = path.read_text("utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    for part in ("<!doctype html>", 'lang="en"', "<h1", 'scope="col"', "prefers-color-scheme:dark", "<main>",
                 "… and 4 more rows.", "Column <strong>more</strong> added", "default-src 'none'"):  # fmt: skip
        assert part in page
    assert "http" not in page.replace("http-equiv", "")
    wb.diff("t").export(path)
    assert "more rows" not in path.read_text("utf-8")


def test_the_document_is_what_the_guide_says(sales: Workbench) -> None:
    found = sales.diff("sales").to_dict()
    assert (found["format"], found["kind"]) == (1, "dsa-workbench diff")
    table = found["tables"]["data"]
    assert table["key"] == ["id"]
    assert table["counts"] == {"added": 1, "removed": 1, "changed": 2, "unchanged": 1}
    assert table["rows"][2:] == [
        {"change": "changed", "old_row": 2, "new_row": 2, "changed_columns": ["city"],
         "old": {"id": 3, "city": None, "qty": 7}, "new": {"city": "Pisa"}},
        {"change": "changed", "old_row": 3, "new_row": 3, "changed_columns": ["qty"],
         "old": {"id": 4, "city": "Bonn", "qty": 8}, "new": {"qty": 80}},
    ]  # fmt: skip


@pytest.mark.corpora
def test_every_step_of_the_real_histories(wb: Workbench, corpora: Path, tmp_path: Path) -> None:
    done = 0
    for history in histories(corpora):
        for number, step in enumerate(steps(history)):
            name = f"{history.name}-{number}"
            wb.commit(step.old.table, name)
            wb.branch(name, "dev")
            if not wb.commit(step.new.table, name).created:
                continue
            trees = wb.show(f"{name}@main~1").tree, wb.show(name).tree
            ending = FORMATS[number % 6]
            path = tmp_path / f"{name}.{ending}"
            wb.diff(name).export(path)
            assert wb.apply(path, name, "dev").tree == trees[1], (name, ending)
            assert wb.apply(path, name, "dev", reverse=True).tree == trees[0], (name, ending)
            done += 1
    assert done > 20
