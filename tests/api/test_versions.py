"""Datasets, refs, commits and rows over HTTP, as curl sees them."""

from __future__ import annotations

import io
import json
from urllib.parse import quote

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dsa_workbench.workbench import Workbench
from tests.fixtures.server import Client


@pytest.fixture
def sales(behind: Workbench, dataset: str) -> str:
    frame = pd.DataFrame({"id": range(250), "city": ["Ulm", "Köln"] * 125, "big": [2**60 + i for i in range(250)]})
    behind.commit(frame, dataset, key="id", message="First")
    frame.loc[3, "city"] = None
    behind.commit(frame, dataset, message="Second")
    return dataset


def test_a_dataset_from_its_making_to_its_restoring(server: Client, dataset: str) -> None:
    made = server.ask("POST", "datasets", {"name": dataset, "description": "Orders", "metadata": {"owner": "ann"}})
    assert made.status == 201
    assert made.json() | {"created_at": ""} == {
        "name": dataset, "description": "Orders", "metadata": {"owner": "ann"}, "created_at": "", "created_by": "ann",
    }  # fmt: skip
    url = made.headers["Location"]
    again = server.ask("POST", "datasets", {"name": dataset})
    assert (again.status, again.json()["code"]) == (409, "already_exists")
    found = server.get(url)
    assert server.get(url, If_None_Match=found.headers["Etag"]).status == 304
    changed = server.ask("PATCH", url, {"description": "All orders"}, If_Match=found.headers["Etag"])
    assert (changed.json()["description"], changed.json()["metadata"]) == ("All orders", {"owner": "ann"})
    late = server.ask("PATCH", url, {"description": "No"}, If_Match=found.headers["Etag"])
    assert (late.status, late.json()["code"]) == (412, "precondition_failed")
    assert server.ask("DELETE", url).status == 204
    assert server.get(url).status == 404
    assert [d["name"] for d in server.get(f"datasets?deleted=true&search={dataset}").json()["items"]] == [dataset]
    assert server.ask("POST", f"{url}/restore").json()["description"] == "All orders"


def test_what_a_dataset_takes_is_asked_again_only_after_a_commit(
    server: Client, behind: Workbench, dataset: str
) -> None:
    behind.commit(pd.DataFrame({"a": [1]}), dataset)
    url = f"datasets/{dataset}/storage"
    first = server.get(url)
    assert {name: first.json()[name] for name in ("dataset", "versions", "segments")} == {
        "dataset": dataset, "versions": 1, "segments": 1,
    }  # fmt: skip
    behind.branch(dataset, "dev")
    assert server.get(url, If_None_Match=first.headers["Etag"]).status == 304
    behind.commit(pd.DataFrame({"a": [2]}), dataset, ref="dev")
    second = server.get(url, If_None_Match=first.headers["Etag"])
    assert (second.status, second.json()["versions"], second.json()["segments"]) == (200, 2, 2)
    assert server.get("health/ready").json()["bytes_stored"] > second.json()["bytes_stored"] > 0
    assert server.get("datasets/nowhere/storage").status == 404


def test_datasets_are_searched_sorted_and_paged(server: Client, behind: Workbench, dataset: str) -> None:
    names = [f"{dataset}-{i}" for i in range(7)]
    for name in names:
        server.ask("POST", "datasets", {"name": name, "description": "Ünique words"})
    behind.commit(pd.DataFrame({"a": [1]}), names[2])
    seen, path = [], f"datasets?search={quote('üNIQUE ' + dataset)}&sort=-name&limit=3"
    page = server.get(path).json()
    while True:
        assert page["total"] == 7
        seen += [d["name"] for d in page["items"]]
        if "next" not in page:
            break
        page = server.get(f"{path}&cursor={page['next']}").json()
    assert seen == names[::-1]
    newest = server.get(f"datasets?search={dataset}&sort=-updated&limit=1").json()["items"]
    assert newest[0]["head"]["commit"] == behind.log(names[2])[0].id


