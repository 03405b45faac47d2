"""The moves of a job: ends are ends, and only what runs succeeds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.core.model.job import Job, JobError, JobEvent, JobKind, JobState, moved, next_state
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import InvalidInput

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
JOB = Job(12, JobKind.IMPORT, "Import a.csv into sales@main", JobState.QUEUED, "ann", NOON, NOON)

MOVES = {
    "queued": {"start": "running", "fail": "failed", "cancel": "cancelled", "lose": "failed"},
    "running": {"succeed": "succeeded", "fail": "failed", "cancel": "cancelled", "lose": "failed", "retry": "queued"},
    "succeeded": {},
    "failed": {},
    "cancelled": {},
}


@pytest.mark.parametrize("state", JobState)
@pytest.mark.parametrize("event", JobEvent)
def test_every_move_is_made_or_refused(state: JobState, event: JobEvent) -> None:
    if event in MOVES[state]:
        assert next_state(state, event) == MOVES[state][event]
        return
    with pytest.raises(InvalidInput, match=f"A job that is {state} cannot {event}"):
        next_state(state, event)


@given(st.lists(st.sampled_from(JobEvent)))
def test_a_job_ends_once_and_succeeds_only_after_it_ran(events: list[JobEvent]) -> None:
    passed = [JobState.QUEUED]
    for event in events:
        try:
            passed.append(next_state(passed[-1], event))
        except InvalidInput:
            continue
    assert sum(state.ended for state in passed) <= 1
    assert all(not state.ended for state in passed[:-1])
    assert JobState.SUCCEEDED not in passed or passed[-2] is JobState.RUNNING


def test_a_move_keeps_what_the_job_is_about_and_adds_what_came_of_it() -> None:
    running = moved(JOB, JobEvent.START)
    assert running == replace(JOB, state=JobState.RUNNING)
    done = moved(running, JobEvent.SUCCEED, result={"rows": 3})
    assert (done.state, done.result, done.error, done.about) == (JobState.SUCCEEDED, {"rows": 3}, None, JOB.about)
    error = JobError("It broke.", "Mend it.", "import_rejected")
    assert moved(running, JobEvent.FAIL, error=error).error == error
    assert not JOB.ended
    assert done.ended


def test_how_long_it_still_takes_is_guessed_from_the_bytes() -> None:
    times = {"started_at": NOON, "seen_at": NOON + timedelta(seconds=4)}
    running = replace(JOB, state=JobState.RUNNING, progress=Progress("reading", 10, 25, 100), **times)
    assert running.seconds_left == 12
    assert replace(running, progress=Progress("reading", 10, 25)).seconds_left is None
    assert replace(running, progress=Progress("reading", 0, 0, 100)).seconds_left is None
    assert replace(running, state=JobState.QUEUED).seconds_left is None


def test_how_long_it_has_been_at_work() -> None:
    began = replace(JOB, started_at=NOON, seen_at=NOON + timedelta(seconds=4))
    assert (JOB.seconds, began.seconds) == (0, 4)
    assert replace(began, ended_at=NOON + timedelta(seconds=9)).seconds == 9
    assert replace(began, seen_at=NOON - timedelta(seconds=1)).seconds == 0
