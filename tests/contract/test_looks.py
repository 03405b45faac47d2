"""Looking before importing, and asking: the same on a store and over HTTP."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dsa_workbench.errors import ImportRejected, InvalidInput, NotFound, RefConflict, RefProtected

OLD = "id,city,qty\n1,Ulm,5\n2,Rom,6\n3,Bern,7\n"
NEW = "id;city;qty\n1;Ulm;5\n2;Oslo;6\n4;Wien;8\n"


@pytest.fixture
def cities(door: Any, dataset: str, tmp_path: Path) -> Path:
    """Import a file, and write the one that follows it."""
    (tmp_path / "old.csv").write_text(OLD)
    door.import_file(tmp_path / "old.csv", dataset, key="id", types={"qty": "int"})
    path = tmp_path / "new.csv"
    path.write_text(NEW)
    return path


def test_a_dry_run_shows_what_its_commit_does(door: Any, dataset: str, cities: Path) -> None:
    preview = door.import_file(cities, dataset, dry_run=True, message="Next")
    assert (preview.source, preview.dataset, preview.ref, preview.rows) == ("new.csv", dataset, "main", 3)
    assert (preview.changes, preview.protected, preview.skips, preview.refused) == (True, False, False, None)
    [table] = preview.tables
    assert (table.name, table.key, table.bad_keys, table.schema.names) == ("data", ("id",), 0, ("id", "city", "qty"))
    assert dict(table.schema.columns[2].metadata) == {"dsa:given": "int64"}
    assert preview.diff.summary == {"data": {"added": 1, "removed": 1, "changed": 1, "unchanged": 1}}
    rows = preview.diff.to_arrow()
    assert set(zip(*(rows[c].to_pylist() for c in ("change", "old.city", "new.city")), strict=True)) == {
        ("changed", "Rom", "Oslo"), ("removed", "Bern", None), ("added", None, "Wien"),
    }  # fmt: skip
    assert preview.diff.tables["data"].rows(1, 1).equals(rows.slice(1, 1))
    assert preview.report.count("rows read") == 3
    assert "preview, nothing was written" in repr(preview)
    assert "Oslo" in repr(preview)
    assert len(door.log(dataset)) == 1
    done = preview.commit()
    assert (done.created, done.message, done.summary) == (True, "Next", preview.diff.summary)
    assert door.read(dataset).to_pandas()["city"].tolist() == ["Ulm", "Oslo", "Wien"]
    assert door.diff(dataset).to_arrow().equals(rows)


def test_a_dry_run_makes_no_dataset(door: Any, dataset: str) -> None:
    frame = pd.DataFrame({"a": [1, 2]})
    preview = door.import_file(frame, dataset, dry_run=True, table="t")
    assert (preview.source, [t.name for t in preview.tables]) == ("the table in memory", ["t"])
    assert "which is not there yet" in preview.diff.old
    assert dataset not in {d.name for d in door.datasets()}
    assert preview.commit().created
    nothing = door.import_file(io.BytesIO(b"a\n1\n2\n"), dataset, table="t", dry_run=True)
    assert (nothing.source, nothing.changes) == ("the file", False)
    with pytest.raises(InvalidInput):
        door.import_file(frame, dataset, dry_run=True, background=True)


def test_a_dry_run_of_many_changes_gives_them_all(door: Any, dataset: str) -> None:
    door.commit(pa.table({"id": range(1000), "v": [1.0] * 1000}), dataset, key="id")
    lines = "\n".join(f"{n},2.0" for n in range(500, 1500))
    preview = door.import_file(io.BytesIO(f"id,v\n{lines}\n".encode()), dataset, dry_run=True)
    assert preview.diff.to_arrow().num_rows == 1500
    later = preview.diff.tables["data"].rows(990, 20)
    assert later.equals(preview.diff.to_arrow().slice(990, 20))
    assert preview.diff.tables["data"].reformed_rows().num_rows == 0


def test_a_dry_run_is_done_or_not_at_all(door: Any, dataset: str, cities: Path) -> None:
    preview = door.import_file(cities, dataset, dry_run=True)
    door.commit(pa.table({"id": [9]}), dataset, key=[])
    with pytest.raises(RefConflict, match="was moved since the preview"):
        preview.commit()
    door.protect(dataset, "main")
    protected = door.import_file(cities, dataset, dry_run=True)
    assert (protected.protected, protected.refused) == (True, f"{dataset}@main is protected")
    with pytest.raises(RefProtected):
        protected.commit()


def test_rows_that_do_not_fit_are_shown_and_left_out(door: Any, dataset: str, tmp_path: Path) -> None:
    path, aside = tmp_path / "bad.csv", tmp_path / "aside.csv"
    path.write_text("id,qty\n1,2\n2,x\n3,4\n1,9\n")
    options: dict[str, Any] = {"key": "id", "types": {"qty": "int"}}
    preview = door.import_file(path, dataset, dry_run=True, **options)
    assert (preview.refused, len(preview.rejects), preview.tables[0].bad_keys) == ("rows do not fit", 2, 1)
    with pytest.raises(ImportRejected):
        preview.commit()
    done = door.import_file(path, dataset, rejects_to=aside, **options)
    assert (done.rows, done.created) == (2, True)
    told = done.rejects.to_arrow().select(["row", "line", "column", "value", "text", "cells.qty"]).to_pylist()
    assert told[0] == {"row": 2, "line": 3, "column": "qty", "value": "x", "text": "2,x", "cells.qty": "x"}
    [note] = [note for note in done.notes if "left out" in note]
    assert note.startswith("2 rows were left out, the first is row 2, line 3: qty is not an int64 (")
    assert note.endswith(f"; they are in {aside}.")
    assert aside.read_text().splitlines()[0] == "id,qty,dsa:row,dsa:line,dsa:column,dsa:value,dsa:reason"
    aside.write_text(aside.read_text().replace("2,x,", "2,7,").replace("1,9,", "5,9,"))
    assert door.import_file(aside, dataset, mode="append").rows == 4
    later = door.import_file(path, dataset, mode="upsert", rejects="skip", background=True, **options).wait(60)
    assert (len(later.rejects), later.rows) == (2, 4)
    with pytest.raises(InvalidInput):
        door.import_file(path, dataset, rejects_to=tmp_path / "none" / "x.csv")


def test_explain(door: Any, cities: Path) -> None:
    [table] = door.explain(cities).tables
    assert (table.label, [c.name for c in table.columns]) == ("new.csv", ["id", "city", "qty"])
    assert {s.name: s.value for s in table.settings}["delimiter"].startswith("';'")
    given = {s.name: s.given for s in door.explain(cities, delimiter=",").tables[0].settings}
    assert given["delimiter"]
    with pytest.raises(InvalidInput):
        door.explain(cities, delimeter=",")


def test_suggest_keys(door: Any, dataset: str, cities: Path) -> None:
    assert door.suggest_keys(dataset).best == ("id",)
    assert (door.suggest_keys(cities).best, door.suggest_keys(cities).found.label) == (("id",), str(cities))
    frame = pd.DataFrame({"a": [1, 1, 2], "b": [1, 2, 1]})
    assert door.suggest_keys(frame).keys == (("a", "b"),)
    door.commit(pa.table({"id": [1, 2], "city": ["Ulm", "Ulm"]}), dataset)
    assert not door.suggest_keys(f"{dataset}@main", columns="city", most=1)
    with pytest.raises(NotFound):
        door.suggest_keys(dataset, columns=["nope"])
    with pytest.raises(NotFound):
        door.suggest_keys("none-such-at-all")


def test_sql(door: Any, dataset: str, cities: Path) -> None:
    door.import_file(cities, dataset)
    first = f"{dataset}@main~1"
    found = door.sql(f"select city, qty from {dataset}@main where qty >= $least order by qty", {"least": np.int64(6)})
    assert (found.columns, found.num_rows) == (("city", "qty"), 2)
    assert found.to_arrow().to_pydict() == {"city": ["Oslo", "Wien"], "qty": [6, 8]}
    assert found.versions == {f"{dataset}@main": door.log(dataset)[0].short}
    joined = door.sql(f'select a.city, b.city as before from {dataset}@main a join "{first}" b using (id) order by id')
    assert joined.to_pandas().values.tolist() == [["Ulm", "Ulm"], ["Oslo", "Rom"]]
    assert door.sql(f"select count(*) as n from {first}").to_arrow()["n"].to_pylist() == [3]
    assert door.sql(f"from {first}", limit=1).num_rows == 1
    assert "Oslo" in repr(found)
    kept = door.sql(f"select sum(qty) as q from {dataset}")
    door.commit(pa.table({"id": [1], "city": ["x"], "qty": [1]}), dataset)
    assert kept.to_arrow()["q"].to_pylist() == [19]
    done = door.commit(door.sql(f"select * from {first}"), f"{dataset}-copy")
    assert done.rows == 3
    for wrong, error, said in [
        (f"select nope from {dataset}", InvalidInput, "nope"), (f"drop table {dataset}", InvalidInput, "reads"),
        (f"select * from {dataset}@nope", NotFound, "nope"), (f"from {dataset}; from x", InvalidInput, "2 statements"),
        ("select content from read_text('/etc/hosts')", InvalidInput, "disabled"),
    ]:  # fmt: skip
        with pytest.raises(error, match=said):
            door.sql(wrong)


def test_sql_takes_every_type(door: Any, dataset: str) -> None:
    table = pa.table(
        {
            "h": pa.array([0.5, None], pa.float16()), "d": [Decimal("1.00"), Decimal("2.50")],
            "t": pa.array([0, 1], pa.timestamp("us", "Europe/Berlin")), "l": [[1], []], "b": [b"\x00", None],
        }
    )  # fmt: skip
    door.commit(table, dataset)
    found = door.sql(f"select h, d, t, len(l) as n, b from {dataset} where d > 1").to_arrow()
    assert found.to_pydict()["n"] == [0]
    assert found["h"].to_pylist() == [None]


def test_several_tables_in_one_commit(door: Any, dataset: str, tmp_path: Path) -> None:
    cities = tmp_path / "new.csv"
    cities.write_text(NEW)
    done = door.commit({"a": pa.table({"x": [1]}), "b": pd.DataFrame({"y": ["z"]})}, dataset, message="Both")
    assert (done.created, done.message, set(done.summary)) == (True, "Both", {"a", "b"})
    assert door.read(f"{dataset}:b").to_arrow().to_pydict() == {"y": ["z"]}
    assert door.import_file({"a": cities}, dataset).rows == 3
    with pytest.raises(NotFound):
        door.read(f"{dataset}:b")


def test_several_files_are_one_table(door: Any, dataset: str, tmp_path: Path) -> None:
    for month in (1, 2, 10):
        folder = tmp_path / "data" / f"month={month}"
        folder.mkdir(parents=True)
        (folder / "rows.csv").write_text(f"id\n{month * 100}\n")
    done = door.import_file(tmp_path / "data", dataset)
    rows = {"id": [100, 200, 1000], "month": [1, 2, 10]}
    assert (done.message, door.read(dataset).to_arrow().to_pydict()) == ("Import data", rows)
    assert door.import_file(str(tmp_path / "data" / "*" / "*.csv"), dataset).created is False
    two = [tmp_path / "data" / f"month={m}" / "rows.csv" for m in (2, 1)]
    job = door.import_file(two, dataset, background=True)
    assert job.wait(60).message == "Import 2 files"
    assert door.read(dataset).to_arrow().to_pydict() == {"id": [200, 100]}
    preview = door.import_file(tmp_path / "data", dataset, dry_run=True)
    assert preview.diff.schema["data"][0].column == "month"
    with pytest.raises(InvalidInput):
        door.import_file(str(tmp_path / "data" / "none*.csv"), dataset)


def test_columns_are_renamed(door: Any, dataset: str, tmp_path: Path) -> None:
    door.commit(pa.table({"id": [1], "old": [5]}), dataset, key="id")
    door.commit(pa.table({"id": [1], "new": [5]}), dataset, rename={"old": "new"})
    (tmp_path / "x.csv").write_text("key,new\n1,5\n")
    door.import_file(tmp_path / "x.csv", dataset, rename={"id": "key"})
    assert door.read(dataset).key == ("key",)
    with pytest.raises(InvalidInput):
        door.commit(pa.table({"id": [1]}), dataset, rename={"nope": "id"})


def test_an_exact_import_gives_its_bytes_back(door: Any, dataset: str, cities: Path, tmp_path: Path) -> None:
    cities.write_bytes(b'\xef\xbb\xbf"id";city\r\n1;Ulm\r\n')
    assert door.import_file(cities, dataset, exact=True, background=True).wait(60).created
    door.export(dataset, tmp_path / "again.csv", exact=True)
    assert (tmp_path / "again.csv").read_bytes() == cities.read_bytes()
