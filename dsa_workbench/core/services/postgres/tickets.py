"""Tickets of the queue: each names a durable job and the number of the try that it is for.

The tables are procrastinate's; its functions carry their version in their names, and only these are called.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from dsa_workbench.core.database import Database
from dsa_workbench.core.model.job import Job
from dsa_workbench.core.services.postgres.tables import QUEUE, SCHEMA
from dsa_workbench.errors import Unsupported

_VERSION = f"SELECT value FROM {SCHEMA}.meta WHERE key = 'queue'"

JOBS = "jobs"
"""The queue's name."""
DO_JOB = "dsa.do_job"
"""The task's name."""

_ISSUE = sa.text(f"""
WITH issued AS (
    SELECT unnest({QUEUE}.procrastinate_defer_jobs_v1(ARRAY[ROW(
        '{JOBS}', '{DO_JOB}', 0, CAST(:lock AS text), NULL, CAST(:args AS jsonb),
        clock_timestamp() + make_interval(secs => :seconds)
    )::{QUEUE}.procrastinate_job_to_defer_v1])) AS id
)
UPDATE {SCHEMA}.jobs SET ticket = issued.id FROM issued WHERE jobs.id = :job
""")
_DROP = sa.text(f"DELETE FROM {QUEUE}.procrastinate_jobs WHERE id = :ticket AND (:taken OR status = 'todo')")
_SWEEP = sa.text(f"""
DELETE FROM {QUEUE}.procrastinate_jobs t
WHERE t.status = 'doing'
  AND NOT EXISTS (SELECT FROM {QUEUE}.procrastinate_workers w
                  WHERE w.id = t.worker_id
                    AND w.last_heartbeat > clock_timestamp() - make_interval(secs => :seconds))
  AND NOT EXISTS (SELECT FROM {SCHEMA}.jobs j WHERE j.ticket = t.id AND j.ended_at IS NULL)
""")


def queue_conninfo(database: Database, version: str) -> str:
    """Give what libpq needs to reach the queue's tables by their bare names; brings an embedded server back.

    Raises
    ------
    Unsupported
        The tables are not those of `version`.
    """
    with database.raw(autocommit=True) as connection:
        found = connection.execute(_VERSION).fetchone()
    if found is None or found[0] != version:
        raise Unsupported(
            f"The queue of {database.safe_url} has the tables {found and found[0]}, and this worker needs {version}.",
            hint="Install the version of dsa-workbench that the others use, with the procrastinate that it asks for.",
        )
    own = conninfo_to_dict(database.conninfo).get("options") or ""
    return make_conninfo(database.conninfo, options=f"{own} -c search_path={QUEUE}".strip())


class PostgresTicketRepository:
    """Tickets in procrastinate's table of jobs."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def issue(self, job: Job, *, lock: str | None = None, seconds: float = 0) -> None:
        """Give a job a ticket for its next try, not before so many seconds; jobs of one `lock` go one by one."""
        args = json.dumps({"job": job.id, "attempt": job.attempts + 1})
        self._connection.execute(_ISSUE, {"lock": lock, "args": args, "seconds": seconds, "job": job.id})

    def drop(self, job: Job, *, taken: bool = False) -> None:
        """Take a job's ticket out of the queue while it waits there; `taken`: also where a worker has taken it."""
        if job.ticket is not None:
            self._connection.execute(_DROP, {"ticket": job.ticket, "taken": taken})

    def sweep(self, seconds: float) -> None:
        """Take out tickets that a worker took which is gone by now, and that no job waits for any more."""
        self._connection.execute(_SWEEP, {"seconds": seconds})