def test_refs_are_made_moved_by_compare_and_swap_protected_and_deleted(
    server: Client, behind: Workbench, sales: str
) -> None:
    second, first = (c.id for c in behind.log(sales))
    refs = f"datasets/{sales}/refs"
    made = server.ask("POST", refs, {"name": "dev/x", "at": "main~1"})
    assert (made.status, made.json()["commit"]) == (201, first)
    url = made.headers["Location"]
    assert url.endswith("/refs/dev%2Fx")
    assert server.ask("POST", refs, {"name": "v1", "kind": "tag"}).json()["kind"] == "tag"
    assert [r["name"] for r in server.get(refs).json()["items"]] == ["dev/x", "main", "v1"]
    assert server.ask("PATCH", url, {"commit": second}).status == 428
    lost = server.ask("PATCH", url, {"commit": second, "expected": second})
    assert (lost.status, lost.json()["code"], lost.json()["details"]["head"]) == (409, "ref_conflict", first)
    moved = server.ask("PATCH", url, {"commit": second[:10]}, If_Match=server.get(url).headers["Etag"])
    assert moved.json()["commit"] == second
    assert server.ask("PATCH", url, {"protected": True}).json()["protected"]
    assert server.ask("DELETE", url).json()["code"] == "ref_protected"
    server.ask("PATCH", url, {"protected": False})
    assert server.ask("DELETE", url, If_Match=f'"{first}"').status == 412
    assert server.ask("DELETE", url).status == 204
    assert server.get(url).json()["code"] == "not_found"


def test_a_history_in_pages_stays_with_its_commit(server: Client, behind: Workbench, sales: str) -> None:
    page = server.get(f"datasets/{sales}/commits?limit=1").json()
    assert [c["message"] for c in page["items"]] == ["Second"]
    assert page["items"][0]["refs"] == ["main"]
    behind.commit(pd.DataFrame({"id": [1], "city": ["x"], "big": [1]}), sales, message="Third")
    page = server.get(f"datasets/{sales}/commits?limit=1&cursor={page['next']}").json()
    assert [c["message"] for c in page["items"]] == ["First"]
    assert "next" not in page
    shown = server.get(f"datasets/{sales}/commits/main~1").json()
    assert shown["summary"]["data"] | {"cells": 0} == {
        "added": 0, "removed": 0, "changed": 1, "unchanged": 249, "cells": 0,
    }  # fmt: skip


def test_the_history_of_all_refs_is_one_list_latest_first(server: Client, behind: Workbench, sales: str) -> None:
    behind.branch(f"{sales}@main~1", "dev")
    rows = pd.DataFrame({"id": [1], "city": ["x"], "big": [1]})
    behind.commit(rows, sales, ref="dev", message="On dev")
    behind.commit(rows.assign(city="y"), sales, message="Third")
    path = f"datasets/{sales}/commits?all=true&limit=2"
    page = server.get(path).json()
    assert [(c["message"], c["refs"]) for c in page["items"]] == [("Third", ["main"]), ("On dev", ["dev"])]
    behind.commit(rows.assign(city="z"), sales, message="Fourth")
    page = server.get(f"{path}&cursor={page['next']}").json()
    assert [c["message"] for c in page["items"]] == ["Second", "First"]
    assert "next" not in page
    assert server.get(f"{path}&table=data").json()["hint"] == "Leave out all= or table=."
    server.ask("POST", "datasets", {"name": f"{sales}-empty"})
    assert server.get(f"datasets/{sales}-empty/commits?all=true").json() == {"items": []}
    assert server.get("datasets/none/commits?all=true").status == 404


def test_pages_of_a_whole_history_go_on_though_a_branch_is_deleted(
    server: Client, behind: Workbench, sales: str
) -> None:
    behind.branch(f"{sales}@main", "dev")
    behind.commit(pd.DataFrame({"id": [1], "city": ["x"], "big": [1]}), sales, ref="dev", message="On dev")
    path = f"datasets/{sales}/commits?all=true&limit=1"
    page = server.get(path).json()
    assert [c["message"] for c in page["items"]] == ["On dev"]
    behind.delete_ref(sales, "dev")
    assert [c["message"] for c in server.get(f"{path}&cursor={page['next']}").json()["items"]] == ["Second"]


def test_a_page_of_rows_with_all_digits(server: Client, behind: Workbench, sales: str) -> None:
    told = server.get(f"datasets/{sales}/data?limit=2&offset=2&columns=city,big").json()
    assert told["rows"] == [["Ulm", 2**60 + 2], [None, 2**60 + 3]]
    assert [c["name"] for c in told["columns"]] == ["city", "big"]
    assert (told["total"], told["offset"]) == (250, 2)
    assert server.get(f"datasets/{sales}/data?limit=1&columns=big&numbers=text").json()["rows"] == [[str(2**60)]]
    behind.commit(pd.DataFrame({"id": [1], "city": ["x"], "big": [1]}), sales)
    more = server.get(f"datasets/{sales}/data?limit=2&columns=id&cursor={told['next']}").json()
    assert (more["rows"], more["commit"]) == ([[4], [5]], told["commit"])
    query = "where=city='Ulm' and id<9&order_by=id desc&columns=id"
    asked = server.get(f"datasets/{sales}/data?{quote(query, safe='=&')}&at=main~1").json()
    assert asked["rows"] == [[8], [6], [4], [2], [0]]


