"""The verbs of background jobs, and how other verbs become jobs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from dsa_workbench.core.model.ids import from_hex
from dsa_workbench.core.model.job import Job
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import InvalidInput, error_of
from dsa_workbench.features.jobs.cancel_job import cancel_job
from dsa_workbench.features.jobs.list_jobs import get_job, list_jobs
from dsa_workbench.features.jobs.running import StartJob
from dsa_workbench.features.jobs.settle_jobs import cancelled_by
from dsa_workbench.results import CommitResult, Exported, JobResult, Jobs
from dsa_workbench.results.jobs import unfinished
from dsa_workbench.results.reports import upkeep_report
from dsa_workbench.workbench.connection import Connection

_LOOK = 0.5
"""Seconds between two looks at a job that another process holds, and between two words about one of ours."""

ProgressHook = Callable[[Progress], None]
T = TypeVar("T")


class JobVerbs(Connection):
    """Follow work that goes on in the background: jobs, job."""

    def jobs(self, limit: int = 50) -> Jobs:
        """List background jobs of all users of the store, latest first.

        A job whose process has gone is settled: it failed, unless it had committed before.
        """
        if limit < 0:
            raise InvalidInput(f"limit={limit} is negative.", hint="Give the number of jobs to list.")
        return Jobs(list_jobs(self.actor, self.store, limit, self._runner.held))

    def job(self, id: int) -> JobResult[Any]:
        """Look at a background job, whoever started it: follow it, wait for it, cancel it.

        Raises
        ------
        NotFound
            There is no job of this number.
        """
        return JobResult(self._look(id), self._look, self._wait, self._cancel)

    def _in_background(self, command: StartJob) -> JobResult[Any]:
        running = self._runner.start(self.actor, command)
        # The result holds on to the running job, so that its outcome is there as long as somebody can ask for it.
        return JobResult(running.job, self._look, self._wait, self._cancel, running)

    def _look(self, id: int) -> Job:
        return get_job(self.actor, self.store, id, self._runner.held)

    def _cancel(self, id: int) -> Job:
        job = cancel_job(self.actor, self.store, id, self._runner.held)
        self._runner.stop(id, job.error or cancelled_by(job))
        return job

    def _wait(self, id: int, timeout: float | None, progress: ProgressHook | None) -> Any:
        """Wait for a job's end; return what came of it, or raise its error."""
        running = self._runner.known(id)
        done = running.done if running is not None else threading.Event()
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            if running is not None and done.is_set():
                return running.outcome()
            job = running.job if running is not None else self._look(id)
            if running is None and job.ended:
                return self._outcome(job)
            if progress is not None:
                progress(job.progress)
            left = _LOOK if end is None else end - time.monotonic()
            if left <= 0:
                raise unfinished(job, timeout)
            done.wait(min(left, _LOOK))

    def _outcome(self, job: Job) -> Any:
        """Give what the job's own process was given, as far as it was written down, or raise its error."""
        if job.error is not None:
            raise error_of(job.error.code, job.error.message, job.error.hint)
        found = job.result or {}
        if "commit" in found:
            with self.store.unit() as unit:
                commit = unit.commits.get(from_hex(found["commit"]))
            return CommitResult(
                commit, found["dataset"], found["ref"], found["created"], found["rows"], found["seconds"],
                tuple(found["notes"]),
            )  # fmt: skip
        report = upkeep_report(found)
        if report is not None:
            return report
        return Exported(
            found["spec"],
            Path(found["path"]),
            found["rows"],
            found["bytes"],
            found["seconds"],
            tuple(found.get("notes", ())),
        )


def recorded_commit(done: CommitResult) -> Mapping[str, Any]:
    """Write down what a commit gave, for those who ask later or from elsewhere."""
    return {
        "commit": done.commit.id,
        "dataset": done.dataset,
        "ref": done.ref,
        "created": done.created,
        "rows": done.rows,
        "seconds": done.seconds,
        "notes": list(done.notes),
    }


def recorded_export(done: Exported) -> Mapping[str, Any]:
    """Write down what an export gave."""
    return {
        "spec": done.spec,
        "path": str(done.path),
        "rows": done.rows,
        "bytes": done.bytes,
        "seconds": done.seconds,
        "notes": list(done.notes),
    }


def both(first: ProgressHook, second: ProgressHook | None) -> ProgressHook:
    """Tell two hooks; the first may end the work."""
    if second is None:
        return first

    def tell(progress: Progress) -> None:
        first(progress)
        second(progress)

    return tell
