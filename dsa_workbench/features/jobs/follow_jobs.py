"""Following jobs: what changed after a known moment, and a job's log."""

from __future__ import annotations

from dsa_workbench.core.model.job import JobChange, JobLine
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore

MOST = 1000


def job_events(
    _actor: Actor, store: IStore, after: int = 0, limit: int = MOST, job_id: int | None = None
) -> tuple[JobChange, ...]:
    """List changes of state after the one of this number, of all jobs or of one, oldest first.

    None is ever missed: a change that can be seen has none before it that is still to come.
    """
    with store.unit() as unit:
        return tuple(unit.job_history.changes(after, limit, job_id))


def last_event(_actor: Actor, store: IStore) -> int:
    """Give the number of the last change: who begins to follow asks for this, then lists the jobs."""
    with store.unit() as unit:
        return unit.job_history.last()


def job_log(_actor: Actor, store: IStore, job_id: int, after: int = 0, limit: int = MOST) -> tuple[JobLine, ...]:
    """List the lines of a job's log after the one of this number, oldest first; raise NotFound without such a job."""
    with store.unit() as unit:
        unit.jobs.get(job_id)
        return tuple(unit.job_history.lines(job_id, after, limit))
