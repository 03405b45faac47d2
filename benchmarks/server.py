"""Pages of rows through HTTP, by several clients at once, and other reads while imports run.

``python -m benchmarks.server`` starts a server on a store of its own, and prints one table.
"""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import numpy as np

from benchmarks.orders import make_orders, write_csv
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import connect

API = "/dsa/api/v1"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    port: int
    token: str

    def connection(self) -> HTTPConnection:
        """Open a line that is kept."""
        return HTTPConnection("127.0.0.1", self.port, timeout=120)

    def get(self, line: HTTPConnection, path: str) -> tuple[int, bytes]:
        """Ask over a line."""
        line.request("GET", f"{API}/{path}", headers={"Authorization": f"token {self.token}"})
        answer = line.getresponse()
        return answer.status, answer.read()

    def put(self, line: HTTPConnection, path: str, body: bytes) -> int:
        """Send a file over a line."""
        line.request("PUT", f"{API}/{path}", body, {"Authorization": f"token {self.token}"})
        answer = line.getresponse()
        answer.read()
        return answer.status


def start(folder: Path, **settings: str) -> tuple[subprocess.Popen[bytes], Server]:
    """Start a server on the store in a folder, with settings of the environment, and wait until it answers."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(port, secrets.token_hex(16))
    command = [
        sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--port={port}",
        f"--IdentityProvider.token={server.token}", f"--ServerApp.root_dir={folder}", "--log-level=CRITICAL",
    ]  # fmt: skip
    env = (
        os.environ | {"DSA_DATA_DIR": str(folder / "store"), "JUPYTER_RUNTIME_DIR": str(folder / "runtime")} | settings
    )
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=env)
    try:
        _wait(server)
    except BaseException:
        process.kill()
        raise
    return process, server


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Run a server on the store in a folder."""
    process, server = start(folder)
    try:
        yield server
    finally:
        process.terminate()
        process.wait(60)


def _wait(server: Server) -> None:
    for _ in range(600):
        try:
            with closing(server.connection()) as line:
                if server.get(line, "health/ready")[0] == 200:
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError("the server does not answer")


def pages(server: Server, rows: int, clients: int, each: int, pause: float = 0.0) -> np.ndarray:
    """Let clients read pages of 100 rows at places of their own, and look at each; give the seconds of all answers."""
    found: list[float] = []

    def read(seed: int) -> None:
        rng = np.random.default_rng(seed)
        with closing(server.connection()) as line:
            for offset in rng.integers(0, rows - 100, each):
                started = time.perf_counter()
                status, _ = server.get(line, f"datasets/orders/data?limit=100&offset={offset}")
                found.append(time.perf_counter() - started)
                assert status == 200
                time.sleep(pause)

    _together([threading.Thread(target=read, args=(i,)) for i in range(clients)])
    return np.array(found)


def mixed(server: Server, rows: int, readers: int, writers: int, seconds: float, data: bytes) -> tuple[np.ndarray, int]:
    """Let some read pages while others import; give the seconds of reads, and how many imports there were."""
    found: list[float] = []
    imports: list[int] = []
    end = time.monotonic() + seconds

    def read(seed: int) -> None:
        rng = np.random.default_rng(seed)
        with closing(server.connection()) as line:
            while time.monotonic() < end:
                offset = int(rng.integers(0, rows - 100))
                started = time.perf_counter()
                status, _ = server.get(line, f"datasets/orders/data?limit=100&offset={offset}")
                found.append(time.perf_counter() - started)
                assert status == 200
                time.sleep(0.1)

    def write(number: int) -> None:
        with closing(server.connection()) as line:
            while time.monotonic() < end:
                path = f"datasets/w{number}/refs/main/uploads?name=part.csv&mode=append"
                assert server.put(line, path, data) in (200, 201)
                imports.append(number)

    threads = [threading.Thread(target=read, args=(i,)) for i in range(readers)]
    _together(threads + [threading.Thread(target=write, args=(i,)) for i in range(writers)])
    return np.array(found), len(imports)


def _together(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--each", type=int, default=100, help="pages that each client reads")
    parser.add_argument("--seconds", type=float, default=20, help="of reading while others import")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_csv(make_orders(given.rows), folder / "orders.csv")
        write_csv(make_orders(20_000, seed=5), folder / "part.csv")
        with connect(actor="bench", settings=Settings(data_dir=folder / "store")) as wb:
            wb.import_file(folder / "orders.csv", "orders", key="order_id")
        with running(folder) as server:
            pages(server, given.rows, 1, 20)
            _tell("page of 100, 1 client", pages(server, given.rows, 1, given.each))
            many = f"page of 100, {given.clients} clients"
            _tell(f"{many}, 20 a second each", pages(server, given.rows, given.clients, given.each, 0.05))
            _tell(f"{many}, without pause", pages(server, given.rows, given.clients, given.each))
            data = (folder / "part.csv").read_bytes()
            found, imports = mixed(server, given.rows, 50, 5, given.seconds, data)
            _tell(f"page of 100, 50 clients, {imports} imports beside", found)


def _tell(what: str, seconds: np.ndarray) -> None:
    p50, p99, most = (1000 * float(np.quantile(seconds, q)) for q in (0.5, 0.99, 1))
    print(f"{what:<55} {len(seconds):>6}   p50 {p50:7.1f} ms   p99 {p99:7.1f} ms   worst {most:7.1f} ms")


if __name__ == "__main__":
    main()
