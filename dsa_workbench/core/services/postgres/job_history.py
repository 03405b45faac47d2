"""What happened to jobs: changes of state by growing numbers, and lines of a log; whoever listens is told."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from dsa_workbench.core.model.job import Job, JobChange, JobLine, JobState
from dsa_workbench.core.services.postgres.tables import job_events, job_log

CHANNEL = "dsa_jobs"
"""The channel of NOTIFY. Its payload is JSON: `job`, and with a change of state `event` (its number) and `state`."""

_LOCK = 0x6473612D6A6F6273
"""The advisory lock of those who add changes: "dsa-jobs"."""

_clock = sa.func.clock_timestamp()
_line_up = sa.select(sa.func.pg_advisory_xact_lock(_LOCK))
_note = sa.insert(job_events).values(at=_clock).returning(job_events.c.id)
_tell = sa.select(sa.func.pg_notify(CHANNEL, sa.bindparam("told")))
_changes = (
    sa.select(job_events)
    .where(job_events.c.id > sa.bindparam("after"))
    .order_by(job_events.c.id)
    .limit(sa.bindparam("most"))
)
_last = sa.select(sa.func.coalesce(sa.func.max(job_events.c.id), 0))
_add_line = sa.insert(job_log).values(at=_clock)
_lines = (
    sa.select(job_log.c.id, job_log.c.at, job_log.c.level, job_log.c.text)
    .where(job_log.c.job_id == sa.bindparam("job"), job_log.c.id > sa.bindparam("after"))
    .order_by(job_log.c.id)
    .limit(sa.bindparam("most"))
)


class PostgresJobHistory:
    """The tables `job_events` and `job_log`.

    Changes are numbered in the last statements before a unit commits, one unit after the other: a number that can be
    seen then has none before it that is still to come. The lock is the last that a unit takes, so nobody who holds it
    waits for another.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._noted: list[tuple[Job, str]] = []
        self._moving: set[int] = set()

    def note(self, job: Job, event: str) -> None:
        """Keep a change until the unit commits."""
        self._noted.append((job, event))

    def moves_on(self, job_id: int) -> None:
        """Keep in mind that a job's progress is to be told when the unit commits."""
        self._moving.add(job_id)

    def publish(self) -> None:
        """Give the changes their numbers, and tell those who listen when the transaction commits."""
        told: list[dict[str, Any]] = [{"job": job_id} for job_id in sorted(self._moving)]
        if self._noted:
            self._connection.execute(_line_up)
        for job, event in self._noted:
            values = {"job_id": job.id, "event": event, "state": job.state.value, "attempt": job.attempts}
            number = self._connection.scalar(_note, values)
            told.append({"job": job.id, "event": number, "state": job.state.value})
        for one in told:
            self._connection.execute(_tell, {"told": json.dumps(one)})
        self._noted, self._moving = [], set()

    def changes(self, after: int, limit: int, job_id: int | None = None) -> list[JobChange]:
        """List changes with a greater number, of one job or of all, oldest first."""
        query = _changes if job_id is None else _changes.where(job_events.c.job_id == job_id)
        rows = self._connection.execute(query, {"after": after, "most": limit})
        return [JobChange(r.id, r.job_id, r.at, r.event, JobState(r.state), r.attempt) for r in rows]

    def last(self) -> int:
        """Give the number of the last change; 0 where there is none."""
        return int(self._connection.scalar(_last) or 0)

    def log(self, job_id: int, text: str, level: str = "info") -> None:
        """Add a line to a job's log."""
        storable = text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
        self._connection.execute(_add_line, {"job_id": job_id, "level": level, "text": storable})

    def lines(self, job_id: int, after: int, limit: int) -> list[JobLine]:
        """List lines of a job's log with a greater number, oldest first."""
        rows = self._connection.execute(_lines, {"job": job_id, "after": after, "most": limit})
        return [JobLine(*row) for row in rows]
