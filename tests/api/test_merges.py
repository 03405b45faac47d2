"""Merges, patches, equality and upkeep over REST: statuses, pages, entity tags, and what is done once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.server import Client
from tests.fixtures.waiting import until

BYTES = "application/octet-stream"


@pytest.fixture
def forked(server: Client, dataset: str) -> str:
    """Make a dataset with two branches that conflict in the column x of each of 50 rows; give its path."""
    path = f"datasets/{dataset}"
    for step, ref in ((0, "main"), (1, "main"), (2, "dev")):
        if ref == "dev":
            assert server.ask("POST", f"{path}/refs", {"name": "dev", "at": "main~1"}).status == 201
        rows = "".join(f"{n},{n + step}\n" for n in range(50))
        body = f"id,x\n{rows}".encode()
        done = server.ask("PUT", f"{path}/refs/{ref}/uploads?key=id&name=a.csv", body, Content_Type=BYTES)
        assert done.status == 201
    return path


def test_conflicts_are_an_answer_in_pages(server: Client, forked: str) -> None:
    merges = f"{forked}/refs/main/merges"
    head = server.get(f"{forked}/refs/main").json()["commit"]
    seen: list[Any] = []
    for offset in (0, 20, 40, 60):
        asked = {"source": "dev", "limit": 20, "offset": offset, "dry_run": offset > 0}
        answer = server.ask("POST", merges, asked)
        told = answer.json()
        found = told["conflicts"]["data"]
        assert (answer.status, told["outcome"], told["commit"]) == (200, "conflicts", head)
        assert (found["total"], found["offset"]) == (50, offset)
        seen += found["rows"]
    assert [row[0] for row in seen] == list(range(50))
    assert server.get(f"{forked}/refs/main").json()["commit"] == head


def test_a_merge_is_done_once(server: Client, forked: str) -> None:
    merges, asked = f"{forked}/refs/main/merges", {"source": "dev", "resolve": "theirs"}
    first, again = (server.ask("POST", merges, asked, Idempotency_Key=f"{forked}-m") for _ in range(2))
    assert (first.status, again.status, again.headers["Idempotency-Replayed"]) == (201, 201, "true")
    assert first.body == again.body
    assert first.headers["Etag"] == f'"{first.json()["commit"]}"'
    assert server.ask("POST", merges, asked).json()["outcome"] == "up to date"


def test_lines_by_hand_and_with_types(server: Client, forked: str) -> None:
    merges = f"{forked}/refs/main/merges"
    by_hand = [{"id": n, "column": "x", "value": 100} for n in range(49)]
    told = server.ask("POST", merges, {"source": "dev", "resolve": by_hand}).json()
    assert (told["outcome"], told["conflicts"]["data"]["rows"][0][0]) == ("conflicts", 49)
    typed = {
        "columns": [{"name": "id", "type": "int64"}, {"name": "column", "type": "string"}],
        "rows": [[n, "x"] for n in range(50)], "values": [{"type": "int64", "value": 7}, *[8] * 49],
    }  # fmt: skip
    assert server.ask("POST", merges, {"source": "dev", "resolve": {"data": typed}}).status == 201
    rows = server.get(f"{forked}/data?limit=2").json()["rows"]
    assert rows == [[0, 7], [1, 8]]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ({"columns": [{"name": "id", "type": "int64"}], "rows": [[1, 2]], "values": [1]}, "Row 1 has 2 values"),
        ({"columns": [{"name": "id", "type": "nope"}], "rows": [[1]], "values": [1]}, "'nope' is not a type"),
        ({"columns": [{"name": "id", "type": "decimal128(99, 2)"}], "rows": [[1]], "values": [1]}, "is no type"),
        ({"columns": [{"name": "id", "type": "int64"}], "rows": [["x"]], "values": [1]}, "Column id"),
        ({"columns": [{"name": "id", "type": 'struct<"a": int64>'}], "rows": [["x"]], "values": [1]}, "Column id"),
        ({"columns": [{"name": "id", "type": "int64"}], "rows": [[1]], "values": []}, "1 lines and 0 values"),
        ({"columns": [{"name": "id", "type": "int64"}], "rows": [[1]], "values": [1]}, "no column 'column'"),
        ([{"id": 1, "column": "x", "value": "many"}], "no int64"),
        ([{"id": [1], "column": "x", "value": 3}], "id"),
    ],
)
def test_lines_that_make_no_sense_are_refused(server: Client, forked: str, lines: Any, said: str) -> None:
    answer = server.ask("POST", f"{forked}/refs/main/merges", {"source": "dev", "resolve": lines})
    assert (answer.status, answer.json()["code"]) == (400, "invalid_input")
    assert said in answer.json()["detail"]


def test_a_patch_is_applied_once_and_known_by_what_it_brings(server: Client, forked: str) -> None:
    patch = server.get(f"{forked}/patch?from=main~1&to=main")
    assert (patch.status, patch.json()["kind"]) == (200, "dsa-workbench diff")
    assert server.get(f"{forked}/patch?from=main~1&to=main", If_None_Match=patch.headers["Etag"]).status == 304
    server.ask("POST", f"{forked}/refs", {"name": "old", "at": "main~1"})
    patches, key = f"{forked}/refs/old/patches?label=changes", f"{forked}-p"
    first, again = (
        server.ask("POST", patches, patch.body, Content_Type=BYTES, Idempotency_Key=key) for _ in range(2)
    )  # fmt: skip
    assert (first.status, first.json()["outcome"], first.json()["label"]) == (201, "applied", "changes")
    assert (again.status, again.body, again.headers["Idempotency-Replayed"]) == (201, first.body, "true")
    other = server.ask("POST", patches, patch.body + b" ", Content_Type=BYTES, Idempotency_Key=key)
    assert (other.status, "another request" in other.json()["detail"]) == (400, True)
    assert server.ask("POST", patches, patch.body, Content_Type=BYTES).json()["outcome"] == "up to date"


def kept(server: Client) -> set[Path]:
    """Give the uploads that are kept, those of other tests too: one is removed while its answer is on its way."""
    return {path for path in server.folder.rglob("uploads/*") if path.is_dir()}


def test_bodies_that_are_no_patch(server: Client, forked: str) -> None:
    before = kept(server)
    patches = f"{forked}/refs/dev/patches"
    document = server.get(f"{forked}/patch?from=main~1&to=main").json()
    broken = []
    for wrong in (3, [], {"format": 1}, {**document["tables"]["data"], "rows": [3]}, {"rows": None}):
        broken.append(json.dumps(document | {"tables": {"data": wrong}}).encode())
    for body in (b"", b"x", b"{}", b"{", b"[1]", b"PAR1", b"ARROW1", b"a,b\n1,2\n", *broken):
        answer = server.ask("POST", patches, body, Content_Type=BYTES)
        assert answer.status in (400, 422), (body, answer.body)
    assert server.ask("POST", patches, b"x", Content_Type="image/png").status == 415
    wrong_digest = {"Content-Digest": "sha-256=:" + "A" * 43 + "=:"}
    assert server.ask("POST", patches, b"x", **wrong_digest, Content_Type=BYTES).status == 400
    assert server.ask("POST", f"{patches}?mode=nope", b"x", Content_Type=BYTES).status == 400
    until(lambda: kept(server) <= before)


def test_equality_has_an_entity_tag(server: Client, forked: str) -> None:
    path = f"{forked}/equality"
    before = server.get(path)
    assert before.json() == {
        "dataset": forked.partition("/")[2], "version": 0, "profile": {}, "versions": [],
    }  # fmt: skip
    tag = before.headers["Etag"]
    assert server.get(path, If_None_Match=tag).status == 304
    done = server.ask("PATCH", path, {"ignore": ["x"], "case": True}, If_Match=tag)
    assert (done.status, done.json()["profile"]) == (200, {"ignore": ["x"], "case": {"*": True}})
    assert server.ask("PUT", path, {"case": True}, If_Match=tag).status == 412
    assert server.ask("PATCH", path, {"case": None}).json()["profile"] == {"ignore": ["x"]}
    assert server.ask("PUT", path, {}).json()["profile"] == {}
    assert server.ask("PUT", path, {"nope": 1}).status == 400
    assert server.ask("PUT", path, {"decimal_scale": 99}).status == 400
    assert server.ask("PATCH", path, {"ignore": ["nope"]}).status == 404


def test_upkeep_is_a_job_that_is_submitted_once(server: Client) -> None:
    first, again = (server.ask("POST", "upkeep/check", Idempotency_Key="check-once") for _ in range(2))
    assert (first.status, first.json()["kind"], first.json()["id"]) == (202, "check", again.json()["id"])
    assert server.get(first.headers["Location"]).json()["about"] == "Check the store"
    assert server.ask("POST", "upkeep/collect", {}).status == 400
