"""Slow statements are counted and told of with their plan, and never with what was asked for."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from dsa_workbench.core.database import Database
from dsa_workbench.errors import DatabaseUnavailable, DsaError

SLOW = "dsa_workbench.core.database.slow"


@pytest.fixture
def slow(pg_url: str) -> Iterator[Database]:
    database = Database(pg_url, slow_seconds=0.2)
    try:
        with database.transaction() as connection:
            connection.execute(sa.text("CREATE TABLE numbers (n int PRIMARY KEY, word text)"))
        yield database
    finally:
        database.dispose()


def told(caplog: pytest.LogCaptureFixture, number: int) -> list[str]:
    end = time.monotonic() + 20
    while len(found := [r.getMessage() for r in caplog.records if r.name == SLOW]) < number:
        assert time.monotonic() < end, found
        time.sleep(0.02)
    return found


def test_a_slow_statement_is_told_of_with_its_plan(slow: Database, caplog: pytest.LogCaptureFixture) -> None:
    query = (
        "SELECT n, pg_sleep(0.3) FROM numbers RIGHT JOIN (SELECT 1) AS o ON n = :n AND word = :word AND word <> 'mine'"
    )
    with slow.transaction() as connection:
        connection.execute(sa.text("SELECT 1"))
        connection.execute(sa.text(query), {"n": 1, "word": "secret"})
    [line] = told(caplog, 1)
    assert slow.slow_statements == 1
    assert line.startswith("a statement took 0.3")
    assert "pg_sleep" in line
    assert "Index Scan using numbers_pkey" in line
    assert "secret" not in line
    assert "mine" not in line


def test_bulk_work_is_watched_and_long_statements_are_cut(slow: Database, caplog: pytest.LogCaptureFixture) -> None:
    with slow.raw() as connection:
        connection.execute(f"SELECT pg_sleep(0.3) {'/* word */ ' * 1000}")
        connection.cursor().executemany("INSERT INTO numbers SELECT %s FROM pg_sleep(0.3)", [(1,)])
    lines = told(caplog, 2)
    assert max(map(len, lines)) < 2500
    assert any("INSERT INTO numbers SELECT %s" in line for line in lines)


def test_what_fails_is_told_of_and_raises_what_it_raised(slow: Database, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        with slow.transaction() as connection:
            connection.execute(sa.text("CREATE TABLE mine (n int)"))
            connection.execute(sa.text("SELECT 1 / (SELECT count(*) FROM mine), pg_sleep(0.3) FROM pg_sleep(0.3)"))

    with pytest.raises(DsaError, match="division by zero"):
        fail()
    [line] = told(caplog, 1)
    assert 'no plan: relation "mine" does not exist' in line


@pytest.mark.parametrize(
    "statement",
    ["DO $$ BEGIN PERFORM pg_sleep(0.3); END $$", "SELECT pg_sleep(0.3); DROP TABLE numbers; SELECT 1"],
)
def test_what_cannot_be_explained_is_not_run_again(
    slow: Database, caplog: pytest.LogCaptureFixture, statement: str
) -> None:
    with slow.raw() as connection:
        connection.execute(statement)
        connection.rollback()
    [line] = told(caplog, 1)
    assert "\n" not in line
    with slow.transaction() as connection:
        assert connection.scalar(sa.text("SELECT to_regclass('numbers')")) == "numbers"


def test_writes_are_explained_and_not_done(slow: Database, caplog: pytest.LogCaptureFixture) -> None:
    with slow.transaction() as connection:
        connection.execute(sa.text("INSERT INTO numbers SELECT :n FROM pg_sleep(0.3)"), {"n": 5})
    [line] = told(caplog, 1)
    assert "Insert on numbers" in line
    with slow.transaction() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM numbers")) == 1


def test_many_at_once_are_all_counted(slow: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)

    def ask() -> None:
        with slow.transaction() as connection:
            connection.execute(sa.text("SELECT pg_sleep(0.3)"))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told(caplog, 6)) == slow.slow_statements == 6


def test_a_server_that_has_gone_costs_the_plan_alone(slow: Database, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(DatabaseUnavailable), slow.raw() as connection:
        connection.execute("SELECT pg_sleep(0.3), pg_terminate_backend(pg_backend_pid()) FROM pg_sleep(0.3)")
    assert len(told(caplog, 1)) == 1


def test_waiting_for_others_is_not_slow(slow: Database, pg_url: str) -> None:
    with slow.transaction() as connection:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(1)"))

        def wait() -> None:
            with slow.transaction() as other:
                other.execute(sa.select(sa.func.pg_advisory_xact_lock(1)))

        waiting = threading.Thread(target=wait)
        waiting.start()
        connection.execute(sa.text("SELECT 1"))
        time.sleep(0.5)
    waiting.join()
    assert slow.slow_statements == 0


def test_a_program_without_logging_hears_nothing(pg_url: str) -> None:
    code = """
import sys
from dsa_workbench.core.database import Database
database = Database(sys.argv[1], slow_seconds=0)
with database.raw() as connection:
    connection.execute("SELECT 1")
print(database.slow_statements)
database.dispose()
"""
    done = subprocess.run([sys.executable, "-c", code, pg_url], capture_output=True, text=True, check=True, timeout=60)
    assert int(done.stdout) > 0
    assert done.stderr == ""
