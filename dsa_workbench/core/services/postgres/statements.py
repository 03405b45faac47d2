"""What the server knows of its statements: the extension pg_stat_statements, where it is there."""

from __future__ import annotations

from typing import NamedTuple

from dsa_workbench.core.database import Database, without_literals
from dsa_workbench.errors import DsaError

_SCHEMA = """
SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'pg_stat_statements'
"""
_TOP = """
SELECT queryid::text, min(query), sum(calls)::bigint, sum(total_exec_time) / 1000, sum(rows)::bigint
FROM {schema}.pg_stat_statements
WHERE queryid IS NOT NULL AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
GROUP BY queryid ORDER BY sum(total_exec_time) DESC LIMIT %s
"""
_ABSENT = {"55000", "42501", "42P01"}
"""SQLSTATEs of a library that the server has not loaded, of a role that may not look, of an extension just gone."""
_LONGEST = 200


class StatementNumbers(NamedTuple):
    """What one statement has cost so far: how often it was run, seconds, rows. `text` has no parameters in it."""

    id: str
    text: str
    calls: int
    seconds: float
    rows: int


def statement_numbers(database: Database, most: int) -> tuple[StatementNumbers, ...]:
    """Give the statements of this database that have taken most time; none where the server does not count them."""
    try:
        with database.raw(autocommit=True) as connection:
            found = connection.execute(_SCHEMA).fetchone()
            rows = [] if found is None else connection.execute(_TOP.format(schema=found[0]), [most]).fetchall()
    except DsaError as err:
        if err.details.get("sqlstate") in _ABSENT:
            return ()
        raise
    return tuple(
        StatementNumbers(id, " ".join(without_literals(text).split())[:_LONGEST], calls, float(seconds), count)
        for id, text, calls, seconds, count in rows
    )
