"""The widget that takes files, without a page: what it answers to parts, previews and commits, on both doors."""

from __future__ import annotations

import base64
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import comm
import ipywidgets
import pytest

from dsa_workbench.errors import InvalidInput, InvalidSpec
from dsa_workbench.widgets import KernelDesk
from tests.fixtures.waiting import until
from tests.widgets.test_widgets import VIEW, Line

FIRST = b"id,city,qty\n1,Ulm,3\n2,Bonn,5\n3,Ulm,8\n"
NEXT = b"id,city,qty\n1,Ulm,3\n2,Bonn,6\n4,Kiel,1\n"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Give the folder of temporary files, in which nothing may be left."""
    monkeypatch.setattr(comm, "create_comm", Line)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    yield tmp_path / "tmp"
    ipywidgets.Widget.close_all()
    assert list((tmp_path / "tmp").iterdir()) == []


class Page:
    """A page that sends a file to a widget."""

    def __init__(self, widget: Any, dataset: str, ref: str = "main") -> None:
        self.widget, self.path = widget, f"datasets/{dataset}/refs/{ref}/uploads"

    def ask(self, method: str, *rest: str, data: bytes | None = None, **more: Any) -> Any:
        content = {"id": "1", "method": method, "path": "/".join((self.path, *rest)), **more}
        buffers = [] if data is None else [memoryview(data)]
        self.widget._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": buffers})
        told = self.widget.comm.said[-1][0]["content"]
        return told.get("problem") or told.get("told")

    def begin(self, name: str, size: int) -> str:
        return str(self.ask("POST", body={"name": name, "size": size})["id"])

    def part(self, id: str, offset: int, data: bytes, said: bytes | None = None) -> Any:
        digest = base64.b64encode(hashlib.sha256(data if said is None else said).digest()).decode()
        headers = {"Content-Digest": f"sha-256=:{digest}:"}
        return self.ask("PUT", id, data=data, query={"offset": offset}, headers=headers)

    def send(self, name: str, data: bytes) -> str:
        id = self.begin(name, len(data))
        half = len(data) // 2
        assert self.part(id, 0, data[:half])["offset"] == half
        assert self.part(id, half, data[half:])["offset"] == len(data)
        return id

    def preview(self, id: str, **more: Any) -> Any:
        while "running" in (told := self.ask("POST", id, "preview", body=more)):
            pass
        return told

    def complete(self, id: str, **more: Any) -> Any:
        return self.ask("POST", id, "complete", body=more)


@pytest.fixture
def page(door: Any, dataset: str) -> Page:
    return Page(door.upload(dataset), dataset)


def test_a_file_in_parts_is_previewed_and_committed_and_the_next_is_compared(
    door: Any, dataset: str, page: Page
) -> None:
    id = page.send("march.csv", FIRST)
    told = page.preview(id, suggest_keys=True)
    assert (told["source"], told["would_commit"], told["tables"][0]["rows"]) == ("march.csv", True, 3)
    assert [column["type"] for column in told["tables"][0]["columns"]] == ["int64", "string", "int64"]
    assert told["tables"][0]["keys"]["keys"][0]["columns"] == ["id"]
    assert told["explained"][0]["settings"]
    told = page.preview(id, key=["id"])
    done = page.complete(id, key=["id"], message="March", promise=told["promise"])
    assert (done["created"], done["rows"]) == (True, 3)
    assert door.log(dataset)[0].message == "March"

    told = page.preview(page.send("april.csv", NEXT))
    counts = {kind: told["diff"]["data"][kind] for kind in ("added", "removed", "changed")}
    assert counts == {"added": 1, "removed": 1, "changed": 1}
    assert told["head"] == done["commit"]
    assert door.read(dataset).to_arrow()["qty"].to_pylist() == [3, 5, 8]


def test_parts_out_of_order_and_damaged_ones_do_not_count(page: Page) -> None:
    id = page.begin("march.csv", len(FIRST))
    assert page.part(id, 0, FIRST[:10])["offset"] == 10
    early = page.part(id, 20, FIRST[20:])
    assert (early["code"], early["details"]["offset"]) == ("upload_conflict", 10)
    damaged = page.part(id, 10, FIRST[10:15] + b"x", FIRST[10:16])
    assert (damaged["code"], damaged["details"]["offset"]) == ("invalid_input", 10)
    assert page.ask("GET", id)["offset"] == 10
    missing = page.preview(id)
    assert (missing["code"], missing["details"]["offset"]) == ("upload_conflict", 10)
    assert "promised" in page.part(id, 10, FIRST[10:] + b"more")["detail"]
    # A server lets go of the refused part only after its answer; a page waits for that, too.
    until(lambda: page.part(id, 10, FIRST[10:]).get("offset") == len(FIRST) or page.ask("GET", id)["offset"] > 10)
    assert page.preview(id)["tables"][0]["rows"] == 3


def test_a_file_that_is_broken_off_is_forgotten(page: Page) -> None:
    id = page.begin("march.csv", len(FIRST))
    page.part(id, 0, FIRST[:10])
    assert page.ask("DELETE", id) is None
    assert page.part(id, 10, FIRST[10:])["code"] == "not_found"
    page.begin("april.csv", 9)
    page.widget.close()


def test_a_branch_that_was_moved_refuses_what_was_previewed(door: Any, dataset: str, page: Page) -> None:
    id = page.send("march.csv", FIRST)
    page.complete(id, key=["id"])
    id = page.send("april.csv", NEXT)
    told = page.preview(id)
    Page(page.widget, dataset).complete(page.send("other.csv", FIRST + b"9,Jena,9\n"))
    moved = page.complete(id, promise=told["promise"])
    assert moved["code"] == "ref_conflict"
    again = page.preview(id)
    assert again["head"] == door.log(dataset)[0].id
    assert page.complete(id, promise=again["promise"])["created"]


def test_a_refused_file_stays_and_is_imported_in_another_way(door: Any, dataset: str, page: Page) -> None:
    page.complete(page.send("march.csv", FIRST), key=["id"])
    id = page.send("april.csv", NEXT + b"5,Rom,many\n")
    assert page.preview(id, types={"qty": "int"})["rejects"]["data"]["count"] == 1
    refused = page.complete(id, types={"qty": "int"})
    assert (refused["code"], "many" in refused["detail"]) == ("import_rejected", True)
    assert page.complete(id, types={"qty": "int"}, rejects="skip")["rows"] == 3
    assert page.preview(id)["code"] == "not_found"


def test_several_files_are_tables_or_one(door: Any, dataset: str, page: Page) -> None:
    one, two = page.send("a.csv", FIRST), page.send("b.csv", NEXT)
    assert page.preview(one, files=[{"upload": one}, {"upload": two}])["tables"][0]["rows"] == 6
    assert page.complete(one, tables={"a": one, "b": two})["rows"] == 6
    assert door.read(f"{dataset}:b").num_rows == 3


def test_more_files_than_a_widget_takes_are_refused(wb: Any, dataset: str) -> None:
    widget = wb.upload(dataset)
    widget._answer = desk = KernelDesk(wb, most_files=1)
    page = Page(widget, dataset)
    id = page.begin("a.csv", 9)
    assert page.ask("POST", body={"name": "b.csv", "size": 9})["code"] == "quota_exceeded"
    page.ask("DELETE", id)
    page.begin("b.csv", 9)
    desk.close()


def test_only_uploads_are_answered(door: Any, dataset: str, page: Page) -> None:
    page.complete(page.send("march.csv", FIRST), key=["id"])
    page.path = "datasets"
    assert dataset in [item["name"] for item in page.ask("GET", query={"search": dataset, "limit": 50})["items"]]
    page.path = f"datasets/{dataset}"
    assert [ref["name"] for ref in page.ask("GET", "refs")["items"]] == ["main"]
    assert page.ask("DELETE")["code"] == page.ask("GET", "data")["code"] == "not_found"
    page.path = f"datasets/{dataset}/refs/main/uploads"
    assert page.ask("POST", body={"name": "x", "path": "/etc/passwd"})["code"] in ("invalid_input", "not_found")


def test_arguments_are_traits_and_wrong_ones_are_refused_at_once(door: Any, dataset: str) -> None:
    widget = door.upload(f"{dataset}@dev:orders", key="id", mode="upsert", message="April")
    assert (widget.dataset, widget.ref, widget.table) == (dataset, "dev", "orders")
    assert (widget.key, widget.mode, widget.message, widget.state) == (["id"], "upsert", "April", "waiting")
    assert door.upload().dataset == ""
    with pytest.raises(InvalidInput, match="mode"):
        door.upload(dataset, mode="merge")
    with pytest.raises(InvalidSpec, match="branch"):
        door.upload(f"{dataset}@main~1")


def test_where_no_page_is_a_sentence_says_how_to_import(door: Any, dataset: str, page: Page) -> None:
    data, _ = page.widget._repr_mimebundle_()
    assert f"%dsa import FILE {dataset}@main" in data["text/html"]
    assert VIEW in data
    done = page.complete(page.send("march.csv", FIRST), message="March")
    page.widget.commit = done["commit"]
    assert "March" in page.widget._repr_mimebundle_()[0]["text/plain"]
