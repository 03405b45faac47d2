"""A job that a thread of this process holds: how far it is, whether it must stop, and what came of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dsa_workbench.core.model.job import Job, JobError, JobEvent, JobKind
from dsa_workbench.core.model.progress import COMMITTING, Progress
from dsa_workbench.errors import JobStopped

ProgressHook = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class StartJob:
    """What a job is to do.

    `work` is called on a thread with a hook for its progress; the hook raises where the job is to stop. `record` turns
    what `work` returns into the JSON that is kept.
    """

    kind: JobKind
    about: str
    work: Callable[[ProgressHook], Any]
    record: Callable[[Any], Mapping[str, Any]]
    dataset: str | None = None
    ref: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended: what the store is to be told, and what the caller gets, a value or an error to be raised."""

    event: JobEvent
    value: Any = None
    raised: BaseException | None = None
    result: Mapping[str, Any] | None = None
    error: JobError | None = None


def stopped(error: JobError) -> Ending:
    """Give the ending of a job that was told to stop."""
    return Ending(JobEvent.CANCEL, raised=JobStopped(error.message, hint=error.hint), error=error)


class Running:
    """A job in this process. Its thread tells progress, any thread may stop it or wait for it.

    `look` is called before a commit: it brings the job's row up to date and sees whether the job is still wanted.
    """

    def __init__(self, job: Job, command: StartJob, look: Callable[[Running], None]) -> None:
        self.job = job
        self.command: StartJob | None = command
        self.latest = Progress("")
        self.stop: JobError | None = None
        self.committing = False
        self.ending: Ending | None = None
        self.done = threading.Event()
        self._look = look

    def tell(self, progress: Progress) -> None:
        """Take a moment of the work; raise JobStopped where it is to stop.

        Just before a commit the store itself is asked: what is cancelled by then leaves nothing behind.
        """
        self.latest = progress
        commits = progress.phase == COMMITTING
        if commits and self.stop is None:
            self._look(self)
        if self.stop is not None:
            raise JobStopped(self.stop.message, hint=self.stop.hint)
        self.committing = commits

    def end(self, ending: Ending) -> None:
        """Let those who wait go on; the first ending counts. What the work held is let go of."""
        if self.ending is None:
            self.ending = ending
        self.command = None
        self.done.set()

    def outcome(self) -> Any:
        """Give what the work returned, or raise its error; only once `done`."""
        if self.ending is None:
            raise RuntimeError("The job has not ended.")
        if self.ending.raised is not None:
            raise self.ending.raised
        return self.ending.value
