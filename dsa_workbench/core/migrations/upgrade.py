"""Bring a store's tables to this version, once, whoever opens it first.

Opening a store that is up to date costs one query. Alembic is imported only where there is something to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from dsa_workbench.core.database import Database
from dsa_workbench.core.services.postgres.tables import FORMAT, SCHEMA
from dsa_workbench.errors import Unsupported

HEAD = "0006"
"""The last step under `versions`; a test holds the two together."""

SCRIPTS = Path(__file__).parent
VERSION_TABLE = "alembic_version"
_LOCK = 0x6473612D776F726B
"""The advisory lock of migrations, the same in every process of every version: "dsa-work"."""

_STATE = f"""
SELECT version_num, (SELECT value FROM {SCHEMA}.meta WHERE key = 'format') FROM {SCHEMA}.{VERSION_TABLE}
"""  # noqa: S608 # constants


def migrate(database: Database) -> None:
    """Build or upgrade the store's tables if they are not those of this version.

    Raises
    ------
    Unsupported
        The store was written by a newer version of the product.
    """
    with database.raw(autocommit=True) as connection:
        try:
            state = connection.execute(_STATE).fetchone()
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            state = None
    if state is not None:
        _check_format(database, state[1])
        if state[0] == HEAD:
            return
    with database.transaction() as connection_:
        connection_.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        _upgrade(database, connection_)


def _check_format(database: Database, stored: str | None) -> None:
    if stored is not None and int(stored) > FORMAT:
        raise _newer(database)


def _newer(database: Database) -> Unsupported:
    return Unsupported(
        f"The store in {database.safe_url} was written by a newer version of DSA Workbench.",
        hint="Upgrade dsa-workbench here; the store itself is unharmed.",
    )


def _upgrade(database: Database, connection: sa.Connection) -> None:
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    if connection.scalar(sa.select(sa.func.to_regnamespace(SCHEMA))) is None:
        connection.execute(sa.schema.CreateSchema(SCHEMA))
    scripts = ScriptDirectory(str(SCRIPTS))
    known = {script.revision for script in scripts.walk_revisions()}

    def steps(current: tuple[str, ...], _context: MigrationContext) -> list[Any]:
        if not set(current) <= known:
            raise _newer(database)
        return list(scripts._upgrade_revs(HEAD, current))  # type: ignore[arg-type] # a tuple of heads is what it takes

    context = MigrationContext.configure(
        connection, opts={"fn": steps, "version_table": VERSION_TABLE, "version_table_schema": SCHEMA}
    )
    with Operations.context(context):
        context.run_migrations()
