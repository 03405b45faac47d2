"""A store that is open, and who acts on it: what every verb stands on."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from dsa_workbench.core.embedded import EmbeddedPostgres
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.postgres.store import PostgresStore
from dsa_workbench.features.datasets.list_datasets import list_datasets
from dsa_workbench.features.jobs.runner import JobRunner
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.results import Status
from dsa_workbench.version import __version__


class Connection:
    """Hold the store and the actor until `close`."""

    def __init__(
        self,
        actor: Actor,
        store: PostgresStore,
        cache: SegmentCache,
        *,
        server: EmbeddedPostgres | None = None,
        folder: str | None = None,
        runner: JobRunner | None = None,
    ) -> None:
        self.actor = actor
        self.store = store
        self._cache, self._server, self._folder = cache, server, folder
        self._runner = JobRunner(store) if runner is None else runner

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(cancel_jobs=kind is not None)

    def __repr__(self) -> str:
        return f"<Workbench of {self.actor.name} on {self.database_url}>"

    @property
    def database_url(self) -> str:
        """The database, without its password."""
        return self.store.database.safe_url

    def acting_as(self, name: str) -> Self:
        """Give the same store as another user sees it: what serves several people opens it once.

        Its connections and jobs are those of this workbench, which is the one to close.
        """
        return type(self)(Actor(name), self.store, self._cache, folder=self._folder, runner=self._runner)

    @property
    def cache(self) -> SegmentCache:
        """Decoded segments in memory, for use cases that are called directly."""
        return self._cache

    @property
    def jobs_here(self) -> int:
        """How many background jobs this workbench is at work on; `close` waits for them."""
        return len(self._runner.held)

    def close(self, *, cancel_jobs: bool = False) -> None:
        """Wait for background jobs, then give back connections; the embedded Postgres stops when its last user leaves.

        With `cancel_jobs`, and where a `with` block ends by an error, jobs are told to stop instead; so they are by an
        interrupt while waiting. Closing twice does nothing.
        """
        try:
            self._runner.close(cancel=cancel_jobs)
        finally:
            self.store.database.dispose()
            if self._server is not None:
                self._server.release()

    def status(self) -> Status:
        """Say where we work, as whom, and how much is there."""
        info = self.store.info()
        return Status(
            __version__,
            self.actor.name,
            self.database_url,
            info.server,
            len(list_datasets(self.actor, self.store)),
            self._folder,
            info.bytes_stored,
        )
