"""Widgets without a page: what they say to one, what they answer it, and what stands where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import comm
import ipywidgets
import pandas as pd
import pyarrow as pa
import pytest
from comm.base_comm import BaseComm

from dsa_workbench.errors import InvalidInput, InvalidSpec, NotFound, Unsupported

VIEW = "application/vnd.jupyter.widget-view+json"
ARROW = "application/vnd.apache.arrow.stream"


class Line(BaseComm):
    """A line to a page: keeps what is said, as ipykernel would send it."""

    said: list[tuple[dict[str, Any], list[bytes]]]

    def publish_msg(self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any) -> None:
        self.__dict__.setdefault("said", []).append((data or {}, [bytes(b) for b in buffers or ()]))


@pytest.fixture(autouse=True)
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(comm, "create_comm", Line)
    yield
    ipywidgets.Widget.close_all()


def heard(widget: Any, content: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Say something as the page would, and give what is answered."""
    widget._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})
    data, buffers = widget.comm.said[-1]
    assert data["method"] == "custom"
    return data["content"], buffers


def asked(widget: Any, path: str, query: dict[str, Any] | None = None, accept: str = "") -> Any:
    told, buffers = heard(widget, {"id": "1", "path": path, "query": query, "accept": accept})
    assert told["id"] == "1"
    if buffers:
        return told["headers"], pa.ipc.open_stream(buffers[0]).read_all()
    return told.get("told") or told["problem"]


def put(widget: Any, **state: Any) -> None:
    """Set traits as the page does."""
    widget._handle_msg({"content": {"data": {"method": "update", "state": state}}, "buffers": []})


@pytest.fixture
def sales(door: Any, dataset: str) -> str:
    frame = pd.DataFrame({"id": range(1_000), "city": ["Ulm", "Bonn"] * 500, "gone": 1})
    door.commit(frame, dataset, key=["id"], message="First")
    frame.loc[[1, 501], "city"] = "Jena"
    frame = pd.concat([frame.drop(index=[0]), pd.DataFrame({"id": [2_000], "city": ["Kiel"]})])
    door.commit(frame.drop(columns="gone"), dataset, message="Second")
    return dataset


def test_the_code_is_sent_when_a_page_asks_and_every_widget_carries_little(door: Any, sales: str) -> None:
    widget = door.table(sales)
    told, (drawing, style) = heard(widget, {"wants": "code"})
    assert told == {"code": widget.get_state()["_code"]}
    assert b"jp-dsa-grid" in drawing
    assert b".jp-dsa-grid" in style
    assert len(widget.get_state()["_esm"]) < 4_000 < len(drawing)


def test_a_table_is_read_page_by_page(door: Any, sales: str) -> None:
    widget = door.table(sales)
    dataset, at, table = widget.get_state()["_of"]
    schema = asked(widget, f"datasets/{dataset}/schema", {"at": at, "table": table})
    assert (schema["rows"], [c["name"] for c in schema["columns"] if c["key"]]) == (1_000, ["id"])
    query = {"at": schema["commit"], "offset": 998, "limit": 512, "columns": ["city", "id"]}
    _, page = asked(widget, f"datasets/{dataset}/data", query, ARROW)
    assert page.to_pylist() == [{"city": "Bonn", "id": 999}, {"city": "Kiel", "id": 2_000}]


def test_rows_that_match_are_counted_and_read(door: Any, sales: str) -> None:
    widget = door.table(sales, where="city = 'Jena'", columns=["id"])
    assert widget.rows == 2
    query = {"at": "main", "where": "city = 'Jena'", "limit": 0, "count": True}
    headers, none = asked(widget, f"datasets/{sales}/data", query, ARROW)
    assert (headers["X-DSA-Total"], none.num_rows) == ("2", 0)
    _, page = asked(widget, f"datasets/{sales}/data", query | {"limit": 10, "columns": ["id"]}, ARROW)
    assert page["id"].to_pylist() == [1, 501]


