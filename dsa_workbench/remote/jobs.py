"""The jobs of a server, seen from elsewhere."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

from dsa_workbench.core.model.job import Job, JobLine
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import InvalidInput, Unsupported, error_of
from dsa_workbench.remote import told
from dsa_workbench.remote.transport import Transport
from dsa_workbench.results import CommitResult, JobLog, JobResult, Jobs
from dsa_workbench.results.jobs import unfinished
from dsa_workbench.results.reports import upkeep_report

_LOOK = 0.3
"""Seconds between two looks."""
ProgressHook = Callable[[Progress], None]


class RemoteJobs:
    """The verbs of jobs: jobs, job, job_log, retry_job."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def jobs(self, limit: int = 50) -> Jobs:
        """List jobs, latest first."""
        if limit < 0:
            raise InvalidInput(f"limit={limit} is negative.", hint="Give the number of jobs to list.")
        found = self._transport.get("jobs", limit=min(limit, 1000))["items"] if limit else []
        return Jobs(tuple(told.job(item) for item in found))

    def job(self, id: int) -> JobResult[Any]:
        """Look at a job: follow it, wait for it, cancel it."""
        return JobResult(self._look(id), self._look, self._wait, self._cancel)

    def job_log(self, id: int, after: int = 0, limit: int = 1000) -> JobLog:
        """Read what a job wrote down."""
        found = self._transport.get("jobs", str(id), "log", after=after, limit=limit)["items"]
        return JobLog(id, tuple(JobLine(x["id"], told.when(x["at"]), x["level"], x["text"]) for x in found))

    def retry_job(self, id: int) -> JobResult[Any]:
        """Do a job again that failed or was cancelled."""
        return self.job(self._post(id, "retry")["id"])

    def _look(self, id: int) -> Job:
        return told.job(self._transport.get("jobs", str(id)))

    def _cancel(self, id: int) -> Job:
        return told.job(self._post(id, "cancel"))

    def _post(self, id: int, what: str) -> Any:
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        return self._transport.ask("POST", ("jobs", str(id), what), headers=headers).json()

    def ended(self, id: int, timeout: float | None, progress: ProgressHook | None) -> Any:
        """Wait for the end of a job, and give what was written down of its result, or raise its error."""
        end = None if timeout is None else time.monotonic() + timeout
        while not (job := self._look(id)).ended:
            if progress is not None:
                progress(job.progress)
            left = _LOOK if end is None else end - time.monotonic()
            if left <= 0:
                raise unfinished(job, timeout)
            time.sleep(min(left, _LOOK))
        if job.error is not None:
            raise error_of(job.error.code, job.error.message, job.error.hint)
        return job.result or {}

    def _wait(self, id: int, timeout: float | None, progress: ProgressHook | None) -> Any:
        found = self.ended(id, timeout, progress)
        report = upkeep_report(found)
        if report is not None:
            return report
        if "commit" not in found:
            raise Unsupported(f"Job {id} wrote a file on the server.", hint="Fetch it from jobs/…/file.")
        commit = told.commit(self._transport.get("datasets", found["dataset"], "commits", found["commit"]))
        return CommitResult(
            commit, found["dataset"], found["ref"], found["created"], found["rows"], found["seconds"],
            tuple(found["notes"]),
        )  # fmt: skip
