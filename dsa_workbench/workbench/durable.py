"""The verbs of durable jobs: those that workers do, whatever becomes of this process."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from dsa_workbench.core.model.job import Job, JobChange
from dsa_workbench.core.model.ref import DEFAULT_BRANCH
from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.features.exports.export_file import ExportFile
from dsa_workbench.features.imports.import_command import ImportFile
from dsa_workbench.features.imports.reading_options import ReadingOptions, read_options, skips_rejects
from dsa_workbench.features.jobs.follow_jobs import MOST as MOST_EVENTS
from dsa_workbench.features.jobs.follow_jobs import job_events, job_log, last_event
from dsa_workbench.features.jobs.submit_job import retry_job
from dsa_workbench.features.versioning.build_tables import Promise
from dsa_workbench.files.rejects import MOST
from dsa_workbench.results import CommitResult, Exported, JobLog, JobResult
from dsa_workbench.workbench.arguments import columns_of, mode_of, write_options
from dsa_workbench.workbench.jobs import JobVerbs
from dsa_workbench.worker.submitting import submit_export, submit_import


class DurableVerbs(JobVerbs):
    """Have workers do jobs, and follow them: submit_import, submit_export, retry_job, job_events, job_log."""

    def submit_import(
        self,
        source: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
        dataset: str,
        *,
        table: str | None = None,
        ref: str = DEFAULT_BRANCH,
        key: Sequence[str] | str | None = None,
        mode: str = "replace",
        message: str | None = None,
        author: str | None = None,
        rename: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        rejects: str | None = None,
        max_rejects: int = MOST,
        rejects_to: str | os.PathLike[str] | None = None,
        exact: bool = False,
        promise: str | None = None,
        **reading: Unpack[ReadingOptions],
    ) -> JobResult[CommitResult]:
        """Have a worker import files; parameters as in `import_file`.

        The files must lie where workers see them, and stay until the job has ended. Jobs of one branch are done one
        by one, in the order in which they were submitted.

        Raises
        ------
        InvalidInput
            An option is none, or the source is no path. What is wrong with the file itself, the job tells.
        """
        command = ImportFile(
            source, dataset, table, ref, mode_of(mode), columns_of(key), rename or {}, message, author,
            read_options(reading), idempotency_key, None, skips_rejects(rejects, rejects_to), max_rejects, rejects_to,
            None if promise is None else Promise.read(promise), exact,
        )  # fmt: skip
        return self._durable(submit_import(self.actor, self.store, command))

    def submit_export(
        self,
        spec: str,
        name: str,
        *,
        format: str | None = None,
        columns: Sequence[str] | str | None = None,
        where: str | Sequence[Any] | None = None,
        order_by: str | Sequence[str] | None = None,
        offset: int = 0,
        limit: int | None = None,
        exact: bool = False,
        sql_table: str | None = None,
        idempotency_key: str | None = None,
        **options: Any,
    ) -> JobResult[Exported]:
        """Have a worker write the version that `spec` names now to a file `name`; parameters as in `export`.

        The file lies in the worker's spool folder; its path stands in the result, and it is removed after a week.

        Raises
        ------
        InvalidInput, NotFound
            An option is none, the name has folders in it, or the version is not there.
        """
        order = order_by if order_by is None or isinstance(order_by, str) else ", ".join(order_by)
        command = ExportFile(
            parse_spec(spec), name, format, write_options(**options), columns_of(columns), where, order, offset, limit,
            sql_table, exact,
        )  # fmt: skip
        return self._durable(submit_export(self.actor, self.store, self._cache, command, idempotency_key))

    def retry_job(self, id: int) -> JobResult[Any]:
        """Submit a durable job that failed or was cancelled again, as a new job.

        Raises
        ------
        NotFound, InvalidInput
            There is none of this number; it has not ended, has succeeded, or was no durable one.
        """
        return self._durable(retry_job(self.actor, self.store, id))

    def job_events(self, after: int = 0, limit: int = MOST_EVENTS, job: int | None = None) -> tuple[JobChange, ...]:
        """List changes of jobs after the one of this number, oldest first; none is ever missed."""
        return job_events(self.actor, self.store, after, limit, job)

    def last_job_event(self) -> int:
        """Give the number of the last change of any job."""
        return last_event(self.actor, self.store)

    def job_log(self, id: int, after: int = 0, limit: int = MOST_EVENTS) -> JobLog:
        """List the lines of a job's log after the one of this number, oldest first."""
        return JobLog(id, job_log(self.actor, self.store, id, after, limit))

    def _durable(self, job: Job) -> JobResult[Any]:
        return JobResult(job, self._look, self._wait, self._cancel)
