"""What would come of an import, asked for over HTTP: told whole, and nothing is written."""

from __future__ import annotations

import base64
import time

import pyarrow as pa

from dsa_workbench.workbench import Workbench
from tests.fixtures.server import Answer, Client

OLD = b"id,city,x\n1,Ulm,0.5\n2,Rom,1.5\n3,Bern,2.5\n"
NEW = b"id;city;x\n1;Ulm;0.5\n2;Oslo;1.5\n4;Wien;9.5\n"


def upload(server: Client, dataset: str, data: bytes, name: str = "cities.csv") -> str:
    made = server.ask("POST", f"datasets/{dataset}/refs/main/uploads", {"name": name})
    url: str = made.headers["Location"]
    assert server.ask("PUT", f"{url}?offset=0", data, Content_Type="application/octet-stream").status == 200
    return url


def preview(server: Client, url: str, body: dict[str, object]) -> Answer:
    end = time.monotonic() + 60
    while (found := server.ask("POST", f"{url}/preview", body)).status == 202 and time.monotonic() < end:
        assert found.json() == {"running": True}
    return found


def test_a_preview_tells_what_would_change_and_the_upload_stays(
    server: Client, behind: Workbench, dataset: str
) -> None:
    head = server.ask("PUT", f"datasets/{dataset}/refs/main/uploads?name=a.csv&key=id", OLD).json()["commit"]
    url = upload(server, dataset, NEW)
    answer = preview(server, url, {"first": 2, "suggest_keys": True})
    assert answer.status == 200, answer.body
    told = answer.json()
    assert (told["source"], told["head"], told["would_commit"], told["protected"]) == ("cities.csv", head, True, False)
    [table] = told["tables"]
    assert (table["name"], table["rows"], table["key"], table["bad_keys"]) == ("data", 3, ["id"], 0)
    assert [(c["name"], c["type"], c["key"]) for c in table["columns"]] == [
        ("id", "int64", True), ("city", "string", False), ("x", "float64", False),
    ]  # fmt: skip
    assert table["first"] == {"columns": ["id", "city", "x"], "rows": [["1", "Ulm", 0.5], ["2", "Oslo", 1.5]]}
    assert ["id"] in [key["columns"] for key in table["keys"]["keys"]]
    diff = told["diff"]["data"]
    assert (diff["added"], diff["removed"], diff["changed"], diff["unchanged"]) == (1, 1, 1, 1)
    rows = [dict(zip(diff["rows"]["columns"], row, strict=True)) for row in diff["rows"]["rows"]]
    assert {(r["change"], r["old.city"], r["new.city"]) for r in rows} == {
        ("changed", "Rom", "Oslo"), ("removed", "Bern", None), ("added", None, "Wien"),
    }  # fmt: skip
    [explained] = told["explained"]
    settings = {s["name"]: s for s in explained["settings"]}
    assert (settings["delimiter"]["value"], settings["delimiter"]["given"]) == ("';' (semicolons)", False)
    assert {f["what"]: f["count"] for f in told["findings"]["data"]}["rows read"] == 3
    assert [c.id for c in behind.log(dataset)] == [head]
    assert server.get(url).json()["offset"] == len(NEW)
    done = server.ask("POST", f"{url}/complete", {"promise": told["promise"]})
    assert (done.status, done.json()["created"]) == (201, True)
    assert server.get(url).status == 404


def test_a_preview_makes_no_dataset(server: Client, behind: Workbench, dataset: str) -> None:
    url = upload(server, dataset, OLD)
    told = preview(server, url, {"key": ["id"], "arrow": True, "explain": False}).json()
    assert ("head" in told, told["would_commit"], "explained" in told) == (False, True, False)
    [table] = told["tables"]
    first = pa.ipc.open_stream(base64.b64decode(table["first"]["arrow"])).read_all()
    assert first.to_pydict() == {"id": [1, 2, 3], "city": ["Ulm", "Rom", "Bern"], "x": [0.5, 1.5, 2.5]}
    assert dataset not in {found.name for found in behind.datasets()}


