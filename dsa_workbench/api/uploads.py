"""Routes of uploads: in parts that can be taken up again, in one request, or as a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dsa_workbench.api.importers import ImportRequest
from dsa_workbench.api.jobs import answer_job
from dsa_workbench.api.negotiation import ARROW_STREAM
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.api.problems import HttpProblem
from dsa_workbench.api.receiving import PartHandler, ReceivingHandler
from dsa_workbench.core.model.job import Job
from dsa_workbench.core.model.spec import check_name
from dsa_workbench.core.model.user import Actor
from dsa_workbench.features.uploads.spool import Upload
from dsa_workbench.models.jobs import JobTold
from dsa_workbench.models.uploads import (
    CommitAsked,
    CommittedTold,
    FileAsked,
    ImportAsked,
    PartAsked,
    UploadGiven,
    UploadTold,
)
from dsa_workbench.workbench import Workbench

RESOURCE = "uploads"
BYTES = "application/octet-stream"
_DONE: dict[int, Any] = {200: CommittedTold, 201: CommittedTold, 202: JobTold}
_WRITE_PROBLEMS = (400, 403, 404, 409, 413, 415, 422, 507)


class WholeFileHandler(PartHandler):
    """Takes a whole file in one request; whatever comes of it, nothing of it is left on the server's disk."""

    upload: Upload | None = None

    async def take(self, name: str) -> Callable[[bytes], object]:
        """Make room for a file."""
        check_name("dataset", self.path_kwargs["dataset"])
        check_name("branch", self.path_kwargs["ref"])
        self.told_digest = self.digest()
        length = self.request.headers.get("Content-Length")
        self.upload = await self.service.on_disk(
            lambda: self.service.spool.create(
                Actor(self.actor), name, self.path_kwargs["dataset"], self.path_kwargs["ref"],
                size=int(length) if length is not None and length.isdigit() else None,
            )
        )  # fmt: skip
        self.receiving = self.service.spool.receive(self.upload, 0)
        return self.receiving.write

    async def take_in(self, asked: ImportAsked | CommitAsked) -> None:
        """Import the file that came."""
        received = await self.kept()
        if not wants_job(self, received):
            await import_upload(self, received, asked)
            return
        mine, self.upload = self.upload, None  # the job has it, before its end could come
        try:
            await submit_upload(self, received, asked)
        except BaseException:
            self.upload = mine
            raise

    def on_finish(self) -> None:
        """Forget the file."""
        super().on_finish()
        self._forget()

    def on_connection_close(self) -> None:
        """Forget the file: nobody knows how to go on with it."""
        super().on_connection_close()
        self._forget()

    def _forget(self) -> None:
        gone, self.upload = self.upload, None
        if gone is not None:
            self.service.on_disk(lambda: self.service.spool.remove(gone))


class UploadsHandler(WholeFileHandler):
    """Where uploads begin: POST begins one in parts, PUT brings a whole file."""

    async def begin(self) -> Callable[[bytes], object] | None:
        """Take the file of a PUT."""
        if self.request.method != "PUT":
            return None
        self.check_arguments(FileAsked)
        return await self.take(self.query_of(FileAsked).name)

    @operation(
        Operation(
            "Begin an upload in parts", "write", RESOURCE, {201: UploadTold}, body=UploadGiven,
            problems=_WRITE_PROBLEMS,
        )
    )  # fmt: skip
    async def post(self, dataset: str, ref: str, body: UploadGiven) -> None:
        """Make an upload; the answer says where its parts go."""
        check_name("dataset", dataset)
        check_name("branch", ref)
        made = await self.service.on_disk(
            lambda: self.service.spool.create(
                Actor(self.actor), body.name, dataset, ref, size=body.size, sha256=body.sha256
            )
        )
        self.answer(UploadTold.of(made), 201, f"{self.request.path}/{made.id}")

    @operation(
        Operation(
            "Upload a whole file, and import it", "write", RESOURCE, _DONE, query=FileAsked,
            body_media=(BYTES,), headers=("Content-Digest", "Idempotency-Key", "Prefer"),
            problems=_WRITE_PROBLEMS,
        )
    )  # fmt: skip
    async def put(self, dataset: str, ref: str, query: FileAsked) -> None:
        """Take the file as it comes, and import it: a large one by a job."""
        await self.take_in(query)


class CommitTableHandler(WholeFileHandler):
    """Commits of tables that a client holds."""

    async def begin(self) -> Callable[[bytes], object] | None:
        """Take the table to disk as it comes."""
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != ARROW_STREAM:
            raise HttpProblem(415, f"The body is {kind or 'of no type'}.", hint=f"Send {ARROW_STREAM}.")
        return await self.take("table.arrows")

    @operation(
        Operation(
            "Commit a table", "write", "commits", _DONE, query=CommitAsked,
            body_media=(ARROW_STREAM,), headers=("Content-Digest", "Idempotency-Key", "Prefer"),
            problems=_WRITE_PROBLEMS,
        )
    )  # fmt: skip
    async def post(self, dataset: str, ref: str, query: CommitAsked) -> None:
        """Commit the table in the body: a large one by a job."""
        await self.take_in(query)