def test_rows_as_the_client_accepts_them(server: Client, behind: Workbench, sales: str) -> None:
    path = f"datasets/{sales}/data?limit=1000"
    expected = behind.read(sales).to_arrow()
    stream = server.get(path, Accept="application/vnd.apache.arrow.stream")
    assert pa.ipc.open_stream(stream.body).read_all().equals(expected)
    assert stream.headers["X-DSA-Commit"] == behind.log(sales)[0].id
    parquet = server.get(path, Accept="text/html, application/vnd.apache.parquet;q=0.5")
    assert pq.read_table(io.BytesIO(parquet.body)).to_pydict() == expected.to_pydict()
    csv = server.get(path, Accept="text/csv")
    assert csv.body.decode().splitlines()[4] == f"3,,{2**60 + 3}"
    lines = server.get(path, Accept="application/x-ndjson").body.splitlines()
    assert json.loads(lines[0]) == {"id": 0, "city": "Ulm", "big": 2**60}
    assert server.get(path, Accept="image/png").status == 406
    commit = stream.headers["X-DSA-Commit"]
    kept = server.get(f"datasets/{sales}/data?at={commit}")
    assert "immutable" in kept.headers["Cache-Control"]
    assert server.get(f"datasets/{sales}/data?at={commit}", If_None_Match=kept.headers["Etag"]).status == 304


def test_a_profile(server: Client, sales: str) -> None:
    told = server.get(f"datasets/{sales}/profile")
    assert told.json()["rows"] == 250
    numbers, city, big = told.json()["columns"]
    assert (numbers["minimum"], numbers["maximum"], numbers["nulls"]) == (0, 249, 0)
    assert abs(numbers["distinct"] - 250) < 25
    assert (city["nulls"], city["distinct"], city["minimum"], city["maximum"]) == (1, 2, "Köln", "Ulm")
    assert (big["minimum"], sum(big["histogram"])) == (2**60, 250)
    assert server.get(f"datasets/{sales}/profile", If_None_Match=told.headers["Etag"]).status == 304
    assert server.get(f"datasets/{sales}/profile?columns=nope").status == 404


def test_tables_are_listed_with_their_rows(server: Client, behind: Workbench, dataset: str) -> None:
    tables = {"b": pd.DataFrame({"id": [1, 2], "n": [3, 4]}), "a": pd.DataFrame({"x": [1]})}
    behind.commit(tables, dataset, message="two tables")
    answer = server.get(f"datasets/{dataset}/tables")
    told = answer.json()["items"]
    assert [(t["name"], t["rows"], t["columns"], t["key"]) for t in told] == [("a", 1, 1, []), ("b", 2, 2, [])]
    assert server.get(f"datasets/{dataset}/tables", If_None_Match=answer.headers["ETag"]).status == 304


def test_lists_are_not_sent_again_where_nothing_changed(server: Client, behind: Workbench, dataset: str) -> None:
    behind.commit(pd.DataFrame({"x": [1]}), dataset)
    for path in (f"datasets?search={dataset}", f"datasets/{dataset}/refs"):
        tag = server.get(path).headers["ETag"]
        assert server.get(path, If_None_Match=tag).status == 304
        behind.commit(pd.DataFrame({"x": [tag]}), dataset)
        assert server.get(path, If_None_Match=tag).status == 200


