"""Workers as processes and in a running loop: what they do, refuse, try again, and leave behind."""

import asyncio
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from structlog.contextvars import bound_contextvars

from dsa_workbench.core.model.job import JobState
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import DatabaseUnavailable, ImportRejected, JobStopped, Unsupported
from dsa_workbench.features.jobs.running import Running
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.workbench import Workbench
from dsa_workbench.worker.queue import Worker
from tests.fixtures.jobs import untouched
from tests.fixtures.workers import HOLD_READING, Workers, go_on, heard

QUICK = "try_again.FIRST_PAUSE = 0.05\n"
BREAKS = (
    QUICK
    + """
def before(job):
    if job.attempts <= {times}:
        raise DatabaseUnavailable("The line was cut.", hint="Run it again.")
"""
)


def tickets(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT id, status::text FROM dsa_queue.procrastinate_jobs ORDER BY id").fetchall()


def sessions(url: str) -> list[tuple[Any, ...]]:
    """Give name, state and last statement of the other sessions of clients."""
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT application_name, state, query FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        ).fetchall()


def settled(url: str, most: int) -> list[tuple[Any, ...]]:
    """Wait until there are no more sessions than so many, and give those: a backend ends a moment after its client."""
    end = time.monotonic() + 20
    while len(left := sessions(url)) > most and time.monotonic() < end:
        time.sleep(0.02)
    return left


def test_an_import_and_an_export_are_done_as_in_the_foreground(
    wb: Workbench, workers: Workers, orders: Path, tmp_path: Path
) -> None:
    here = wb.import_file(orders, "here", key="id", types={"qty": "text"})
    workers.start()
    done = wb.submit_import(orders, "sales", key="id", types={"qty": "text"}, message="May", author="bea").wait(60)
    assert (done.tree, done.rows, done.created) == (here.tree, 2, True)
    assert (done.commit.message, done.commit.author) == ("May", "bea")
    written = wb.submit_export("sales", "qty.csv", columns="qty", where=[["id", ">", 1]], quote="all").wait(60)
    assert written.path.parent.parent == tmp_path / "spool"
    assert written.path.read_text() == '"qty"\n"3"\n'
    assert (written.rows, written.spec) == (1, "sales@main")


def test_an_export_is_of_the_version_that_stood_when_it_was_asked_for(
    wb: Workbench, workers: Workers, orders: Path
) -> None:
    wb.import_file(orders, "sales")
    job = wb.submit_export("sales", "old.csv")
    wb.commit({"data": wb.read("sales", limit=1).to_arrow()}, "sales")
    workers.start()
    assert job.wait(60).rows == 2


def test_a_bad_file_fails_once(wb: Workbench, workers: Workers, orders: Path) -> None:
    workers.start()
    job = wb.submit_import(orders, "sales", types={"qty": "date"})
    with pytest.raises(ImportRejected, match="qty"):
        job.wait(60)
    assert (job.state, job.job.attempts, job.job.faults) == (JobState.FAILED, 1, 0)
    assert wb.job_log(job.id)[-1].level == "error"
    assert untouched(wb)


def test_faults_that_pass_are_tried_again_and_counted(wb: Workbench, workers: Workers, orders: Path) -> None:
    workers.hooked(BREAKS.format(times=2))
    job = wb.submit_import(orders, "sales")
    assert job.wait(60).rows == 2
    assert (job.job.attempts, job.job.faults) == (3, 2)
    assert "This was try 3." in str(job)


def test_faults_that_do_not_pass_end_after_five_tries(wb: Workbench, workers: Workers, orders: Path) -> None:
    workers.hooked(BREAKS.format(times=99))
    job = wb.submit_import(orders, "sales")
    with pytest.raises(DatabaseUnavailable, match=r"given up after 5 tries\. The line was cut"):
        job.wait(60)
    assert job.job.attempts == 5
    assert untouched(wb)