def test_what_is_wrong_is_a_sentence_with_what_to_do(door: Any, sales: str) -> None:
    widget = door.table(sales)
    problem = asked(widget, f"datasets/{sales}/data", {"at": "main", "where": "town = 1"}, ARROW)
    assert "town" in problem["detail"]
    problem = asked(widget, f"datasets/{sales}/schema", {"at": "nowhere"})
    assert (problem["code"], "nowhere" in problem["detail"]) == ("not_found", True)
    assert "limit" in asked(widget, f"datasets/{sales}/data", {"limit": -1}, ARROW)["detail"]
    assert "Run its cell again" in asked(widget, "users")["hint"]


def test_what_cannot_be_shown_is_refused_at_once(door: Any, sales: str) -> None:
    with pytest.raises(NotFound, match="nothing"):
        door.table("nothing")
    with pytest.raises((InvalidInput, NotFound), match="town"):
        door.table(sales, where="town = 1")
    widget = door.table(sales)
    with pytest.raises(InvalidSpec):
        widget.spec = "@"
    assert widget.spec == sales


def test_traits_are_linked_both_ways(door: Any, sales: str) -> None:
    widget, slider = door.table(sales), ipywidgets.IntSlider(max=999)
    ipywidgets.link((slider, "value"), (widget, "row"))
    put(widget, row=7, column="city", offset=3)
    assert (slider.value, widget.column, widget.offset) == (7, "city", 3)
    slider.value = 9
    assert widget.row == 9
    assert ipywidgets.jslink((widget, "offset"), (slider, "value")).source[1] == "offset"
    widget.spec = f"{sales}@main~1"
    assert widget.get_state()["_of"][1] == "main~1"


def test_pages_that_draw_no_widgets_have_html_and_text(door: Any, sales: str) -> None:
    data, _ = door.table(f"{sales}@main")._repr_mimebundle_()
    reading = door.read(f"{sales}@main")
    assert data["text/html"] == reading._repr_html_()
    assert data["text/plain"] == repr(reading)
    assert set(data) == {VIEW, "text/html", "text/plain", "text/markdown"}
    diff = door.diff(f"{sales}@main~1", f"{sales}@main")
    data, _ = diff.widget()._repr_mimebundle_()
    assert data["text/html"] == diff._repr_html_()
    assert VIEW in data
    assert "Second" in door.history(sales)._repr_mimebundle_()[0]["text/html"]


def test_the_picture_that_does_not_move_follows_the_traits(door: Any, sales: str) -> None:
    widget = door.table(sales)
    put(widget, where="id = 501")
    assert "Jena" in widget._repr_mimebundle_()[0]["text/plain"]


def test_a_diff_tells_counts_and_gives_changed_rows(door: Any, sales: str) -> None:
    widget = door.diff(f"{sales}@main~1", f"{sales}@main").widget(view="sides")
    assert (widget.view, widget.old.startswith(sales)) == ("sides", True)
    told = asked(widget, "datasets/diff/diff", {"from": "a", "to": "b", "events": True})
    table = told["tables"]["data"]
    assert {kind: table[kind] for kind in ("added", "removed", "changed")} == {"added": 1, "removed": 1, "changed": 2}
    assert (table["key"], table["schema_changes"][0]["column"]) == (["id"], "gone")
    assert asked(widget, "datasets/diff/refs") == {"items": []}

    chosen = {"from": "a", "to": "b", "table": "data", "kinds": ["changed"], "changed_columns": ["city", "city"]}
    assert asked(widget, "datasets/diff/diff", chosen | {"limit": 1})["total"] == 2
    query = chosen | {"offset": 1, "limit": 512, "columns": ["city", "city"]}
    _, page = asked(widget, "datasets/diff/diff", query, ARROW)
    assert page.select(["old.city", "new.city"]).to_pylist() == [{"old.city": "Bonn", "new.city": "Jena"}]
    assert asked(widget, "datasets/diff/diff", {"from": "a", "to": "b", "kinds": ["added"], "limit": 1})["total"] == 1


