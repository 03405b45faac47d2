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
from dsa_workbench.core.services.postgres.holds import NOT_HELD
from dsa_workbench.core.services.postgres.job_history import PostgresJobHistory
from dsa_workbench.core.services.postgres.tables import QUEUE, jobs
from dsa_workbench.errors import NotFound

_clock = sa.func.clock_timestamp()
_this = jobs.c.id == sa.bindparam("this")
_live = jobs.c.ended_at.is_(None)

_add = sa.insert(jobs).values(state=JobState.QUEUED.value, created_at=_clock, seen_at=_clock).returning(*jobs.c)
_get = sa.select(jobs).where(_this)
_list = sa.select(jobs).order_by(jobs.c.id.desc()).limit(sa.bindparam("most"))
_silent = (
    sa.select(jobs)
    .where(
        _live,
        jobs.c.seen_at < _clock - sa.func.make_interval(0, 0, 0, 0, 0, 0, sa.bindparam("seconds")),
        # A durable job that waits needs nobody who holds it.
        sa.or_(jobs.c.command.is_(None), jobs.c.state == JobState.RUNNING.value),
    )
    .order_by(jobs.c.id)
)
_unheld = (
    sa.select(jobs)
    .where(
        _live,
        jobs.c.state == JobState.RUNNING.value,
        jobs.c.command.is_not(None),
        jobs.c.seen_at < _clock - sa.func.make_interval(0, 0, 0, 0, 0, 0, sa.bindparam("seconds")),
        sa.text(NOT_HELD),
    )
    .order_by(jobs.c.id)
)
# Between taking a ticket and beginning the job, a worker that lives has it in its hands.
_NO_TICKET = f"""
NOT EXISTS (
    SELECT FROM {QUEUE}.procrastinate_jobs t LEFT JOIN {QUEUE}.procrastinate_workers w ON w.id = t.worker_id
    WHERE t.id = jobs.ticket
      AND (t.status = 'todo' OR t.status = 'doing' AND w.last_heartbeat > clock_timestamp() - interval '30 seconds')
)
"""
_ticketless = (
    sa.select(jobs)
    .where(
        _live,
        jobs.c.state == JobState.QUEUED.value,
        jobs.c.command.is_not(None),
        jobs.c.seen_at < _clock - sa.func.make_interval(0, 0, 0, 0, 0, 0, sa.bindparam("seconds")),
        sa.text(_NO_TICKET),
    )
    .order_by(jobs.c.id)
)
_lock_key = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("key"), 0)))
_by_key = (
    sa.select(jobs)
    .where(
        jobs.c.idempotency_key == sa.bindparam("key"),
        jobs.c.kind == sa.bindparam("kind"),
        jobs.c.dataset == sa.bindparam("dataset"),
        jobs.c.command.is_not(None),
        jobs.c.state.not_in((JobState.FAILED.value, JobState.CANCELLED.value)),
    )
    .order_by(jobs.c.id.desc())
    .limit(1)
)
_forget = sa.delete(jobs).where(
    jobs.c.ended_at < _clock - sa.func.make_interval(0, 0, 0, 0, 0, 0, sa.bindparam("seconds"))
)
_due = sa.func.coalesce(jobs.c.next_try_at, jobs.c.created_at)
_counts = sa.select(
    jobs.c.state,
    sa.func.count().label("number"),
    sa.func.extract("epoch", _clock - sa.func.min(_due)).label("waited"),
).group_by(jobs.c.state)
_commands = sa.select(jobs.c.command).where(_live, jobs.c.command.is_not(None))
_beat = sa.update(jobs).where(_this, _live).values(seen_at=_clock).returning(*jobs.c)
_ask = (
    sa.update(jobs)
    .where(_this, jobs.c.state == JobState.RUNNING.value)
    .values(cancel_requested_by=sa.func.coalesce(jobs.c.cancel_requested_by, sa.bindparam("who", type_=sa.Text)))
    .returning(*jobs.c)
)


