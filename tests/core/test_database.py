"""Connections: URLs, errors in our own words, lost servers, forks."""

import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
import sqlalchemy as sa

from dsa_workbench.core.database import Database, connector, pool
from dsa_workbench.core.embedded import EmbeddedPostgres
from dsa_workbench.core.services.postgres.store import PostgresStore
from dsa_workbench.errors import (
    AlreadyExists,
    DatabaseUnavailable,
    DsaError,
    InvalidInput,
    NotPermitted,
    StoreCorrupt,
    Unsupported,
)
from tests.fixtures.history import ANN, make_segment, oid
from tests.fixtures.postgres import closing_database


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("postgresql://ann:s3cret@db.example/lab", "postgresql://ann@db.example/lab"),
        ("postgres://ann:s3cret@db.example:6432/lab?sslmode=require", "postgresql://ann@db.example:6432/lab"),
        ("postgresql+psycopg://ann:s3cret@db.example/lab", "postgresql://ann@db.example/lab"),
        ("postgresql://db.example/lab?user=ann&password=s3cret", "postgresql://ann@db.example/lab"),
        ("postgresql://ann:s3cret@/lab?host=/run/a%20b", "postgresql://ann@/lab?host=/run/a b"),
        ("postgresql://ann:12?s3cret@db.example/lab", "postgresql://ann@db.example/lab"),
        ("postgresql://ann:s3cret@a,b:2/lab", "postgresql://ann@a,b:,2/lab"),
    ],
)
def test_password_is_never_shown(url, safe):
    database = Database(url)
    assert database.safe_url == safe
    assert repr(database) == f"Database({safe!r})"
    assert "s3cret" not in str(database.engine.url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "lab",
        "mysql://a:s3cret@b/c",
        "postgresql://",
        "postgresql://a:s3cret@b:no/c",
        "postgresql://a:/s3cret@b/c",
        "postgresql://a:12/s3cret@b/c",
        "postgresql://a:12?x@s3cret@b/c",
        "postgresql://a:12/s3cret?x@b/c",
        "postgresql://a:x@s3cret@b/c",
        "postgresql://a:%zzs3cret@b/c",
        "postgresql://a/b?s3cret=1",
    ],
)
def test_url_that_cannot_be_read_is_refused_without_telling_it(url):
    with pytest.raises(InvalidInput, match="database URL") as caught:
        Database(url)
    assert "s3cret" not in f"{caught.value}{caught.value.details}{caught.value.__cause__}"
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_nothing_is_opened_before_the_first_use():
    database = Database("postgresql://nobody@nowhere.invalid/nothing")
    assert "nowhere.invalid" in database.safe_url
    database.dispose()


def test_server_that_is_not_there():
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"postgresql://ann:s3cret@127.0.0.1:{taken.getsockname()[1]}/lab"
        with closing_database(url) as database, pytest.raises(DatabaseUnavailable) as caught:
            PostgresStore(database)
    assert "does not answer" in str(caught.value)
    assert "127.0.0.1" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert isinstance(caught.value.__cause__, psycopg.OperationalError)


def test_database_that_is_not_there(pg_url):
    with closing_database(pg_url.replace("dsa_test_", "no_such_")) as database:
        for begin in (database.connect, lambda: database.raw().__enter__()):
            with pytest.raises(DatabaseUnavailable, match="does not exist"):
                begin()


def test_server_that_is_too_old(pg_url, monkeypatch):
    monkeypatch.setattr(connector, "OLDEST_SERVER", 99)
    with closing_database(pg_url) as database, pytest.raises(Unsupported, match="99 or newer"):
        PostgresStore(database)


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("53100", DatabaseUnavailable, "disk .* is full"),
        ("53200", DatabaseUnavailable, "resources"),
        ("53300", DatabaseUnavailable, "no more connections"),
        ("25006", NotPermitted, "only be read"),
        ("42501", NotPermitted, "does not allow"),
        ("40P01", DatabaseUnavailable, "in each other's way"),
        ("40001", DatabaseUnavailable, "in each other's way"),
        ("22P05", InvalidInput, "cannot hold"),
        ("23505", AlreadyExists, "stored already"),
        ("54000", Unsupported, "larger than"),
        ("57014", DatabaseUnavailable, "stopped the statement"),
        ("57P01", DatabaseUnavailable, "stopping or starting"),
        ("XX001", StoreCorrupt, "damaged"),
        ("0A000", DsaError, "refused a statement: told so"),
    ],
)
def test_servers_errors_become_ours(database, code, kind, words):
    statement = f"DO $$ BEGIN RAISE EXCEPTION 'told so.' USING ERRCODE = '{code}'; END $$"
    with pytest.raises(kind, match=words) as by_core, database.transaction() as connection:
        connection.exec_driver_sql(statement)
    with pytest.raises(kind, match=words) as by_driver, database.raw() as connection:
        connection.execute(statement)
    for caught in (by_core.value, by_driver.value):
        assert type(caught) is kind
        assert caught.hint
        assert caught.details["sqlstate"] == code
        assert str(pickle.loads(pickle.dumps(caught))) == str(caught)
    with database.transaction() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1


