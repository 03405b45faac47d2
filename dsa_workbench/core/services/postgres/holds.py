"""Locks by which workers show that they live: held by a session, and free at once when its process is gone."""

from __future__ import annotations

import contextlib
from typing import Any

import psycopg

from dsa_workbench.core.database import Database, translate

_CLASS = 0x4453_4157
"""The first half of the locks' keys; the second is made of the holder's name."""
MARK = "#"
"""Stands in the names of holders that hold a lock, and in no others."""
_HOLD = f"SELECT pg_advisory_lock({_CLASS}, hashtext(%s))"

NOT_HELD = f"""
jobs.holder LIKE '%{MARK}%' AND NOT EXISTS (
    SELECT FROM pg_locks l
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid = {_CLASS}
      AND l.objid::bigint = (hashtext(jobs.holder)::bigint & 4294967295)
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
"""
"""A condition on `jobs`: the holder is one that holds a lock while it lives, and nobody holds it."""


class Hold:
    """The lock of one holder, on a connection of its own; to be used by one thread at a time."""

    def __init__(self, database: Database, name: str) -> None:
        self._database, self._name = database, name
        self._connection: psycopg.Connection[Any] | None = None

    def keep(self) -> None:
        """See that the lock is held: take it, or take it again where the connection was lost.

        Raises
        ------
        DatabaseUnavailable
            The database does not answer.
        """
        try:
            if self._connection is None:
                self._connection = self._database.alone()
                self._connection.execute(_HOLD, [self._name])
            else:
                self._connection.execute("SELECT 1")
        except psycopg.Error as err:
            self.release()
            raise translate(err, self._database.safe_url) from err

    def release(self) -> None:
        """Let go of the lock, with its connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error):
                connection.close()
