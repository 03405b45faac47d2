"""A database: engine, pool and transactions.

Two grips are offered: `transaction` for statements written in SQLAlchemy Core, and `raw` for bulk work on the driver's
own connection. Both read committed, both give back a clean connection, and both raise only `DsaError`.
"""

from __future__ import annotations

import os
import select
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy as sa

from dsa_workbench.core.database.connector import Connector
from dsa_workbench.core.database.slow import SLOW_SECONDS
from dsa_workbench.core.database.translation import translate
from dsa_workbench.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from sqlalchemy.pool import Pool

POOL_SIZE = 5
POOL_OVERFLOW = 15
"""Connections kept, and opened beyond them for a while: a unit holds one while other threads upload."""

POOL_SECONDS = 60
"""How long a thread waits for a connection of the pool."""

TRUSTED_SECONDS = 5.0
"""How long a connection that was given back is taken for alive without asking over the network."""

_RETURNED = "returned"


class Database:
    """A Postgres database by its URL, with a pool of connections that threads share.

    `url` is a libpq URL (``postgresql://user@host/name``, also with ``?host=/socket/folder``). `ensure`, when given, is
    called when a connection cannot be opened; it brings the server back and returns the URL to use from then on.
    Nothing is opened before the first use. Statements that take `slow_seconds` or longer are logged with their plan.

    Raises
    ------
    InvalidInput
        The URL cannot be read.
    """

    def __init__(
        self, url: str, *, ensure: Callable[[], str] | None = None, slow_seconds: float = SLOW_SECONDS
    ) -> None:
        self._connector = Connector(url, ensure, slow_seconds)
        self._trust = threading.local()
        self.engine = sa.create_engine(
            "postgresql+psycopg://",
            creator=self._connector.open,
            isolation_level="READ COMMITTED",
            max_overflow=POOL_OVERFLOW,
            poolclass=_ClosingPool,
            pool_size=POOL_SIZE,
            pool_timeout=POOL_SECONDS,
            use_native_hstore=False,
        )
        sa.event.listen(self.engine, "handle_error", self._connector.handle)
        sa.event.listen(self.engine, "checkin", _note_return)
        sa.event.listen(self.engine, "checkout", self._see_that_it_lives)
        self._closer = weakref.finalize(self, self.engine.dispose)
        _databases.add(self)

    def __repr__(self) -> str:
        return f"Database({self.safe_url!r})"

    @property
    def url(self) -> str:
        """The URL in use, with the password if it has one: never show it."""
        return self._connector.url

    @property
    def conninfo(self) -> str:
        """The same for libpq, with our defaults."""
        return self._connector.conninfo

    @property
    def safe_url(self) -> str:
        """The URL in use without its password."""
        return self._connector.safe_url

    @property
    def in_use(self) -> int:
        """How many connections are in use at this moment."""
        found: int = self.engine.pool.checkedout()  # type: ignore[attr-defined] # a queue's, by our class
        return found

    @property
    def slow_statements(self) -> int:
        """How many statements were slow so far."""
        return self._connector.slow.count

    def connect(self) -> sa.Connection:
        """Open a connection of the pool; its transaction begins with the first statement."""
        with self._waiting():
            return self.engine.connect()

    def alone(self) -> psycopg.Connection[Any]:
        """Open a connection beside the pool, in which every statement stands alone; the caller closes it."""
        connection = self._connector.open()
        connection.autocommit = True
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Run the body in one transaction: committed at the end, rolled back by an exception."""
        with self.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def raw(self, *, autocommit: bool = False, trusting: bool = False) -> Iterator[psycopg.Connection[Any]]:
        """Lend the driver's own connection: committed at the end, rolled back by an exception.

        With `autocommit` every statement stands alone, which saves reads two round trips. With `trusting` a connection
        that was in use a moment ago is not asked whether it lives: for who can do without an answer.
        """
        with self._waiting():
            self._trust.on = trusting
            try:
                pooled = self.engine.raw_connection()
            finally:
                self._trust.on = False
        driver: psycopg.Connection[Any] = pooled.driver_connection  # type: ignore[assignment] # psycopg's, by our URL
        try:
            driver.autocommit = autocommit
            yield driver
            driver.commit()
        except psycopg.Error as err:
            raise translate(err, self.safe_url) from err
        finally:
            _give_back(pooled, driver)

    def dispose(self) -> None:
        """Close the idle connections, and those in use as soon as they are given back; the next use opens new ones."""
        self.engine.dispose()

    def forget(self) -> None:
        """Leave the connections to the parent process, after a fork."""
        _inherited.append(self.engine.pool)
        self.engine.dispose(close=False)
        self._connector.lock = threading.Lock()

    def _see_that_it_lives(self, driver: Any, record: Any, _proxy: Any) -> None:
        """Ask the server for a sign of life, but for who trusts a connection that was in use a moment ago and is quiet.

        A server that ends says so, or its socket does, though a moment late: then there is something to read.
        """
        idle = time.monotonic() - record.info.get(_RETURNED, -TRUSTED_SECONDS)
        if getattr(self._trust, "on", False) and idle < TRUSTED_SECONDS and not _has_something(driver):
            return
        try:
            self.engine.dialect.do_ping(driver)
        except psycopg.Error as err:
            raise sa.exc.InvalidatePoolError from err

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.TimeoutError as err:
            raise DatabaseUnavailable(
                f"All connections to {self.safe_url} have been in use for {POOL_SECONDS} seconds.",
                hint="Wait for other work in this process to end, then run it again.",
            ) from err


def _note_return(_driver: Any, record: Any) -> None:
    record.info[_RETURNED] = time.monotonic()


def _has_something(driver: psycopg.Connection[Any]) -> bool:
    if driver.closed:
        return True
    waiting = select.poll()
    waiting.register(driver.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


class _ClosingPool(sa.pool.QueuePool):
    """A pool that, once disposed of, closes each connection that comes back: nobody would take it out again.

    SQLAlchemy replaces a pool that is disposed of, and leaves those of its connections that are in use to the garbage
    collector. Whether they come back before, after or in the midst of `dispose` must not matter, so it is asked last.
    """

    _disposed = False

    def dispose(self) -> None:
        self._disposed = True
        super().dispose()

    def _do_return_conn(self, record: sa.pool.ConnectionPoolEntry) -> None:
        super()._do_return_conn(record)
        if self._disposed:
            super().dispose()


def _give_back(pooled: sa.PoolProxiedConnection, driver: psycopg.Connection[Any]) -> None:
    """Return a connection to the pool, with no transaction open; a dead one is replaced."""
    try:
        if not driver.closed:
            driver.rollback()
            driver.autocommit = False
    except psycopg.Error:
        # Its server is gone, and the transaction with it.
        driver.close()
    if driver.closed:
        pooled.invalidate()
    pooled.close()


_databases: weakref.WeakSet[Database] = weakref.WeakSet()
_inherited: list[Pool] = []
"""Pools of the parent process. A forked child keeps them, so that nothing closes the parent's sockets."""


def _after_fork() -> None:
    for database in list(_databases):
        database.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
