"""The migrations give the tables that the code believes in, once, whoever comes first."""

import contextlib
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql

from dsa_workbench.core.database import Database
from dsa_workbench.core.migrations import upgrade
from dsa_workbench.core.migrations.queue import queue_version
from dsa_workbench.core.migrations.upgrade import HEAD, SCRIPTS, VERSION_TABLE, migrate
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.services.postgres.store import PostgresStore
from dsa_workbench.core.services.postgres.tables import FORMAT, SCHEMA, metadata
from dsa_workbench.errors import DsaError, NotPermitted, Unsupported
from tests.fixtures.history import ANN
from tests.fixtures.postgres import closing_database

COLUMNS = """
    SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
           a.attstorage, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'dsa'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
"""
CONSTRAINTS = """
    SELECT c.relname, o.conname, pg_get_constraintdef(o.oid)
    FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
    WHERE c.relnamespace = 'dsa'::regnamespace
"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'dsa'"
OBJECTS = """
    SELECT relname, relkind, relpersistence, reloptions FROM pg_class WHERE relnamespace = 'dsa'::regnamespace
"""


def catalog(url: str) -> dict[str, list[tuple]]:
    queries = {"columns": COLUMNS, "constraints": CONSTRAINTS, "indexes": INDEXES, "objects": OBJECTS}
    with psycopg.connect(url) as connection:
        rows = {name: connection.execute(query).fetchall() for name, query in queries.items()}
    return {name: sorted((r for r in found if VERSION_TABLE not in str(r)), key=repr) for name, found in rows.items()}


def test_migrations_and_model_give_the_same_schema(pg_url, empty_pg_url):
    with closing_database(empty_pg_url) as database, database.transaction() as connection:
        connection.execute(sa.schema.CreateSchema(SCHEMA))
        metadata.create_all(connection)
    by_migrations, by_model = catalog(pg_url), catalog(empty_pg_url)
    assert len(by_model["columns"]) > 50
    for part, rows in by_model.items():
        assert by_migrations[part] == rows


def test_autogenerate_finds_nothing_to_do(database):
    with database.transaction() as connection:
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_schemas": True,
            "include_name": lambda name, kind, _parents: kind != "schema" or name == SCHEMA,
            "version_table": VERSION_TABLE,
            "version_table_schema": SCHEMA,
        }
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_upgrade_from_the_first_tables_keeps_what_is_stored(empty_pg_url, monkeypatch):
    with closing_database(empty_pg_url) as database:
        monkeypatch.setattr(upgrade, "HEAD", "0001")
        migrate(database)
        monkeypatch.undo()
        with database.raw() as connection:
            connection.execute("INSERT INTO dsa.datasets (name, created_by) VALUES ('sales', 'ann')")
            connection.execute("INSERT INTO dsa.trees VALUES ('\\x01', '\\x02')")
            assert connection.execute("SELECT to_regclass('dsa.jobs')").fetchone() == (None,)
            assert connection.execute(f"SELECT version_num FROM dsa.{VERSION_TABLE}").fetchone() == ("0001",)
        store = PostgresStore(database)
        with store.unit() as unit:
            assert [(d.name, d.created_by) for d in unit.datasets.list()] == [("sales", "ann")]
            assert unit.objects.get_tree(ObjectId(b"\x01")) == b"\x02"
            assert unit.jobs.list(10) == []
        with database.raw() as connection:
            assert connection.execute(f"SELECT version_num FROM dsa.{VERSION_TABLE}").fetchone() == (HEAD,)


def test_head_and_format_are_those_of_the_scripts(store, database):
    assert ScriptDirectory(str(SCRIPTS)).get_current_head() == HEAD
    with database.raw() as connection:
        assert connection.execute("SELECT value FROM dsa.meta WHERE key = 'format'").fetchone() == (str(FORMAT),)


def test_the_queue_has_the_tables_of_the_procrastinate_that_is_installed(pg_url):
    """Where this fails, procrastinate has new tables: add a step that drops the schema and makes it again."""
    assert queue_version() == "03.04.00_50_post_add_retry_failed_job_procedure"
    with psycopg.connect(pg_url) as connection:
        assert connection.execute("SELECT value FROM dsa.meta WHERE key = 'queue'").fetchone() == (queue_version(),)
        paths = connection.execute(
            "SELECT DISTINCT proconfig FROM pg_proc WHERE pronamespace = 'dsa_queue'::regnamespace"
        ).fetchall()
        assert paths == [(["search_path=dsa_queue, pg_temp"],)]


def test_opening_again_changes_nothing(pg_url):
    before = catalog(pg_url)
    with closing_database(pg_url) as database:
        migrate(database)
        migrate(database)
    assert catalog(pg_url) == before


def test_nothing_is_made_outside_of_our_schema(pg_url):
    query = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    with psycopg.connect(pg_url) as connection:
        assert connection.execute(query).fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM pg_extension WHERE extname <> 'plpgsql'").fetchone() == (0,)


@pytest.mark.parametrize(
    "change", ["UPDATE dsa.meta SET value = '2'", "UPDATE dsa.alembic_version SET version_num = '9999'"]
)
def test_store_of_a_newer_version_is_refused(pg_url, change):
    with psycopg.connect(pg_url) as connection:
        connection.execute(change)
    before = catalog(pg_url)
    with closing_database(pg_url) as database, pytest.raises(Unsupported, match=r"newer version.*Upgrade"):
        PostgresStore(database)
    assert catalog(pg_url) == before


def test_failed_migration_leaves_nothing(empty_pg_url):
    with psycopg.connect(empty_pg_url) as connection:
        connection.execute("CREATE SCHEMA dsa; CREATE TABLE dsa.segments (mine int)")
    with closing_database(empty_pg_url) as database:
        with pytest.raises(DsaError, match="already exists"):
            PostgresStore(database)
        with database.raw() as connection:
            query = "SELECT relname FROM pg_class WHERE relnamespace = 'dsa'::regnamespace"
            assert connection.execute(query).fetchall() == [("segments",)]


@contextlib.contextmanager
def racer(root, code, *arguments):
    """Start a process that waits for a line; it never outlives its test."""
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=root, text=True, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def test_four_processes_race_to_migrate(empty_pg_url):
    code = """
