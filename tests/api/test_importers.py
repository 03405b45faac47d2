"""Files are imported beside the server: what ends those processes costs nothing, and they outlive nobody."""

from __future__ import annotations

import json
import threading
import time
from contextlib import closing
from pathlib import Path

import psutil

from dsa_workbench.api.importers import Importers, ImportRequest
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import Workbench
from tests.fixtures.processes import children
from tests.fixtures.server import Answer, Client, serving
from tests.fixtures.waiting import until

CSV = b"id,city\n" + b"".join(b"%d,Ulm %d\n" % (i, i % 977) for i in range(300_000))


def send(server: Client, dataset: str, data: bytes) -> Answer:
    path = f"datasets/{dataset}/refs/main/uploads?name=x.csv&mode=append"
    return server.ask("PUT", path, data, Content_Type="application/octet-stream")


def importers(port: int) -> list[psutil.Process]:
    """Find the processes that import for the server of a port."""
    [server] = [p for p in psutil.process_iter(["cmdline"]) if f"--port={port}" in (p.info["cmdline"] or [])]
    return [p for p in server.children() if "dsa_workbench.api.importers" in p.cmdline()]


def test_an_import_whose_process_is_killed_is_done_once(server: Client, behind: Workbench, dataset: str) -> None:
    assert send(server, dataset, b"id,city\n0,Ulm\n").json()["rows"] == 1
    found: list[Answer] = []
    sending = threading.Thread(target=lambda: found.append(send(server, dataset, CSV)))
    sending.start()
    busy = {p.pid: p.cpu_times().user for p in importers(server.port)}
    until(lambda: any(p.cpu_times().user > busy.get(p.pid, 0) + 0.05 for p in importers(server.port)))
    for process in importers(server.port):
        process.kill()
    sending.join()
    assert (found[0].status, found[0].json()["rows"]) == (201, 300_001)
    assert len(behind.log(dataset)) == 2


def test_no_process_outlives_its_server(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert send(server, "x", b"id\n1\n").status == 201
        left = importers(server.port)
        assert left
        assert all(p.nice() > psutil.Process().nice() for p in left)
    assert not psutil.wait_procs(left, timeout=20)[1]


def test_a_process_ends_when_its_parent_is_gone_or_it_has_nothing_to_do(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"id\n1\n")
    with closing(Importers(Settings(data_dir=tmp_path / "store"))) as found:
        request = ImportRequest("ann", tmp_path / "x.csv", "x", "main", "k1", {"key": ["id"]})
        done = found.perform(request)
        assert (done.rows, done.created) == (1, True)
        assert found.perform(request).commit == done.commit
        [pid] = [n for n, line in children(recursive=False).items() if "dsa_workbench.api.importers" in line]
        process = psutil.Process(pid)
        found.tidy(idle=60)
        assert process.is_running()
        found.tidy(idle=0)
        assert not process.is_running()
        assert found.perform(request).commit == done.commit


def slow_of(log: Path, request: str) -> list[str]:
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{") and line.endswith("}")]
    return [x["event"] for x in lines if "a statement took" in x["event"] and x.get("request_id") == request]


def test_slow_statements_beside_the_server_name_their_request(tmp_path: Path) -> None:
    with serving(tmp_path, "--DsaWorkbenchApp.slow_seconds=0.000001", "--DsaWorkbenchApp.log_lines=json") as server:
        assert server.get("health/ready").status == 200
        path = "datasets/x/refs/main/uploads?name=x.csv"
        kind = {"Content_Type": "application/octet-stream", "X_Request_ID": "who-asked"}
        assert server.ask("PUT", path, b"id\n1\n", **kind).status == 201
        end = time.monotonic() + 30
        while not any("refs" in line for line in slow_of(tmp_path / "server.log", "who-asked")):
            assert time.monotonic() < end  # a plan is made on a thread of its own, and the line comes with it
            time.sleep(0.1)
