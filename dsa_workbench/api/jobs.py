"""Routes of jobs: listed, followed, cancelled, tried again; and exports that become files of the server."""

from __future__ import annotations

from pathlib import Path

from dsa_workbench.api.base import ApiHandler
from dsa_workbench.api.events import of_job
from dsa_workbench.api.exports import disposition, file_name_of, write_options_of
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.api.problems import HttpProblem
from dsa_workbench.api.refs import version_of
from dsa_workbench.core.model.job import Job, JobKind, JobState
from dsa_workbench.models.jobs import (
    EventsAsked,
    ExportJobGiven,
    JobChangesTold,
    JobChangeTold,
    JobLineTold,
    JobLogTold,
    JobsAsked,
    JobsTold,
    JobTold,
)
from dsa_workbench.workbench import Workbench

RESOURCE = "jobs"
_MOST = 10_000
"""Jobs that are looked through for those of a state or a dataset."""


class JobsHandler(ApiHandler):
    """All jobs."""

    @operation(Operation("List jobs, latest first", "read", RESOURCE, {200: JobsTold}, query=JobsAsked))
    async def get(self, query: JobsAsked) -> None:
        """Give jobs of all users of the store."""
        chooses = query.state is not None or query.dataset is not None

        def ask(wb: Workbench) -> JobsTold:
            last = wb.last_job_event()
            found = [
                job
                for job in wb.jobs(_MOST if chooses else query.limit)
                if query.state in (None, job.state.value) and query.dataset in (None, job.dataset)
            ]
            return JobsTold(items=[JobTold.of(job) for job in found[: query.limit]], last_event=last)

        self.answer(await self.read(ask))


class JobHandler(ApiHandler):
    """One job."""

    @operation(Operation("Look at a job", "read", RESOURCE, {200: JobTold}))
    async def get(self, job: str) -> None:
        """Give the job as it is now."""
        number = number_of(job)
        self.answer(JobTold.of(await self.read(lambda wb: wb.job(number).job)))


class JobEventsHandler(ApiHandler):
    """The changes of all jobs."""

    @operation(
        Operation("List changes of jobs after a known one", "read", RESOURCE, {200: JobChangesTold}, query=EventsAsked)
    )
    async def get(self, query: EventsAsked) -> None:
        """Give changes of state, oldest first: what a client asks for again and again where it has no WebSocket."""
        found = await self.read(lambda wb: wb.job_events(query.after, query.limit))
        self.answer(JobChangesTold(items=[JobChangeTold.of(change) for change in found]))


class JobLogHandler(ApiHandler):
    """The log of a job."""

    @operation(Operation("Read a job's log", "read", RESOURCE, {200: JobLogTold}, query=EventsAsked))
    async def get(self, job: str, query: EventsAsked) -> None:
        """Give lines after a known one, oldest first."""
        number = number_of(job)
        found = await self.read(lambda wb: wb.job_log(number, query.after, query.limit))
        self.answer(JobLogTold(items=[JobLineTold.of(line) for line in found]))


class JobCancelHandler(ApiHandler):
    """The way to end a job."""

    @operation(Operation("Cancel a job", "write", RESOURCE, {202: JobTold}, problems=(400, 403, 404)))
    async def post(self, job: str) -> None:
        """End a job that waits, or ask one that runs to end; look at it again for what became of it."""
        self.no_body()
        number = number_of(job)

        def cancel(wb: Workbench) -> Job:
            found = wb.job(number)
            found.cancel()
            return wb.job(number).job

        found = await self.write_to_store(cancel)
        self.happened("job", action="cancel", **of_job(found))
        self.answer(JobTold.of(found), 202)


class JobRetryHandler(ApiHandler):
    """The way to do a job again."""

    @operation(Operation("Do a job again, as a new one", "write", RESOURCE, {202: JobTold}, problems=(400, 403, 404)))
    async def post(self, job: str) -> None:
        """Submit a durable job that failed or was cancelled again."""
        self.no_body()
        number = number_of(job)
        answer_job(self, await self.write_to_store(lambda wb: wb.retry_job(number).job))


class ExportJobsHandler(ApiHandler):
    """Exports that are written to files of the server."""

    @operation(
        Operation(
            "Export a version to a file of the server", "write", RESOURCE, {202: JobTold}, body=ExportJobGiven,
            headers=("Idempotency-Key",), problems=(400, 403, 404, 413, 415),
        )
    )  # fmt: skip
    async def post(self, dataset: str, body: ExportJobGiven) -> None:
        """Have a worker write the version as it is now; the file is fetched from the job when it has succeeded."""
        spec = version_of(dataset, body.at, body.table)
        key = self.request.headers.get("Idempotency-Key")

        def submit(wb: Workbench) -> Job:
            return wb.submit_export(
                str(spec), file_name_of(spec, body), format=body.format, columns=body.columns, where=body.where,
                order_by=body.order_by, offset=body.offset, limit=body.limit, exact=body.exact,
                sql_table=body.sql_table, idempotency_key=key, **write_options_of(body),
            ).job  # fmt: skip

        answer_job(self, await self.write_to_store(submit))


class JobFileHandler(ApiHandler):
    """The file that an export has written."""

    @operation(
        Operation(
            "Fetch the file of an export", "read", "data", {200: None}, media=("application/octet-stream",),
            problems=(400, 403, 404, 409),
        )
    )  # fmt: skip
    async def get(self, job: str) -> None:
        """Send the file, with its length."""
        number = number_of(job)
        found = await self.read(lambda wb: wb.job(number).job)
        if found.kind is not JobKind.EXPORT or not found.durable:
            raise HttpProblem(404, f"Job {number} writes no file that could be fetched.")
        if found.state is not JobState.SUCCEEDED:
            raise HttpProblem(409, f"Job {number} is {found.state}.", hint="Wait for its end.")
        path = Path((found.result or {})["path"])
        if not await self.service.on_disk(path.is_file):
            raise HttpProblem(404, f"The file of job {number} is here no more.", hint="Export it again.")
        size = (await self.service.on_disk(path.stat)).st_size
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("Content-Length", str(size))
        self.set_header("Content-Disposition", disposition(path.name))
        with path.open("rb") as file:
            while piece := await self.service.on_disk(lambda: file.read(1 << 20)):
                self.write(piece)
                await self.flush()
        self.finish()


def number_of(job: str) -> int:
    """Read the number of a job."""
    if not job.isascii() or not job.isdecimal() or len(job) > 18:
        raise HttpProblem(404, f"There is no job {job:.40}.", hint="Jobs have numbers.")
    return int(job)


def answer_job(handler: ApiHandler, job: Job) -> None:
    """Tell of a job that was submitted, and where to look for it."""
    handler.happened("job", action="submit" if job.retry_of is None else "retry", **of_job(job))
    root = handler.request.path.partition("/datasets/")[0].partition("/jobs/")[0].partition("/upkeep/")[0]
    handler.answer(JobTold.of(job), 202, f"{root}/jobs/{job.id}")