def test_rows_that_do_not_fit_are_told(server: Client, dataset: str) -> None:
    url = upload(server, dataset, b"id,n\n1,2\n2,x\n3,y\n1,5\n")
    told = preview(server, url, {"types": {"n": "int"}, "key": ["id"], "rejected": 1}).json()
    assert (told["refused"], told["skips"]) == ("rows do not fit", False)
    part = told["rejects"]["data"]
    assert (part["count"], part["bad_keys"], part["columns"]) == (3, 1, ["id", "n"])
    [row] = part["rows"]["rows"]
    assert dict(zip(part["rows"]["columns"], row, strict=True))["row"] == "2"
    assert told["tables"][0]["bad_keys"] == 1


def test_a_moved_branch_keeps_a_promise_from_being_done(server: Client, behind: Workbench, dataset: str) -> None:
    server.ask("PUT", f"datasets/{dataset}/refs/main/uploads?name=a.csv", OLD)
    url = upload(server, dataset, NEW)
    promise = preview(server, url, {}).json()["promise"]
    moved = behind.commit(pa.table({"id": [9]}), dataset).id
    refused = server.ask("POST", f"{url}/complete", {"promise": promise})
    assert (refused.status, refused.json()["details"]["head"]) == (409, moved)
    assert server.ask("POST", f"{url}/complete", {"promise": "none"}).status == 400
    assert server.ask("POST", f"{url}/complete", {}).status == 201


def test_a_preview_that_takes_long_is_asked_for_again(server: Client, dataset: str) -> None:
    url = upload(server, dataset, b"id\n" + b"".join(b"%d\n" % n for n in range(300_000)))
    first = server.ask("POST", f"{url}/preview", {}, Prefer="wait=0")
    assert (first.status, first.headers["Retry-After"]) == (202, "1")
    told = preview(server, url, {})
    assert (told.status, told.json()["tables"][0]["rows"]) == (200, 300_000)


def test_errors_of_a_preview(server: Client, dataset: str) -> None:
    made = server.ask("POST", f"datasets/{dataset}/refs/main/uploads", {"name": "x.csv", "size": 100}).headers[
        "Location"
    ]
    assert server.ask("POST", f"{made}/preview", {}).status == 409
    url = upload(server, dataset, OLD)
    assert preview(server, url, {"key": ["nope"]}).status == 400
    assert server.ask("POST", f"{url}/preview", {"first": -1}).status == 400
    assert server.ask("POST", f"{url[:-3]}abc/preview", {}).status == 404


def test_several_uploads_are_one_commit(server: Client, behind: Workbench, dataset: str) -> None:
    a, b = upload(server, dataset, b"id\n1\n", "a.csv"), upload(server, dataset, b"id\n2\n", "b.csv")
    one, two = a.rpartition("/")[2], b.rpartition("/")[2]
    assert server.ask("POST", f"{a}/complete", {"files": [{"upload": two}]}).status == 400
    assert server.ask("POST", f"{a}/complete", {"tables": {"x": one}, "files": [{"upload": one}]}).status == 400
    wrong = server.ask("POST", f"{a}/complete", {"files": [{"upload": one, "path": "../a.csv"}]})
    assert (wrong.status, "is no path" in wrong.json()["detail"]) == (400, True)
    files = [{"upload": two, "path": "m=2/b.csv"}, {"upload": one, "path": "m=1/a.csv"}]
    assert preview(server, a, {"files": files}).json()["tables"][0]["rows"] == 2
    assert server.ask("POST", f"{a}/complete", {"files": files}).status == 201
    assert behind.read(dataset).to_arrow().to_pydict() == {"id": [1, 2], "m": [1, 2]}
    assert (server.get(a).status, server.get(b).status) == (404, 404)


def test_several_uploads_are_tables_of_one_commit(server: Client, behind: Workbench, dataset: str) -> None:
    a, b = upload(server, dataset, b"id\n1\n", "a.csv"), upload(server, dataset, b"id\n2\n", "b.csv")
    tables = {"left": a.rpartition("/")[2], "right": b.rpartition("/")[2]}
    job = server.ask("POST", f"{b}/complete", {"tables": tables}, Prefer="respond-async")
    assert job.status == 202
    assert behind.job(job.json()["id"]).wait(60).created
    found = {name: behind.read(f"{dataset}@main:{name}").to_arrow()["id"].to_pylist() for name in tables}
    assert found == {"left": [1], "right": [2]}
