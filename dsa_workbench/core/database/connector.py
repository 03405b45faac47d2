"""Opening driver connections: sessions of ours are alike on every server, and an embedded server is brought back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import psycopg

from dsa_workbench.core.database.slow import SlowStatements, timed_cursor
from dsa_workbench.core.database.translation import refused, translate
from dsa_workbench.core.database.urls import parse_url
from dsa_workbench.errors import DsaError, Unsupported

if TYPE_CHECKING:
    from sqlalchemy.engine import ExceptionContext

OLDEST_SERVER = 14

# The role's and the server's own settings must not change what we read and write. Every query of ours has its index,
# and is prepared once: a plan made while a table was small must not go on reading all of it when it has grown.
_SESSION = """
SELECT set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO', false),
       set_config('search_path', 'public', false),
       set_config('enable_seqscan', 'off', false), set_config('jit', 'off', false),
       CASE WHEN current_setting('synchronous_commit') = 'off'
            THEN set_config('synchronous_commit', 'on', false) END
"""


class Connector:
    """Opens driver connections for the pool; apart from `Database`, which the pool must not keep alive."""

    def __init__(self, url: str, ensure: Callable[[], str] | None, slow_seconds: float) -> None:
        self.ensure = ensure
        self.slow = SlowStatements(slow_seconds, self._beside)
        self._cursor = timed_cursor(self.slow)
        self.lock = threading.Lock()
        self.use(url)

    def use(self, url: str) -> None:
        """Take another URL from now on."""
        self.url = url
        self.conninfo, self.safe_url = parse_url(url)

    def open(self) -> psycopg.Connection[Any]:
        """Open a connection; where that fails, let `ensure` bring the server back, and try once more."""
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
            raise refused(err, self.safe_url) from err

    def _prepared(self, connection: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
        version = connection.info.server_version
        if version < OLDEST_SERVER * 10000:
            raise Unsupported(
                f"The server of {self.safe_url} is PostgreSQL {version // 10000}.{version % 10000}.",
                hint=f"PostgreSQL {OLDEST_SERVER} or newer is needed.",
            )
        connection.execute(_SESSION)
        connection.autocommit = False
        connection.cursor_factory = self._cursor
        return connection

    def _beside(self) -> psycopg.Connection[Any]:
        """Open a session for plans, where the server runs: it is not brought back for them."""
        connection = psycopg.connect(self.conninfo, autocommit=True)
        connection.execute(_SESSION)
        return connection

    def handle(self, context: ExceptionContext) -> DsaError | None:
        """Give SQLAlchemy our error to raise in place of the driver's."""
        err = context.original_exception
        if context.is_pre_ping or not isinstance(err, psycopg.Error):
            return None
        return translate(err, self.safe_url)
