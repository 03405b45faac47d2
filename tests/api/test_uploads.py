"""Files brought over HTTP: in parts, whole, broken off, and with tricks."""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import json
import socket
import time
from datetime import timedelta
from pathlib import Path

import psutil
import pyarrow as pa
import pytest

from dsa_workbench.core.model.user import Actor
from dsa_workbench.errors import UploadConflict
from dsa_workbench.features.uploads.spool import Spool, file_name
from dsa_workbench.workbench import Workbench
from tests.fixtures.server import API, Answer, Client, serving
from tests.fixtures.waiting import until

CSV = b"id,city\n" + b"".join(b"%d,Ulm\n" % i for i in range(5000))


def digest(data: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def begin(server: Client, dataset: str, **told: object) -> str:
    made = server.ask("POST", f"datasets/{dataset}/refs/main/uploads", {"name": "orders.csv", **told})
    assert made.status == 201, made.body
    url: str = made.headers["Location"]
    return url


def part(server: Client, url: str, offset: int, data: bytes, **headers: str) -> Answer:
    return server.ask("PUT", f"{url}?offset={offset}", data, Content_Type="application/octet-stream", **headers)


def test_a_file_in_parts(server: Client, behind: Workbench, dataset: str) -> None:
    url = begin(server, dataset, size=len(CSV), sha256=hashlib.sha256(CSV).hexdigest())
    assert part(server, url, 0, CSV[:20_000], Content_Digest=digest(CSV[:20_000])).json()["offset"] == 20_000
    again = part(server, url, 0, CSV[:20_000])
    assert (again.status, again.json()["code"], again.json()["details"]["offset"]) == (409, "upload_conflict", 20_000)
    early = server.ask("POST", f"{url}/complete", {})
    assert (early.status, early.json()["details"]["offset"]) == (409, 20_000)
    wrong = part(server, url, 20_000, CSV[20_000:], Content_Digest=digest(b"else"))
    assert (wrong.status, "was said" in wrong.json()["detail"]) == (400, True)
    assert server.get(url).json()["offset"] == 20_000
    assert part(server, url, 20_000, CSV[20_000:]).json()["offset"] == len(CSV)
    done = server.ask("POST", f"{url}/complete", {"key": ["id"], "message": "By parts"})
    assert done.status == 201
    assert done.json() | {"notes": []} == {
        "commit": behind.log(dataset)[0].id, "dataset": dataset, "ref": "main", "created": True, "rows": 5000,
        "summary": {"data": {"added": 5000, "removed": 0, "changed": 0, "unchanged": 0}}, "notes": [], "rejects": 0,
    }  # fmt: skip
    assert (behind.log(dataset)[0].author, behind.log(dataset)[0].message) == ("ann", "By parts")
    assert server.get(url).status == 404


def test_one_request_brings_a_whole_file(server: Client, behind: Workbench, dataset: str) -> None:
    path = f"datasets/{dataset}/refs/main/uploads?name={dataset}.csv&key=id&types=city=text"
    headers = {"Content_Type": "application/octet-stream"}
    first = server.ask("PUT", path, CSV, **headers, Content_Digest=digest(CSV))
    assert (first.status, first.json()["rows"]) == (201, 5000)
    again = server.ask("PUT", path, CSV, **headers)
    assert (again.status, again.json()["created"]) == (200, False)
    for wrong in (digest(b"x"), "", "sha-256=::"):
        assert server.ask("PUT", path, CSV, **headers, Content_Digest=wrong).status == 400
    assert behind.log(dataset)[0].message == f"Import {dataset}.csv"
    until(lambda: not list((server.folder / "uploads").glob(f"*/{dataset}.csv")))
    branch = f"datasets/{dataset}/refs/dev/uploads?name=x.csv"
    assert server.ask("PUT", branch, b"id,city\n1,Ulm\n", **headers).json()["code"] == "not_found"
    behind.branch(dataset, "dev")
    assert server.ask("PUT", branch, b"id,city\n1,Ulm\n", **headers).json()["ref"] == "dev"


def test_a_refused_file_says_where_and_stays_to_be_imported_otherwise(server: Client, dataset: str) -> None:
    url = begin(server, dataset)
    part(server, url, 0, b"id,n\n1,2\n2,x\n")
    refused = server.ask("POST", f"{url}/complete", {"types": {"n": "int"}})
    assert (refused.status, refused.json()["code"]) == (422, "import_rejected")
    assert refused.json()["details"] | {"hint": 0} == {
        "file": "orders.csv", "line": 3, "row": 2, "column": "n", "value": "x", "expected": "int64", "hint": 0,
    }  # fmt: skip
    kept = server.ask("POST", f"{url}/complete", {"types": {"n": "int"}, "rejects": "skip"})
    assert (kept.status, kept.json()["rows"], kept.json()["rejects"]) == (201, 1, 1)


def test_a_table_in_arrow_is_committed(server: Client, behind: Workbench, dataset: str) -> None:
    table = pa.table({"id": [1, 2], "tags": [["a"], None]})
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    path = f"datasets/{dataset}/refs/main/commits?key=id&message=From+a+program"
    stream = "application/vnd.apache.arrow.stream"
    done = server.ask("POST", path, out.getvalue(), Content_Type=stream, Idempotency_Key="k1")
    assert done.status == 201
    assert (
        server.ask("POST", path, out.getvalue(), Content_Type=stream, Idempotency_Key="k1").json()["commit"]
        == (done.json()["commit"])
    )
    assert behind.read(dataset).to_arrow().equals(table)
    assert behind.log(dataset)[0].message == "From a program"
    assert server.ask("POST", path, b"{}", Content_Type="application/json").status == 415
    broken = server.ask("POST", path, out.getvalue()[:100], Content_Type=stream)
    assert (broken.status, broken.json()["code"]) == (422, "import_rejected")


def test_a_connection_that_breaks_off_goes_on_where_it_was(server: Client, dataset: str) -> None:
    url = begin(server, dataset, size=len(CSV))
    send_some(server, f"{url}?offset=0", len(CSV), CSV[:30_000])
    assert settled(server, url, 30_000) == 30_000  # and then the next part is welcome: nothing counts before
    assert part(server, url, 30_000, CSV[30_000:]).json()["offset"] == len(CSV)
    assert server.ask("POST", f"{url}/complete", {}).json()["rows"] == 5000


def test_a_part_counts_only_when_it_is_kept(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "uploads", quota_bytes=1 << 20, keep=timedelta(hours=1))
    ann = Actor("ann")
    upload = spool.create(ann, "x.csv", "sales", "main")
    receiving = spool.receive(upload, 0)
    receiving.write(bytes(200_000))
    assert spool.get(ann, upload.id).offset == 0
    with pytest.raises(UploadConflict, match="Another part"):
        spool.receive(spool.get(ann, upload.id), 0)
    receiving.keep()
    assert spool.get(ann, upload.id).offset == 200_000
    with pytest.raises(UploadConflict, match="200,000 bytes are here"):
        spool.receive(upload, 0)
    spool.receive(upload, 200_000).drop()
    assert spool.get(ann, upload.id).offset == 200_000


def test_what_breaks_off_runs_no_more(server: Client, dataset: str) -> None:
    url = begin(server, dataset, size=len(CSV))
    send_some(server, f"{url}?offset=0", len(CSV), CSV[:1000])
    assert settled(server, url, 1000) == 1000
    assert "dsa_requests_running 1.0\n" in server.get("metrics").body.decode()


def test_what_breaks_off_with_a_digest_does_not_count(server: Client, dataset: str) -> None:
    url = begin(server, dataset, size=len(CSV))
    send_some(server, f"{url}?offset=0", len(CSV), CSV[:30_000], f"Content-Digest: {digest(CSV)}\r\n")
    time.sleep(0.3)
    assert server.get(url).json()["offset"] == 0
    assert part(server, url, 0, CSV).json()["offset"] == len(CSV)


def test_only_the_owner_sees_an_upload_and_ids_are_no_paths(server: Client, dataset: str) -> None:
    url = begin(server, dataset)
    assert server.get(url).status == 200
    assert server.get(url.replace("/refs/main/", "/refs/dev/")).status == 404
    for wrong in ("0" * 32, "..", "%2e%2e", url.rsplit("/", 1)[1][:-1] + "%00"):
        assert server.get(f"datasets/{dataset}/refs/main/uploads/{wrong}").status == 404
    assert server.ask("DELETE", url).status == 204
    assert server.get(url).status == 404


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("orders.csv", "orders.csv"), ("../../etc/passwd", "passwd"), ("C:\\x\\Käufe 2.xlsx", "Käufe 2.xlsx"),
        (".upload.json", "upload.json"), ("a\0b\nc", "a_b_c"), ("..", "upload"), ("-rf", "rf"), ("$(x)`", "_(x)_"),
        ("x" * 300 + ".csv", "x" * 146 + ".csv"),
    ],
)  # fmt: skip
def test_names_of_clients_become_no_paths(given: str, made: str) -> None:
    assert file_name(given) == made


