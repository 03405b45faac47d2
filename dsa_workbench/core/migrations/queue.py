"""Make the queue's tables: procrastinate's own, in a schema of ours.

The queue holds nothing that cannot be made again: each job stands in `dsa.jobs`, and a job that waits without a ticket
is given one. A step that brings another version of procrastinate's tables drops the schema and calls this.
"""

from __future__ import annotations

from importlib import resources

import sqlalchemy as sa

from dsa_workbench.core.services.postgres.tables import QUEUE, SCHEMA

# The functions name tables without a schema. They find them from any session this way, whatever its search path is.
_PIN = f"""
DO $$
DECLARE
    found regprocedure;
BEGIN
    FOR found IN SELECT oid FROM pg_proc WHERE pronamespace = '{QUEUE}'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = {QUEUE}, pg_temp', found);
    END LOOP;
END;
$$
"""  # noqa: S608 # constants


def queue_version() -> str:
    """Name the tables of the installed procrastinate: the last of its own migrations."""
    steps = resources.files("procrastinate.sql.migrations").iterdir()
    return max(step.name.removesuffix(".sql") for step in steps if step.name.endswith(".sql"))


def make_queue(connection: sa.Connection) -> None:
    """Build the tables, functions and triggers of the installed procrastinate, and write down which they are."""
    schema = (resources.files("procrastinate.sql") / "schema.sql").read_text(encoding="utf-8")
    if connection.scalar(sa.select(sa.func.to_regnamespace(QUEUE))) is None:
        connection.execute(sa.schema.CreateSchema(QUEUE))
    before = connection.scalar(sa.select(sa.func.current_setting("search_path")))
    connection.execute(sa.select(sa.func.set_config("search_path", QUEUE, True)))
    for statements in (schema, _PIN):
        connection.exec_driver_sql(statements.replace("%", "%%"))
    connection.execute(sa.select(sa.func.set_config("search_path", before, True)))
    connection.execute(
        sa.text(
            f"INSERT INTO {SCHEMA}.meta (key, value) VALUES ('queue', :version) "  # noqa: S608 # constants
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        ),
        {"version": queue_version()},
    )
