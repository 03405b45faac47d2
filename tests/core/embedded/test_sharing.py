"""One server for all processes that ask for a folder, stopped when the last of them leaves."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dsa_workbench.core.embedded import EmbeddedPostgres
from dsa_workbench.errors import DatabaseUnavailable
from tests.core.embedded.serving import Client, ask, assert_stopped, kill, postmaster_pid

Starter = Callable[[Path], Client]


def test_a_new_folder_answers_a_query_and_stops_at_the_release(base: Path) -> None:
    server = EmbeddedPostgres(base / "new" / "data")
    url = server.acquire()
    assert ask(url, "select current_user || '/' || current_database()") == "dsa/dsa"
    assert ask(url, "show server_encoding") == "UTF8"
    server.release()
    assert_stopped(base / "new" / "data")
    assert list((base / "new").glob("*.tmp-*")) == []


def test_what_was_written_is_there_after_a_stop(data: Path) -> None:
    server = EmbeddedPostgres(data)
    ask(server.acquire(), "create table kept as select 7 as x")
    server.release()
    assert ask(server.acquire(), "select x from kept") == 7
    server.release()


def test_a_second_process_shares_the_server_and_the_last_one_stops_it(data: Path, client: Starter) -> None:
    first, second = client(data), client(data)
    assert first.ask("acquire") == second.ask("acquire")
    pid = postmaster_pid(data)
    first.ask("release")
    assert second.ask("query select 42") == "42"
    assert postmaster_pid(data) == pid
    second.ask("release")
    assert_stopped(data)


def test_the_end_of_the_interpreter_is_a_release(data: Path, client: Starter) -> None:
    only = client(data)
    only.ask("acquire")
    only.end()
    assert_stopped(data)


def test_two_holds_in_one_process_are_two(data: Path) -> None:
    first, second = EmbeddedPostgres(data), EmbeddedPostgres(data.parent / "." / "data")
    url = first.acquire()
    assert second.acquire() == url
    first.acquire()
    first.release()
    first.release()
    assert ask(url) == 42
    second.release()
    assert_stopped(data)


def test_a_released_hold_does_not_revive_the_server(data: Path) -> None:
    server = EmbeddedPostgres(data)
    server.acquire()
    server.release()
    with pytest.raises(DatabaseUnavailable, match="closed"):
        server.ensure()
    assert_stopped(data)


def test_a_hold_outlives_a_failure_to_bring_the_server_back(data: Path) -> None:
    server = EmbeddedPostgres(data)
    server.acquire()
    kill(postmaster_pid(data))
    (data / "global").rename(data / "gone")
    with pytest.raises(DatabaseUnavailable, match="does not start"):
        server.ensure()
    (data / "gone").rename(data / "global")
    assert ask(server.ensure()) == 42
    server.release()
    assert_stopped(data)


def test_threads_may_ask_at_once(data: Path) -> None:
    server = EmbeddedPostgres(data)
    urls: list[str] = []
    threads = [threading.Thread(target=lambda: urls.append(server.acquire())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(urls) == 8
    assert len(set(urls)) == 1
    server.release()
    assert_stopped(data)


def test_four_processes_race_on_a_new_folder(base: Path, client: Starter) -> None:
    data = base / "data"
    racers = [client(data) for _ in range(4)]
    for racer in racers:
        racer.say("acquire")
    assert len({racer.hear() for racer in racers}) == 1
    assert len({racer.ask("query select pg_postmaster_start_time()::text") for racer in racers}) == 1
    for racer in racers:
        racer.say("release")
    for racer in racers:
        racer.hear()
    assert_stopped(data)
    assert list(base.glob("*.tmp-*")) == []


def test_starts_and_stops_that_cross_leave_every_client_with_a_server(data: Path, client: Starter) -> None:
    clients = [client(data) for _ in range(3)]
    for _ in range(20):
        for each in clients:
            each.say("acquire")
            each.say("query select 42")
            each.say("release")
    for _ in range(20):
        for each in clients:
            assert each.hear().startswith("postgresql://dsa@/dsa?host=")
            assert each.hear() == "42"
            assert each.hear() == "None"
    assert_stopped(data)


HOLDER = """
import fcntl, sys
with open(sys.argv[1], "r+") as file:
    fcntl.flock(file, fcntl.LOCK_SH)
    file.truncate()
    file.write("another-boot pid:[1]\\nnode-7")
    file.flush()
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells one boot from another")
def test_a_folder_that_another_machine_uses_is_refused_until_it_leaves(data: Path) -> None:
    clients = data.with_name("data.clients")
    clients.touch(mode=0o600)
    command = [sys.executable, "-c", HOLDER, str(clients)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        server = EmbeddedPostgres(data)
        with pytest.raises(DatabaseUnavailable, match="another machine, node-7"):
            server.acquire()
        assert not (data / "postmaster.pid").exists()
    assert ask(server.acquire()) == 42
    server.release()
    assert_stopped(data)


def _in_child(server: EmbeddedPostgres, send: object, verbs: list[str]) -> None:
    for verb in verbs:
        getattr(server, verb)()
    send.send("done")


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("verbs", [[], ["release"], ["ensure"], ["ensure", "release"], ["acquire", "release"]])
def test_a_forked_child_does_not_stop_the_server_of_its_parent(data: Path, verbs: list[str]) -> None:
    server = EmbeddedPostgres(data)
    url = server.acquire()
    hear, send = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=_in_child, args=(server, send, verbs))
    child.start()
    assert hear.poll(60)
    assert hear.recv() == "done"
    child.join()
    hear.close()
    send.close()
    assert child.exitcode == 0
    assert ask(url) == 42
    server.release()
    assert_stopped(data)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_that_lives_on_does_not_hold_the_server_of_its_parent(data: Path) -> None:
    server = EmbeddedPostgres(data)
    server.acquire()
    hear, send = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(send)
        os.read(hear, 1)
        os._exit(0)
    server.release()
    assert_stopped(data)
    os.close(send)
    os.waitpid(child, 0)
    os.close(hear)
