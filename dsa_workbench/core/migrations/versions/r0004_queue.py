"""Make room for durable jobs, their history and the queue, and for what the collector has unlinked."""

from __future__ import annotations

from alembic import op

from dsa_workbench.core.migrations.queue import make_queue

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE dsa.jobs
    ADD COLUMN command json,
    ADD COLUMN attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN faults integer NOT NULL DEFAULT 0,
    ADD COLUMN next_try_at timestamptz,
    ADD COLUMN holder text,
    ADD COLUMN ticket bigint,
    ADD COLUMN retry_of bigint;
CREATE INDEX jobs_idempotency_key ON dsa.jobs (idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE dsa.job_events (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT job_events_pkey PRIMARY KEY,
    job_id bigint NOT NULL CONSTRAINT job_events_job_id_fkey REFERENCES dsa.jobs (id) ON DELETE CASCADE,
    at timestamptz NOT NULL,
    event text NOT NULL,
    state text NOT NULL,
    attempt integer NOT NULL
);
CREATE INDEX job_events_job_id_id_idx ON dsa.job_events (job_id, id);
CREATE TABLE dsa.job_log (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT job_log_pkey PRIMARY KEY,
    job_id bigint NOT NULL CONSTRAINT job_log_job_id_fkey REFERENCES dsa.jobs (id) ON DELETE CASCADE,
    at timestamptz NOT NULL,
    level text NOT NULL,
    text text NOT NULL
);
CREATE INDEX job_log_job_id_id_idx ON dsa.job_log (job_id, id);

CREATE TABLE dsa.condemned (
    id bytea NOT NULL CONSTRAINT condemned_pkey PRIMARY KEY,
    at timestamptz NOT NULL
);
"""


def upgrade() -> None:
    op.execute(TABLES)
    make_queue(op.get_bind())
