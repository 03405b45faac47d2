"""Whatever is killed, the next call brings the server back with all rows."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from dsa_workbench.core.embedded import EmbeddedPostgres, identity
from dsa_workbench.core.embedded.binaries import Binaries, find_binaries
from dsa_workbench.core.embedded.cluster import write_settings
from dsa_workbench.core.embedded.handshake import answers
from dsa_workbench.errors import DatabaseUnavailable
from tests.core.embedded.serving import (
    Client,
    ask,
    assert_stopped,
    kill,
    postgres_in,
    postmaster_pid,
    spawned,
)

pytestmark = pytest.mark.faults
Starter = Callable[[Path], Client]


@pytest.fixture
def server(data: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(data)
    server.acquire()
    yield server
    server.release()
    assert_stopped(data)


def test_a_killed_server_comes_back_with_its_rows(server: EmbeddedPostgres, data: Path) -> None:
    ask(server.ensure(), "create table kept as select 7 as x")
    pid = postmaster_pid(data)
    kill(pid)
    assert ask(server.ensure(), "select x from kept") == 7
    assert postmaster_pid(data) != pid


def test_a_killed_backend_takes_the_server_down_for_a_moment_only(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.ensure()) as connection:
        kill(connection.info.backend_pid)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
    assert ask(server.ensure()) == 42


def test_a_backend_at_work_does_not_keep_a_killed_server_from_coming_back(server: EmbeddedPostgres, data: Path) -> None:
    busy = psycopg.connect(server.ensure())
    errors: list[Exception] = []

    def work() -> None:
        try:
            busy.execute("select count(*) from generate_series(1, 1000000000000) as n")
        except psycopg.Error as err:
            errors.append(err)

    worker = threading.Thread(target=work)
    worker.start()
    while psutil.Process(busy.info.backend_pid).cpu_percent(0.1) < 20:
        pass
    kill(postmaster_pid(data))
    assert ask(server.ensure()) == 42
    worker.join(60)
    assert len(errors) == 1
    busy.close()


def test_a_killed_client_is_no_client(data: Path, client: Starter) -> None:
    killed, other = client(data), client(data)
    killed.ask("acquire")
    other.ask("acquire")
    killed.kill()
    assert other.ask("query select 42") == "42"
    other.ask("release")
    assert_stopped(data)


def test_a_server_without_clients_is_taken_over_and_stopped(data: Path, client: Starter) -> None:
    killed = client(data)
    killed.ask("acquire")
    killed.kill()
    pid = postmaster_pid(data)
    server = EmbeddedPostgres(data)
    assert ask(server.acquire()) == 42
    assert postmaster_pid(data) == pid
    server.release()
    assert_stopped(data)


def test_client_and_server_killed_together(data: Path, client: Starter) -> None:
    killed = client(data)
    killed.ask("acquire")
    killed.kill()
    for process in postgres_in(data):
        process.send_signal(signal.SIGKILL)
    server = EmbeddedPostgres(data)
    assert ask(server.acquire()) == 42
    server.release()
    assert_stopped(data)


def test_a_client_killed_while_it_makes_the_folder_leaves_nothing_behind(base: Path, client: Starter) -> None:
    data = base / "data"
    killed = client(data)
    killed.say("acquire")
    while not list(base.glob("data.tmp-*/base")):
        assert killed.process.poll() is None
        time.sleep(0.005)
    killed.kill()
    assert not data.exists()
    server = EmbeddedPostgres(data)
    assert ask(server.acquire()) == 42
    server.release()
    assert list(base.glob("data.tmp-*")) == []


@pytest.mark.parametrize("content", ["", "99999999999\n", "{pid}\n{data}\n1\n5432\n", "nonsense\n"])
def test_a_pid_file_that_names_nobody_or_a_stranger(data: Path, content: str) -> None:
    (data / "postmaster.pid").write_text(content.format(pid=os.getpid(), data=data))
    (data / "postmaster.pid").chmod(0o600)
    server = EmbeddedPostgres(data)
    assert ask(server.acquire()) == 42
    server.release()
    assert_stopped(data)


PARENT = """
import subprocess, sys, time
server = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(server.pid, flush=True)
time.sleep(600)
"""


def test_a_server_that_stays_a_zombie_is_replaced(data: Path, wheel: Binaries) -> None:
    """A process number 1 that does not reap leaves the killed server in the process table for ever."""
    write_settings(data, data, wheel)
    command = [*identity.server().prefix, wheel.program("postgres"), "-D", str(data)]
    server = EmbeddedPostgres(data)
    with spawned([sys.executable, "-c", PARENT, *command]) as parent:
        pid = int(parent.stdout.readline())
        while not answers(data, "dsa"):
            assert psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
            time.sleep(0.01)
        assert ask(server.acquire()) == 42
        assert postmaster_pid(data) == pid
        kill(pid)
        assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        assert ask(server.ensure()) == 42
        assert postmaster_pid(data) != pid
        server.release()
        assert_stopped(data)


def test_a_socket_that_was_swept_away_comes_back(server: EmbeddedPostgres, data: Path) -> None:
    (data / ".s.PGSQL.5432").unlink()
    assert ask(server.ensure()) == 42


def test_a_log_does_not_grow_for_ever(data: Path) -> None:
    log = data / "server.log"
    log.write_bytes(b"x" * (11 * 2**20))
    server = EmbeddedPostgres(data)
    server.acquire()
    assert log.stat().st_size < 100_000
    server.release()


STRUCK = """
import sys, time
from dsa_workbench.core.embedded import EmbeddedPostgres
print(EmbeddedPostgres(sys.argv[1]).acquire(), flush=True)
time.sleep(600)
"""


def test_ctrl_c_of_the_terminal_does_not_reach_the_server(data: Path) -> None:
    other = EmbeddedPostgres(data)
    with spawned([sys.executable, "-c", STRUCK, str(data)], process_group=0) as struck:
        assert struck.stdout.readline()
        other.acquire()
        pid = postmaster_pid(data)
        os.killpg(struck.pid, signal.SIGINT)
        struck.wait(60)
    assert ask(other.ensure()) == 42
    assert postmaster_pid(data) == pid
    other.release()
    assert_stopped(data)


def test_a_server_that_cannot_start_says_why(data: Path) -> None:
    shutil.rmtree(data / "global")
    server = EmbeddedPostgres(data)
    with pytest.raises(DatabaseUnavailable, match=r"does not start: .*global.*server\.log"):
        server.acquire()
    assert_stopped(data)


@pytest.fixture(scope="session")
def wheel() -> Binaries:
    return find_binaries()