def test_raw_commits_or_rolls_back(database):
    with database.raw() as connection:
        connection.execute("CREATE TABLE dsa.t (n int)")
        connection.execute("INSERT INTO dsa.t VALUES (1)")
    with pytest.raises(KeyError), database.raw() as connection:  # noqa: PT012 # the body is what is tested
        connection.execute("INSERT INTO dsa.t VALUES (2)")
        raise KeyError
    with database.raw(autocommit=True) as connection:
        connection.execute("INSERT INTO dsa.t VALUES (3)")
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    with database.raw() as connection:
        assert connection.execute("SELECT n FROM dsa.t ORDER BY n").fetchall() == [(1,), (3,)]
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS


def test_sessions_do_not_hang_on_the_servers_settings(database):
    with database.raw(autocommit=True) as connection:
        name = connection.info.dbname
        for setting in ("TimeZone = 'Asia/Kolkata'", "DateStyle = 'SQL, DMY'", "bytea_output = 'escape'"):
            connection.execute(f'ALTER DATABASE "{name}" SET {setting}')
        connection.execute(f"ALTER DATABASE \"{name}\" SET default_transaction_isolation = 'serializable'")
    database.dispose()
    store = PostgresStore(database)
    with store.unit() as unit:
        assert unit.datasets.create("sales", ANN).created_at.utcoffset().total_seconds() == 0
        unit.objects.put_tree(oid(1), bytes(range(256)))
        assert unit.objects.get_tree(oid(1)) == bytes(range(256))
    for grip in (database.transaction(), database.raw()):
        with grip as connection:
            run = connection.exec_driver_sql if isinstance(connection, sa.Connection) else connection.execute
            assert run("SHOW transaction_isolation").fetchone()[0] == "read committed"
            assert run("SHOW enable_seqscan").fetchone()[0] == "off"


def test_pool_that_is_used_up_says_so(pg_url, monkeypatch):
    for name, value in {"POOL_SIZE": 1, "POOL_OVERFLOW": 0, "POOL_SECONDS": 0.05}.items():
        monkeypatch.setattr(pool, name, value)
    with closing_database(pg_url) as database, database.raw():
        for begin in (database.connect, lambda: database.raw().__enter__()):
            with pytest.raises(DatabaseUnavailable, match="in use"):
                begin()


def end_sessions(url: str) -> None:
    query = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(query)


def test_connection_that_is_lost_amid_a_unit(store, pg_url, caplog):
    with store.unit() as unit:
        unit.datasets.create("sales", ANN)
        end_sessions(pg_url)
        with pytest.raises(DatabaseUnavailable, match="nothing was half written"):
            unit.datasets.create("orders", ANN)
    with store.unit() as unit:
        assert unit.datasets.list() == []
        unit.datasets.create("sales", ANN)
        end_sessions(pg_url)
        with pytest.raises(DatabaseUnavailable):
            unit.commit()
    with pytest.raises(KeyError), store.unit() as unit:  # noqa: PT012 # the body is what is tested
        unit.datasets.list()
        end_sessions(pg_url)
        raise KeyError
    assert not caplog.records


def test_a_connection_in_use_is_closed_when_it_comes_back_to_a_database_that_was_disposed_of(database):
    with database.raw() as raw, database.connect() as connection:
        inner = connection.connection.driver_connection
        database.dispose()
        connection.execute(sa.text("SELECT 1"))
    assert raw.closed
    assert inner.closed
    with database.raw() as fresh:
        fresh.execute("SELECT 1")
    assert not fresh.closed


