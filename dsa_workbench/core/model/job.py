"""Jobs: work that goes on while the user does something else, and the moves between its states.

The machine is pure: an event in, the next state out. It knows no thread, no clock and no database, so whoever runs
jobs (a thread of this process, a worker of a queue) obeys the same moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import InvalidInput


class JobKind(StrEnum):
    """What a job does."""

    IMPORT = "import"
    EXPORT = "export"
    CHECK = "check"
    COLLECT = "collect"


class JobState(StrEnum):
    """Where a job stands. The last three are ends: nothing moves a job out of them."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Say whether this is an end."""
        return self in _ENDS


_ENDS = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED})


class JobEvent(StrEnum):
    """What can happen to a job."""

    START = "start"
    """Somebody has begun to work on it."""
    SUCCEED = "succeed"
    """The work is done. A request to cancel that came after the commit changes nothing about that."""
    FAIL = "fail"
    """The work ended with an error."""
    CANCEL = "cancel"
    """The work was given up because somebody asked for it."""
    LOSE = "lose"
    """Whoever held it has not been heard of for too long."""
    RETRY = "retry"
    """It is to be done again: its worker was lost or told to stop, or a fault came in between that passes."""


_MOVES = {
    (JobState.QUEUED, JobEvent.START): JobState.RUNNING,
    (JobState.QUEUED, JobEvent.FAIL): JobState.FAILED,
    (JobState.QUEUED, JobEvent.CANCEL): JobState.CANCELLED,
    (JobState.QUEUED, JobEvent.LOSE): JobState.FAILED,
    (JobState.RUNNING, JobEvent.SUCCEED): JobState.SUCCEEDED,
    (JobState.RUNNING, JobEvent.FAIL): JobState.FAILED,
    (JobState.RUNNING, JobEvent.CANCEL): JobState.CANCELLED,
    (JobState.RUNNING, JobEvent.LOSE): JobState.FAILED,
    (JobState.RUNNING, JobEvent.RETRY): JobState.QUEUED,
}


def next_state(state: JobState, event: JobEvent) -> JobState:
    """Tell the state after an event.

    Raises
    ------
    InvalidInput
        There is no such move: a job that has ended stays as it is, and only a running one succeeds.
    """
    found = _MOVES.get((state, event))
    if found is None:
        raise InvalidInput(f"A job that is {state} cannot {event}.", hint="Look at it again: its state has changed.")
    return found


@dataclass(frozen=True, slots=True)
class JobError:
    """Why a job has no result: what happened, what to do, and the code of the error."""

    message: str
    hint: str = ""
    code: str = "error"


@dataclass(frozen=True, slots=True)
class Job:
    """A job as stored.

    `about` says in words what it does, `progress` how far it was at `seen_at`, when whoever holds it was last heard of.
    `result` is what came of it, as JSON. The moments are those of the database's clock. `idempotency_key` is the
    key of the write that the job does, so that a second try is not done twice.

    A durable job has a `command`, what to do as JSON. `attempts` counts how often somebody began, `holder` is who did
    last; `faults` counts the tries that a lost worker or database ended. `next_try_at` is when the next one is due,
    and `error` says until then why. `ticket` is its place in the queue, `retry_of` the job that it repeats.
    """

    id: int
    kind: JobKind
    about: str
    state: JobState
    actor: str
    created_at: datetime
    seen_at: datetime
    dataset: str | None = None
    ref: str | None = None
    progress: Progress = Progress("")  # noqa: RUF009 - frozen
    result: Mapping[str, Any] | None = None
    error: JobError | None = None
    idempotency_key: str | None = None
    cancel_requested_by: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    command: Mapping[str, Any] | None = None
    attempts: int = 0
    faults: int = 0
    next_try_at: datetime | None = None
    holder: str | None = None
    ticket: int | None = None
    retry_of: int | None = None

    @property
    def durable(self) -> bool:
        """Say whether what it does is written down, so that any worker can do it, again after a restart."""
        return self.command is not None

    @property
    def seconds_left(self) -> float | None:
        """Guess how long it still takes, from the bytes so far; None where nobody knows."""
        done, total = self.progress.bytes_done, self.progress.bytes_total
        if self.state is not JobState.RUNNING or not total or not done:
            return None
        return self.seconds * max(total - done, 0) / done

    @property
    def ended(self) -> bool:
        """Say whether it has ended, well or not."""
        return self.state.ended

    @property
    def cancel_requested(self) -> bool:
        """Say whether somebody asked to cancel it."""
        return self.cancel_requested_by is not None

    @property
    def seconds(self) -> float:
        """Tell how long it has been at work, as far as we know; 0 before it began."""
        if self.started_at is None:
            return 0.0
        return max(((self.ended_at or self.seen_at) - self.started_at).total_seconds(), 0.0)


def moved(job: Job, event: JobEvent, *, result: Mapping[str, Any] | None = None, error: JobError | None = None) -> Job:
    """Give a job as it is after an event; the moments are the store's business.

    Raises
    ------
    InvalidInput
        There is no such move.
    """
    return replace(job, state=next_state(job.state, event), result=result, error=error)


@dataclass(frozen=True, slots=True)
class JobChange:
    """A change of a job's state. Numbers grow in the order in which changes became visible, over all jobs.

    `event` is that of `JobEvent`, or ``add`` for a new job, or ``ask`` where somebody asked it to end.
    """

    id: int
    job: int
    at: datetime
    event: str
    state: JobState
    attempt: int


@dataclass(frozen=True, slots=True)
class JobLine:
    """A line of a job's log; `level` is ``info``, ``warning`` or ``error``."""

    id: int
    at: datetime
    level: str
    text: str