def test_memory_stays_flat_quotas_hold_and_who_stalls_is_cut_off(tmp_path: Path) -> None:
    limits = ["--DsaWorkbenchApp.stall_seconds=0.5", f"--DsaWorkbenchApp.quota_bytes={320 << 20}"]
    with serving(tmp_path, *limits) as server:
        running = psutil.process_iter(["cmdline"])
        [process] = [p for p in running if f"--port={server.port}" in (p.info["cmdline"] or [])]
        url = begin(server, "big", size=300 << 20)
        before = process.memory_info().rss
        piece = bytes(100 << 20)
        for i in range(3):
            assert part(server, url, i * len(piece), piece).status == 200
        assert process.memory_info().rss - before < 100 << 20
        full = server.ask("POST", "datasets/big/refs/main/uploads", {"name": "x", "size": 100 << 20})
        assert (full.status, full.json()["code"]) == (507, "quota_exceeded")
        assert server.ask("DELETE", url).status == 204
        url = begin(server, "small", size=len(CSV))
        with stalled(server, f"{url}?offset=0", len(CSV), CSV[:1000]) as line:
            line.settimeout(10)
            assert line.recv(1) == b""
        assert settled(server, url, 1000) == 1000


def test_what_is_refused_before_its_body_is_answered_after_it_and_the_connection_stays(
    server: Client, dataset: str
) -> None:
    gone = begin(server, dataset)
    assert server.ask("DELETE", gone).status == 204
    line = http.client.HTTPConnection("127.0.0.1", server.port)
    used = set()
    for _ in range(3):
        line.request("PUT", f"{gone}?offset=0", b"x" * (4 << 20), server.headers)
        used.add(line.sock)
        refused = line.getresponse()
        assert (refused.status, refused.getheader("Connection")) == (404, None)
        assert json.loads(refused.read())["code"] == "not_found"
    assert len(used) == 1
    line.close()


