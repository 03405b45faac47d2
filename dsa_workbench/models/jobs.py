"""Jobs on the wire: what they do, how far they are, what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from dsa_workbench.core.model.job import Job, JobChange, JobLine
from dsa_workbench.models.base import Given, Told
from dsa_workbench.models.diffs import ExportAsked


class ProgressTold(Told):
    """How far a job was when it was last heard of."""

    phase: str
    rows: int
    bytes_done: int
    bytes_total: int | None = None
    seconds_left: float | None = Field(None, description="A guess, from the bytes so far.")


class JobErrorTold(Told):
    """Why a job has no result, or why it is tried again."""

    code: str
    message: str
    hint: str


class JobTold(Told):
    """A job. States go from queued by running to succeeded, failed or cancelled; a lost one goes back to queued."""

    id: int
    kind: Literal["import", "export", "check", "collect"]
    about: str
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    actor: str
    dataset: str | None = None
    ref: str | None = None
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    seen_at: datetime
    progress: ProgressTold
    result: Mapping[str, Any] | None = Field(
        None, description="Of an import its commit, of an export rows and bytes, of a check problems and counts."
    )
    error: JobErrorTold | None = None
    durable: bool = Field(description="Whether it outlives the process that began it.")
    attempts: int
    next_try_at: datetime | None = None
    cancel_requested_by: str | None = None
    retry_of: int | None = None

    @classmethod
    def of(cls, job: Job) -> JobTold:
        """Tell of a job; where a file lies on the server is nobody's business."""
        progress = ProgressTold(
            phase=job.progress.phase, rows=job.progress.rows, bytes_done=job.progress.bytes_done,
            bytes_total=job.progress.bytes_total, seconds_left=job.seconds_left,
        )  # fmt: skip
        error = None
        if job.error is not None:
            error = JobErrorTold(code=job.error.code, message=job.error.message, hint=job.error.hint)
        result = None if job.result is None else {k: v for k, v in job.result.items() if k != "path"}
        return cls(
            id=job.id, kind=job.kind.value, about=job.about, state=job.state.value, actor=job.actor,
            dataset=job.dataset, ref=job.ref, created_at=job.created_at, started_at=job.started_at,
            ended_at=job.ended_at, seen_at=job.seen_at, progress=progress, result=result, error=error,
            durable=job.durable, attempts=job.attempts, next_try_at=job.next_try_at,
            cancel_requested_by=job.cancel_requested_by, retry_of=job.retry_of,
        )  # fmt: skip


class JobsAsked(Given):
    """Which jobs."""

    limit: int = Field(50, ge=1, le=1000)
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"] | None = None
    dataset: str | None = Field(None, max_length=200)


class JobsTold(Told):
    """Jobs, latest first; `last_event` is where to begin to follow changes."""

    items: list[JobTold]
    last_event: int


class EventsAsked(Given):
    """What happened after something that is known."""

    after: int = Field(0, ge=0, le=2**62)
    limit: int = Field(1000, ge=1, le=1000)


class JobChangeTold(Told):
    """A change of a job's state; numbers grow over all jobs, and none is missed."""

    id: int
    job: int
    at: datetime
    event: str
    state: str
    attempt: int

    @classmethod
    def of(cls, change: JobChange) -> JobChangeTold:
        """Tell of a change."""
        return cls(
            id=change.id, job=change.job, at=change.at, event=change.event, state=change.state.value,
            attempt=change.attempt,
        )  # fmt: skip


class JobChangesTold(Told):
    """Changes, oldest first."""

    items: list[JobChangeTold]


class JobLineTold(Told):
    """A line of a job's log."""

    id: int
    at: datetime
    level: str
    text: str

    @classmethod
    def of(cls, line: JobLine) -> JobLineTold:
        """Tell of a line."""
        return cls(id=line.id, at=line.at, level=line.level, text=line.text)


class JobLogTold(Told):
    """Lines of a job's log, oldest first."""

    items: list[JobLineTold]


class ExportJobGiven(ExportAsked):
    """A version to be written to a file of the server, which is there for a week."""
