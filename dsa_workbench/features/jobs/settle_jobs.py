"""Settling jobs whose process is gone: nobody else will write down how they ended.

A durable job is queued again, for as many tries as it has.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from dsa_workbench.core.model.job import Job, JobError, JobEvent, JobKind, JobState
from dsa_workbench.core.services.interfaces import IStore, IUnitOfWork
from dsa_workbench.errors import JobStopped
from dsa_workbench.features.jobs.try_again import try_again

GONE_AFTER = 60.0
"""Seconds of silence after which a job's process is taken for gone. A heartbeat comes twice a second, so this is the
silence of a machine that sleeps or of one long call that lets no other thread run, and not of a busy one."""

UNHELD_AFTER = 2.5
"""Seconds of silence after which a worker is taken for gone that does not hold its lock either: the database has seen
its session end. One that lives and has lost that session alone is heard of meanwhile, and takes its lock again."""

UNDONE = {
    JobKind.IMPORT: "nothing was committed",
    JobKind.EXPORT: "the file was not written",
    JobKind.CHECK: "not all was checked",
    JobKind.COLLECT: "what nothing uses is left for the next time",
}
"""What a job that was not done has left behind, in words."""

_GONE = "The process that ran it is gone"
_HINTS = {
    JobKind.IMPORT: "Import it again.",
    JobKind.EXPORT: "Export it again; what may lie beside the target as .NAME.….tmp can be deleted.",
    JobKind.CHECK: "Check again.",
    JobKind.COLLECT: "Collect again.",
}


def settle_jobs(store: IStore, held: Collection[int] = (), gone_after: float = GONE_AFTER) -> None:
    """Move jobs that nobody holds any more to their end; `held` are those of this process, which lives.

    A durable one goes back to the queue, unless it was to be cancelled or has had all its tries. An import that was
    committed before its process went has succeeded: its idempotency key tells.
    """
    with store.unit() as unit:
        gone = {job.id: job for job in (*unit.jobs.silent(gone_after), *unit.jobs.unheld(UNHELD_AFTER))}
        for job in gone.values():
            if job.id in held:
                continue
            result = _committed(unit, job)
            if result is not None:
                unit.jobs.move(job, JobEvent.SUCCEED, result=result)
            elif not job.durable:
                unit.jobs.move(job, JobEvent.LOSE, error=_lost(job))
            elif job.cancel_requested:
                if unit.jobs.move(job, JobEvent.CANCEL, error=cancelled_by(job)) is not None:
                    unit.tickets.drop(job, taken=True)
            else:
                why = JobError("The worker that did it is gone.", code=JobStopped.code)
                try_again(unit, job, why, fault=True, drop=True)
        unit.commit()


def cancelled_by(job: Job) -> JobError:
    """Say that a job was cancelled, and by whom."""
    told = f"The job was cancelled by {job.cancel_requested_by}: {UNDONE[job.kind]}."
    return JobError(told, "Run it again if you want it.", JobStopped.code)


def _lost(job: Job) -> JobError:
    return JobError(f"{_GONE}; {UNDONE[job.kind]}.", _HINTS[job.kind], JobStopped.code)


def _committed(unit: IUnitOfWork, job: Job) -> Mapping[str, Any] | None:
    """Find the commit that an import made before its process went."""
    if job.state is not JobState.RUNNING or job.dataset is None or job.idempotency_key is None:
        return None
    dataset = unit.datasets.find(job.dataset)
    made = unit.refs.recall(dataset.id, job.idempotency_key) if dataset is not None else None
    if made is None:
        return None
    commit = unit.commits.get(made)
    counted = ("added", "changed", "unchanged")
    return {
        "commit": commit.id,
        "dataset": job.dataset,
        "ref": job.ref,
        "created": True,
        "rows": sum(counts.get(name, 0) for counts in commit.summary.values() for name in counted),
        "seconds": job.seconds,
        "notes": [f"{_GONE}, but it had committed before."],
    }
