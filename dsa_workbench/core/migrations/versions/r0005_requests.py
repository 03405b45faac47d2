"""Make room for the answers to requests that were sent with a key, so that a repeated one gets the same."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE dsa.requests (
    actor text NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT now(),
    status integer,
    headers json,
    body text,
    CONSTRAINT requests_pkey PRIMARY KEY (actor, key)
);
"""


def upgrade() -> None:
    op.execute(TABLE)
