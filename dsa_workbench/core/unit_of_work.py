"""One transaction and the repositories in it."""

from __future__ import annotations

import contextlib
from types import TracebackType
from typing import TYPE_CHECKING, Self

from dsa_workbench.core.database import Database
from dsa_workbench.core.services.interfaces import (
    ICommitRepository,
    IDatasetRepository,
    IGarbageRepository,
    IHeadRepository,
    IObjectRepository,
    IProfileRepository,
    IRefRepository,
    IRequestRepository,
    IStagingRepository,
)
from dsa_workbench.core.services.job_interfaces import IJobHistory, IJobRepository, ITicketRepository
from dsa_workbench.core.services.postgres.commits import PostgresCommitRepository
from dsa_workbench.core.services.postgres.datasets import PostgresDatasetRepository
from dsa_workbench.core.services.postgres.garbage import PostgresGarbageRepository
from dsa_workbench.core.services.postgres.heads import PostgresHeadRepository
from dsa_workbench.core.services.postgres.job_history import PostgresJobHistory
from dsa_workbench.core.services.postgres.jobs import PostgresJobRepository
from dsa_workbench.core.services.postgres.objects import PostgresObjectRepository
from dsa_workbench.core.services.postgres.profiles import PostgresProfileRepository
from dsa_workbench.core.services.postgres.refs import PostgresRefRepository
from dsa_workbench.core.services.postgres.requests import PostgresRequestRepository
from dsa_workbench.core.services.postgres.staging import PostgresStagingRepository
from dsa_workbench.core.services.postgres.tickets import PostgresTicketRepository
from dsa_workbench.core.services.postgres.usage import PostgresUsageRepository
from dsa_workbench.core.services.usage_interfaces import IUsageRepository
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
    heads: IHeadRepository
    commits: ICommitRepository
    objects: IObjectRepository
    staging: IStagingRepository
    jobs: IJobRepository
    job_history: IJobHistory
    tickets: ITicketRepository
    garbage: IGarbageRepository
    profiles: IProfileRepository
    requests: IRequestRepository
    usage: IUsageRepository

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: sa.Connection | None = None

    def __enter__(self) -> Self:
        connection = self._database.connect()
        self._connection = connection
        self.datasets = PostgresDatasetRepository(connection)
        self.refs = PostgresRefRepository(connection)
        self.heads = PostgresHeadRepository(connection)
        self.commits = PostgresCommitRepository(connection)
        self.objects = PostgresObjectRepository(connection)
        self.staging = PostgresStagingRepository(connection)
        history = PostgresJobHistory(connection)
        self.job_history, self._publish = history, history.publish
        self.jobs = PostgresJobRepository(connection, history)
        self.tickets = PostgresTicketRepository(connection)
        self.garbage = PostgresGarbageRepository(connection)
        self.profiles = PostgresProfileRepository(connection)
        self.requests = PostgresRequestRepository(connection)
        self.usage = PostgresUsageRepository(connection)
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
        self._publish()
        self._connection.commit()
