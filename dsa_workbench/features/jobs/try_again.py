"""Putting a durable job back into the queue, for its next try or to the end of its tries."""

from __future__ import annotations

from dsa_workbench.core.model.job import Job, JobError, JobEvent, JobKind
from dsa_workbench.core.services.interfaces import IUnitOfWork

TRIES = 5
"""How many tries a lost worker or database may end: what takes its worker down every time must come to rest."""

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 300.0
"""Seconds before the second try, doubled for each further one, up to the second number."""


def lock_of(job: Job) -> str | None:
    """Name what jobs wait for each other about: imports into one branch are done one by one, in their order."""
    return f"{job.dataset}@{job.ref}" if job.kind is JobKind.IMPORT else None


def pause_after(faults: int) -> float:
    """Tell how many seconds to wait after so many faults."""
    return min(FIRST_PAUSE * 2.0 ** max(faults - 1, 0), LONGEST_PAUSE)


def try_again(unit: IUnitOfWork, job: Job, error: JobError, *, fault: bool, drop: bool = False) -> Job | None:
    """Queue a running job again and issue a ticket; return it as it is now, None where it is not that try any more.

    A `fault` counts: the next try waits longer, and after the last one the job has failed. `drop` takes the ticket of
    this try out of the queue, where nobody is left to do so.
    """
    faults = job.faults + int(fault)
    if faults >= TRIES:
        told = f"It was given up after {faults} tries. {error.message}"
        failed = unit.jobs.move(job, JobEvent.FAIL, error=JobError(told, error.hint, error.code))
        if failed is not None:
            unit.job_history.log(job.id, told, "error")
            if drop:
                unit.tickets.drop(job, taken=True)
        return failed
    seconds = pause_after(faults) if fault else 0.0
    queued = unit.jobs.move(job, JobEvent.RETRY, error=error, fault=fault, seconds=seconds)
    if queued is not None:
        if drop:
            unit.tickets.drop(job, taken=True)
        unit.tickets.issue(queued, lock=lock_of(queued), seconds=seconds)
        level = "warning" if fault else "info"
        unit.job_history.log(job.id, f"{error.message} It is tried again in {seconds:g} s.", level)
    return queued
