"""Routes of uploads: in parts that can be taken up again, in one request, or as a form."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from dsa_workbench.api.contents import find_file
from dsa_workbench.api.forms import Form, is_form
from dsa_workbench.api.importers import ImportRequest
from dsa_workbench.api.jobs import answer_job
from dsa_workbench.api.negotiation import ARROW_STREAM
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.api.problems import HttpProblem
from dsa_workbench.api.receiving import PartHandler, ReceivingHandler
from dsa_workbench.api.several import Several, find_upload, find_whole
from dsa_workbench.core.model.job import Job
from dsa_workbench.core.model.spec import check_name
from dsa_workbench.core.model.user import Actor
from dsa_workbench.features.uploads.spool import Upload
from dsa_workbench.models.jobs import JobTold
from dsa_workbench.models.uploads import (
    CommitAsked,
    CommittedTold,
    CompleteAsked,
    FileAsked,
    FormAsked,
    ImportAsked,
    PartAsked,
    UploadedTold,
    UploadGiven,
    UploadTold,
)
from dsa_workbench.workbench import Workbench

RESOURCE = "uploads"
BYTES = "application/octet-stream"
_DONE: dict[int, Any] = {200: CommittedTold, 201: CommittedTold, 202: JobTold}
_NAMES = (("dataset", "dataset"), ("branch", "ref"))
_LONGEST = 500
"""Characters of a file's name."""
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
    """Where uploads begin: POST begins one in parts or brings a file in a form, PUT brings a whole file."""

    _form: Form | None = None
    _gone = False

    async def begin(self) -> Callable[[bytes], object] | None:
        """Take the file of a PUT, or of a form."""
        kind = self.request.headers.get("Content-Type", "")
        if is_form(kind) and self.request.method == "PUT":
            raise HttpProblem(415, "The body is a form.", hint="Forms are sent by POST; a file alone by PUT.")
        if is_form(kind):
            self.check_arguments(None)
            self._form = Form(kind, self._open_file, self.service.limits.body_bytes)
            return self._form.write
        if self.request.method != "PUT":
            return None
        self.check_arguments(FileAsked)
        return await self.take(self.query_of(FileAsked).name)

    @operation(
        Operation(
            "Begin an upload in parts, or upload a file in a form, and import it", "write", RESOURCE,
            {200: CommittedTold, 201: UploadedTold, 202: JobTold}, body=UploadGiven, form=FormAsked,
            headers=("Idempotency-Key", "Prefer"), problems=_WRITE_PROBLEMS,
        )
    )  # fmt: skip
    async def post(self, dataset: str, ref: str, body: UploadGiven | FormAsked) -> None:
        """Make an upload: the answer to JSON says where its parts go, and with `path` the file is here already.

        A form brings the file itself, as `file`, and how to import it; it is answered as a whole file is.
        """
        if isinstance(body, FormAsked):
            self.told_digest = body.sha256
            await self.take_in(body)
            return
        check_name("dataset", dataset)
        check_name("branch", ref)
        place = await find_file(self, body.path) if body.path is not None else None
        made = await self.service.on_disk(lambda: self._make(place, body, dataset, ref))
        self.answer(UploadTold.of(made), 201, f"{self.request.path}/{made.id}")

    def _make(self, place: Path | None, body: UploadGiven, dataset: str, ref: str) -> Upload:
        spool, actor = self.service.spool, Actor(self.actor)
        if place is None:
            return spool.create(actor, body.name, dataset, ref, size=body.size, sha256=body.sha256)
        return spool.take(actor, place, body.name, dataset, ref, sha256=body.sha256)

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

    async def form_of(self, model: type[FormAsked]) -> FormAsked:
        """Take the rest of a form, and check its words."""
        await self.received()
        assert self._form is not None  # noqa: S101 - `begin` made it
        return model.model_validate(self._form.words())

    def on_connection_close(self) -> None:
        """Forget the file, also one that is just being begun."""
        self._gone = True
        if self._form is not None:
            self._held.clear()  # it is of the form, and not of the file
        super().on_connection_close()

    def _open_file(self, name: str) -> Callable[[bytes], object]:
        """Make room for the file of a form, on a thread."""
        dataset, ref = (check_name(kind, self.path_kwargs[path]) for kind, path in _NAMES)
        upload = self.service.spool.create(Actor(self.actor), name[:_LONGEST], dataset, ref)
        receiving = self.service.spool.receive(upload, 0)
        self.upload, self.receiving = upload, receiving
        if self._gone:
            receiving.drop()
            self.service.spool.remove(upload)
        return receiving.write


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
            "Import a file that is here whole", "write", RESOURCE, _DONE, body=CompleteAsked,
            headers=("Idempotency-Key", "Prefer"), problems=_WRITE_PROBLEMS,
        )
    )  # fmt: skip
    async def post(self, dataset: str, ref: str, upload: str, body: CompleteAsked) -> None:
        """Check size and digest, and import; a file that is refused stays, to be imported in another way.

        Several uploads become one commit. A large one is imported by a job, and so is any with
        ``Prefer: respond-async``.
        """
        found = await self.service.on_disk(lambda: find_whole(self, body))
        if wants_job(self, *found.uploads):
            await submit_upload(self, found.first, body, found)
            return
        await import_upload(self, found.first, body, found)


