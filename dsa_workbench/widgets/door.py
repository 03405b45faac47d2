"""What widgets ask of a workbench, be it on a store or on a server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from dsa_workbench.results import CommitView, Diff, JobLog, JobResult, Log, Reading, Refs


class Door(Protocol):
    """The verbs that widgets need."""

    def read(
        self, spec: str, columns: Sequence[str] | str | None = None, where: Any = None, offset: int = 0,
        limit: int | None = None,
    ) -> Reading:  # fmt: skip
        """Read a table at a version."""
        ...

    def diff(self, a: Any, b: Any = None) -> Diff:
        """Compare two versions."""
        ...

    def log(self, spec: str, limit: int | None = None, *, all: bool = False) -> Log:
        """List a history."""
        ...

    def show(self, spec: str) -> CommitView:
        """Describe a commit."""
        ...

    def refs(self, dataset: str) -> Refs:
        """List branches and tags."""
        ...

    def job(self, id: int) -> JobResult[Any]:
        """Look at a job."""
        ...

    def job_log(self, id: int, after: int = 0) -> JobLog:
        """List the lines of a job's log."""
        ...

    def retry_job(self, id: int) -> JobResult[Any]:
        """Do a job again."""
        ...
