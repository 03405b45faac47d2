"""The story of a user's first month, on real files."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from dsa_workbench.errors import ImportRejected, InvalidInput, NotFound
from dsa_workbench.workbench import Workbench

JANUARY = "id,city,qty,price\n1,Rome,3,9.50\n2,Oslo,1,12.00\n3,Bonn,7,3.25\n"
FEBRUARY = "id,city,qty,price\n1,Rome,4,9.50\n3,Bonn,7,3.25\n4,Linz,2,8.00\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "january.csv").write_text(JANUARY)
    (tmp_path / "february.csv").write_text(FEBRUARY)
    return tmp_path


def test_import_twice_and_diff(wb: Workbench, files: Path) -> None:
    first = wb.import_file(files / "january.csv", "sales", key="id")
    assert (first.created, first.rows, first.parents) == (True, 3, ())
    assert first.summary == {"data": {"added": 3, "removed": 0, "changed": 0, "unchanged": 0}}
    second = wb.import_file(files / "february.csv", "sales")
    assert second.parents == (first.id,)
    assert second.message == "Import february.csv"
    diff = wb.diff("sales@main~1", "sales")
    assert diff.summary == {"data": {"added": 1, "removed": 1, "changed": 1, "unchanged": 1}}
    changed = [row for row in diff.to_arrow().to_pylist() if row["change"] == "changed"]
    assert [(r["new.id"], r["old.qty"], r["new.qty"], r["changed_columns"]) for r in changed] == [(1, 3, 4, ["qty"])]
    assert wb.diff("sales").summary == diff.summary


def test_import_of_the_same_file_makes_no_commit(wb: Workbench, files: Path) -> None:
    first = wb.import_file(files / "january.csv", "sales")
    again = wb.import_file(files / "january.csv", "sales")
    assert (again.created, again.id) == (False, first.id)
    assert "nothing changed" in repr(again)
    assert len(wb.log("sales")) == 1


def test_what_goes_in_comes_out(wb: Workbench, files: Path) -> None:
    wb.import_file(files / "january.csv", "sales")
    assert wb.read("sales").to_pandas().equals(pd.read_csv(files / "january.csv"))
    page = wb.read("sales", columns=["city"], offset=1, limit=1).to_arrow()
    assert page.to_pydict() == {"city": ["Oslo"]}
    out = files / "out.csv"
    assert wb.export("sales", out).rows == 3
    assert pc.read_csv(out).to_pydict() == pc.read_csv(files / "january.csv").to_pydict()
    wb.export("sales", files / "out.parquet")
    assert pq.read_table(files / "out.parquet").equals(wb.read("sales").to_arrow())
    assert wb.import_file(files / "out.parquet", "copy").tree == wb.show("sales").tree


def test_older_versions_stay(wb: Workbench, files: Path) -> None:
    wb.import_file(files / "january.csv", "sales")
    wb.tag("sales", "v1")
    wb.import_file(files / "february.csv", "sales")
    wb.branch("sales~1", "fix")
    for spec in ("sales@v1", "sales~1", "sales@main^", "sales@fix", f"sales@{wb.show('sales@v1').short}"):
        assert wb.read(spec).to_arrow()["id"].to_pylist() == [1, 2, 3]
    wb.commit(wb.read("sales@fix").to_pandas().head(1), "sales", ref="fix", message="only Rome")
    assert wb.read("sales@fix").num_rows == 1
    assert wb.read("sales").num_rows == 3
    assert [c.message for c in wb.log("sales@fix")] == ["only Rome", "Import january.csv"]
    assert [r.name for r in wb.refs("sales")] == ["fix", "main", "v1"]


def test_append_and_upsert(wb: Workbench, files: Path) -> None:
    wb.import_file(files / "january.csv", "sales", key="id")
    wb.commit(pd.DataFrame({"id": [9], "city": ["Graz"], "qty": [1], "price": [1.5]}), "sales", mode="append")
    assert wb.read("sales").to_arrow()["id"].to_pylist() == [1, 2, 3, 9]
    result = wb.commit(pd.DataFrame({"id": [2, 10], "qty": [50, 60]}), "sales", mode="upsert")
    assert result.summary == {"data": {"added": 1, "removed": 0, "changed": 1, "unchanged": 3}}
    rows = wb.read("sales").to_arrow().to_pylist()
    assert rows[1] == {"id": 2, "city": "Oslo", "qty": 50, "price": 12.0}
    assert rows[4] == {"id": 10, "city": None, "qty": 60, "price": None}


def test_append_keeps_the_types_that_stand_there(wb: Workbench, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("zip,v\n02139,1.5\n")
    (tmp_path / "b.csv").write_text("v,zip\n2,10115\n")
    wb.import_file(tmp_path / "a.csv", "zips")
    wb.import_file(tmp_path / "b.csv", "zips", mode="append")
    assert wb.read("zips").to_arrow().to_pydict() == {"zip": ["02139", "10115"], "v": [1.5, 2.0]}


def test_a_dict_of_tables_is_a_dataset(wb: Workbench) -> None:
    book = {"orders": pa.table({"id": [1, 2]}), "items": pa.table({"id": [1], "sku": ["a"]})}
    wb.commit(book, "book")
    assert wb.read("book:items").to_arrow().to_pydict() == {"id": [1], "sku": ["a"]}
    with pytest.raises(NotFound, match="2 tables"):
        wb.read("book")
    wb.commit(pa.table({"id": [1, 2, 3]}), "book", table="orders")
    assert wb.diff("book~1", "book").summary == {
        "orders": {"added": 1, "removed": 0, "changed": 0, "unchanged": 2},
        "items": {"added": 0, "removed": 0, "changed": 0, "unchanged": 1},
    }
    with pytest.raises(InvalidInput, match="2 tables"):
        wb.commit(pa.table({"id": [1]}), "book")
    gone = wb.commit({"items": book["items"], "new": book["orders"]}, "book")
    assert gone.notes == ("The tables orders are not in it: this version is without them.",)
    assert gone.summary["orders"]["removed"] == 3


def test_a_bad_file_leaves_no_trace(wb: Workbench, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("id,qty\n1,2\n2,3\n1,4\n")
    with pytest.raises(ImportRejected, match=r"bad\.csv.*rows 1 and 3.*id = 1"):
        wb.import_file(bad, "sales", key="id")
    assert list(wb.datasets()) == []
    bad.write_text("id,qty\n1,2\n,3\n")
    with pytest.raises(ImportRejected, match=r"bad\.csv, row 2: the key column id is empty"):
        wb.import_file(bad, "sales", key="id")
    with pytest.raises(InvalidInput, match="there is no column 'nr'"):
        wb.import_file(bad, "sales", key="nr")
    assert list(wb.datasets()) == []


def test_diff_with_a_frame(wb: Workbench, files: Path) -> None:
    wb.import_file(files / "january.csv", "sales", key="id")
    frame = wb.read("sales").to_pandas()
    assert not wb.diff("sales", frame)
    frame.loc[0, "qty"] = 30
    assert wb.diff("sales", frame).summary["data"]["changed"] == 1
    assert wb.diff(frame, "sales").to_arrow()["old.qty"].to_pylist() == [30]
    assert wb.diff(frame, frame.head(2), key="id").summary["data"]["removed"] == 1


def test_deleted_datasets_come_back(wb: Workbench, files: Path) -> None:
    wb.import_file(files / "january.csv", "sales")
    wb.delete_dataset("sales")
    with pytest.raises(NotFound):
        wb.read("sales")
    assert [d.name for d in wb.datasets(deleted=True)] == ["sales"]
    wb.restore_dataset("sales")
    assert wb.read("sales").num_rows == 3


def test_an_idempotency_key_writes_once(wb: Workbench) -> None:
    table = pa.table({"id": [1]})
    wb.commit(table, "log")
    first = wb.commit(table, "log", mode="append", idempotency_key="monday")
    again = wb.commit(table, "log", mode="append", idempotency_key="monday")
    assert (again.created, again.id) == (False, first.id)
    assert wb.read("log").num_rows == 2


def test_a_renamed_column_is_told(wb: Workbench, files: Path) -> None:
    wb.import_file(files / "january.csv", "sales", key="id")
    frame = wb.read("sales").to_pandas().rename(columns={"id": "order_id"})
    with pytest.raises(InvalidInput, match="key column 'id'"):
        wb.commit(frame, "sales")
    done = wb.commit(frame, "sales", rename={"id": "order_id"})
    assert done.summary["data"]["unchanged"] == 3
    assert [str(c.kind) for c in wb.show("sales").schema["data"]] == ["renamed"]


def test_check_finds_nothing_wrong(wb: Workbench, files: Path) -> None:
    wb.import_file(files / "january.csv", "sales")
    report = wb.check()
    assert report.ok
    assert report.counts["segments"] == 4


def test_an_append_refuses_what_a_column_cannot_hold(wb: Workbench, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,day\n1,2026-01-01 10:00:00\n")
    (tmp_path / "b.csv").write_text("id,day\n2,2026-01-02\n02139,2026-01-03\n")
    wb.import_file(tmp_path / "a.csv", "ids")
    with pytest.raises(ImportRejected, match=r"b\.csv, row 2, column id: '02139' is no int64"):
        wb.import_file(tmp_path / "b.csv", "ids", mode="append")
    (tmp_path / "b.csv").write_text("id,day\n2,2026-01-02\nx,2026-01-03\n")
    with pytest.raises(ImportRejected, match=r"b\.csv, row 2, column id: 'x' is no int64"):
        wb.import_file(tmp_path / "b.csv", "ids", mode="append")
    (tmp_path / "b.csv").write_text("id,day\n2,2026-01-02\n")
    wb.import_file(tmp_path / "b.csv", "ids", mode="append")
    assert [str(d) for d in wb.read("ids").to_arrow()["day"].to_pylist()] == [
        "2026-01-01 10:00:00",
        "2026-01-02 00:00:00",
    ]
    with pytest.raises(ImportRejected, match="column id: it is float64 here, but int64 in the table"):
        wb.commit(pd.DataFrame({"id": [1.5]}), "ids", mode="append")


def test_a_ref_shows_itself_readably(wb: Workbench) -> None:
    done = wb.commit(pa.table({"n": [1]}), "log")
    assert repr(wb.branch("log", "dev")) == f"<branch dev at {done.short}>"
    assert repr(wb.protect("log", "dev")) == f"<branch dev at {done.short}, protected>"


def test_a_version_can_be_committed_elsewhere_or_again(wb: Workbench) -> None:
    old = wb.commit(pd.DataFrame({"id": [1, 2], "n": [1, 2]}), "s", key="id")
    wb.commit(pd.DataFrame({"id": [1, 2], "n": [1, 3]}), "s")
    back = wb.commit(wb.read("s~1"), "s", message="Back")
    assert (back.created, back.tree) == (True, old.tree)
    copied = wb.commit(wb.read("s"), "copy", key="id")
    assert copied.tree == old.tree
    assert not wb.diff("s", "copy")
