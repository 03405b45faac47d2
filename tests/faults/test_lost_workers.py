"""Workers that are killed, and a database that goes, while durable jobs run: each job is done once."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dsa_workbench.core.embedded.process import find_postmaster
from dsa_workbench.core.model.job import JobState
from dsa_workbench.results import JobResult
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import Workbench, connect
from tests.fixtures.jobs import untouched
from tests.fixtures.workers import HOLD_COMMITTING, HOLD_DONE, HOLD_READING, Workers, go_on, heard

pytestmark = pytest.mark.faults


@pytest.fixture
def numbers(tmp_path: Path) -> Path:
    path = tmp_path / "numbers.csv"
    path.write_text("id,value\n" + "".join(f"{i},{i * 7 % 1001}\n" for i in range(200_000)))
    return path


@pytest.mark.parametrize("moment", [HOLD_READING, HOLD_COMMITTING], ids=["reading", "committing"])
def test_what_a_killed_worker_left_is_done_by_another(
    wb: Workbench, workers: Workers, numbers: Path, moment: str
) -> None:
    undisturbed = wb.import_file(numbers, "calm", key="id")
    held = workers.hooked(moment)
    job = wb.submit_import(numbers, "sales", key="id")
    heard(held)
    held.kill()
    held.wait()
    assert job.refresh().state is JobState.RUNNING
    workers.start()
    done = job.wait(90)
    assert done.tree == undisturbed.tree
    assert [c.message for c in wb.log("sales")] == ["Import numbers.csv"]
    assert (job.job.attempts, job.job.faults) == (2, 1)
    assert [e.event for e in wb.job_events(job=job.id)] == ["add", "start", "retry", "start", "succeed"]
    assert [(line.level, line.text[:25]) for line in wb.job_log(job.id) if line.level != "info"] == [
        ("warning", "The worker that did it is")
    ]
    assert untouched_but_for_the_dead_write(wb)


def test_a_killed_worker_is_known_at_once_by_its_lock(wb: Workbench, workers: Workers, numbers: Path) -> None:
    undisturbed = wb.import_file(numbers, "calm", key="id")
    held = workers.hooked(HOLD_READING)
    job = wb.submit_import(numbers, "sales", key="id")
    heard(held)
    workers.start("--gone-after", "3600")
    held.kill()
    held.wait()
    taken_up_again(job, 15)
    assert job.wait(90).tree == undisturbed.tree
    assert [e.event for e in wb.job_events(job=job.id)] == ["add", "start", "retry", "start", "succeed"]
    assert len(wb.log("sales")) == 1


def at_work(worker: subprocess.Popen[str]) -> None:
    assert worker.stderr is not None
    assert "takes jobs" in worker.stderr.readline()


def taken_up_again(job: JobResult[Any], seconds: float) -> None:
    end = time.monotonic() + seconds
    while job.refresh().job.attempts < 2:
        assert time.monotonic() < end, job.job
        time.sleep(0.1)


def cut_locks(wb: Workbench) -> int:
    """End the sessions that hold the locks of workers; return how many."""
    with wb.store.database.raw(autocommit=True) as connection:
        query = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
        return len(connection.execute(query).fetchall())


def test_a_worker_that_lost_its_lock_and_is_heard_of_keeps_its_job(
    wb: Workbench, workers: Workers, numbers: Path
) -> None:
    held = workers.hooked(HOLD_READING)
    job = wb.submit_import(numbers, "sales")
    heard(held)
    at_work(workers.start("--gone-after", "3600"))
    for _ in range(3):
        time.sleep(1.5)
        assert cut_locks(wb) >= 1
    time.sleep(4)
    assert (job.refresh().state, job.job.attempts) == (JobState.RUNNING, 1)
    for _ in range(60):
        go_on(held)
    assert job.wait(60).rows == 200_000
    assert job.job.attempts == 1


def test_a_worker_that_comes_back_finds_its_job_taken_and_commits_nothing(
    wb: Workbench, workers: Workers, numbers: Path
) -> None:
    workers.undisturbed = False  # procrastinate tells of a ticket that is there no more
    held = workers.hooked(HOLD_READING)
    job = wb.submit_import(numbers, "sales", mode="append")
    heard(held)
    os.kill(held.pid, signal.SIGSTOP)
    assert cut_locks(wb) == 1
    workers.start("--gone-after", "3600")
    taken_up_again(job, 30)
    done = job.wait(60)
    os.kill(held.pid, signal.SIGCONT)
    for _ in range(60):
        go_on(held)
    held.terminate()
    assert held.wait(60) == 0
    assert (job.refresh().state, job.job.attempts) == (JobState.SUCCEEDED, 2)
    assert [c.id for c in wb.log("sales")] == [done.commit.id]
    assert wb.read("sales").num_rows == 200_000


def untouched_but_for_the_dead_write(wb: Workbench) -> bool:
    return wb.check().ok and sorted(d.name for d in wb.datasets()) == ["calm", "sales"]


def test_a_commit_that_was_made_before_the_kill_is_not_made_twice(
    wb: Workbench, workers: Workers, numbers: Path
) -> None:
    held = workers.hooked(HOLD_DONE)
    job = wb.submit_import(numbers, "sales", mode="append")
    heard(held)
    committed = wb.show("sales")
    held.kill()
    held.wait()
    at_work(workers.start())
    assert job.wait(90).commit == committed.commit
    assert len(wb.log("sales")) == 1
    assert wb.read("sales").num_rows == 200_000
    assert untouched(wb, "sales")


def test_a_job_that_takes_its_worker_down_each_time_comes_to_rest(
    wb: Workbench, workers: Workers, numbers: Path
) -> None:
    job = wb.submit_import(numbers, "sales")
    with wb.store.database.raw() as connection:
        connection.execute("UPDATE dsa.jobs SET faults = 4")
    held = workers.hooked(HOLD_READING)
    heard(held)
    held.kill()
    held.wait()
    with wb.store.database.raw() as connection:
        connection.execute("UPDATE dsa.jobs SET seen_at = seen_at - interval '61 seconds'")
    failed = wb.job(job.id)
    assert failed.state is JobState.FAILED
    assert failed.error is not None
    assert "given up after 5 tries. The worker that did it is gone." in failed.error.message
    again = wb.retry_job(job.id)
    assert again.job.retry_of == job.id
    workers.start()
    assert again.wait(60).rows == 200_000


def test_jobs_outlive_a_crash_of_the_embedded_postgres(
    tmp_path: Path, make_workers: Callable[[dict[str, str]], Workers], numbers: Path
) -> None:
    data = tmp_path / "store" / "pg"
    workers = make_workers({"DSA_DATA_DIR": str(data), "DSA_DATABASE_URL": ""})
    workers.undisturbed = False
    with connect(actor="ann", settings=Settings(data_dir=data)) as wb:
        held = workers.hooked("try_again.FIRST_PAUSE = 0.5\n" + HOLD_READING)
        first = wb.submit_import(numbers, "first")
        heard(held)
        second = wb.submit_import(numbers, "second")
        heard(held)
        server = find_postmaster(data.resolve())
        assert server is not None
        os.kill(server.pid, signal.SIGKILL)
        time.sleep(1)
        for _ in range(60):
            go_on(held)
        assert first.wait(120).tree == second.wait(120).tree
        assert [len(wb.log(name)) for name in ("first", "second")] == [1, 1]
        assert wb.check().ok
