"""A diff that was made anywhere is applied through either door: files of all formats, documents, diffs; both ways."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dsa_workbench.errors import DsaError, InvalidInput, NotFound, RefProtected, Unsupported
from dsa_workbench.remote import RemoteWorkbench, patching

FORMATS = ("parquet", "arrow", "csv", "tsv", "jsonl", "json", "diff.csv", "csv.gz")
OLD = {"id": [1, 2, 3, 4], "city": ["Rome", "Oslo", None, "Bonn"], "qty": [5, 6, 7, 8]}
NEW = {"id": [1, 9, 3, 4], "city": ["Rome", "Lima", "Pisa", "Bonn"], "qty": [5, 1, 7, 80]}


@pytest.fixture
def sales(door: Any, dataset: str) -> str:
    """Make two versions on main, and a branch at the first."""
    door.commit(pa.table(OLD), dataset, key="id")
    door.branch(dataset, "dev")
    door.commit(pa.table(NEW), dataset)
    return dataset


def rows(door: Any, spec: str) -> list[dict[str, Any]]:
    return [dict(row) for row in door.read(spec).to_arrow().to_pylist()]


@pytest.mark.parametrize("ending", FORMATS)
def test_a_file_brings_a_branch_to_the_new_version_and_back(door: Any, sales: str, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"changes.{ending}"
    done = door.diff(f"{sales}@main~1", f"{sales}@main").export(path)
    assert done.bytes == path.stat().st_size
    made = door.apply(path, sales, "dev")
    assert (made.outcome, made.created, made.tree) == ("applied", True, door.show(sales).tree)
    assert (made.commit.message, made.commit.author, made.label) == (f"Apply changes.{ending}", "ann", path.name)
    assert (made.into, made.summary["data"]["changed"]) == (f"{sales}@dev", 2)
    again = door.apply(str(path), sales, "dev")
    assert (again.outcome, again.created, again.id) == ("up to date", False, made.id)
    assert "nothing to do" in repr(again)
    back = door.apply(path, sales, "dev", reverse=True)
    assert (back.tree, back.reverse) == (door.show(f"{sales}@main~1").tree, True)
    assert back.commit.message == f"Undo changes.{ending}"


def test_diffs_documents_and_file_objects(door: Any, sales: str) -> None:
    diff = door.diff(f"{sales}@main~1", sales)
    document = json.loads(json.dumps(diff.to_dict()))
    tried = door.apply(document, sales, "dev", dry_run=True)
    assert (tried.outcome, tried.created, tried.dry_run) == ("applied", False, True)
    assert rows(door, f"{sales}@dev") == rows(door, f"{sales}@main~1")
    done = door.apply(diff, sales, "dev")
    assert done.label == f"{diff.old} → {diff.new}"
    assert done.commit.message == f"Apply {done.label}"
    assert rows(door, f"{sales}@dev") == rows(door, sales)
    written = io.BytesIO()
    diff.export(written, format="json")
    file = io.BytesIO(b"before" + written.getvalue())
    file.seek(6)
    assert door.apply(file, sales, "dev", reverse=True, message="Back").commit.message == "Back"
    assert rows(door, f"{sales}@dev") == rows(door, f"{sales}@main~1")


def test_a_diff_of_one_store_is_applied_to_another(door: Any, sales: str, wb: Any) -> None:
    wb.commit(pa.table(OLD), "elsewhere", key="id")
    assert wb.apply(door.diff(sales), "elsewhere").outcome == "applied"
    assert rows(wb, "elsewhere") == rows(door, sales)
    assert door.apply(wb.diff("elsewhere"), sales, "dev").outcome == "applied"
    assert rows(door, f"{sales}@dev") == rows(door, sales)


def test_what_a_profile_hides_is_in_the_patch(door: Any, sales: str) -> None:
    before = door.diff(sales).to_dict(context=1)["tables"]["data"]["rows"]
    assert {row["change"] for row in before} == {"added", "removed", "changed", "context"}
    door.set_equality(sales, ignore=["qty"])
    diff = door.diff(sales)
    assert diff.summary["data"]["changed"] == 1
    assert door.apply(diff, sales, "dev").tree == door.show(sales).tree


def test_what_does_not_fit_is_told_and_nothing_is_written(door: Any, sales: str) -> None:
    diff = door.diff(sales)
    before = door.commit(pa.table(OLD | {"qty": [5, 66, 7, 88]}), sales, ref="dev").id
    done = door.apply(diff, sales, "dev")
    assert (bool(done), done.outcome, done.id, door.show(f"{sales}@dev").id) == (False, "conflicts", before, before)
    found = done.conflicts["data"].to_arrow().to_pylist()
    assert [(c["id"], c["kind"], c["column"], c["base"], c["ours"], c["theirs"]) for c in found] == [
        (2, "changed/deleted", "qty", "6", "66", None), (4, "changed/changed", "qty", "8", "88", "80"),
    ]  # fmt: skip
    assert found[1]["ours.qty"] == 88
    assert "The diff does not fit. Nothing was written" in repr(done)


def test_the_mode_merge_wants_the_cells_that_change(door: Any, sales: str) -> None:
    diff = door.diff(sales)
    door.commit(pa.table(OLD | {"city": ["Rome", "Oslo", None, "Köln"]}), sales, ref="dev")
    found = door.apply(diff, sales, "dev").conflicts["data"].to_arrow().to_pylist()
    assert [(c["id"], c["kind"], c["column"], c["ours"]) for c in found] == [(4, "changed/kept", "city", "Köln")]
    assert door.apply(diff, sales, "dev", mode="merge").outcome == "applied"
    assert rows(door, f"{sales}@dev")[3] == {"id": 4, "city": "Köln", "qty": 80}


def test_many_conflicts_all_come(door: Any, dataset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dsa_workbench.remote.merging.PAGE", 300)
    monkeypatch.setattr(patching, "PAGE", 300)
    numbers = range(1000)
    door.commit(pa.table({"id": numbers, "x": numbers}), dataset, key="id")
    door.branch(dataset, "dev")
    for step, ref in ((1, "main"), (2, "dev")):
        door.commit(pa.table({"id": numbers, "x": [n + step for n in numbers]}), dataset, ref=ref)
    found = door.apply(door.diff(f"{dataset}@main"), dataset, "dev").conflicts["data"].to_arrow()
    assert found["ours.x"].to_pylist() == [n + 2 for n in numbers]


def test_what_cannot_be_applied_says_the_same(door: Any, sales: str, tmp_path: Path) -> None:
    diff = door.diff(sales)
    (tmp_path / "table.csv").write_text("id,city\n1,Ulm\n")
    newer = diff.to_dict()
    newer["tables"]["data"]["format"] = 99
    words: list[tuple[Any, type[DsaError], str]] = [
        (lambda: door.apply(tmp_path / "not-there.csv", sales), InvalidInput, "not-there.csv"),
        (lambda: door.apply(tmp_path / "table.csv", sales), InvalidInput, "table.csv holds no diff"),
        (lambda: door.apply({"rows": []}, sales), InvalidInput, "is no diff"),
        (lambda: door.apply({"kind": "dsa-workbench diff", "tables": {"data": 3}}, sales), InvalidInput, "table data"),
        (lambda: door.apply(newer, sales), Unsupported, "format 99"),
        (lambda: door.apply(3, sales), InvalidInput, "no file"),
        (lambda: door.apply(diff, sales, mode="nope"), InvalidInput, "'nope' is no mode"),
        (lambda: door.apply(diff, f"{sales}-not"), NotFound, "is not there"),
        (lambda: door.apply(diff, sales, "not"), NotFound, "'not'"),
        (lambda: door.apply(diff, sales, "main~1"), InvalidInput, "cannot name a branch"),
    ]  # fmt: skip
    for wrong, error, said in words:
        with pytest.raises(error, match=said) as raised:
            wrong()
        assert raised.value.hint
    door.protect(sales, "dev")
    with pytest.raises(RefProtected):
        door.apply(diff, sales, "dev")
    if isinstance(door, RemoteWorkbench):
        with pytest.raises(Unsupported, match="the name under which the server knows you"):
            door.apply(diff, sales, author="bob")
