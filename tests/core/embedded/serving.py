"""Clients in processes of their own, and questions to servers."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg

from tests.fixtures.processes import lives

CLIENT = """
import os, sys
import psycopg
from dsa_workbench.core.embedded import EmbeddedPostgres

server = EmbeddedPostgres(sys.argv[1])
for line in sys.stdin:
    verb, _, words = line.strip().partition(" ")
    if verb == "query":
        with psycopg.connect(server.ensure()) as connection:
            answer = connection.execute(words).fetchone()[0]
    elif verb == "pid":
        answer = os.getpid()
    else:
        answer = getattr(server, verb)()
    print(answer, flush=True)
"""


class Client:
    """Another process that uses the server of a data folder; each verb is one line there and one back."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CLIENT, str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )

    def say(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        answer = self.process.stdout.readline().strip()
        assert answer, "the client died"
        return answer

    def ask(self, line: str) -> str:
        self.say(line)
        return self.hear()

    def end(self) -> None:
        """Let the process end by itself, without a release."""
        self.process.stdin.close()
        assert self.process.wait(60) == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        if self.process.poll() is None:
            self.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


@contextlib.contextmanager
def spawned(command: list[str], **options: object) -> Iterator[subprocess.Popen[str]]:
    """Run a program that is killed at the end, so that a failed test does not wait for it."""
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[3],
        **options,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def postgres_in(folder: Path) -> list[psutil.Process]:
    """List the Postgres processes whose data folder lies in `folder`."""
    return [
        process
        for process in psutil.process_iter(["name", "cwd"])
        if process.info["name"] == "postgres"
        and process.info["cwd"]
        and Path(process.info["cwd"]).is_relative_to(folder)
    ]


def ask(url: str, query: str = "select 42") -> object:
    with psycopg.connect(url) as connection:
        cursor = connection.execute(query)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def postmaster_pid(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().split("\n")[0])


def assert_stopped(data: Path) -> None:
    assert not (data / "postmaster.pid").exists()
    assert not (data / ".s.PGSQL.5432").exists()
    assert postgres_in(data) == []


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + 30
    while lives(pid):
        assert time.monotonic() < end
        time.sleep(0.01)
