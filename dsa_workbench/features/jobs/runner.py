"""The threads that do this process's jobs, and the heartbeat that tells of them.

Workers are daemon threads: they never keep Python from ending. One more thread beats: twice a second it writes the
progress of each job to its row, which also says that the process lives, and sees there who was asked to stop.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterable

from dsa_workbench.core.model.job import Job, JobError, JobEvent, JobState
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import DatabaseUnavailable, DsaError, InvalidInput, JobStopped, error_of
from dsa_workbench.features.jobs.running import Ending, Running, StartJob, stopped
from dsa_workbench.features.jobs.settle_jobs import UNDONE, cancelled_by

AT_ONCE = 4
"""Jobs that run at the same time; more of them wait for their turn, so that memory and connections stay in bounds."""
BEAT = 0.5
"""Seconds between two heartbeats, and so the longest until a job hears that it was cancelled elsewhere."""
STOP_SECONDS = 10.0
"""How long a job that is told to stop may take before it is left to itself. It cannot commit any more."""
EXIT_SECONDS = 3.0
"""The same when Python ends."""

_AGAIN = "Run it again; wait for it with job.wait(), or by leaving a `with` block of the workbench."
_ENDED = "Python ended while it ran"
_log = logging.getLogger(__name__)


class JobRunner:
    """The jobs of one workbench in this process. A fork of the process has none of them."""

    def __init__(self, store: IStore) -> None:
        self._store = store
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._live: dict[int, Running] = {}
        self._known: weakref.WeakValueDictionary[int, Running] = weakref.WeakValueDictionary()
        self._waiting: deque[Running] = deque()
        self._workers = 0
        self._heart: threading.Thread | None = None
        self._let_go_now = threading.Event()
        self._closed = False

    @property
    def held(self) -> frozenset[int]:
        """The numbers of the jobs that this process is at work on."""
        return frozenset(self._here())

    def known(self, job_id: int) -> Running | None:
        """Find a job of this process, also one that has ended while somebody holds on to it."""
        return self._known.get(job_id) if os.getpid() == self._pid else None

    def start(self, actor: Actor, command: StartJob) -> Running:
        """Write a job down and have it done.

        Raises
        ------
        InvalidInput
            The workbench is closed, or was opened before this process was forked.
        """
        if self._closed or os.getpid() != self._pid:
            why = "it was closed" if self._closed else "it was opened by the process that this one was forked from"
            raise InvalidInput(f"This workbench takes no more jobs: {why}.", hint="Connect again.")
        with self._store.unit() as unit:
            job = unit.jobs.add(
                command.kind,
                command.about,
                actor,
                dataset=command.dataset,
                ref=command.ref,
                idempotency_key=command.idempotency_key,
            )
            unit.commit()
        running = Running(job, command, self._look)
        with self._lock:
            if not self._live:
                # Registered late, so that it comes before what ends the embedded server.
                atexit.unregister(self._at_exit)
                atexit.register(self._at_exit)
            self._live[job.id] = self._known[job.id] = running
            self._waiting.append(running)
            if self._workers < AT_ONCE:
                self._workers += 1
                threading.Thread(target=self._serve, name="dsa-job", daemon=True).start()
            if self._heart is None:
                self._heart = threading.Thread(target=self._beat, name="dsa-job-heartbeat", daemon=True)
                self._heart.start()
        return running

    def stop(self, job_id: int, error: JobError) -> None:
        """Stop a job of this process at once, without waiting for the heartbeat."""
        running = self.known(job_id)
        if running is not None and running.stop is None:
            running.stop = error

    def close(self, *, cancel: bool = False) -> None:
        """Take no more jobs, and wait for those there are; with `cancel` they are told to stop.

        An interrupt while waiting cancels them, too.
        """
        self._closed = True
        left = self._here().values()
        try:
            if not cancel:
                for running in left:
                    running.done.wait()
        except KeyboardInterrupt:
            self._give_up(left, "the waiting for it was interrupted", STOP_SECONDS)
            raise
        if cancel:
            self._give_up(left, "the workbench was closed", STOP_SECONDS)
        self._let_go()

    def _at_exit(self) -> None:
        self._closed = True
        self._give_up(self._here().values(), _ENDED, EXIT_SECONDS)
        self._let_go(EXIT_SECONDS)

    def _let_go(self, seconds: float = STOP_SECONDS) -> None:
        """End the heartbeat, after a last try to write down what could not be written before.

        Its thread is waited for, since it may be in the middle of a beat, with a connection of the store.
        """
        for running in self._here().values():
            if running.ending is not None:
                self._save(running, running.ending)
        if os.getpid() == self._pid:
            with self._lock:
                self._live.clear()
                heart = self._heart
            self._let_go_now.set()
            if heart is not None:
                heart.join(seconds)
            atexit.unregister(self._at_exit)

    def _here(self) -> dict[int, Running]:
        if os.getpid() != self._pid:  # a fork: the threads, and perhaps the lock, stayed with the parent
            return {}
        with self._lock:
            return dict(self._live)

    def _give_up(self, left: Iterable[Running], why: str, seconds: float) -> None:
        end = time.monotonic() + seconds
        for running in left:
            running.stop = running.stop or _given_up(running.job, why)
        for running in left:
            # One that has passed the last look may have committed: its idempotency key will tell, not we.
            if not running.done.wait(max(end - time.monotonic(), 0)) and not running.committing:
                self._finish(running, stopped(running.stop or _given_up(running.job, why)))

    def _serve(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._workers -= 1
                    return
                running = self._waiting.popleft()
            self._finish(running, self._done(running))

    def _done(self, running: Running) -> Ending:
        """Do a job, and tell how it ended."""
        command = running.command
        try:
            if running.stop is None:
                self._begin(running)
            if command is None or running.stop is not None:
                return stopped(running.stop or _given_up(running.job, "it had no work left"))
            value = command.work(running.tell)
            return Ending(JobEvent.SUCCEED, value=value, result=command.record(value))
        except BaseException as err:  # noqa: BLE001 - whatever it is (Rust panics too), it must stand in the job's row
            return _failed(running, err)

    def _begin(self, running: Running) -> None:
        with self._store.unit() as unit:
            job = unit.jobs.move(running.job, JobEvent.START)
            unit.commit()
            running.job = job or unit.jobs.get(running.job.id)
        if job is None:
            running.stop = _why_ended(running.job)

    def _finish(self, running: Running, ending: Ending) -> None:
        """Write an ending to the row, and let those who wait go on; of several endings the first counts."""
        try:
            self._save(running, running.ending or ending)
        finally:
            running.end(ending)

    def _save(self, running: Running, ending: Ending) -> None:
        """Write an ending to the row. Where the store does not answer, the next beat tries again."""
        try:
            with self._store.unit() as unit:
                job = unit.jobs.get(running.job.id)
                if not job.ended:
                    unit.jobs.beat(job.id, running.latest)
                    job = unit.jobs.move(job, ending.event, result=ending.result, error=ending.error) or job
                    unit.commit()
            running.job = job
        except DatabaseUnavailable as err:
            _log.warning("the end of job %d cannot be written down yet: %s", running.job.id, err)
            return
        except DsaError:
            _log.exception("the end of job %d cannot be written down", running.job.id)
        with self._lock:
            self._live.pop(running.job.id, None)

    def _beat(self) -> None:
        while True:
            with self._lock:
                live = list(self._live.values())
                if not live:
                    self._heart = None
                    return
            for running in live:
                if running.ending is not None:
                    self._save(running, running.ending)
                    continue
                try:
                    self._look(running)
                except DsaError as err:
                    _log.warning("no heartbeat for job %d this time: %s", running.job.id, err)
            self._let_go_now.wait(BEAT)

    def _look(self, running: Running) -> None:
        """Write progress and heartbeat to a job's row, and see whether it is to stop."""
        with self._store.unit() as unit:
            job = unit.jobs.beat(running.job.id, running.latest)
            if job is not None:
                unit.commit()
            else:
                job = unit.jobs.get(running.job.id)
        if running.ending is not None:
            return
        running.job = job
        if job.ended:
            self._taken(running)
        elif job.cancel_requested and running.stop is None:
            running.stop = cancelled_by(job)

    def _taken(self, running: Running) -> None:
        """Stop a job that somebody else has ended: cancelled while it waited, or taken for lost while we slept."""
        error = _why_ended(running.job)
        running.stop = running.stop or error
        with self._lock:
            waits = running in self._waiting
            if waits:
                self._waiting.remove(running)
                self._live.pop(running.job.id, None)
        if waits:
            event = JobEvent.CANCEL if running.job.state is JobState.CANCELLED else JobEvent.FAIL
            running.end(Ending(event, raised=error_of(error.code, error.message, error.hint), error=error))


def _given_up(job: Job, why: str) -> JobError:
    return JobError(f"The job was given up, since {why}: {UNDONE[job.kind]}.", _AGAIN, JobStopped.code)


def _why_ended(job: Job) -> JobError:
    return job.error or JobError(f"Job {job.id} was ended elsewhere.", "Look at it.", JobStopped.code)


def _failed(running: Running, err: BaseException) -> Ending:
    """Tell how a job ended whose work raised: told to stop, or by an error."""
    if running.stop is not None:
        return stopped(running.stop)
    if isinstance(err, DsaError):
        return Ending(JobEvent.FAIL, raised=err, error=JobError(err.message, err.hint, err.code))
    if "interpreter shutdown" in str(err):  # what pools of threads say when Python ends
        return stopped(_given_up(running.job, _ENDED))
    _log.error("job %d broke off", running.job.id, exc_info=err)
    told = f"The work broke off: {type(err).__name__}: {err}".rstrip(".")
    error = JobError(f"{told}.", "Please report this; the log holds the traceback.", DsaError.code)
    return Ending(JobEvent.FAIL, raised=err, error=error)
