"""Background jobs: one row each. All moments are of the server's clock, so that no two machines disagree on silence."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from dsa_workbench.core.model.job import Job, JobError, JobEvent, JobKind, JobState, moved
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.postgres.tables import jobs
from dsa_workbench.errors import NotFound

_clock = sa.func.clock_timestamp()
_this = jobs.c.id == sa.bindparam("this")
_live = jobs.c.ended_at.is_(None)

_add = sa.insert(jobs).values(state=JobState.QUEUED.value, created_at=_clock, seen_at=_clock).returning(*jobs.c)
_get = sa.select(jobs).where(_this)
_list = sa.select(jobs).order_by(jobs.c.id.desc()).limit(sa.bindparam("most"))
_silent = (
    sa.select(jobs)
    .where(_live, jobs.c.seen_at < _clock - sa.func.make_interval(0, 0, 0, 0, 0, 0, sa.bindparam("seconds")))
    .order_by(jobs.c.id)
)
_beat = sa.update(jobs).where(_this, _live).values(seen_at=_clock).returning(*jobs.c)
_ask = (
    sa.update(jobs)
    .where(_this, jobs.c.state == JobState.RUNNING.value)
    .values(cancel_requested_by=sa.func.coalesce(jobs.c.cancel_requested_by, sa.bindparam("who", type_=sa.Text)))
    .returning(*jobs.c)
)


class PostgresJobRepository:
    """Jobs in the table `jobs`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self,
        kind: JobKind,
        about: str,
        actor: Actor,
        *,
        dataset: str | None = None,
        ref: str | None = None,
        idempotency_key: str | None = None,
    ) -> Job:
        """Write down a job that waits for its turn."""
        values = {
            "kind": kind.value,
            "about": _storable(about),
            "actor": actor.name,
            "dataset": dataset and _storable(dataset),
            "ref": ref and _storable(ref),
            "idempotency_key": idempotency_key,
        }
        return _job(self._connection.execute(_add, values).one())

    def get(self, job_id: int) -> Job:
        """Fetch a job; raise NotFound where there is none."""
        known = 0 < job_id < 1 << 63
        row = self._connection.execute(_get, {"this": job_id}).one_or_none() if known else None
        if row is None:
            raise NotFound(f"There is no job {job_id}.", hint="List the jobs to see their numbers: %dsa job.")
        return _job(row)

    def list(self, limit: int) -> builtins.list[Job]:
        """List jobs, latest first."""
        return [_job(row) for row in self._connection.execute(_list, {"most": limit})]

    def move(
        self,
        job: Job,
        event: JobEvent,
        *,
        result: Mapping[str, Any] | None = None,
        error: JobError | None = None,
    ) -> Job | None:
        """Change a job's state if it is still that of `job`; return it as it is now, None where it is another."""
        after = moved(job, event, result=result, error=error)
        values: dict[str, Any] = {
            "state": after.state.value,
            "result": None if result is None else dict(result),
            "error": None if error is None else asdict(error),
        }
        unchanged = [jobs.c.id == job.id, jobs.c.state == job.state.value]
        if event is JobEvent.LOSE:
            unchanged.append(jobs.c.seen_at == job.seen_at)
            values["ended_at"] = job.seen_at
        else:
            values["seen_at"] = _clock
        if event is JobEvent.START:
            values["started_at"] = _clock
        elif after.ended:
            values.setdefault("ended_at", _clock)
        return self._changed(sa.update(jobs).where(*unchanged).values(values).returning(*jobs.c))

    def beat(self, job_id: int, progress: Progress) -> Job | None:
        """Say that a job is held and how far it is; return it as it is now, None where it has ended."""
        return self._changed(_beat.values({**asdict(progress), "phase": _storable(progress.phase)}), {"this": job_id})

    def ask_to_cancel(self, job: Job, actor: Actor) -> Job | None:
        """Note who asks a running job to end, the first one; None where it does not run any more."""
        return self._changed(_ask, {"this": job.id, "who": actor.name})

    def silent(self, seconds: float) -> builtins.list[Job]:
        """List jobs that have not ended and whose holder was not heard of for so long."""
        return [_job(row) for row in self._connection.execute(_silent, {"seconds": seconds})]

    def _changed(self, statement: Any, values: Mapping[str, Any] | None = None) -> Job | None:
        row = self._connection.execute(statement, values or {}).one_or_none()
        return None if row is None else _job(row)


def _storable(text: str) -> str:
    """Spell what Postgres cannot hold: NUL, and the bytes of a path that are no UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _job(row: sa.Row[Any]) -> Job:
    values = dict(row._mapping)
    progress = Progress(*(values.pop(name) for name in ("phase", "rows", "bytes_done", "bytes_total")))
    values["kind"], values["state"] = JobKind(values["kind"]), JobState(values["state"])
    if values["error"] is not None:
        values["error"] = JobError(**values["error"])
    return Job(progress=progress, **values)
