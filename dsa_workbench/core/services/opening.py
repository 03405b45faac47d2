"""Opening a store: the one that is named, or the embedded one of the user."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dsa_workbench.core.database import Database
from dsa_workbench.core.embedded import EmbeddedPostgres
from dsa_workbench.core.services.postgres.segments import PostgresSegmentStore
from dsa_workbench.core.services.postgres.store import PostgresStore
from dsa_workbench.settings import Settings


@dataclass(frozen=True, slots=True)
class OpenStore:
    """A store that is open, and the hold on its embedded server, if it has one."""

    store: PostgresStore
    server: EmbeddedPostgres | None = None

    def close(self) -> None:
        """Give back the connections; the embedded server stops when its last user leaves."""
        self.store.database.dispose()
        if self.server is not None:
            self.server.release()


def open_store(settings: Settings, url: str | None = None) -> OpenStore:
    """Open the store of this URL, or of the settings, or the embedded one.

    Raises
    ------
    DatabaseUnavailable
        The server does not answer, or the embedded one cannot be started.
    InvalidInput
        The URL is none.
    """
    given = url or settings.database_url
    if given is not None:
        return OpenStore(PostgresStore(Database(given, slow_seconds=settings.slow_seconds)))
    server = EmbeddedPostgres(settings.data_dir)
    try:
        database = Database(server.acquire(), ensure=server.ensure, slow_seconds=settings.slow_seconds)
        return OpenStore(PostgresStore(database), server)
    except BaseException:
        server.release()
        raise


@dataclass(frozen=True, slots=True)
class OpenSegments:
    """The segments of a store that another process has opened, and brought to this version."""

    segments: PostgresSegmentStore
    database: Database
    server: EmbeddedPostgres | None = None

    def close(self) -> None:
        """Give back the connections, and the hold on the embedded server."""
        self.database.dispose()
        if self.server is not None:
            self.server.release()


def open_segments(url: str, data_dir: Path | None) -> OpenSegments:
    """Open the segments of the store of this URL, or of the embedded one in a folder.

    Raises
    ------
    DatabaseUnavailable
        The embedded server cannot be started; one with a URL is asked with the first use.
    """
    if data_dir is None:
        database = Database(url)
        return OpenSegments(PostgresSegmentStore(database), database)
    server = EmbeddedPostgres(data_dir)
    try:
        database = Database(server.acquire(), ensure=server.ensure)
    except BaseException:
        server.release()
        raise
    return OpenSegments(PostgresSegmentStore(database), database, server)
