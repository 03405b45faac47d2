"""Jobs over HTTP: submitted, followed, cancelled, tried again, and through a restart of the server."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from dsa_workbench.workbench import Workbench
from tests.fixtures.server import API, Client, serving

ROWS = b"id,city\n" + b"".join(b"%d,Ulm\n" % i for i in range(3000))
BYTES = {"Content_Type": "application/octet-stream"}


def ended(server: Client, url: str, seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = server.get(url).json()
        if job["state"] in ("succeeded", "failed", "cancelled"):
            return job
        time.sleep(0.05)
    raise AssertionError(job)


def submit(server: Client, dataset: str, data: bytes = ROWS, query: str = "", **headers: str) -> str:
    path = f"datasets/{dataset}/refs/main/uploads?name=orders.csv{query}"
    answer = server.ask("PUT", path, data, **BYTES, Prefer="respond-async", **headers)
    assert answer.status == 202, answer.body
    url: str = answer.headers["Location"]
    return url


def test_an_upload_becomes_a_job_that_is_followed_to_its_commit(
    server: Client, behind: Workbench, dataset: str
) -> None:
    before = server.get("jobs").json()["last_event"]
    url = submit(server, dataset, query="&key=id")
    job = ended(server, url)
    assert (job["state"], job["kind"], job["dataset"], job["actor"]) == ("succeeded", "import", dataset, "ann")
    assert (job["result"]["commit"], job["result"]["rows"]) == (behind.log(dataset)[0].id, 3000)
    assert job["progress"]["rows"] == 3000
    changes = [c for c in server.get(f"jobs/events?after={before}").json()["items"] if c["job"] == job["id"]]
    assert [c["event"] for c in changes] == ["add", "start", "succeed"]
    assert server.get(f"{url}/log").json()["items"]
    assert job["id"] in [j["id"] for j in server.get(f"jobs?dataset={dataset}&state=succeeded").json()["items"]]


def test_a_file_that_is_refused_fails_once_and_is_tried_again_as_a_new_job(server: Client, dataset: str) -> None:
    url = submit(server, dataset, b"id,n\n1,2\n2,x\n", "&types=n=int")
    job = ended(server, url)
    assert (job["state"], job["attempts"], job["error"]["code"]) == ("failed", 1, "import_rejected")
    assert "line 3, column 'n': 'x' is not an int64" in job["error"]["message"]
    again = server.ask("POST", f"{url}/retry")
    assert again.status == 202
    assert again.json()["retry_of"] == job["id"]
    assert ended(server, again.headers["Location"])["state"] == "failed"
    late = server.ask("POST", f"{url}/cancel")
    assert (late.status, late.json()["code"]) == (400, "invalid_input")


def test_the_same_key_is_the_same_job(server: Client, behind: Workbench, dataset: str) -> None:
    first = submit(server, dataset, Idempotency_Key="march")
    assert submit(server, dataset, Idempotency_Key="march") == first
    ended(server, first)
    assert submit(server, dataset, Idempotency_Key="march") == first
    assert len(behind.log(dataset)) == 1


def test_an_export_becomes_a_file_that_is_fetched(server: Client, behind: Workbench, dataset: str) -> None:
    ended(server, submit(server, dataset))
    made = server.ask("POST", f"datasets/{dataset}/exports", {"format": "parquet", "columns": ["id"]})
    assert made.status == 202
    url = made.headers["Location"]
    job = ended(server, url)
    assert (job["state"], job["result"]["rows"], "path" in job["result"]) == ("succeeded", 3000, False)
    file = server.get(f"{url}/file")
    assert file.headers["Content-Length"] == str(job["result"]["bytes"]) == str(len(file.body))
    assert f'filename="{dataset}.parquet"' in file.headers["Content-Disposition"]
    path = server.folder / "fetched.parquet"
    path.write_bytes(file.body)
    assert pq.read_table(path).equals(behind.read(dataset, columns="id").to_arrow())
    wrong = server.ask("POST", f"datasets/{dataset}/exports", {"format": "parquet", "columns": "id", "rows": 1})
    assert wrong.status == 400


@pytest.mark.parametrize("path", ["jobs/0", "jobs/x", "jobs/99999999999999999999", "jobs/-1", "jobs/999999999/log"])
def test_jobs_that_are_not_there(server: Client, path: str) -> None:
    assert server.get(path).json()["code"] == "not_found"


def test_news_come_over_a_websocket(server: Client, dataset: str) -> None:
    async def listen() -> list[Any]:
        last = server.get("jobs").json()["last_event"]
        url = f"ws://127.0.0.1:{server.port}/{API}/jobs/live?after={last}"
        line = await websocket_connect(HTTPRequest(url, headers=server.headers))
        job = int((await asyncio.to_thread(submit, server, dataset)).rsplit("/", 1)[1])
        news = []
        while not news or news[-1].get("change", {}).get("event") != "succeed":
            told = json.loads(await asyncio.wait_for(line.read_message(), 30) or "")
            if told.get("change", {}).get("job") == job:
                news.append(told)
        line.close()
        while await line.read_message() is not None:
            pass
        return news

    assert [n["change"]["event"] for n in asyncio.run(listen())] == ["add", "start", "succeed"]


def test_a_websocket_needs_a_login(server: Client) -> None:
    assert server.upgrade("jobs/live", {}) == 403


def test_jobs_outlive_the_server(tmp_path: Path) -> None:
    with serving(tmp_path, "--DsaWorkbenchApp.jobs=0") as server:
        url = submit(server, "sales")
        gone = submit(server, "other")
        assert server.ask("POST", f"{gone}/cancel").json()["state"] == "cancelled"
        time.sleep(0.3)
        assert server.get(url).json()["state"] == "queued"
    with serving(tmp_path) as server:
        assert ended(server, url)["state"] == "succeeded"
        assert server.get("datasets/sales/data?limit=1").json()["total"] == 3000
        assert server.get("datasets/other").status == 404
