"""Make room for background jobs."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JOBS = """
CREATE TABLE dsa.jobs (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT jobs_pkey PRIMARY KEY,
    kind text NOT NULL,
    about text NOT NULL,
    dataset text,
    ref text,
    state text NOT NULL,
    phase text NOT NULL DEFAULT '',
    rows bigint NOT NULL DEFAULT 0,
    bytes_done bigint NOT NULL DEFAULT 0,
    bytes_total bigint,
    result json,
    error json,
    idempotency_key text,
    cancel_requested_by text,
    actor text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    ended_at timestamptz,
    seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX jobs_live ON dsa.jobs (id) WHERE ended_at IS NULL;
"""


def upgrade() -> None:
    op.execute(JOBS)