def test_a_schema(server: Client, behind: Workbench, dataset: str) -> None:
    behind.commit({"a": pd.DataFrame({"x": [1]}), "b": pd.DataFrame({"y": ["q"]})}, dataset)
    several = server.get(f"datasets/{dataset}/schema")
    assert (several.status, several.json()["hint"]) == (404, "Name one of them with table=: a, b.")
    told = server.get(f"datasets/{dataset}/schema?table=b").json()
    assert (told["tables"], told["rows"]) == (["a", "b"], 1)
    assert told["columns"] == [{"name": "y", "type": "string", "nullable": True, "key": False}]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("datasets?sort=size", 400, "invalid_input"),
        ("datasets?sart=name", 400, "invalid_input"),
        ("datasets?cursor=bm9uZQ", 400, "invalid_input"),
        ("datasets/none-such", 404, "not_found"),
        ("datasets/{}/data?columns=nope", 404, "not_found"),
        ("datasets/{}/data?where=drop+table", 400, "invalid_input"),
        ("datasets/{}/data?at=main~99", 404, "not_found"),
        ("datasets/{}/data?at=~~~", 400, "invalid_spec"),
        ("datasets/{}/data?limit=20000", 400, "invalid_input"),
        ("datasets/{}/data?offset=-1", 400, "invalid_input"),
        ("datasets/{}/refs/none", 404, "not_found"),
    ],
)
def test_errors_say_what_and_what_to_do(server: Client, sales: str, path: str, status: int, code: str) -> None:
    answer = server.get(path.format(sales), X_Request_ID="r-1")
    told = answer.json()
    assert (answer.status, told["code"], told["status"]) == (status, code, status)
    assert told["request_id"] == answer.headers["X-Request-ID"] == "r-1"
    assert told["detail"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"[]", {}, 400),
        ({"name": "a b"}, {}, 400),
        ({"name": "ab", "more": 1}, {}, 400),
        (b"name=x", {"Content_Type": "text/plain"}, 415),
        (b" " * 1_100_000, {}, 413),
    ],
)
def test_bodies_that_cannot_be_taken(server: Client, body: object, headers: dict[str, str], status: int) -> None:
    answer = server.ask("POST", "datasets", body, **{"Content_Type": "application/json", **headers})
    assert (answer.status, answer.json()["status"]) == (status, status)


def test_rows_that_are_counted_are_found_once_and_paged(server: Client, sales: str) -> None:
    where, order = quote("city = 'Ulm'"), quote("big desc")
    asked = f"datasets/{sales}/data?where={where}&order_by={order}&count=true&columns=id,city"
    first = server.get(f"{asked}&limit=2").json()
    assert (first["total"], first["rows"]) == (125, [[248, "Ulm"], [246, "Ulm"]])
    follows = server.get(f"{asked}&limit=2&cursor={first['next']}").json()
    assert follows["rows"] == [[244, "Ulm"], [242, "Ulm"]]
    last = server.get(f"{asked}&offset=123&limit=9").json()
    assert (last["rows"], "next" in last) == ([[2, "Ulm"], [0, "Ulm"]], False)
    stream = server.get(f"{asked}&offset=120&limit=10", Accept="application/vnd.apache.arrow.stream")
    assert stream.headers["X-DSA-Total"] == "125"
    assert pa.ipc.open_stream(stream.body).read_all().column("id").to_pylist() == [8, 6, 4, 2, 0]
    none = server.get(f"datasets/{sales}/data?where={quote('id < 0')}&count=true&limit=0").json()
    assert (none["total"], none["rows"]) == (0, [])
    plain = server.get(f"datasets/{sales}/data?count=true&limit=1", Accept="application/vnd.apache.arrow.stream")
    assert plain.headers["X-DSA-Total"] == "250"
    wrong = server.get(f"datasets/{sales}/data?where=qty&count=true", Accept="application/vnd.apache.arrow.stream")
    assert (wrong.status, wrong.json()["code"]) == (400, "invalid_input")


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ('"qty, net",id', ["qty, net", "id"]),
        ('"qty, net"', ["qty, net"]),
        ('id,"say ""so"""', ["id", 'say "so"']),
        ('say "so",id', ['say "so"', "id"]),
        ("id", ["id"]),
    ],
)
def test_names_with_commas_are_quoted_as_in_csv(
    server: Client, behind: Workbench, dataset: str, columns: str, names: list[str]
) -> None:
    behind.commit(pa.table({"id": [1], "qty, net": [2], 'say "so"': [3]}), dataset)
    page = server.get(f"datasets/{dataset}/data?columns={quote(columns)}").json()
    assert [column["name"] for column in page["columns"]] == names


def test_an_arrow_stream_is_bare_for_readers_without_zstd(server: Client, behind: Workbench, dataset: str) -> None:
    table = pa.table({"id": range(5_000)})
    behind.commit(table, dataset)
    path, stream = f"datasets/{dataset}/data?limit=5000", "application/vnd.apache.arrow.stream"
    packed, bare = (server.get(path + more, Accept=stream) for more in ("", "&compression=none"))
    assert all(pa.ipc.open_stream(answer.body).read_all() == table for answer in (packed, bare))
    assert len(bare.body) > 8 * 5_000 > len(packed.body)
    assert bare.headers["ETag"] != packed.headers["ETag"]