def test_nothing_stays_open_when_a_database_is_disposed_of_while_others_work(database):
    opened: list[psycopg.Connection] = []
    sa.event.listen(database.engine, "connect", lambda driver, record: opened.append(driver))
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            with database.raw() as raw, database.transaction() as connection:
                raw.execute("SELECT 1")
                connection.execute(sa.text("SELECT 1"))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(100):
        done.wait(0.005)
        database.dispose()
    done.set()
    for thread in threads:
        thread.join(60)
    database.dispose()
    assert len(opened) > 6
    assert all(driver.closed for driver in opened)


def test_idle_connections_that_were_lost_are_not_noticed_by_anybody(store, pg_url):
    store.segments.put_many([make_segment("a")])
    end_sessions(pg_url)
    assert store.segments.missing([oid("a")]) == set()
    end_sessions(pg_url)
    with store.unit() as unit:
        assert unit.datasets.list() == []


def test_connection_that_is_lost_amid_a_put(store, database, pg_url, caplog):
    with pytest.raises(DatabaseUnavailable), database.raw() as connection:  # noqa: PT012 # the same
        connection.execute("SELECT 1")
        end_sessions(pg_url)
        connection.execute("SELECT 1")
    with pytest.raises(KeyError), database.raw() as connection:  # noqa: PT012 # the same
        connection.execute("SELECT 1")
        end_sessions(pg_url)
        raise KeyError
    assert store.segments.put_many([make_segment("a")]) == 1
    assert not caplog.records


@contextmanager
def opened(server: EmbeddedPostgres) -> Iterator[PostgresStore]:
    database = Database(server.acquire(), ensure=server.ensure)
    try:
        yield PostgresStore(database)
    finally:
        database.dispose()


@pytest.mark.faults
def test_server_that_is_killed_comes_back(tmp_path):
    server = EmbeddedPostgres(tmp_path / "data")
    try:
        with opened(server) as store:
            store.segments.put_many([make_segment("a")])
            with store.unit() as unit:
                unit.datasets.create("kept", ANN)
                unit.commit()
                unit.datasets.create("lost", ANN)
                kill(tmp_path / "data")
                with pytest.raises(DatabaseUnavailable):
                    unit.commit()
            threads = [threading.Thread(target=store.segments.put_many, args=([make_segment(i)],)) for i in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            assert store.segments.missing([oid(i) for i in range(8)]) == set()
            with store.unit() as unit:
                assert [d.name for d in unit.datasets.list()] == ["kept"]
            # What was put before a later commit is as durable as that commit.
            assert store.segments.missing([oid("a")]) == set()
    finally:
        server.release()


@pytest.mark.faults
def test_unit_that_asked_for_its_segments_cannot_outlive_the_server_that_lost_them(tmp_path):
    server = EmbeddedPostgres(tmp_path / "data")
    try:
        with opened(server) as store, store.unit() as unit:
            unit.datasets.create("sales", ANN)
            assert store.segments.missing([oid("a")]) == {oid("a")}
            kill(tmp_path / "data")
            assert store.segments.missing([oid("a")]) == {oid("a")}
            with pytest.raises(DatabaseUnavailable):
                unit.commit()
    finally:
        server.release()


def kill(data: Path) -> None:
    postmaster = psutil.Process(int((data / "postmaster.pid").read_text().split("\n", 1)[0]))
    processes = [postmaster, *postmaster.children(recursive=True)]
    for process in processes:
        process.send_signal(signal.SIGKILL)
    assert not psutil.wait_procs(processes, timeout=10)[1]  # a signal that was sent has not yet ended anything


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_forked_child_leaves_its_parents_connections_alone(pg_url):
    code = """
import os, sys
from dsa_workbench.core.database import Database
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.postgres.store import PostgresStore

def backend(database):
    with database.raw() as connection:
        return connection.info.backend_pid

database = Database(sys.argv[1])
store = PostgresStore(database)
mine = backend(database)
if (child := os.fork()) == 0:
    assert backend(database) != mine
    with store.unit() as unit:
        unit.datasets.create("of a child", Actor("ann"))
        unit.commit()
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
assert backend(database) == mine
with store.unit() as unit:
    unit.datasets.create("of the parent", Actor("ann"))
    if (child := os.fork()) == 0:
        assert backend(database) != mine
        database.dispose()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    unit.commit()
with store.unit() as unit:
    print([d.name for d in unit.datasets.list()])
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, pg_url],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.stdout, done.stderr) == ("['of a child', 'of the parent']\n", "")