@pytest.mark.parametrize("form", ["text", "json"])
def test_each_line_about_a_job_names_it(wb: Workbench, workers: Workers, orders: Path, form: str) -> None:
    process = workers.start("--log-format", form)
    with bound_contextvars(request_id="r-1"):
        job = wb.submit_import(orders, "sales")
    job.wait(60)
    assert process.stderr is not None
    lines: list[str] = []
    while not lines or "ended" not in lines[-1]:
        lines.append(process.stderr.readline())
    [about, end] = [line for line in lines if "worker.holding" in line]
    if form == "json":
        assert [json.loads(line)["job"] for line in (about, end)] == [job.id] * 2
        assert json.loads(end)["request_id"] == "r-1"
    else:
        assert all(f" job={job.id} request_id=r-1: " in line for line in (about, end))


def test_lines_of_a_jobs_own_threads_name_it_too(wb: Workbench, workers: Workers, orders: Path) -> None:
    workers.environment["DSA_SLOW_SECONDS"] = "0.0000001"
    process = workers.start("--log-format", "json")
    job = wb.submit_import(orders, "sales")
    assert process.stderr is not None
    lines: list[dict[str, Any]] = []
    while not lines or "ended: succeed" not in lines[-1]["event"]:
        lines.append(json.loads(process.stderr.readline()))
    uploads = [line for line in lines if "SET LOCAL synchronous_commit" in line["event"]]
    assert uploads
    assert {line["job"] for line in uploads} == {job.id}
    drained = threading.Thread(target=process.stderr.read, daemon=True)
    process.terminate()
    drained.start()
    assert process.wait(60) == 0
    drained.join(60)


def test_a_job_that_waits_is_cancelled_at_once(wb: Workbench, bob: Workbench, pg_url: str, orders: Path) -> None:
    job = wb.submit_import(orders, "sales")
    assert len(tickets(pg_url)) == 1
    assert bob.job(job.id).cancel().state is JobState.CANCELLED
    assert tickets(pg_url) == []
    with pytest.raises(JobStopped, match="cancelled by bob before it began"):
        job.wait()


def test_a_job_at_work_is_cancelled_from_elsewhere(
    wb: Workbench, bob: Workbench, workers: Workers, orders: Path
) -> None:
    held = workers.hooked(HOLD_READING)
    job = wb.submit_import(orders, "sales")
    heard(held)
    assert bob.job(job.id).cancel().state is JobState.RUNNING
    time.sleep(1.5)
    for _ in range(9):
        go_on(held)
    with pytest.raises(JobStopped, match="cancelled by bob: nothing was committed"):
        job.wait(60)
    assert untouched(wb)
    assert [e.event for e in wb.job_events(job=job.id)] == ["add", "start", "ask", "cancel"]


def test_four_jobs_run_at_once_and_those_of_one_branch_one_by_one(
    wb: Workbench, workers: Workers, orders: Path
) -> None:
    held = workers.hooked("before = lambda job: hold(job.dataset)")
    jobs = [wb.submit_import(orders, name) for name in ("a", "b", "c", "d", "a", "e")]
    assert held.stdout is not None
    assert sorted(held.stdout.readline() for _ in range(4)) == ["a\n", "b\n", "c\n", "d\n"]
    states = [job.refresh().state for job in jobs]
    assert states == [JobState.RUNNING] * 4 + [JobState.QUEUED] * 2
    for _ in range(6):
        go_on(held)
    for job in jobs:
        assert job.wait(60).rows == 2
    assert [len(wb.log(name)) for name in "abcde"] == [1] * 5
    assert jobs[4].result is not None
    assert jobs[4].result["created"] is False


def test_a_worker_that_is_told_to_end_gives_its_jobs_back(
    wb: Workbench, pg_url: str, workers: Workers, orders: Path
) -> None:
    before = len(sessions(pg_url))
    held = workers.hooked(HOLD_READING)
    job = wb.submit_import(orders, "sales")
    heard(held)
    held.terminate()
    time.sleep(0.5)
    for _ in range(9):
        go_on(held)
    assert held.wait(60) == 0
    assert (job.refresh().state, job.job.attempts, job.job.faults) == (JobState.QUEUED, 1, 0)
    assert [status for _, status in tickets(pg_url)] == ["todo"]
    assert len(settled(pg_url, before)) <= before
    workers.start()
    assert job.wait(60).rows == 2


def run_in_a_loop(wb: Workbench, spool: Path, work: Any) -> None:
    """Run a worker as a task of a loop, and beside it `work`, which is given the worker."""

    async def both() -> None:
        worker = Worker(wb.store, SegmentCache(1 << 20), spool, gone_after=2)
        running = asyncio.create_task(worker.run())
        try:
            await asyncio.to_thread(work, worker)
        finally:
            worker.stop()
            await running

    asyncio.run(both())


