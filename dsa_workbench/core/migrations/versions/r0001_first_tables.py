"""Build the first tables."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE dsa.meta (
    key text NOT NULL CONSTRAINT meta_pkey PRIMARY KEY,
    value text NOT NULL
);
INSERT INTO dsa.meta (key, value) VALUES ('format', '1');

CREATE TABLE dsa.datasets (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT datasets_pkey PRIMARY KEY,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    deleted_at timestamptz,
    deleted_by text
);
CREATE UNIQUE INDEX datasets_live_name ON dsa.datasets (name) WHERE deleted_at IS NULL;

CREATE TABLE dsa.trees (
    id bytea NOT NULL CONSTRAINT trees_pkey PRIMARY KEY,
    body bytea NOT NULL
);
CREATE TABLE dsa.manifests (
    id bytea NOT NULL CONSTRAINT manifests_pkey PRIMARY KEY,
    body bytea NOT NULL
);
CREATE TABLE dsa.pages (
    id bytea NOT NULL CONSTRAINT pages_pkey PRIMARY KEY,
    body bytea NOT NULL,
    stats bytea NOT NULL
);

CREATE TABLE dsa.commits (
    id bytea NOT NULL CONSTRAINT commits_pkey PRIMARY KEY,
    tree bytea NOT NULL CONSTRAINT commits_tree_fkey REFERENCES dsa.trees (id),
    author text NOT NULL,
    message text NOT NULL,
    time timestamptz NOT NULL,
    summary json NOT NULL,
    generation integer NOT NULL
);
CREATE TABLE dsa.commit_parents (
    commit_id bytea NOT NULL CONSTRAINT commit_parents_commit_id_fkey REFERENCES dsa.commits (id),
    ordinal smallint NOT NULL,
    parent_id bytea NOT NULL CONSTRAINT commit_parents_parent_id_fkey REFERENCES dsa.commits (id),
    CONSTRAINT commit_parents_pkey PRIMARY KEY (commit_id, ordinal)
);
CREATE INDEX commit_parents_parent_id_idx ON dsa.commit_parents (parent_id);
CREATE TABLE dsa.dataset_commits (
    dataset_id bigint NOT NULL CONSTRAINT dataset_commits_dataset_id_fkey REFERENCES dsa.datasets (id),
    commit_id bytea NOT NULL CONSTRAINT dataset_commits_commit_id_fkey REFERENCES dsa.commits (id),
    CONSTRAINT dataset_commits_pkey PRIMARY KEY (dataset_id, commit_id)
);
CREATE INDEX dataset_commits_commit_id_idx ON dsa.dataset_commits (commit_id);

CREATE TABLE dsa.refs (
    dataset_id bigint NOT NULL CONSTRAINT refs_dataset_id_fkey REFERENCES dsa.datasets (id),
    name text NOT NULL,
    kind text NOT NULL,
    commit_id bytea NOT NULL CONSTRAINT refs_commit_id_fkey REFERENCES dsa.commits (id),
    protected boolean NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    CONSTRAINT refs_pkey PRIMARY KEY (dataset_id, name)
);
CREATE TABLE dsa.ref_log (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT ref_log_pkey PRIMARY KEY,
    dataset_id bigint NOT NULL CONSTRAINT ref_log_dataset_id_fkey REFERENCES dsa.datasets (id),
    ref text NOT NULL,
    kind text NOT NULL,
    old bytea,
    new bytea,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    action text NOT NULL
);
CREATE INDEX ref_log_dataset_id_ref_at_id_idx ON dsa.ref_log (dataset_id, ref, at, id);
CREATE TABLE dsa.idempotency_keys (
    dataset_id bigint NOT NULL CONSTRAINT idempotency_keys_dataset_id_fkey REFERENCES dsa.datasets (id),
    key text NOT NULL,
    commit_id bytea NOT NULL CONSTRAINT idempotency_keys_commit_id_fkey REFERENCES dsa.commits (id),
    at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (dataset_id, key)
);

CREATE TABLE dsa.segments (
    size bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    rows integer NOT NULL,
    encoding smallint NOT NULL,
    id bytea NOT NULL CONSTRAINT segments_pkey PRIMARY KEY,
    base bytea,
    blob bytea NOT NULL
);
ALTER TABLE dsa.segments ALTER COLUMN blob SET STORAGE EXTERNAL;

CREATE TABLE dsa.staging (
    id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT staging_pkey PRIMARY KEY,
    actor text NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now()
);
"""


def upgrade() -> None:
    op.execute(TABLES)
