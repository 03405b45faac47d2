"""Segments in Postgres: bulk COPY in, binary rows out. Each call is its own transaction, from any thread.

A put is not flushed to disk by itself: the commit of the ref that follows is, and it flushes all that was logged before
it. A server that dies in between may lose what was put in the last moments. So a writer asks `missing` inside the unit
of work that moves the ref: should the server die after that, the unit's connection dies with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg

from dsa_workbench.core.database import Database
from dsa_workbench.core.model.ids import ObjectId, short
from dsa_workbench.core.services.interfaces import StoredSegment
from dsa_workbench.errors import AlreadyExists, DatabaseUnavailable, StoreCorrupt, Unsupported

LARGEST_BLOB = 512 << 20
"""Bytes of one blob. Postgres stops at 1 GiB a field, and holds one more than once in memory on the way."""

_ATTEMPTS = 5
_ASKED = 10_000
_SKETCHED = 2_000
_FETCHED = 64
"""Segments a query fetches: few enough to stay in bounds with wide text, enough to hide the round trip."""

# What the collector has condemned counts as missing, and storing it again takes it out of the list.
_PRESENT = """
SELECT id FROM dsa.segments s
WHERE id = ANY(%b) AND NOT EXISTS (SELECT FROM dsa.condemned c WHERE c.id = s.id)
"""
_REPRIEVE = "DELETE FROM dsa.condemned WHERE id = ANY(%b)"
_FETCH = "SELECT id, rows, size, encoding, blob, base FROM dsa.segments WHERE id = ANY(%b)"
_NEXT = """
SELECT id, rows, size, encoding, blob, base FROM dsa.segments WHERE id > %b ORDER BY id LIMIT %s
"""
_SKETCHES = "SELECT id, sketch FROM dsa.segments WHERE id = ANY(%b) AND sketch IS NOT NULL"
_COPY = "COPY dsa.segments (size, rows, encoding, id, base, blob, sketch) FROM STDIN (FORMAT BINARY)"
_COPY_TYPES = ("int8", "int4", "int2", "bytea", "bytea", "bytea", "bytea")
_INSERT = """
INSERT INTO dsa.segments (size, rows, encoding, id, base, blob, sketch) VALUES (%b, %b, %b, %b, %b, %b, %b)
ON CONFLICT DO NOTHING
"""


class PostgresSegmentStore:
    """Segments in the table `segments`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def missing(self, ids: Sequence[ObjectId]) -> set[ObjectId]:
        """Tell which of these are not stored."""
        with self._database.raw(autocommit=True) as connection:
            return _missing(connection, ids)

    def put_many(self, segments: Sequence[StoredSegment]) -> int:
        """Store those that are not there yet; return how many were new.

        Raises
        ------
        Unsupported
            A blob is larger than 512 MiB.
        """
        for segment in segments:
            if len(segment.blob) > LARGEST_BLOB:
                raise Unsupported(
                    f"Segment {short(segment.id)} of {segment.rows} rows takes {len(segment.blob):,} bytes.",
                    hint=f"The store takes {LARGEST_BLOB:,} at most: split the largest cells of the table.",
                )
        for attempt in range(_ATTEMPTS):
            # COPY is faster, but cannot skip what another writer is storing at this moment.
            write = _insert if attempt else _copy
            try:
                with self._database.raw() as connection:
                    _reprieve(connection, segments)
                    wanted = _wanted(connection, segments)
                    return write(connection, wanted) if wanted else 0
            except (AlreadyExists, DatabaseUnavailable) as err:
                contested = (psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected)
                if attempt == _ATTEMPTS - 1 or not isinstance(err.__cause__, contested):
                    raise
        raise AssertionError("the last attempt returns or raises")

    def get_many(self, ids: Sequence[ObjectId]) -> dict[ObjectId, StoredSegment]:
        """Fetch segments by id.

        Raises
        ------
        StoreCorrupt
            One of them is not stored.
        """
        found: dict[ObjectId, StoredSegment] = {}
        asked = list(dict.fromkeys(ids))
        with self._database.raw(autocommit=True) as connection, connection.cursor(binary=True) as cursor:
            for start in range(0, len(asked), _FETCHED):
                for row in cursor.execute(_FETCH, [asked[start : start + _FETCHED]]):
                    found[row[0]] = StoredSegment(*row)
        for oid in asked:
            if oid not in found:
                raise StoreCorrupt(
                    f"The segment {oid.hex()} is not stored.",
                    hint="The store has lost data that it refers to: restore it from a backup, and tell us.",
                    id=oid.hex(),
                )
        return found

    def get_sketches(self, ids: Sequence[ObjectId]) -> dict[ObjectId, bytes]:
        """Fetch the sketches of those of these segments that have one; their blobs lie apart and are not touched."""
        found: dict[ObjectId, bytes] = {}
        asked = list(dict.fromkeys(ids))
        with self._database.raw(autocommit=True) as connection, connection.cursor(binary=True) as cursor:
            for start in range(0, len(asked), _SKETCHED):
                found.update(cursor.execute(_SKETCHES, [asked[start : start + _SKETCHED]]).fetchall())
        return found

    def all(self) -> Iterator[StoredSegment]:
        """Walk all segments by id, holding no transaction in between."""
        last = b""
        while True:
            with self._database.raw(autocommit=True) as connection, connection.cursor(binary=True) as cursor:
                rows = cursor.execute(_NEXT, [last, _FETCHED]).fetchall()
            if not rows:
                return
            for row in rows:
                yield StoredSegment(*row)
            last = rows[-1][0]


def _missing(connection: psycopg.Connection[Any], ids: Sequence[ObjectId]) -> set[ObjectId]:
    left = set(ids)
    asked = list(left)
    with connection.cursor(binary=True) as cursor:
        for start in range(0, len(asked), _ASKED):
            left.difference_update(row[0] for row in cursor.execute(_PRESENT, [asked[start : start + _ASKED]]))
    return left


def _reprieve(connection: psycopg.Connection[Any], segments: Sequence[StoredSegment]) -> None:
    """Keep the collector from deleting these; where it is just deleting them, wait until they are gone."""
    with connection.cursor(binary=True) as cursor:
        cursor.execute(_REPRIEVE, [sorted({segment.id for segment in segments})])


def _wanted(connection: psycopg.Connection[Any], segments: Sequence[StoredSegment]) -> list[StoredSegment]:
    """Sort out what is not stored, by id: writers of the same segments then wait in one direction only."""
    given = {segment.id: segment for segment in segments}
    return [given[oid] for oid in sorted(_missing(connection, list(given)))]


def _copy(connection: psycopg.Connection[Any], segments: Sequence[StoredSegment]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        with cursor.copy(_COPY) as copy:
            copy.set_types(_COPY_TYPES)
            for s in segments:
                copy.write_row(_row(s))
    return len(segments)


def _insert(connection: psycopg.Connection[Any], segments: Sequence[StoredSegment]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.executemany(_INSERT, [_row(s) for s in segments])
        return cursor.rowcount


def _row(s: StoredSegment) -> tuple[Any, ...]:
    return s.size, s.rows, s.encoding, s.id, s.base, s.blob, s.sketch