def test_a_worker_in_a_running_loop_leaves_no_thread_and_no_session(
    wb: Workbench, pg_url: str, orders: Path, tmp_path: Path
) -> None:
    threads = {t for t in threading.enumerate() if t.name.startswith("dsa-worker")}
    run_in_a_loop(wb, tmp_path, lambda _: [wb.submit_import(orders, f"d{i}").wait(60) for i in range(3)])
    assert {t for t in threading.enumerate() if t.name.startswith("dsa-worker")} == threads
    assert len(wb.datasets()) == 3
    wb.store.database.dispose()
    assert settled(pg_url, 0) == []


def test_a_thread_that_does_not_stop_is_left_behind_and_cannot_commit(
    wb: Workbench, orders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go = threading.Event(), threading.Event()
    tell = Running.tell

    def stuck(self: Running, progress: Progress) -> None:
        reached.set()
        assert go.wait(60)
        tell(self, progress)

    monkeypatch.setattr("dsa_workbench.worker.queue.STOP_SECONDS", 0.3)
    monkeypatch.setattr(Running, "tell", stuck)
    job = wb.submit_import(orders, "sales")
    run_in_a_loop(wb, tmp_path, lambda _: reached.wait(60))
    assert (job.refresh().state, job.job.attempts, job.job.faults) == (JobState.QUEUED, 1, 0)
    left = [t for t in threading.enumerate() if t.name == f"dsa-worker-job-{job.id}"]
    go.set()
    for thread in left:
        thread.join(60)
    assert job.refresh().state is JobState.QUEUED
    assert untouched(wb)
    monkeypatch.undo()
    run_in_a_loop(wb, tmp_path, lambda _: job.wait(60))
    assert wb.read("sales").num_rows == 2


def test_a_ticket_that_got_lost_is_issued_again(wb: Workbench, pg_url: str, orders: Path, tmp_path: Path) -> None:
    job = wb.submit_import(orders, "sales")
    with psycopg.connect(pg_url) as connection:
        connection.execute("DELETE FROM dsa_queue.procrastinate_jobs")
    run_in_a_loop(wb, tmp_path, lambda _: job.wait(60))
    assert (job.state, job.job.attempts) == (JobState.SUCCEEDED, 1)


def test_a_queue_of_another_version_is_refused(wb: Workbench, pg_url: str, tmp_path: Path) -> None:
    with psycopg.connect(pg_url) as connection:
        connection.execute("UPDATE dsa.meta SET value = '99.00' WHERE key = 'queue'")

    async def run() -> None:
        await Worker(wb.store, SegmentCache(1 << 20), tmp_path).run()

    with pytest.raises(Unsupported, match=r"has the tables 99\.00"):
        asyncio.run(run())


def test_whoever_listens_is_told_of_changes_and_progress(
    wb: Workbench, pg_url: str, workers: Workers, orders: Path
) -> None:
    with psycopg.connect(pg_url, autocommit=True) as connection:
        connection.execute("LISTEN dsa_jobs")
        job = wb.submit_import(orders, "sales")
        workers.start()
        job.wait(60)
        told = [json.loads(n.payload) for n in connection.notifies(timeout=2)]
    changes = [(t["event"], t["state"]) for t in told if "event" in t]
    assert [state for _, state in changes] == ["queued", "running", "succeeded"]
    assert [number for number, _ in changes] == [e.id for e in wb.job_events(job=job.id)]
    assert {"job": job.id} in told


def test_the_program_says_what_there_is() -> None:
    command = [sys.executable, "-W", "error", "-m", "dsa_workbench.worker.main"]
    asked = subprocess.run([*command, "--help"], capture_output=True, text=True)
    assert (asked.returncode, asked.stderr) == (0, "")
    assert "worker" in asked.stdout
    assert "--jobs N" in subprocess.run([*command, "worker", "--help"], capture_output=True, text=True).stdout
    refused = subprocess.run([*command, "worker", "--database", "mysql://x"], capture_output=True, text=True)
    assert refused.returncode == 1
    assert refused.stderr.startswith("dsa: The database URL does not begin with postgresql://.")
