"""The tables as this version of the code sees them. The migrations build the same; a test compares the two.

Everything lies in one Postgres schema, so that a server which serves others too is not littered.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSON, JSONB, TIMESTAMP

SCHEMA = "dsa"
QUEUE = "dsa_queue"
"""The schema of the queue's tables, which are procrastinate's."""
FORMAT = 1
"""The version of what is stored. A store whose `meta` names a higher one is refused."""

metadata = sa.MetaData(
    schema=SCHEMA,
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    },
)

_MOMENT = TIMESTAMP(timezone=True)
_now = sa.text("now()")


def _id(name: str = "id", *, nullable: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=nullable)


def _body(name: str = "body") -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


meta = sa.Table(
    "meta", metadata, sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False)
)

datasets = sa.Table(
    "datasets",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False, server_default=""),
    sa.Column("metadata", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
    sa.Column("created_at", _MOMENT, nullable=False, server_default=_now),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("deleted_at", _MOMENT),
    sa.Column("deleted_by", sa.Text),
)
sa.Index("datasets_live_name", datasets.c.name, unique=True, postgresql_where=datasets.c.deleted_at.is_(None))

trees = sa.Table("trees", metadata, _id(), _body(), sa.PrimaryKeyConstraint("id"))
manifests = sa.Table("manifests", metadata, _id(), _body(), sa.PrimaryKeyConstraint("id"))
pages = sa.Table("pages", metadata, _id(), _body(), _body("stats"), sa.PrimaryKeyConstraint("id"))

commits = sa.Table(
    "commits",
    metadata,
    _id(),
    _id("tree"),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("time", _MOMENT, nullable=False),
    # JSON and not JSONB: the order of tables and columns is kept, and so is any character of their names.
    sa.Column("summary", JSON, nullable=False),
    # 1 + the greatest of the parents': sorts history, children before parents, without walking all of it.
    sa.Column("generation", sa.Integer, nullable=False),
    # What the files were that the tables came from; like the summary no part of the id.
    sa.Column("sources", JSON, nullable=False, server_default=sa.text("'{}'::json")),
    sa.PrimaryKeyConstraint("id"),
    sa.ForeignKeyConstraint(["tree"], [trees.c.id]),
)

commit_parents = sa.Table(
    "commit_parents",
    metadata,
    _id("commit_id"),
    sa.Column("ordinal", sa.SmallInteger, nullable=False),
    _id("parent_id"),
    sa.PrimaryKeyConstraint("commit_id", "ordinal"),
    sa.ForeignKeyConstraint(["commit_id"], [commits.c.id]),
    sa.ForeignKeyConstraint(["parent_id"], [commits.c.id]),
    sa.Index(None, "parent_id"),
)

dataset_commits = sa.Table(
    "dataset_commits",
    metadata,
    sa.Column("dataset_id", sa.BigInteger, nullable=False),
    _id("commit_id"),
    sa.PrimaryKeyConstraint("dataset_id", "commit_id"),
    sa.ForeignKeyConstraint(["dataset_id"], [datasets.c.id]),
    sa.ForeignKeyConstraint(["commit_id"], [commits.c.id]),
    sa.Index(None, "commit_id"),
)

refs = sa.Table(
    "refs",
    metadata,
    sa.Column("dataset_id", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    _id("commit_id"),
    sa.Column("protected", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("updated_at", _MOMENT, nullable=False),
    sa.Column("updated_by", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("dataset_id", "name"),
    sa.ForeignKeyConstraint(["dataset_id"], [datasets.c.id]),
    sa.ForeignKeyConstraint(["commit_id"], [commits.c.id]),
)

ref_log = sa.Table(
    "ref_log",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("dataset_id", sa.BigInteger, nullable=False),
    sa.Column("ref", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    # No foreign keys: the log outlives commits that the collector takes.
    _id("old", nullable=True),
    _id("new", nullable=True),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("at", _MOMENT, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["dataset_id"], [datasets.c.id]),
    sa.Index(None, "dataset_id", "ref", "at", "id"),
)

profiles = sa.Table(
    "profiles",
    metadata,
    sa.Column("dataset_id", sa.BigInteger, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    # Canonical JSON as text: its hash is the profile's id.
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("created_at", _MOMENT, nullable=False, server_default=_now),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("dataset_id", "version"),
    sa.ForeignKeyConstraint(["dataset_id"], [datasets.c.id]),
)

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("dataset_id", sa.BigInteger, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    _id("commit_id"),
    sa.Column("at", _MOMENT, nullable=False, server_default=_now),
    sa.PrimaryKeyConstraint("dataset_id", "key"),
    sa.ForeignKeyConstraint(["dataset_id"], [datasets.c.id]),
    sa.ForeignKeyConstraint(["commit_id"], [commits.c.id]),
)

# Fixed widths first and no gaps between them: 100 bytes a row beside the blob.
segments = sa.Table(
    "segments",
    metadata,
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("created_at", _MOMENT, nullable=False, server_default=_now),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("encoding", sa.SmallInteger, nullable=False),
    _id(),
    _id("base", nullable=True),
    _body("blob"),
    # What a profile needs of the segment, so that its blob need not be fetched.
    sa.Column("sketch", sa.LargeBinary),
    sa.PrimaryKeyConstraint("id"),
)


@sa.event.listens_for(segments, "after_create")
def _keep_blobs_as_they_are(_table: sa.Table, connection: sa.Connection, **_: Any) -> None:
    # They are compressed already; Postgres would only try again.
    for name in ("blob", "sketch"):
        connection.exec_driver_sql(f"ALTER TABLE {SCHEMA}.segments ALTER COLUMN {name} SET STORAGE EXTERNAL")


jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    # A name and no foreign key: a job may be what makes the dataset, and its record outlives it.
    sa.Column("dataset", sa.Text),
    sa.Column("ref", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("phase", sa.Text, nullable=False, server_default=""),
    sa.Column("rows", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    sa.Column("bytes_done", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    sa.Column("bytes_total", sa.BigInteger),
    sa.Column("result", JSON(none_as_null=True)),
    sa.Column("error", JSON(none_as_null=True)),
    sa.Column("idempotency_key", sa.Text),
    sa.Column("cancel_requested_by", sa.Text),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("created_at", _MOMENT, nullable=False, server_default=_now),
    sa.Column("started_at", _MOMENT),
    sa.Column("ended_at", _MOMENT),
    sa.Column("seen_at", _MOMENT, nullable=False, server_default=_now),
    sa.Column("command", JSON(none_as_null=True)),
    sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("faults", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("next_try_at", _MOMENT),
    sa.Column("holder", sa.Text),
    # Into a table of the queue, and no foreign key: what the queue holds can be thrown away and made again.
    sa.Column("ticket", sa.BigInteger),
    sa.Column("retry_of", sa.BigInteger),
)
# Not on `seen_at`: a heartbeat then touches no index.
sa.Index("jobs_live", jobs.c.id, postgresql_where=jobs.c.ended_at.is_(None))

sa.Index("jobs_idempotency_key", jobs.c.idempotency_key, postgresql_where=jobs.c.idempotency_key.is_not(None))

job_events = sa.Table(
    "job_events",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("job_id", sa.BigInteger, nullable=False),
    sa.Column("at", _MOMENT, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.ForeignKeyConstraint(["job_id"], [jobs.c.id], ondelete="CASCADE"),
    sa.Index(None, "job_id", "id"),
)

job_log = sa.Table(
    "job_log",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("job_id", sa.BigInteger, nullable=False),
    sa.Column("at", _MOMENT, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["job_id"], [jobs.c.id], ondelete="CASCADE"),
    sa.Index(None, "job_id", "id"),
)

# Segments that nothing referred to at `at`. Until they are deleted, a writer that stores one of them takes it out.
condemned = sa.Table(
    "condemned",
    metadata,
    _id(),
    sa.Column("at", _MOMENT, nullable=False),
    sa.PrimaryKeyConstraint("id"),
)

staging = sa.Table(
    "staging",
    metadata,
    sa.Column("id", sa.Uuid(as_uuid=False), primary_key=True, server_default=sa.text("gen_random_uuid()")),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("opened_at", _MOMENT, nullable=False, server_default=_now),
    sa.Column("seen_at", _MOMENT, nullable=False, server_default=_now),
)

requests = sa.Table(
    "requests",
    metadata,
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("begun_at", _MOMENT, nullable=False, server_default=_now),
    sa.Column("status", sa.Integer),
    sa.Column("headers", JSON(none_as_null=True)),
    sa.Column("body", sa.Text),
    sa.PrimaryKeyConstraint("actor", "key"),
)
