"""How jobs end when nobody is there to say so: processes that went or slept, stores away, workbenches closed."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dsa_workbench.core.database import Database
from dsa_workbench.core.model.job import JobEvent, JobKind, JobState
from dsa_workbench.core.model.progress import COMMITTING
from dsa_workbench.core.services.postgres.jobs import PostgresJobRepository
from dsa_workbench.errors import DatabaseUnavailable, InvalidInput, JobStopped
from dsa_workbench.features.jobs import runner
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import Workbench, connect
from tests.fixtures.jobs import Gate, silence, untouched


def abandoned(wb: Workbench, key: str | None = None, kind: JobKind = JobKind.IMPORT) -> int:
    """Leave the row of a job that nobody holds."""
    with wb.store.unit() as unit:
        job = unit.jobs.add(kind, "Import a.csv", wb.actor, dataset="sales", ref="main", idempotency_key=key)
        unit.jobs.move(job, JobEvent.START)
        unit.commit()
    silence(wb, job.id)
    return job.id


def test_a_job_whose_process_is_gone_has_failed(wb: Workbench, bob: Workbench) -> None:
    lost = abandoned(wb)
    assert [(j.id, j.state) for j in bob.jobs()] == [(lost, JobState.FAILED)]
    job = wb.job(lost)
    assert job.error is not None
    assert job.error.message == "The process that ran it is gone; nothing was committed."
    with pytest.raises(JobStopped, match=r"is gone; nothing was committed\. Import it again\."):
        job.wait()
    with pytest.raises(InvalidInput, match="it is failed"):
        job.cancel()
    export = wb.job(abandoned(wb, kind=JobKind.EXPORT))
    assert export.error is not None
    assert "the file was not written" in export.error.message


def test_a_job_that_had_committed_before_its_process_went_has_succeeded(wb: Workbench) -> None:
    done = wb.commit(pa.table({"n": [1, 2, 3]}), "sales", idempotency_key="k")
    job = wb.job(abandoned(wb, key="k"))
    assert job.state is JobState.SUCCEEDED
    found = job.wait()
    assert (found.commit, found.rows, found.ref) == (done.commit, 3, "main")
    assert found.notes == ("The process that ran it is gone, but it had committed before.",)


def test_a_job_of_this_process_is_not_taken_for_lost(wb: Workbench, orders: Path, gate: Gate) -> None:
    job = wb.import_file(orders, "sales", background=True, progress=gate)
    assert gate.reached.wait(60)
    silence(wb, job.id)
    assert not wb.job(job.id).ended
    gate.open.set()
    assert job.wait().created


def test_a_job_that_was_taken_for_lost_does_not_commit(wb: Workbench, bob: Workbench, orders: Path) -> None:
    """Its machine slept: when it wakes, others have said that nothing was committed, and so it stays."""
    gate = Gate("reading")
    job = wb.import_file(orders, "sales", background=True, progress=gate)
    assert gate.reached.wait(60)
    with wb.store.unit() as unit:
        standing = unit.jobs.get(job.id)
    while bob.job(job.id).state is not JobState.FAILED:  # the heartbeat goes on, so it takes a few tries
        silence(wb, standing.id)
    gate.open.set()
    with pytest.raises(JobStopped, match="nothing was committed"):
        job.wait()
    assert job.state is JobState.FAILED
    assert untouched(wb)


def test_an_end_that_cannot_be_written_down_is_written_later(
    wb: Workbench, bob: Workbench, orders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(COMMITTING)
    job = wb.import_file(orders, "sales", background=True, progress=gate)
    assert gate.reached.wait(60)
    move, failures = PostgresJobRepository.move, []

    def fail_once(self: Any, *args: Any, **more: Any) -> Any:
        if not failures:
            failures.append(1)
            raise DatabaseUnavailable("It is away.", hint="Wait.")
        return move(self, *args, **more)

    monkeypatch.setattr(PostgresJobRepository, "move", fail_once)
    gate.open.set()
    assert job.wait().created
    assert failures
    assert bob.job(job.id).wait().created


def test_a_store_that_stays_away_does_not_keep_the_heartbeat_going(pg_url: str, orders: Path, gate: Gate) -> None:
    mine = connect(pg_url, actor="cat", settings=Settings())
    job = mine.import_file(orders, "sales", background=True, progress=gate)
    assert gate.reached.wait(60)
    mine.store.database.dispose()
    mine.store.database = mine.store.segments._database = Database("postgresql://127.0.0.1:1/nowhere")
    gate.open.set()
    with pytest.raises(DatabaseUnavailable):
        job.wait()
    mine.close()
    beats = [thread for thread in threading.enumerate() if thread.name == "dsa-job-heartbeat"]
    for thread in beats:
        thread.join(60)
        assert not thread.is_alive()


@pytest.mark.parametrize("how", ["close", "with"])
def test_the_end_of_a_workbench_waits_for_its_jobs(pg_url: str, wb: Workbench, orders: Path, how: str) -> None:
    gate = Gate()
    threading.Timer(0.2, gate.open.set).start()
    if how == "close":
        mine = connect(pg_url, actor="cat", settings=Settings())
        mine.import_file(orders, "sales", background=True, progress=gate)
        mine.close()
    else:
        with connect(pg_url, actor="cat", settings=Settings()) as mine:
            mine.import_file(orders, "sales", background=True, progress=gate)
    assert wb.jobs()[0].state is JobState.SUCCEEDED
    assert wb.read("sales").num_rows == 2
    with pytest.raises(InvalidInput, match="was closed"):
        mine.import_file(orders, "sales", background=True)


def close_cancelling(mine: Workbench) -> None:
    mine.close(cancel_jobs=True)


def leave_by_an_error(mine: Workbench) -> None:
    with pytest.raises(KeyError), mine:
        raise KeyError


@pytest.mark.parametrize("leave", [close_cancelling, leave_by_an_error])
def test_a_workbench_can_be_left_without_waiting(
    pg_url: str, wb: Workbench, orders: Path, leave: Callable[[Workbench], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work is stuck, and is left to itself: its row says so, and when it goes on it does not commit."""
    monkeypatch.setattr(runner, "STOP_SECONDS", 0.2)
    gate = Gate()
    mine = connect(pg_url, actor="cat", settings=Settings())
    job = mine.import_file(orders, "sales", background=True, progress=gate)
    assert gate.reached.wait(60)
    threads = [t for t in threading.enumerate() if t.name == "dsa-job"]
    leave(mine)
    seen = wb.job(job.id)
    assert seen.state is JobState.CANCELLED
    with pytest.raises(JobStopped, match="the workbench was closed: nothing was committed"):
        seen.wait()
    gate.open.set()
    for thread in threads:
        thread.join(60)
    assert wb.job(job.id).state is JobState.CANCELLED
    assert untouched(wb)
    mine.store.database.dispose()


def test_a_workbench_that_is_closed_leaves_no_heartbeat_with_a_connection(
    pg_url: str, orders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beating, go_on = threading.Event(), threading.Event()
    look = runner.JobRunner._look

    def slow(self: runner.JobRunner, running: Any) -> None:
        with self._store.unit() as unit:
            unit.jobs.get(running.job.id)
            beating.set()
            assert go_on.wait(60)
        look(self, running)

    with connect(pg_url, actor="ann", settings=Settings()) as wb:
        monkeypatch.setattr(runner.JobRunner, "_look", slow)
        before = set(threading.enumerate())
        wb.import_file(orders, "s", background=True)
        assert beating.wait(60)
        threading.Timer(0.2, go_on.set).start()
    left = [t.name for t in set(threading.enumerate()) - before]
    assert "dsa-job-heartbeat" not in left