class PostgresJobRepository:
    """Jobs in the table `jobs`."""

    def __init__(self, connection: sa.Connection, history: PostgresJobHistory) -> None:
        self._connection, self._history = connection, history

    def add(
        self,
        kind: JobKind,
        about: str,
        actor: Actor,
        *,
        dataset: str | None = None,
        ref: str | None = None,
        idempotency_key: str | None = None,
        command: Mapping[str, Any] | None = None,
        retry_of: int | None = None,
    ) -> Job:
        """Write down a job that waits for its turn; a durable one by its `command`."""
        values = {
            "kind": kind.value,
            "about": _storable(about),
            "actor": actor.name,
            "dataset": dataset and _storable(dataset),
            "ref": ref and _storable(ref),
            "idempotency_key": idempotency_key,
            "command": None if command is None else dict(command),
            "retry_of": retry_of,
        }
        job = _job(self._connection.execute(_add, values).one())
        self._history.note(job, "add")
        return job

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
        holder: str | None = None,
        fault: bool = False,
        seconds: float = 0,
    ) -> Job | None:
        """Change a job's state if it is still that of `job`; return it as it is now, None where it is another."""
        after = moved(job, event, result=result, error=error)
        values: dict[str, Any] = {
            "state": after.state.value,
            "result": None if result is None else dict(result),
            "error": None if error is None else asdict(error),
        }
        unchanged = [jobs.c.id == job.id, jobs.c.state == job.state.value, jobs.c.attempts == job.attempts]
        if event in (JobEvent.LOSE, JobEvent.RETRY):
            unchanged.append(jobs.c.seen_at == job.seen_at)
        if event is JobEvent.LOSE:
            values["ended_at"] = job.seen_at
        else:
            values["seen_at"] = _clock
        if event is JobEvent.START:
            values |= {"started_at": _clock, "attempts": jobs.c.attempts + 1, "holder": holder, "next_try_at": None}
        elif event is JobEvent.RETRY:
            values |= {
                "faults": jobs.c.faults + int(fault),
                "next_try_at": _clock + sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds),
            }
        elif after.ended:
            values.setdefault("ended_at", _clock)
        found = self._changed(sa.update(jobs).where(*unchanged).values(values).returning(*jobs.c))
        if found is not None:
            self._history.note(found, event.value)
        return found

    def beat(self, job_id: int, progress: Progress, attempt: int | None = None) -> Job | None:
        """Say that a job is held and how far it is; return it as it is now, None where it has ended.

        With `attempt`, None also where that try is not the one at work any more.
        """
        beat = _beat
        if attempt is not None:
            beat = beat.where(jobs.c.attempts == attempt, jobs.c.state == JobState.RUNNING.value)
        found = self._changed(beat.values({**asdict(progress), "phase": _storable(progress.phase)}), {"this": job_id})
        if found is not None:
            self._history.moves_on(job_id)
        return found

    def ask_to_cancel(self, job: Job, actor: Actor) -> Job | None:
        """Note who asks a running job to end, the first one; None where it does not run any more."""
        found = self._changed(_ask, {"this": job.id, "who": actor.name})
        if found is not None:
            self._history.note(found, "ask")
        return found

    def silent(self, seconds: float) -> builtins.list[Job]:
        """List jobs that have not ended and whose holder was not heard of for so long."""
        return [_job(row) for row in self._connection.execute(_silent, {"seconds": seconds})]

    def unheld(self, seconds: float) -> builtins.list[Job]:
        """List durable jobs at work that were not heard of for so long, and whose worker holds its lock no more."""
        return [_job(row) for row in self._connection.execute(_unheld, {"seconds": seconds})]

    def counts(self) -> tuple[dict[str, int], float]:
        """Count jobs by state, and tell for how many seconds the oldest of those that are due has waited."""
        rows = self._connection.execute(_counts).all()
        waited = next((float(row.waited) for row in rows if row.state == JobState.QUEUED.value), 0.0)
        return {row.state: row.number for row in rows}, max(waited, 0.0)

    def ticketless(self, seconds: float) -> builtins.list[Job]:
        """List durable jobs that have waited for so long and have no ticket that waits with them."""
        return [_job(row) for row in self._connection.execute(_ticketless, {"seconds": seconds})]

    def by_key(self, kind: JobKind, dataset: str, key: str) -> Job | None:
        """Find the durable job of this key that waits, runs or has succeeded; others with it wait for this unit."""
        self._connection.execute(_lock_key, {"key": key})
        row = self._connection.execute(_by_key, {"key": key, "kind": kind.value, "dataset": dataset}).one_or_none()
        return None if row is None else _job(row)

    def forget(self, seconds: float) -> int:
        """Delete jobs that ended so long ago, with their history; return how many."""
        return self._connection.execute(_forget, {"seconds": seconds}).rowcount

    def commands(self) -> builtins.list[Mapping[str, Any]]:
        """List what durable jobs that have not ended are to do."""
        return list(self._connection.scalars(_commands))

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
