"""Cancelling a job, whichever process holds it."""

from __future__ import annotations

from collections.abc import Collection

from dsa_workbench.core.model.job import Job, JobError, JobEvent, JobState
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import InvalidInput, JobStopped
from dsa_workbench.features.jobs.settle_jobs import settle_jobs


def cancel_job(actor: Actor, store: IStore, job_id: int, held: Collection[int] = ()) -> Job:
    """Cancel a job that waits; ask one that runs to end, which it does when it next tells its progress.

    Raises
    ------
    NotFound
        There is none of this number.
    InvalidInput
        It has ended already.
    """
    settle_jobs(store, held)
    with store.unit() as unit:
        while True:
            job = unit.jobs.get(job_id)
            if job.ended:
                raise InvalidInput(
                    f"Job {job_id} has ended already: it is {job.state}.",
                    hint=f"There is nothing to cancel. Look at it: %dsa job {job_id}.",
                )
            if job.state is JobState.QUEUED:
                error = JobError(f"The job was cancelled by {actor.name} before it began.", code=JobStopped.code)
                changed = unit.jobs.move(job, JobEvent.CANCEL, error=error)
                if changed is not None:
                    unit.tickets.drop(changed)
            else:
                changed = unit.jobs.ask_to_cancel(job, actor)
            # A state only goes forward, so another look finds it running, or ended.
            if changed is not None:
                unit.commit()
                return changed
