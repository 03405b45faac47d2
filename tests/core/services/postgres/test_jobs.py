"""Jobs in Postgres: as they were given, changed by compare-and-swap, silent ones found."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from dsa_workbench.core.model.job import Job, JobError, JobEvent, JobKind, JobState
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.services.job_interfaces import IJobRepository
from dsa_workbench.errors import InvalidInput, NotFound
from tests.fixtures.history import ANN, BOB
from tests.fixtures.waiting import wait_until_blocked


@pytest.fixture
def unit(store):
    with store.unit() as unit:
        yield unit


def add(unit, about="Import a.csv into sales@main", **more) -> Job:
    return unit.jobs.add(JobKind.IMPORT, about, ANN, **more)


def test_a_job_comes_back_as_it_was_given(unit):
    repository: IJobRepository = unit.jobs
    made = add(unit, dataset="sales", ref="main", idempotency_key="k")
    assert repository.get(made.id) == made
    assert (made.kind, made.about, made.state) == (JobKind.IMPORT, "Import a.csv into sales@main", JobState.QUEUED)
    assert (made.actor, made.dataset, made.ref, made.idempotency_key) == ("ann", "sales", "main", "k")
    assert (made.progress, made.result, made.error) == (Progress(""), None, None)
    assert (made.started_at, made.ended_at, made.cancel_requested) == (None, None, False)
    assert made.created_at.utcoffset().total_seconds() == 0
    assert made.seen_at >= made.created_at


def test_what_postgres_cannot_hold_is_spelled(unit):
    made = add(unit, about="Import a\0b\udcff.csv", dataset="\0")
    assert (made.about, made.dataset) == ("Import a\\x00b\\udcff.csv", "\\x00")
    error = JobError("The value 'a\0b\udcff' is odd.", "Mend \0 it.", "import_rejected")
    failed = unit.jobs.move(made, JobEvent.FAIL, error=error)
    assert failed.error == error
    assert unit.jobs.get(made.id) == failed


def test_unknown_numbers_are_told(unit):
    for number in (7, 1 << 70):
        with pytest.raises(NotFound, match=f"There is no job {number}"):
            unit.jobs.get(number)


def test_the_latest_come_first(unit):
    made = [add(unit, about=str(i)).id for i in range(5)]
    assert [job.id for job in unit.jobs.list(3)] == made[:1:-1]
    assert unit.jobs.list(0) == []


def test_moves_set_the_moments_and_what_came_of_it(unit):
    queued = add(unit)
    running = unit.jobs.move(queued, JobEvent.START)
    assert running.started_at > queued.created_at
    assert running.ended_at is None
    result = {"commit": "3f" * 32, "notes": ["a", "b\0"], "created": True, "seconds": 0.25}
    done = unit.jobs.move(running, JobEvent.SUCCEED, result=result)
    assert (done.state, done.result, done.error) == (JobState.SUCCEEDED, result, None)
    assert done.ended_at > running.started_at == done.started_at
    with pytest.raises(InvalidInput, match="succeeded cannot fail"):
        unit.jobs.move(done, JobEvent.FAIL)


def test_a_move_from_a_state_that_is_past_does_nothing(unit):
    queued = add(unit)
    cancelled = unit.jobs.move(queued, JobEvent.CANCEL)
    assert unit.jobs.move(queued, JobEvent.START) is None
    assert unit.jobs.get(queued.id) == cancelled


def test_of_two_moves_at_once_one_wins(store, pg_url):
    with store.unit() as unit:
        queued = add(unit)
        unit.commit()

    def start():
        with store.unit() as unit:
            moved = unit.jobs.move(queued, JobEvent.START)
            unit.commit()
            return moved

    with store.unit() as first, ThreadPoolExecutor(1) as pool:
        assert first.jobs.move(queued, JobEvent.CANCEL) is not None
        second = pool.submit(start)
        wait_until_blocked(pg_url)
        first.commit()
        assert second.result() is None
    with store.unit() as unit:
        assert unit.jobs.get(queued.id).state is JobState.CANCELLED


def test_a_beat_tells_progress_until_the_end(unit):
    job = add(unit)
    assert unit.jobs.beat(job.id, Progress("")).state is JobState.QUEUED
    running = unit.jobs.move(job, JobEvent.START)
    told = Progress("reading \0", 5, 100, 1 << 40)
    beaten = unit.jobs.beat(job.id, told)
    assert beaten.progress == Progress("reading \\x00", 5, 100, 1 << 40)
    assert beaten.seen_at > running.seen_at
    done = unit.jobs.move(running, JobEvent.SUCCEED, result={})
    assert unit.jobs.beat(job.id, Progress("more", 9)) is None
    assert unit.jobs.get(job.id) == done


def test_the_first_to_ask_for_the_end_is_noted_while_it_runs(unit):
    job = add(unit)
    assert unit.jobs.ask_to_cancel(job, ANN) is None
    running = unit.jobs.move(job, JobEvent.START)
    assert unit.jobs.ask_to_cancel(running, BOB).cancel_requested_by == "bob"
    asked = unit.jobs.ask_to_cancel(running, ANN)
    assert (asked.cancel_requested_by, asked.state) == ("bob", JobState.RUNNING)
    unit.jobs.move(running, JobEvent.CANCEL)
    assert unit.jobs.ask_to_cancel(running, ANN) is None


def test_silent_ones_are_found_and_lost_unless_they_speak(unit, database):
    ended, queued, running, lively = (add(unit, about=str(i)) for i in range(4))
    unit.jobs.move(ended, JobEvent.CANCEL)
    running = unit.jobs.move(running, JobEvent.START)
    unit.commit()
    with database.raw() as connection:
        connection.execute("UPDATE dsa.jobs SET seen_at = seen_at - interval '1 hour' WHERE id <> %s", [lively.id])
    silent = unit.jobs.silent(60)
    assert [job.id for job in silent] == [queued.id, running.id]
    assert unit.jobs.silent(7200) == []
    assert unit.jobs.beat(queued.id, Progress("")) is not None
    assert unit.jobs.move(silent[0], JobEvent.LOSE) is None
    lost = unit.jobs.move(silent[1], JobEvent.LOSE)
    assert (lost.state, lost.ended_at) == (JobState.FAILED, silent[1].seen_at)
