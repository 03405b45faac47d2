"""A store on Postgres: units of work for what moves, segments for the data."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from dsa_workbench.core.database import Database
from dsa_workbench.core.migrations.upgrade import migrate
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.services.interfaces import StoredSegment, StoreInfo
from dsa_workbench.core.services.postgres.head_ids import find_head
from dsa_workbench.core.services.postgres.segments import PostgresSegmentStore
from dsa_workbench.core.services.postgres.tables import QUEUE, SCHEMA
from dsa_workbench.core.unit_of_work import UnitOfWork

_INFO = sa.text(
    "SELECT split_part(current_setting('server_version'), ' ', 1), coalesce(sum(pg_total_relation_size(c.oid)), 0) "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname IN (:schema, :queue) AND c.relkind = 'r'"
)


class PostgresStore:
    """All of a store in one database. Opening it brings its tables to this version.

    Raises
    ------
    DatabaseUnavailable
        The database does not answer.
    Unsupported
        The server is too old, or the store was written by a newer version.
    """

    def __init__(self, database: Database) -> None:
        migrate(database)
        self.database = database
        self.segments = PostgresSegmentStore(database)

    def unit(self) -> UnitOfWork:
        """Begin a unit of work, to be used in a `with` statement."""
        return UnitOfWork(self.database)

    def head(self, dataset: str, version: str) -> ObjectId | None:
        """Find the commit of a ref or a whole commit id of a live dataset, in one round trip outside of any unit."""
        return find_head(self.database, dataset, version)

    def all_segments(self) -> Iterable[StoredSegment]:
        """Walk all stored segments, in no order that means anything."""
        return self.segments.all()

    def info(self) -> StoreInfo:
        """Describe the server, and add up what our tables take there."""
        with self.database.transaction() as connection:
            server, size = connection.execute(_INFO, {"schema": SCHEMA, "queue": QUEUE}).one()
        return StoreInfo(f"PostgreSQL {server}", int(size))
