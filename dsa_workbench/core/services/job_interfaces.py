"""What jobs ask of a store: their rows, their history, and the tickets of the queue."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any, Protocol

from dsa_workbench.core.model.job import Job, JobChange, JobError, JobEvent, JobKind, JobLine
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.user import Actor


class IJobRepository(Protocol):
    """Background jobs. A state changes by compare-and-swap on the old one, and by nothing else."""

    def add(
        self,
        kind: JobKind,
        about: str,
        actor: Actor,
        *,
        dataset: str | None = None,
        ref: str | None = None,
        idempotency_key: str | None = None,
        command: Mapping[str, Any] | None = None,
        retry_of: int | None = None,
    ) -> Job:
        """Write down a job that waits for its turn; a durable one by its `command`."""
        ...

    def get(self, job_id: int) -> Job:
        """Fetch a job; raise NotFound where there is none."""
        ...

    def move(
        self,
        job: Job,
        event: JobEvent,
        *,
        result: Mapping[str, Any] | None = None,
        error: JobError | None = None,
        holder: str | None = None,
        fault: bool = False,
        seconds: float = 0,
    ) -> Job | None:
        """Change a job's state if it is still that of `job`; return it as it is now, None where it is another.

        A start counts a try and notes the `holder`; a retry is due in so many seconds, and counts a `fault`. To be
        lost or tried again, a job must not have been heard of since `job` was read, either. Raises InvalidInput where
        the event cannot happen in that state.
        """
        ...

    def beat(self, job_id: int, progress: Progress, attempt: int | None = None) -> Job | None:
        """Say that a job is held and how far it is; return it as it is now, None where it has ended.

        With `attempt`, None also where that try is not the one at work any more.
        """
        ...

    def ask_to_cancel(self, job: Job, actor: Actor) -> Job | None:
        """Note who asks a running job to end, the first one; None where it does not run any more."""
        ...

    def silent(self, seconds: float) -> list[Job]:
        """List jobs that have not ended and whose holder was not heard of for so long; a durable one has it at work."""
        ...

    def unheld(self, seconds: float) -> list[Job]:
        """List durable jobs at work that were not heard of for so long, and whose worker holds its lock no more."""
        ...

    def list(self, limit: int) -> list[Job]:
        """List jobs, latest first."""
        ...

    def counts(self) -> tuple[dict[str, int], float]:
        """Count jobs by state, and tell for how many seconds the oldest of those that are due has waited."""
        ...

    def ticketless(self, seconds: float) -> builtins.list[Job]:
        """List durable jobs that have waited for so long and have no ticket that waits with them."""
        ...

    def by_key(self, kind: JobKind, dataset: str, key: str) -> Job | None:
        """Find the durable job of this key that waits, runs or has succeeded; others with it wait for this unit."""
        ...

    def forget(self, seconds: float) -> int:
        """Delete jobs that ended so long ago, with their history; return how many."""
        ...

    def commands(self) -> builtins.list[Mapping[str, Any]]:
        """List what durable jobs that have not ended are to do."""
        ...


class IJobHistory(Protocol):
    """What happened to jobs: changes of state, numbered in the order in which they became visible, and log lines."""

    def changes(self, after: int, limit: int, job_id: int | None = None) -> list[JobChange]:
        """List changes with a greater number, of one job or of all, oldest first."""
        ...

    def last(self) -> int:
        """Give the number of the last change; 0 where there is none."""
        ...

    def log(self, job_id: int, text: str, level: str = "info") -> None:
        """Add a line to a job's log."""
        ...

    def lines(self, job_id: int, after: int, limit: int) -> list[JobLine]:
        """List lines of a job's log with a greater number, oldest first."""
        ...


class ITicketRepository(Protocol):
    """Tickets of the queue: each names a durable job and the number of the try that it is for."""

    def issue(self, job: Job, *, lock: str | None = None, seconds: float = 0) -> None:
        """Give a job a ticket for its next try, not before so many seconds; jobs of one `lock` go one by one."""
        ...

    def drop(self, job: Job, *, taken: bool = False) -> None:
        """Take a job's ticket out of the queue while it waits there; `taken`: also where a worker has taken it."""
        ...

    def sweep(self, seconds: float) -> None:
        """Take out tickets that a worker took which is gone by now, and that no job waits for any more."""
        ...