class UploadHandler(PartHandler):
    """One upload: how far it is, its parts, its end."""

    async def begin(self) -> Callable[[bytes], object] | None:
        """Open the file for a part."""
        if self.request.method != "PUT":
            return None
        self.check_arguments(PartAsked)
        offset = self.query_of(PartAsked).offset
        self.told_digest = self.digest()
        upload = await self.service.on_disk(self._upload)
        self.receiving = self.service.spool.receive(upload, offset)
        return self.receiving.write

    @operation(Operation("Say how much of a file is here", "read", RESOURCE, {200: UploadTold}))
    async def get(self, dataset: str, ref: str, upload: str) -> None:
        """Give the offset at which the next part begins."""
        self.answer(UploadTold.of(await self.service.on_disk(self._upload)))

    @operation(
        Operation(
            "Send a part", "write", RESOURCE, {200: UploadTold}, query=PartAsked, body_media=(BYTES,),
            headers=("Content-Digest",), problems=_WRITE_PROBLEMS,
        )
    )  # fmt: skip
    async def put(self, dataset: str, ref: str, upload: str, query: PartAsked) -> None:
        """Take the part; it counts when it is on disk, and its digest is the one that was said."""
        self.answer(UploadTold.of(await self.kept()))

    @operation(Operation("Abort an upload", "write", RESOURCE, {204: None}))
    async def delete(self, dataset: str, ref: str, upload: str) -> None:
        """Forget what is here."""
        found = await self.service.on_disk(self._upload)
        await self.service.on_disk(lambda: self.service.spool.remove(found))
        self.answer(None, 204)

    def _upload(self) -> Upload:
        return find_upload(self)


class CompleteHandler(ReceivingHandler):
    """The end of an upload: it is checked and imported."""

    @operation(
        Operation(
            "Import a file that is here whole", "write", RESOURCE, _DONE, body=ImportAsked,
            headers=("Idempotency-Key", "Prefer"), problems=_WRITE_PROBLEMS,
        )
    )  # fmt: skip
    async def post(self, dataset: str, ref: str, upload: str, body: ImportAsked) -> None:
        """Check size and digest, and import; a file that is refused stays, to be imported in another way.

        A large one is imported by a job, and so is any with ``Prefer: respond-async``.
        """
        found = await self.service.on_disk(lambda: find_upload(self))
        await self.service.on_disk(lambda: self.service.spool.check(found))
        if wants_job(self, found):
            await submit_upload(self, found, body)
            return
        await import_upload(self, found, body)
        await self.service.on_disk(lambda: self.service.spool.remove(found))


def wants_job(handler: ReceivingHandler, upload: Upload) -> bool:
    """Say whether a file is to be imported by a job: it is large, or its client would rather not wait (RFC 7240)."""
    prefers = "respond-async" in handler.request.headers.get("Prefer", "").lower()
    return prefers or upload.offset >= handler.service.limits.job_bytes


async def submit_upload(handler: ReceivingHandler, upload: Upload, asked: ImportAsked | CommitAsked) -> None:
    """Have a worker import a file, and answer with the job; the file stays until the job has ended."""
    key = handler.request.headers.get("Idempotency-Key") or upload.id
    spool = handler.service.spool

    def submit(wb: Workbench) -> Job:
        options: dict[str, Any] = asked.options()
        made: Job = wb.submit_import(
            spool.path(upload), upload.dataset, ref=upload.ref, idempotency_key=key, **options
        ).job
        spool.hand_over(upload, made.id)
        return made

    answer_job(handler, await handler.write_to_store(submit))


def find_upload(handler: ReceivingHandler) -> Upload:
    """Find the upload that the path names; NotFound where it is another's, or of another dataset or ref."""
    found = handler.service.spool.get(Actor(handler.actor), handler.path_kwargs["upload"])
    if (found.dataset, found.ref) != (handler.path_kwargs["dataset"], handler.path_kwargs["ref"]):
        raise HttpProblem(404, "There is no such upload here.", hint="Take the Location that its beginning gave.")
    return found


async def import_upload(handler: ReceivingHandler, upload: Upload, asked: ImportAsked | CommitAsked) -> None:
    """Import a file, and answer with the commit: 201 where there is a new one, 200 where nothing changed."""
    key = handler.request.headers.get("Idempotency-Key") or upload.id
    path = handler.service.spool.path(upload)
    request = ImportRequest(handler.actor, path, upload.dataset, upload.ref, key, asked.options())
    done = await handler.service.import_file(request)
    told = CommittedTold(
        commit=done.commit, dataset=done.dataset, ref=done.ref, created=done.created, rows=done.rows,
        summary=done.summary, notes=list(done.notes), rejects=done.rejects,
    )  # fmt: skip
    handler.service.metrics.imported.inc(done.rows)
    handler.tag(done.commit)
    handler.answer(told, 201 if done.created else 200)