import sys
from dsa_workbench.core.database import Database
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.postgres.store import PostgresStore
database = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
with PostgresStore(database).unit() as unit:
    unit.datasets.create(sys.argv[2], Actor("ann"))
    unit.commit()
database.dispose()
"""
    root = Path(__file__).parents[3]
    with contextlib.ExitStack() as stack:
        racers = [stack.enter_context(racer(root, code, empty_pg_url, f"d{i}")) for i in range(4)]
        for process in racers:
            assert process.stdout.readline() == "ready\n"
        for process in racers:
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in racers:
            assert process.communicate(timeout=120) == ("", "")
            assert process.returncode == 0
    with closing_database(empty_pg_url) as database, PostgresStore(database).unit() as unit:
        assert [d.name for d in unit.datasets.list()] == ["d0", "d1", "d2", "d3"]


@pytest.fixture
def poor_role(empty_pg_url):
    """Give the URL of the database for a role without any right in it, and the role's name."""
    name = "dsa_poor_" + empty_pg_url.rpartition("dsa_test_")[2][:12]
    with psycopg.connect(empty_pg_url, autocommit=True) as connection:
        host = connection.info.host
        port, database = connection.info.port, connection.info.dbname
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'poor'").format(sql.Identifier(name)))
        try:
            yield f"postgresql://{name}:poor@/{database}?host={host}&port={port}", name
        finally:
            connection.execute(sql.SQL("REASSIGN OWNED BY {} TO CURRENT_USER").format(sql.Identifier(name)))
            connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def test_role_that_owns_its_database_is_enough(empty_pg_url, poor_role):
    url, name = poor_role
    with psycopg.connect(empty_pg_url, autocommit=True) as connection:
        names = sql.Identifier(connection.info.dbname), sql.Identifier(name)
        connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(*names))
    with closing_database(url) as database:
        with PostgresStore(database).unit() as unit:
            unit.datasets.create("sales", ANN)
            unit.commit()
        with PostgresStore(database).unit() as unit:
            assert unit.datasets.find("sales") is not None


def test_role_without_rights_is_told_so(poor_role):
    with closing_database(poor_role[0]) as database, pytest.raises(NotPermitted, match="permission denied"):
        PostgresStore(database)


def test_role_without_rights_on_a_store_is_told_so(empty_pg_url, poor_role):
    with closing_database(empty_pg_url) as database:
        PostgresStore(database)
    other = Database(poor_role[0])
    with pytest.raises(NotPermitted, match="permission denied"):
        PostgresStore(other)
    other.dispose()