def test_a_refusal_that_ends_the_connection_says_so(server: Client, dataset: str) -> None:
    gone = begin(server, dataset)
    assert server.ask("DELETE", gone).status == 204
    with stalled(server, f"{gone}?offset=0", 1 << 30, b"some") as line:
        line.settimeout(10)
        answer = b"".join(iter(lambda: line.recv(1 << 16), b"")).decode()
    assert answer.startswith("HTTP/1.1 404")
    assert "\r\nconnection: close\r\n" in answer.lower()
    assert "There is no such upload." in answer


def settled(server: Client, url: str, expected: int) -> int:
    end = time.monotonic() + 10
    while (offset := server.get(url).json()["offset"]) != expected and time.monotonic() < end:
        time.sleep(0.02)
    return int(offset)


def stalled(
    server: Client, url: str, length: int, some: bytes, headers: str = "", method: str = "PUT"
) -> socket.socket:
    """Send a request with less than the body that it promises."""
    assert API in url
    line = socket.create_connection(("127.0.0.1", server.port))
    told = (
        f"{method} {url} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {server.headers['Authorization']}\r\n{headers}"
    )
    line.sendall(f"{told}Content-Length: {length}\r\n\r\n".encode() + some)
    return line


def send_some(server: Client, url: str, length: int, some: bytes, headers: str = "") -> None:
    with stalled(server, url, length, some, headers):
        time.sleep(0.2)
