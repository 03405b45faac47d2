"""What a verb hands back does not depend on where the store is."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from dsa_workbench.core.model.moved_column import MovedColumn
from dsa_workbench.core.model.ref import RefKind
from dsa_workbench.errors import AlreadyExists, DsaError, ImportRejected, InvalidInput, NotFound, RefProtected
from dsa_workbench.results import JobLog

OLD = pa.table({"id": [1, 2, 3], "city": ["Ulm", None, 'a,"b"'], "x": [0.5, None, 2.0]})
NEW = pa.table({"id": [1, 3, 4], "city": ["Ulm", "Rom", "Bern"], "x": [0.5, 2.0, 7.0]})


@pytest.fixture
def story(door: Any, dataset: str) -> str:
    """Make two commits."""
    door.commit(OLD, dataset, key="id", message="First")
    door.commit(NEW, dataset, message="Second")
    return dataset


def test_a_file_is_imported_and_read_back(door: Any, dataset: str, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("id,when,qty\n1,2026-03-01,3\n2,,4\n")
    told: list[str] = []
    done = door.import_file(path, dataset, key="id", message="März", progress=lambda p: told.append(p.phase))
    assert (done.created, done.rows, done.dataset, done.ref, done.message) == (True, 2, dataset, "main", "März")
    assert done.summary == {"data": {"added": 2, "removed": 0, "changed": 0, "unchanged": 0}}
    assert told
    assert door.import_file(path, dataset).created is False
    reading = door.read(dataset)
    assert (reading.num_rows, reading.key, reading.columns) == (2, ("id",), ("id", "when", "qty"))
    assert reading.to_arrow().to_pylist() == [
        {"id": 1, "when": dt.date(2026, 3, 1), "qty": 3}, {"id": 2, "when": None, "qty": 4},
    ]  # fmt: skip
    assert door.import_file(io.BytesIO(b"id,qty\n9,9\n"), dataset, mode="replace").rows == 1


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_every_type_comes_back(door: Any, dataset: str, tmp_path: Path, kind: str) -> None:
    table = pa.table(
        {
            "u": pa.array([1, 2**64 - 1], pa.uint64()), "d": [Decimal("1.50"), None], "b": [b"\x00", b""],
            "t": pa.array([0, 1], pa.timestamp("us", "Europe/Berlin")), "l": [[1, None], []], "z": [-0.0, float("nan")],
            "s": [{"a": 1}, None],
        }
    )  # fmt: skip
    if kind == "parquet":
        pq.write_table(table, tmp_path / "t.parquet")
        door.import_file(tmp_path / "t.parquet", dataset)
    else:
        door.commit(table, dataset)
    found = door.read(dataset).to_arrow()
    assert found.schema.types == table.schema.types
    assert repr(found.to_pylist()) == repr(table.to_pylist())


def test_pages_columns_and_conditions(door: Any, story: str) -> None:
    assert door.read(story, columns="city", offset=1, limit=1).to_arrow().to_pydict() == {"city": ["Rom"]}
    few = door.read(story, where="x > 1 and id < 4")
    assert (few.num_rows, few.to_pandas()["id"].tolist()) == (1, [3])
    assert door.read(f"{story}@main~1").to_arrow().equals(OLD)
    assert pa.Table.from_batches(door.read(story).to_batches()).equals(NEW)
    assert pa.table(door.read(story)).equals(NEW)
    assert "3 rows" in repr(door.read(story))
    empty = door.read(story, where="id > 100")
    assert (empty.num_rows, empty.to_arrow().schema) == (0, NEW.schema)


def test_the_history_of_a_table(door: Any, story: str) -> None:
    door.commit(OLD, story, table="other", message="Other")
    assert [c.message for c in door.log(f"{story}:data")] == ["Second", "First"]
    with pytest.raises(NotFound, match="no table 'dat'"):
        door.log(f"{story}:dat")


def test_history(door: Any, story: str) -> None:
    log = door.log(story)
    assert [c.message for c in log] == ["Second", "First"]
    assert [c.message for c in door.log(story, limit=1)] == ["Second"]
    shown = door.show(f"{story}@main~1")
    assert (shown.id, shown.parents, shown.refs) == (log[1].id, (), ())
    assert door.show(story).refs == ("main",)
    assert door.show(f"{story}@{log[1].id[:10]}").tree == log[1].tree
    moment = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    assert door.show(f"{story}@main@{{{moment}}}").id == log[0].id
    assert "Second" in repr(log)


def test_diff(door: Any, story: str) -> None:
    diff = door.diff(story)
    assert diff
    assert diff.summary == {"data": {"added": 1, "removed": 1, "changed": 1, "unchanged": 1}}
    assert not any(diff.schema.values())
    rows = diff.to_arrow()
    assert rows["change"].to_pylist() == door.diff(f"{story}@main~1", story).to_arrow()["change"].to_pylist()
    assert sorted(rows["change"].to_pylist()) == ["added", "changed", "removed"]
    [changed] = [row for row in rows.to_pylist() if row["change"] == "changed"]
    assert (changed["old.city"], changed["new.city"], changed["changed_columns"]) == ('a,"b"', "Rom", ["city"])
    table = diff.tables["data"]
    assert (table.counts.cells, table.key, table.columns) == ({"city": 1}, ("id",), ("id", "city", "x"))
    assert table.rows(1, 1).equals(rows.slice(1, 1))
    assert table.rows(kinds=["added"])["change"].to_pylist() == ["added"]
    assert table.rows(kinds=[]).num_rows == 0
    only = table.rows(changed_columns={"city"}, columns=["city"])
    assert only.equals(
        rows.filter(pc.equal(rows["change"], "changed")).select([*rows.column_names[:4], "old.city", "new.city"])
    )
    with pytest.raises(InvalidInput, match="no column 'town'"):
        table.rows(changed_columns=["town"])
    assert not door.diff(story, story)
    assert "Rom" in repr(diff)
    for show in (diff._repr_html_, lambda: door.diff(f"{story}@main~1", story, key=[]).summary):
        assert show()


def test_a_diff_tells_which_columns_moved(door: Any, dataset: str) -> None:
    lists = [[n % 7] for n in range(4000)]
    old = {"id": range(4000), "qty": [n % 100 for n in range(4000)], "tags": lists, "still": ["a", None] * 2000}
    door.commit(pa.table(old), dataset, key="id")
    new = {"qty": [n % 100 + 50 for n in range(4000)], "tags": [[n[0] % 3] for n in lists]}
    door.commit(pa.table(old | new), dataset)
    diff = door.diff(dataset)
    [qty, tags] = diff.moved["data"]
    assert qty == MovedColumn("qty", pytest.approx(0.5, abs=0.04), 0.0, 0.0, qty.distinct_before, qty.distinct_after)
    assert (qty.distinct_before, qty.distinct_after) == (pytest.approx(100, abs=10), pytest.approx(100, abs=10))
    assert (tags.column, tags.distinct_before) == ("tags", None)
    assert "Distributions moved: qty (0." in repr(diff)
    assert door.diff(dataset, dataset).moved == {"data": ()}


def test_a_large_diff_comes_in_pages(door: Any, dataset: str) -> None:
    door.commit(pa.table({"id": range(25_001)}), dataset, key="id")
    door.commit(pa.table({"id": range(5, 25_006)}), dataset)
    diff = door.diff(dataset)
    assert diff.to_arrow().num_rows == 10
    door.commit(pa.table({"id": range(100_000, 120_001)}), dataset)
    whole = door.diff(dataset).to_arrow()
    assert whole.num_rows == 25_001 + 20_001
    assert len(set(zip(whole["old.id"].to_pylist(), whole["new.id"].to_pylist(), strict=True))) == whole.num_rows


def test_refs_and_datasets(door: Any, story: str) -> None:
    branch = door.branch(f"{story}@main~1", "dev/x")
    assert (branch.kind, branch.commit_id.hex()) == (RefKind.BRANCH, door.log(story)[1].id)
    door.tag(story, "v1.0")
    assert [r.name for r in door.refs(story)] == ["dev/x", "main", "v1.0"]
    with pytest.raises(AlreadyExists):
        door.branch(story, "v1.0")
    door.protect(story, "dev/x")
    with pytest.raises(RefProtected):
        door.delete_ref(story, "dev/x")
    assert door.protect(story, "dev/x", False).protected is False
    door.delete_ref(story, "dev/x")
    assert [r.name for r in door.refs(story)] == ["main", "v1.0"]
    assert story in {d.name for d in door.datasets()}
    door.delete_dataset(story)
    assert story not in {d.name for d in door.datasets()}
    assert story in {d.name for d in door.datasets(deleted=True)}
    door.restore_dataset(story)
    assert door.read(story).num_rows == 3


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet", "jsonl", "xlsx"])
def test_export(door: Any, story: str, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"out.{ending}"
    done = door.export(story, target, where="id >= 3", columns=["id", "x"])
    assert (done.rows, done.bytes, done.path) == (2, target.stat().st_size, target)
    assert [p.name for p in tmp_path.iterdir() if "out" in p.name] == [target.name]
    again = f"{story}-again"
    door.import_file(target, again)
    assert [list(row.values()) for row in door.read(again).to_arrow().to_pylist()] == [[3, 2.0], [4, 7.0]]


def test_profile(door: Any, story: str) -> None:
    found = door.profile(story)
    assert (found.rows, found["x"].nulls, found["id"].minimum, found["id"].maximum) == (3, 0, 1, 4)
    assert [c.name for c in door.profile(story, "city").columns] == ["city"]
    ends = pa.array([-(2**63) + 1, 2**63 - 1], pa.int64()).cast(pa.timestamp("us"))
    door.commit(pa.table({"at": ends, "on": [dt.date(2026, 3, 1)] * 2}), f"{story}-far")
    at, on = door.profile(f"{story}-far").columns
    assert (at.minimum, at.maximum) == ("-290308-12-21 19:59:05.224193", "294247-01-10 04:00:54.775807")
    assert (on.minimum, on.quartiles) == ("2026-03-01", ("2026-03-01",) * 3)


def test_pandas(door: Any, dataset: str) -> None:
    frame = pd.DataFrame({"id": [1, 2], "name": ["a", None]})
    door.commit(frame, dataset)
    assert door.read(dataset).to_pandas()["name"].isna().tolist() == [False, True]


def test_background_jobs(door: Any, dataset: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("id\n" + "\n".join(map(str, range(1000))))
    job = door.import_file(path, dataset, key="id", background=True)
    done = job.wait(60)
    assert (done.rows, done.created, job.state) == (1000, True, "succeeded")
    assert job.id in {j.id for j in door.jobs()}
    assert door.job(job.id).result["commit"] == done.id
    assert isinstance(door.job_log(job.id), JobLog)


def test_errors_are_the_same(door: Any, story: str, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("id,n\n1,2\n2,x\n")
    with pytest.raises(ImportRejected) as caught:
        door.import_file(tmp_path / "bad.csv", story, types={"n": "int"})
    told = caught.value.details
    assert (told["line"], told["row"], told["column"], told["value"]) == (3, 2, "n", "x")
    for wrong, error in [
        (lambda: door.read("none-such-at-all"), NotFound), (lambda: door.read(f"{story}@nope"), NotFound),
        (lambda: door.read(story, columns=["nope"]), NotFound),
        (lambda: door.read(story, where="nope >"), InvalidInput),
        (lambda: door.read(f"{story}@main~9"), NotFound), (lambda: door.show(f"{story}@@"), InvalidInput),
        (lambda: door.diff(story, key=["nope"]), DsaError), (lambda: door.job(10**9), NotFound),
        (lambda: door.read(story, offset=-1), InvalidInput), (lambda: door.commit("x.csv", story), InvalidInput),
        (lambda: door.import_file(tmp_path / "not-there.csv", story), DsaError),
        (lambda: door.export(story, tmp_path / "x.nope"), InvalidInput),
    ]:  # fmt: skip
        with pytest.raises(error) as raised:
            wrong()
        assert raised.value.hint
    assert [c.message for c in door.log(story)] == ["Second", "First"]


def test_status_and_doors(door: Any) -> None:
    found = door.status()
    assert found.actor == "ann"
    assert found.server.startswith("PostgreSQL")
    assert repr(door)
