"""Listing jobs and looking at one. Both settle first what nobody holds any more."""

from __future__ import annotations

from collections.abc import Collection

from dsa_workbench.core.model.job import Job
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.features.jobs.settle_jobs import settle_jobs


def list_jobs(_actor: Actor, store: IStore, limit: int, held: Collection[int] = ()) -> tuple[Job, ...]:
    """List jobs, latest first; `held` are those that this process is at work on."""
    settle_jobs(store, held)
    with store.unit() as unit:
        return tuple(unit.jobs.list(limit))


def get_job(_actor: Actor, store: IStore, job_id: int, held: Collection[int] = ()) -> Job:
    """Look at a job; raise NotFound where there is none of this number."""
    settle_jobs(store, held)
    with store.unit() as unit:
        return unit.jobs.get(job_id)