def test_a_diff_is_given_as_a_file(door: Any, sales: str, tmp_path: Path) -> None:
    diff = door.diff(f"{sales}@main~1", f"{sales}@main")
    query = {"from": "a", "to": "b", "format": "csv"}
    told, (written,) = heard(diff.widget(), {"id": "1", "path": "datasets/diff/diff", "query": query})
    diff.export(tmp_path / "expected.csv")
    assert told["headers"] == {"X-File-Name": "diff.csv"}
    assert written == (tmp_path / "expected.csv").read_bytes()


def test_a_diff_with_a_table_in_memory_has_a_widget(door: Any, sales: str) -> None:
    widget = door.diff(sales, pd.DataFrame({"id": [1], "city": ["Rom"]})).widget()
    told = asked(widget, "datasets/diff/diff", {"from": "a", "to": "b"})
    assert next(iter(told["tables"].values()))["removed"] == 999


def test_a_diff_of_form_has_no_widget(door: Any, sales: str) -> None:
    diff = replace(door.diff(f"{sales}@main~1", f"{sales}@main"), form=True)
    with pytest.raises(Unsupported, match="form"):
        diff.widget()


def test_a_history_is_paged_and_its_commits_are_compared(door: Any, sales: str) -> None:
    door.branch(f"{sales}@main~1", "dev")
    door.commit(pd.DataFrame({"id": [1], "city": ["x"], "gone": [1]}), sales, ref="dev", message="On dev")
    widget = door.history(sales)
    assert widget.at == ""
    refs = asked(widget, f"datasets/{sales}/refs")["items"]
    assert {ref["name"] for ref in refs} == {"main", "dev"}
    first = asked(widget, f"datasets/{sales}/commits", {"all": True, "limit": 2})
    rest = asked(widget, f"datasets/{sales}/commits", {"all": True, "limit": 2, "cursor": first["next"]})
    commits = [*first["items"], *rest["items"]]
    assert [c["message"] for c in commits] == ["On dev", "Second", "First"]
    assert "next" not in rest
    shown = asked(widget, f"datasets/{sales}/commits/{commits[1]['id']}")
    assert shown["schema_changes"]["data"][0]["column"] == "gone"
    told = asked(widget, f"datasets/{sales}/diff", {"from": commits[2]["id"], "to": commits[1]["id"]})
    assert told["tables"]["data"]["changed"] == 2
    of_main = asked(door.history(f"{sales}@main"), f"datasets/{sales}/commits", {"at": "main", "limit": 5})
    assert [c["message"] for c in of_main["items"]] == ["Second", "First"]


def test_a_job_is_followed_to_its_end_and_its_log_is_told(door: Any, dataset: str, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("id,city\n1,Ulm\n")
    job = door.import_file(tmp_path / "orders.csv", dataset, background=True)
    widget = door.watch(job)
    assert asked(widget, f"jobs/{job.id}")["id"] == widget.job == job.id
    job.wait(60)
    told = asked(widget, f"jobs/{job.id}")
    assert (told["state"], told["result"]["rows"]) == ("succeeded", 1)
    assert isinstance(asked(widget, f"jobs/{job.id}/log", {"after": 0})["items"], list)
    late, _ = heard(widget, {"id": "1", "path": f"jobs/{job.id}/cancel", "method": "POST"})
    assert "ended" in late["problem"]["detail"]
    put(widget, state="succeeded", share=1.0)
    assert (widget.state, widget.share) == ("succeeded", 1.0)
    assert "orders.csv" in door.watch(job.id)._repr_mimebundle_()[0]["text/html"]


def test_only_what_a_widget_is_about_is_answered(door: Any, sales: str) -> None:
    assert asked(door.table(sales), "jobs/1")["code"] == "not_found"
