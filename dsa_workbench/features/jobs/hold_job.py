"""What a worker does about a durable job: take it, tell of it, and write down how the try ended.

Each try has a number, and every write is for the try of this number alone. A worker that was taken for lost and comes
back finds that the job is another's, and stops.
"""

from __future__ import annotations

from dsa_workbench.core.model.job import Job, JobError, JobEvent, JobState
from dsa_workbench.core.services.interfaces import IStore, IUnitOfWork
from dsa_workbench.errors import DatabaseUnavailable, DsaError, JobStopped, NotFound
from dsa_workbench.features.jobs.running import Ending, Running
from dsa_workbench.features.jobs.settle_jobs import cancelled_by, settle_jobs
from dsa_workbench.features.jobs.try_again import lock_of, try_again

TAKEN = JobError("The job was taken by another worker, since this one was not heard of.", code=JobStopped.code)
LEAVING = JobError("The worker was told to stop.", code=JobStopped.code)


def begin_job(store: IStore, job_id: int, attempt: int, holder: str) -> Job | None:
    """Take a job for a try; None where the ticket is of a try that is past, or the job has ended or is gone."""
    with store.unit() as unit:
        try:
            job = unit.jobs.get(job_id)
        except NotFound:
            return None
        if job.state is not JobState.QUEUED or job.attempts + 1 != attempt:
            return None
        begun = unit.jobs.move(job, JobEvent.START, holder=holder)
        if begun is not None:
            unit.job_history.log(job_id, f"Try {attempt} began on {holder}.")
            unit.commit()
        return begun


def beat_job(store: IStore, running: Running) -> None:
    """Write progress and heartbeat of a try to the job's row, and see whether it is to stop."""
    with store.unit() as unit:
        progress = running.latest
        job = unit.jobs.beat(running.job.id, progress, running.job.attempts)
        if job is not None:
            if progress.phase != running.job.progress.phase:
                told = f"{progress.phase.capitalize() or 'Working'}, {progress.rows:,} rows so far."
                unit.job_history.log(job.id, told)
            unit.commit()
            running.job = job
    if running.stop is None and job is None:
        running.stop = TAKEN
    elif running.stop is None and job is not None and job.cancel_requested:
        running.stop = cancelled_by(job)


def ending_of(running: Running, err: BaseException) -> Ending:
    """Tell how a try ended whose work raised: told to stop, by a fault that passes, or for good."""
    if running.stop is not None:
        event = JobEvent.RETRY if running.stop is LEAVING else JobEvent.CANCEL
        return Ending(event, raised=err, error=running.stop)
    if isinstance(err, DatabaseUnavailable):
        return Ending(JobEvent.RETRY, raised=err, error=JobError(err.message, err.hint, err.code))
    if isinstance(err, DsaError):
        return Ending(JobEvent.FAIL, raised=err, error=JobError(err.message, err.hint, err.code))
    told = f"The work broke off: {type(err).__name__}: {err}".rstrip(".")
    error = JobError(f"{told}.", "Please report this; the worker's log holds the traceback.", DsaError.code)
    return Ending(JobEvent.FAIL, raised=err, error=error)


def end_job(store: IStore, running: Running, ending: Ending) -> None:
    """Write down how a try ended; nothing where the job is another's by now."""
    with store.unit() as unit:
        if unit.jobs.beat(running.job.id, running.latest, running.job.attempts) is None:
            return
        job = unit.jobs.get(running.job.id)
        if ending.event is JobEvent.RETRY and ending.error is not None and not job.cancel_requested:
            try_again(unit, job, ending.error, fault=ending.error is not LEAVING)
        else:
            _end(unit, job, ending)
        unit.commit()


def _end(unit: IUnitOfWork, job: Job, ending: Ending) -> None:
    """Move a job to its end. What was to be tried again and was cancelled meanwhile is cancelled."""
    again = ending.event is JobEvent.RETRY
    event, error = (JobEvent.CANCEL, cancelled_by(job)) if again else (ending.event, ending.error)
    unit.jobs.move(job, event, result=ending.result, error=error)
    if error is None:
        unit.job_history.log(job.id, "It is done.")
        for note in (ending.result or {}).get("notes", ()):
            unit.job_history.log(job.id, note)
    else:
        level = "warning" if event is JobEvent.CANCEL else "error"
        unit.job_history.log(job.id, f"{error.message} {error.hint}".strip(), level)


def give_back(store: IStore, running: Running) -> None:
    """Queue a job whose thread does not stop again, and take its ticket out of the queue; it cannot commit any more."""
    with store.unit() as unit:
        job = unit.jobs.beat(running.job.id, running.latest, running.job.attempts)
        if job is not None:
            try_again(unit, job, LEAVING, fault=False, drop=True)
            unit.commit()


def rescue_jobs(store: IStore, gone_after: float) -> None:
    """Queue what lost workers have left, and issue tickets to those who wait without one."""
    settle_jobs(store, gone_after=gone_after)
    with store.unit() as unit:
        unit.tickets.sweep(max(gone_after, 30.0))
        # Of two tickets for one try, the second is not used, so this need not be sure.
        for job in unit.jobs.ticketless(min(gone_after, 10.0)):
            unit.tickets.drop(job, taken=True)
            unit.tickets.issue(job, lock=lock_of(job))
        unit.commit()
