"""What widgets ask of a workbench, be it on a store or on a server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from dsa_workbench.results import CommitView, Datasets, Diff, Explained, JobLog, JobResult, Log, Reading, Refs
from dsa_workbench.widgets.answers import Answer, Asked


class Desk(Protocol):
    """Takes files in parts, says what would come of them, and imports them; it answers the routes of uploads."""

    def __call__(self, asked: Asked) -> Answer:
        """Answer a request."""
        ...

    def close(self) -> Any:
        """Forget the files that were not imported; called again, it does nothing."""
        ...


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

    def datasets(self, deleted: bool = False) -> Datasets:
        """List datasets."""
        ...

    def import_file(self, source: Any, dataset: str, **options: Any) -> Any:
        """Import files, or say what would come of it."""
        ...

    def explain(self, source: Any, **reading: Any) -> Explained:
        """Say how a file would be read."""
        ...

    def _desk(self) -> Desk:
        """Give what takes files in parts."""
        ...
