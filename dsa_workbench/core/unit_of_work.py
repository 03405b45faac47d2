"""One transaction and the repositories in it."""

from __future__ import annotations

import contextlib
from types import TracebackType
from typing import TYPE_CHECKING, Self

from dsa_workbench.core.database import Database
from dsa_workbench.core.services.interfaces import (
    ICommitRepository,
    IDatasetRepository,
    IJobRepository,
    IObjectRepository,
    IProfileRepository,
    IRefRepository,
    IStagingRepository,
)
from dsa_workbench.core.services.postgres.commits import PostgresCommitRepository
from dsa_workbench.core.services.postgres.datasets import PostgresDatasetRepository
from dsa_workbench.core.services.postgres.jobs import PostgresJobRepository
from dsa_workbench.core.services.postgres.objects import PostgresObjectRepository
from dsa_workbench.core.services.postgres.profiles import PostgresProfileRepository
from dsa_workbench.core.services.postgres.refs import PostgresRefRepository
from dsa_workbench.core.services.postgres.staging import PostgresStagingRepository
from dsa_workbench.errors import DatabaseUnavailable

if TYPE_CHECKING:
    import sqlalchemy as sa


class UnitOfWork:
    """A unit of work on Postgres, for one `with` statement in one thread.

    What was done in it is rolled back at the end unless `commit` was called; after `commit` a new transaction begins
    with the next call. When `commit` returns, the changes are on disk, and so is all that was put before.
    """

    datasets: IDatasetRepository
    refs: IRefRepository
    commits: ICommitRepository
    objects: IObjectRepository
    staging: IStagingRepository
    jobs: IJobRepository
    profiles: IProfileRepository

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: sa.Connection | None = None

    def __enter__(self) -> Self:
        connection = self._database.connect()
        self._connection = connection
        self.datasets = PostgresDatasetRepository(connection)
        self.refs = PostgresRefRepository(connection)
        self.commits = PostgresCommitRepository(connection)
        self.objects = PostgresObjectRepository(connection)
        self.staging = PostgresStagingRepository(connection)
        self.jobs = PostgresJobRepository(connection)
        self.profiles = PostgresProfileRepository(connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            # Where the database is gone, the transaction is rolled back by that.
            with contextlib.suppress(DatabaseUnavailable):
                self._connection.close()
            self._connection = None

    def commit(self) -> None:
        """Make all of it durable at once."""
        if self._connection is None:
            raise RuntimeError("commit() belongs inside the `with` statement of its unit of work.")
        self._connection.commit()
