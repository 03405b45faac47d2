"""Add equality profiles, and what files the tables of a commit were read from."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE dsa.profiles (
    dataset_id bigint NOT NULL CONSTRAINT profiles_dataset_id_fkey REFERENCES dsa.datasets (id),
    version integer NOT NULL,
    body text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT profiles_pkey PRIMARY KEY (dataset_id, version)
);
ALTER TABLE dsa.commits ADD COLUMN sources json NOT NULL DEFAULT '{}';
"""


def upgrade() -> None:
    op.execute(TABLES)
