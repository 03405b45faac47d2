"""The jobs that a worker is at work on: a thread for each, and a heartbeat that tells of all of them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from structlog.contextvars import bound_contextvars

from dsa_workbench.core.model.job import Job, JobEvent
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import DatabaseUnavailable, DsaError
from dsa_workbench.features.jobs.hold_job import LEAVING, TAKEN, beat_job, begin_job, end_job, ending_of, give_back
from dsa_workbench.features.jobs.running import Ending, ProgressHook, Running, StartJob
from dsa_workbench.features.jobs.submit_job import REQUEST_ID
from dsa_workbench.worker.threads import on_thread

_log = logging.getLogger(__name__)
_PAUSE = 1.0
"""Seconds between two tries to write down how a job ended, where the store does not answer."""


class Holder:
    """The jobs of one worker; `perform` does the work of one and gives its result as JSON."""

    def __init__(
        self,
        store: IStore,
        perform: Callable[[Job, ProgressHook], Mapping[str, Any]],
        name: str,
        ended: Callable[[Job], None] | None = None,
    ) -> None:
        self._store, self._perform, self._name, self._ended = store, perform, name, ended
        self._lock = threading.Lock()
        self._live: dict[int, Running] = {}
        self._leaving = threading.Event()

    @property
    def busy(self) -> int:
        """Count the jobs that are at work here."""
        return len(self._live)

    async def do(self, job_id: int, attempt: int) -> None:
        """Do one try of a job on a thread of its own; cancelling this leaves the thread alone."""
        await on_thread(lambda: self._do(job_id, attempt), f"dsa-worker-job-{job_id}")

    def beat(self) -> None:
        """Tell of all jobs that they are held and how far they are; stop those that are to stop."""
        for running in self._here():
            if running.ending is None:
                try:
                    self._look(running)
                except DsaError as err:
                    _log.warning("no heartbeat for job %d this time: %s", running.job.id, err)

    def leave(self) -> None:
        """Tell all jobs to stop and to go back to the queue; no other is begun."""
        self._leaving.set()
        for running in self._here():
            running.stop = running.stop or LEAVING

    def let_go(self, seconds: float) -> None:
        """Wait for the threads; what does not stop in time goes back to the queue without its thread."""
        end = time.monotonic() + seconds
        for running in self._here():
            # One that has passed the last look may have committed: whoever tries again finds its commit by the key.
            if running.done.wait(max(end - time.monotonic(), 0)) or running.committing:
                continue
            try:
                give_back(self._store, running)
            except DsaError as err:
                _log.warning("job %d cannot be given back, and is taken for lost later: %s", running.job.id, err)

    def _here(self) -> list[Running]:
        with self._lock:
            return list(self._live.values())

    def _do(self, job_id: int, attempt: int) -> None:
        if self._leaving.is_set():
            return  # it waits without a ticket then, and is given another one
        try:
            job = begin_job(self._store, job_id, attempt, self._name)
        except DsaError as err:
            _log.warning("job %d cannot be begun now, and is brought again: %s", job_id, err)
            return
        if job is None:
            return
        asked = (job.command or {}).get(REQUEST_ID)
        with bound_contextvars(job=job_id, **({"request_id": asked} if asked else {})):
            self._hold(job)

    def _hold(self, job: Job) -> None:
        _log.info("job %d begins, try %d: %s", job.id, job.attempts, job.about)
        nothing = StartJob(job.kind, job.about, lambda _tell: None, lambda _value: {})
        running = Running(job, nothing, self._look)
        with self._lock:
            self._live[job.id] = running
        if self._leaving.is_set():
            running.stop = LEAVING
        try:
            ending = self._ending(running)
            self._save(running, ending)
            running.end(ending)
        finally:
            with self._lock:
                del self._live[job.id]
            running.done.set()
        _log.info("job %d, try %d, ended: %s", job.id, job.attempts, ending.event)
        if self._ended is not None:
            try:
                with self._store.unit() as unit:
                    self._ended(unit.jobs.get(job.id))
            except DsaError as err:
                _log.warning("the end of job %d is told to nobody: %s", job.id, err)

    def _ending(self, running: Running) -> Ending:
        try:
            result = self._perform(running.job, running.tell)
            return Ending(JobEvent.SUCCEED, value=result, result=result)
        except BaseException as err:  # noqa: BLE001 - whatever it is (Rust panics too), it must stand in the job's row
            if not isinstance(err, DsaError):
                _log.error("job %d broke off", running.job.id, exc_info=err)
            return ending_of(running, err)

    def _save(self, running: Running, ending: Ending) -> None:
        """Write down how it ended, as soon as the store answers; if the worker ends before that, the job is lost."""
        while running.stop is not TAKEN:
            try:
                end_job(self._store, running, ending)
            except DatabaseUnavailable as err:
                _log.warning("the end of job %d cannot be written down yet: %s", running.job.id, err)
            else:
                return
            if self._leaving.wait(_PAUSE):
                return

    def _look(self, running: Running) -> None:
        beat_job(self._store, running)
