"""What work in the background hands back: a job that can be followed, waited for and cancelled."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

from dsa_workbench.core.model.job import Job, JobError, JobLine, JobState
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import DatabaseUnavailable, JobUnfinished
from dsa_workbench.rendering import jobs
from dsa_workbench.rendering.document import Document
from dsa_workbench.results.displayed import Displayed

T = TypeVar("T")
ProgressHook = Callable[[Progress], None]


class JobResult(Displayed, Generic[T]):
    """A background job.

    Its attributes are as of the last look; `refresh` looks again, and so does showing it. `wait` gives what the same
    call in the foreground would have given.
    """

    def __init__(
        self,
        job: Job,
        look: Callable[[int], Job],
        wait: Callable[[int, float | None, ProgressHook | None], T],
        cancel: Callable[[int], Job],
        keeps: object = None,
    ) -> None:
        self.job = job
        self._look, self._wait, self._cancel, self._keeps = look, wait, cancel, keeps

    @property
    def id(self) -> int:
        """The job's number."""
        return self.job.id

    @property
    def state(self) -> JobState:
        """Where it stands: queued, running, succeeded, failed or cancelled."""
        return self.job.state

    @property
    def ended(self) -> bool:
        """Say whether it has ended, well or not."""
        return self.job.ended

    @property
    def progress(self) -> Progress:
        """How far it is: phase, rows and bytes."""
        return self.job.progress

    @property
    def result(self) -> Mapping[str, Any] | None:
        """What was written down of its result; `wait` gives the result itself."""
        return self.job.result

    @property
    def error(self) -> JobError | None:
        """Why it has no result: message, hint and code."""
        return self.job.error

    def refresh(self) -> JobResult[T]:
        """Look again, and give this job."""
        self.job = self._look(self.id)
        return self

    def wait(self, timeout: float | None = None, *, progress: ProgressHook | None = None) -> T:
        """Wait for the end, and give what the call in the foreground would have given, or raise its error.

        An interrupt ends the waiting and not the job.

        Raises
        ------
        JobUnfinished
            It has not ended in `timeout` seconds; it goes on.
        JobStopped
            It was cancelled, or its process is gone.
        """
        try:
            return self._wait(self.id, timeout, progress)
        finally:
            self._try_to_refresh()

    def cancel(self) -> JobResult[T]:
        """Ask it to end, from whichever process; it does when it next tells its progress, and leaves nothing behind.

        Raises
        ------
        InvalidInput
            It has ended already.
        """
        self.job = self._cancel(self.id)
        return self

    def document(self) -> Document:
        """Describe the job as it is now."""
        self._try_to_refresh()
        return jobs.job(self.job)

    def _try_to_refresh(self) -> None:
        # Where the store does not answer, what was seen last is better than nothing.
        if not self.ended:
            with contextlib.suppress(DatabaseUnavailable):
                self.refresh()


@dataclass(frozen=True, repr=False)
class Jobs(Displayed, Sequence[Job]):
    """Background jobs, latest first."""

    jobs: tuple[Job, ...]

    @overload
    def __getitem__(self, index: int) -> Job: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Job]: ...

    def __getitem__(self, index: int | slice) -> Job | Sequence[Job]:
        return self.jobs[index]

    def __len__(self) -> int:
        return len(self.jobs)

    def __iter__(self) -> Iterator[Job]:
        return iter(self.jobs)

    def document(self) -> Document:
        """Describe the jobs."""
        return jobs.jobs(self.jobs)


@dataclass(frozen=True, repr=False)
class JobLog(Displayed, Sequence[JobLine]):
    """What happened to a job, line by line, oldest first."""

    id: int
    lines: tuple[JobLine, ...]

    @overload
    def __getitem__(self, index: int) -> JobLine: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[JobLine]: ...

    def __getitem__(self, index: int | slice) -> JobLine | Sequence[JobLine]:
        return self.lines[index]

    def __len__(self) -> int:
        return len(self.lines)

    def __iter__(self) -> Iterator[JobLine]:
        return iter(self.lines)

    def document(self) -> Document:
        """Describe the lines."""
        return jobs.log(self.id, self.lines)


def unfinished(job: Job, timeout: float | None) -> JobUnfinished:
    """Make the error of a wait that was too short for a job."""
    return JobUnfinished(
        f"Job {job.id} has not ended in {timeout:g} s: it is {job.state}.",
        hint="It goes on. Wait again, or cancel it.",
    )
