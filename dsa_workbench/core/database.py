"""The one way to Postgres: engine, pool and transactions, and the one place where driver errors become ours.

Two grips are offered: `transaction` for statements written in SQLAlchemy Core, and `raw` for bulk work on the
driver's own connection. Both read committed, both give back a clean connection, and both raise only
`DsaError`.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import psycopg
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from dsa_workbench.errors import (
    AlreadyExists,
    DatabaseUnavailable,
    DsaError,
    InvalidInput,
    NotFound,
    NotPermitted,
    StoreCorrupt,
    Unsupported,
)

if TYPE_CHECKING:
    from sqlalchemy.engine import ExceptionContext
    from sqlalchemy.pool import Pool

OLDEST_SERVER = 14
CONNECT_SECONDS = 10
"""How long a server may take to answer a new connection, where the URL does not say."""

POOL_SIZE = 5
POOL_OVERFLOW = 15
"""Connections kept, and opened beyond them for a while: a unit holds one while other threads upload."""

POOL_SECONDS = 60
"""How long a thread waits for a connection of the pool."""

# The role's and the server's own settings must not change what we read and write.
_SESSION = """
SELECT set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO', false),
       set_config('search_path', 'public', false),
       CASE WHEN current_setting('synchronous_commit') = 'off'
            THEN set_config('synchronous_commit', 'on', false) END
