"""A large file through the server: sent by curl, imported by a durable job, while a part of it all is killed.

``python -m benchmarks.large --gb 5`` prints one table: the seconds of the upload and of the job, the peak memory of the
largest process, and whether all came to one tree. A file of 100 MB beside them says what the size itself costs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # psutil ships no types

from benchmarks.cluster import make_file
from benchmarks.server import API, Server, start

KILLED = ("nothing", "worker", "server", "postgres")
_EVERY = 0.2
"""Seconds between two looks at memory and job."""


@dataclass(slots=True)
class Memory:
    """The peak memory of each kind of process, in bytes."""

    peaks: dict[str, int] = field(default_factory=dict)

    def look(self, folder: Path) -> None:
        """Look at all processes of ours, and at those of the database in the folder."""
        ours = psutil.Process().children(recursive=True)
        for process in {p.pid: p for p in [*ours, *postgres_of(folder)]}.values():
            with suppress(psutil.Error):
                name = _kind(process)
                self.peaks[name] = max(self.peaks.get(name, 0), process.memory_info().rss)


def _kind(process: psutil.Process) -> str:
    command = " ".join(process.cmdline())
    names = {"jupyter_server": "server", "importers": "importer", "spawn_main": "worker", "curl": "curl"}
    found = [name for word, name in names.items() if word in command]
    return found[0] if found else process.name()


def postgres_of(folder: Path) -> list[psutil.Process]:
    """Find the processes of the database below a folder."""
    running = psutil.process_iter(["name", "cwd"])
    return [p for p in running if p.info["name"] == "postgres" and str(p.info["cwd"]).startswith(str(folder))]


@contextmanager
def watched(folder: Path) -> Iterator[Memory]:
    """Watch the memory of all processes meanwhile."""
    memory, ended = Memory(), threading.Event()

    def watch() -> None:
        while not ended.wait(_EVERY):
            memory.look(folder)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield memory
    finally:
        ended.set()
        thread.join()


def ask(server: Server, path: str) -> Any:
    """Ask for JSON."""
    with closing(server.connection()) as line:
        status, body = server.get(line, path)
    if status != 200:
        raise RuntimeError(f"{path}: {status} {body[:300]!r}")
    return json.loads(body)


def send(server: Server, path: Path) -> int:
    """Send a file by curl; give the number of the job that imports it."""
    url = f"http://127.0.0.1:{server.port}{API}/datasets/orders/refs/main/uploads?name={path.name}"
    headers = ["-H", f"Authorization: token {server.token}", "-H", "Prefer: respond-async"]
    command = ["curl", "-sS", "--fail-with-body", *headers, "-T", str(path), url]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return int(json.loads(done.stdout)["id"])


def run(folder: Path, path: Path, killed: str) -> tuple[float, float, Memory, str]:
    """Send and import the file into a new store; give the seconds of both, the memory and the tree."""
    settings = {"DSA_DASK": "processes", "DSA_DASK_WORKERS": "2"} if killed == "worker" else {}
    process, server = start(folder, **settings)
    try:
        with watched(folder) as memory:
            began = time.perf_counter()
            job = send(server, path)
            sent = time.perf_counter()
            while not (told := _told(server, job)).get("ended_at"):
                done = told.get("progress", {}).get("bytes_done", 0)
                if killed != "nothing" and done > path.stat().st_size * 0.4:
                    print(f"  {killed} is killed at {done / 1e9:.2f} GB of the job", flush=True)
                    process, server = kill(killed, process, server, folder, settings)
                    killed = "nothing"
                time.sleep(_EVERY)
            ended = time.perf_counter()
        if told["state"] != "succeeded" or killed != "nothing":
            raise RuntimeError(f"{killed} was to be killed, and the job {told['state']}: {told.get('error')}")
        tree = ask(server, f"datasets/orders/commits/{told['result']['commit']}")["tree"]
        return sent - began, ended - sent, memory, tree
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(folder / "store")


def _told(server: Server, job: int) -> Any:
    """Look at a job; the database may be gone for a moment."""
    try:
        return ask(server, f"jobs/{job}")
    except (OSError, RuntimeError):
        return {}


def kill(
    what: str, process: subprocess.Popen[bytes], server: Server, folder: Path, settings: dict[str, str]
) -> tuple[subprocess.Popen[bytes], Server]:
    """Kill a part of it all with -9; a server is started again, the others by those that need them."""
    if what == "server":
        process.kill()
        process.wait()
        return start(folder, **settings)
    if what == "postgres":
        victims = [p for p in postgres_of(folder) if p.ppid() not in {q.pid for q in postgres_of(folder)}]
    else:
        victims = [p for p in psutil.Process(process.pid).children(recursive=True) if _kind(p) == "worker"][:1]
    if not victims:
        raise RuntimeError(f"there is no {what} to kill")
    for victim in victims:
        victim.kill()
    return process, server


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gb", type=float, default=5)
    parser.add_argument("--killed", nargs="+", choices=KILLED, default=list(KILLED))
    parser.add_argument("--folder", type=Path, help="where there is room for three times the file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        small, large = folder / "small.csv", folder / "large.csv"
        print(f"small: {make_file(small, 100_000_000):,} rows; large: {make_file(large, int(given.gb * 1e9)):,} rows")
        print("| file | killed | upload s | job s | MB/s | largest process | tree |\n|---|---|---|---|---|---|---|")
        for path, killed in [(small, "nothing"), (small, "nothing"), *((large, what) for what in given.killed)]:
            sent, took, memory, tree = run(folder, path, killed)
            most = max(memory.peaks, key=lambda kind: memory.peaks[kind])
            print(
                f"| {path.stem} | {killed} | {sent:.1f} | {took:.1f} | {path.stat().st_size / 1e6 / took:.1f} | "
                f"{most} {memory.peaks[most] / 1e6:,.0f} MB | {tree[:10]} |", flush=True,
            )  # fmt: skip


if __name__ == "__main__":
    main()