def wants_job(handler: ReceivingHandler, *uploads: Upload) -> bool:
    """Say whether files are to be imported by a job: they are large, or the client would rather not wait (RFC 7240)."""
    prefers = "respond-async" in handler.request.headers.get("Prefer", "").lower()
    return prefers or sum(upload.offset for upload in uploads) >= handler.service.limits.job_bytes


async def submit_upload(
    handler: ReceivingHandler, upload: Upload, asked: ImportAsked | CommitAsked, several: Several | None = None
) -> None:
    """Have a worker import files, and answer with the job; the files stay until the job has ended."""
    key = handler.request.headers.get("Idempotency-Key") or upload.id
    spool = handler.service.spool

    def submit(wb: Workbench) -> Job:
        options: dict[str, Any] = asked.options()
        source = spool.path(upload) if several is None else several.source
        made: Job = wb.submit_import(source, upload.dataset, ref=upload.ref, idempotency_key=key, **options).job
        for one in (upload,) if several is None else several.uploads:
            spool.hand_over(one, made.id)
        return made

    answer_job(handler, await handler.write_to_store(submit))


async def import_upload(
    handler: ReceivingHandler, upload: Upload, asked: ImportAsked | CommitAsked, several: Several | None = None
) -> None:
    """Import files, forget them, and answer: 201 where there is a new commit, 200 where nothing changed."""
    key = handler.request.headers.get("Idempotency-Key") or upload.id
    source = handler.service.spool.path(upload) if several is None else several.source
    request = ImportRequest(handler.actor, source, upload.dataset, upload.ref, key, asked.options(), handler.request_id)
    done = await handler.service.import_file(request)
    told = CommittedTold(
        commit=done.commit, dataset=done.dataset, ref=done.ref, created=done.created, rows=done.rows,
        summary=done.summary, notes=list(done.notes), rejects=done.rejects,
    )  # fmt: skip
    handler.service.metrics.imported.inc(done.rows)
    handler.happened(
        "commit", action="commit" if isinstance(handler, CommitTableHandler) else "import", dataset=done.dataset,
        ref=done.ref, commit=done.commit, created=done.created, rows=done.rows,
    )  # fmt: skip
    # Before the answer: who has it finds no file left.
    for one in (upload,) if several is None else several.uploads:
        await handler.service.on_disk(partial(handler.service.spool.remove, one))
    handler.tag(done.commit)
    handler.answer(told, 201 if done.created else 200)