"""

_AGAIN = "Run it again: nothing was half written."

# The longest SQLSTATE that an error's code begins with decides.
_MEANINGS: tuple[tuple[str, type[DsaError], str, str], ...] = (
    ("08", DatabaseUnavailable, "The connection to the database {url} was lost: {why}.", _AGAIN),
    (
        "22",
        InvalidInput,
        "The database cannot hold this value: {why}.",
        "Correct the value, then run it again.",
    ),
    ("23503", NotFound, "Something that is not stored was referred to: {why}.", "Store it first."),
    ("23505", AlreadyExists, "That is stored already: {why}.", "Choose another name."),
    (
        "25006",
        NotPermitted,
        "The database {url} can only be read.",
        "Connect to the primary server to write.",
    ),
    (
        "28",
        NotPermitted,
        "The database {url} refuses the login: {why}.",
        "Check user and password in the database URL.",
    ),
    (
        "3D000",
        DatabaseUnavailable,
        "There is no such database: {url}.",
        "Create it, or correct the database URL.",
    ),
    ("40", DatabaseUnavailable, "Two writers got in each other's way, and this one gave in: {why}.", _AGAIN),
    ("42501", NotPermitted, "The database {url} does not allow that: {why}.", "Ask its owner for the right."),
    ("53100", DatabaseUnavailable, "The disk of the database {url} is full.", "Free some space. " + _AGAIN),
    (
        "53300",
        DatabaseUnavailable,
        "The database {url} takes no more connections.",
        "Close other sessions. " + _AGAIN,
    ),
    (
        "53",
        DatabaseUnavailable,
        "The database {url} lacks resources: {why}.",
        "Free memory or disk. " + _AGAIN,
    ),
    ("54", Unsupported, "This is larger than the database can take: {why}.", "Split it into smaller parts."),
    ("55P03", DatabaseUnavailable, "The database {url} kept a lock too long: {why}.", _AGAIN),
    ("57014", DatabaseUnavailable, "The database {url} stopped the statement: {why}.", _AGAIN),
    (
        "57P",
        DatabaseUnavailable,
        "The database {url} is stopping or starting: {why}.",
        "Wait a moment. " + _AGAIN,
    ),
    (
        "58",
        DatabaseUnavailable,
        "The database {url} cannot use its disk: {why}.",
        "Look at the server's log.",
    ),
    ("XX001", StoreCorrupt, "The database {url} found damaged data: {why}.", "Restore it from a backup."),
    (
        "XX002",
        StoreCorrupt,
        "The database {url} found a damaged index: {why}.",
        "Run REINDEX DATABASE on it.",
    ),
)


class Database:
    """A Postgres database by its URL, with a pool of connections that threads share.

    `url` is a libpq URL (``postgresql://user@host/name``, also with ``?host=/socket/folder``). `ensure`, when
    given, is called when a connection cannot be opened; it brings the server back and returns the URL to use
    from then on. Nothing is opened before the first use.

    Raises
    ------
    InvalidInput
        The URL cannot be read.
    """

    def __init__(self, url: str, *, ensure: Callable[[], str] | None = None) -> None:
        self._connector = _Connector(url, ensure)
        self.engine = sa.create_engine(
            "postgresql+psycopg://",
            creator=self._connector.open,
            isolation_level="READ COMMITTED",
            max_overflow=POOL_OVERFLOW,
            pool_pre_ping=True,
            pool_size=POOL_SIZE,
            pool_timeout=POOL_SECONDS,
            use_native_hstore=False,
        )
        sa.event.listen(self.engine, "handle_error", self._connector.handle)
        self._closer = weakref.finalize(self, self.engine.dispose)
        _databases.add(self)

    def __repr__(self) -> str:
        return f"Database({self.safe_url!r})"

    @property
    def url(self) -> str:
        """The URL in use, with the password if it has one: never show it."""
        return self._connector.url

    @property
    def safe_url(self) -> str:
        """The URL in use without its password."""
        return self._connector.safe_url

    def connect(self) -> sa.Connection:
        """Open a connection of the pool; its transaction begins with the first statement."""
        with self._waiting():
            return self.engine.connect()

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Run the body in one transaction: committed at the end, rolled back by an exception."""
        with self.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def raw(self, *, autocommit: bool = False) -> Iterator[psycopg.Connection[Any]]:
        """Lend the driver's own connection: committed at the end, rolled back by an exception.

        With `autocommit` every statement stands alone, which saves reads two round trips.
        """
        with self._waiting():
            pooled = self.engine.raw_connection()
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
        """Close the idle connections; the next use opens new ones."""
        self.engine.dispose()

    def forget(self) -> None:
        """Leave the connections to the parent process, after a fork."""
        _inherited.append(self.engine.pool)
        self.engine.dispose(close=False)
        self._connector.lock = threading.Lock()

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.TimeoutError as err:
            raise DatabaseUnavailable(
                f"All connections to {self.safe_url} have been in use for {POOL_SECONDS} seconds.",
                hint="Wait for other work in this process to end, then run it again.",
            ) from err


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


class _Connector:
    """Opens driver connections for the pool; apart from `Database`, which the pool must not keep alive."""

    def __init__(self, url: str, ensure: Callable[[], str] | None) -> None:
        self.ensure = ensure
        self.lock = threading.Lock()
        self.use(url)

    def use(self, url: str) -> None:
        self.url = url
        self.conninfo, self.safe_url = _parse(url)

    def open(self) -> psycopg.Connection[Any]:
        try:
            try:
                connection = psycopg.connect(self.conninfo, autocommit=True)
            except psycopg.OperationalError:
                if self.ensure is None:
                    raise
                with self.lock:
                    self.use(self.ensure())
                connection = psycopg.connect(self.conninfo, autocommit=True)
            try:
                return self._prepared(connection)
            except BaseException:
                connection.close()
                raise
        except psycopg.Error as err:
            raise _refused(err, self.safe_url) from err

    def _prepared(self, connection: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
        version = connection.info.server_version
        if version < OLDEST_SERVER * 10000:
            raise Unsupported(
                f"The server of {self.safe_url} is PostgreSQL {version // 10000}.{version % 10000}.",
                hint=f"PostgreSQL {OLDEST_SERVER} or newer is needed.",
            )
        connection.execute(_SESSION)
        connection.autocommit = False
        return connection

    def handle(self, context: ExceptionContext) -> DsaError | None:
        err = context.original_exception
        if context.is_pre_ping or not isinstance(err, psycopg.Error):
            return None
        return translate(err, self.safe_url)


def translate(err: psycopg.Error, url: str) -> DsaError:
    """Turn a driver's error into ours; `url` is shown, so it must hold no password."""
    why = _reason(err)
    state = err.sqlstate or ""
    found = [m for m in _MEANINGS if state and state.startswith(m[0])]
    if found:
        _, kind, message, hint = max(found, key=lambda m: len(m[0]))
    elif isinstance(err, (psycopg.OperationalError, psycopg.InterfaceError)):
        _, kind, message, hint = _MEANINGS[0]
    elif isinstance(err, psycopg.DataError):
        _, kind, message, hint = _MEANINGS[1]
    else:
        kind, message, hint = (
            DsaError,
            "The database {url} refused a statement: {why}.",
            "Please report this.",
        )
    return kind(message.format(url=url, why=why), hint=hint, sqlstate=state)


def _refused(err: psycopg.Error, url: str) -> DsaError:
    """Explain why no connection could be opened; libpq gives words only, no code."""
    if err.sqlstate:
        return translate(err, url)
    why = _reason(err)
    if "password" in why or "authentication" in why or "pg_hba.conf" in why:
        return NotPermitted(f"The database {url} refuses the login: {why}.", hint="Check user and password in its URL.")
    return DatabaseUnavailable(
        f"The database {url} does not answer: {why}.",
        hint="Check that the server runs and that host, port and name in the database URL are right.",
    )


def _reason(err: psycopg.Error) -> str:
    text = err.diag.message_primary or str(err) or type(err).__name__
    if err.diag.message_detail and (err.sqlstate or "").startswith("23"):
        text += f" ({err.diag.message_detail.rstrip('.')})"
    return " ".join(text.split()).rstrip(".")


def _parse(url: str) -> tuple[str, str]:
    """Read a libpq URL; return what libpq takes, and what may be shown."""
    hint = "It reads postgresql://user:password@host:port/name, and in a password @ : / are written %40 %3A %2F."
    scheme, _, rest = url.partition("://")
    if scheme.partition("+")[0] not in {"postgresql", "postgres"} or not rest:
        raise InvalidInput("The database URL does not begin with postgresql://.", hint=hint)
    try:
        parts: dict[str, Any] = dict(conninfo_to_dict(f"postgresql://{rest}"))
    except psycopg.Error:
        parts = {"port": "unreadable"}
    # An @ : or / left as it is in a password lands in host, port or name. What libpq says of them is not shown.
    name = rest.partition("?")[0].partition("/")[2]
    ports = parts.get("port", "").split(",")
    if "@" in parts.get("host", "") or "@" in name or not all(p.isdecimal() or not p for p in ports):
        raise InvalidInput("The database URL cannot be read.", hint=hint) from None
    defaults: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "fallback_application_name": "dsa-workbench",
    }
    return make_conninfo("", **{**defaults, **parts, "client_encoding": "utf8"}), _safe(parts)


def _safe(parts: dict[str, Any]) -> str:
    """Write a URL that may be shown."""
    user = f"{quote(parts['user'])}@" if "user" in parts else ""
    name, host = quote(parts.get("dbname", "")), parts.get("host", "")
    if host.startswith("/"):
        return f"postgresql://{user}/{name}?host={host}"
    port = f":{parts['port']}" if "port" in parts else ""
    return f"postgresql://{user}{host}{port}/{name}"


_databases: weakref.WeakSet[Database] = weakref.WeakSet()
_inherited: list[Pool] = []
"""Pools of the parent process. A forked child keeps them, so that nothing closes the parent's sockets."""


def _after_fork() -> None:
    for database in list(_databases):
        database.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
