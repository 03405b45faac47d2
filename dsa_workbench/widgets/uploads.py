"""Files that a page sends to the kernel: taken in parts to disk, previewed and imported by the verbs of a store."""

from __future__ import annotations

import base64
import binascii
import re
import shutil
import tempfile
import weakref
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from dsa_workbench.core.model.spec import check_name
from dsa_workbench.core.model.user import Actor
from dsa_workbench.errors import InvalidInput, NotFound, QuotaExceeded
from dsa_workbench.features.uploads.spool import Spool, Upload
from dsa_workbench.models.datasets import DatasetsAsked, DatasetsTold, DatasetTold
from dsa_workbench.models.previewing import reading_of, tell_explained, tell_preview
from dsa_workbench.models.previews import PreviewAsked
from dsa_workbench.models.uploads import CommittedTold, CompleteAsked, PartAsked, UploadGiven, UploadTold
from dsa_workbench.widgets.answers import PART_BYTES, Answer, Asked
from dsa_workbench.widgets.door import Door
from dsa_workbench.widgets.routes import HistoryRoutes

MOST_PART = 16 << 20
MOST_FILES = 200
MOST_BYTES = 64 << 30
_PAGE = 50
_WHO = Actor("page")
"""Whose files they are, among those of the folder: it is that of one widget."""
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/=]+):")


class KernelDesk:
    """Takes files into a folder of its own, which goes with `close`, with the widget or with the process."""

    def __init__(self, door: Door, *, most_files: int = MOST_FILES, most_bytes: int = MOST_BYTES) -> None:
        self._door, self._history = door, HistoryRoutes(door)
        self._most_files, self._most_bytes = most_files, most_bytes
        self._here: dict[str, Upload] = {}
        self._made: Spool | None = None
        self._forget_all: Callable[[], Any] | None = None

    def __call__(self, asked: Asked) -> Answer:
        """Answer a request."""
        match asked.method, asked.path:
            case "GET", ("datasets",):
                return self._datasets(DatasetsAsked.model_validate(asked.query))
            case "POST", ("datasets", dataset, "refs", ref, "uploads"):
                return self._begin(dataset, ref, UploadGiven.model_validate(asked.body))
            case method, ("datasets", dataset, "refs", ref, "uploads", id, *rest):
                return self._upload(method, self._find(dataset, ref, id), tuple(rest), asked)
            case "GET", ("datasets", _, "refs" | "commits", *_):
                return self._history(asked)
        raise NotFound(f"This widget does not answer {'/'.join(asked.path)!r}.", hint="Run its cell again.")

    def close(self) -> None:
        """Forget the files that were not imported."""
        if self._forget_all is not None:
            self._forget_all()
        self._made, self._forget_all = None, None
        self._here.clear()

    def _upload(self, method: str, upload: Upload, rest: tuple[str, ...], asked: Asked) -> Answer:
        match method, rest:
            case "GET", ():
                return _told(upload)
            case "PUT", ():
                return self._part(upload, asked)
            case "DELETE", ():
                self._forget(upload)
                return Answer()
            case "POST", ("preview",):
                return self._preview(upload, PreviewAsked.model_validate(asked.body))
            case "POST", ("complete",):
                return self._complete(upload, CompleteAsked.model_validate(asked.body))
        raise NotFound(f"This widget does not answer {'/'.join(asked.path)!r}.", hint="Run its cell again.")

    # ------------------------------------------------------------------------------------- files

    @property
    def _spool(self) -> Spool:
        if self._made is None:
            folder = Path(tempfile.mkdtemp(prefix="dsa-upload-"))
            self._made = Spool(folder, quota_bytes=self._most_bytes, keep=timedelta(days=365))
            # A widget may be left to the collector, and a kernel may end: the folder goes in either case.
            self._forget_all = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return self._made

    def _begin(self, dataset: str, ref: str, given: UploadGiven) -> Answer:
        if given.path is not None:
            raise InvalidInput("A kernel takes files from the page alone.", hint="Import it by its path.")
        check_name("dataset", dataset)
        check_name("branch", ref)
        if len(self._here) >= self._most_files:
            raise QuotaExceeded(
                f"{len(self._here)} files wait in this widget, and it takes no more.",
                hint="Cancel some, or import a folder by its path: %dsa import.",
            )
        upload = self._spool.create(_WHO, given.name, dataset, ref, size=given.size, sha256=given.sha256)
        self._here[upload.id] = upload
        return _told(upload)

    def _find(self, dataset: str, ref: str, id: str) -> Upload:
        found = self._spool.get(_WHO, id)
        if (found.dataset, found.ref) != (dataset, ref):
            raise NotFound("There is no such upload here.", hint="Choose the file again.")
        return found

    def _part(self, upload: Upload, asked: Asked) -> Answer:
        part = b"" if asked.bytes is None else memoryview(asked.bytes).cast("B")
        if len(part) > MOST_PART:
            raise InvalidInput(f"A part has {len(part):,} bytes.", hint=f"Send {MOST_PART:,} at most.")
        digest = _digest(asked.headers.get("Content-Digest"))
        receiving = self._spool.receive(upload, PartAsked.model_validate(asked.query).offset)
        try:
            receiving.write(part)  # type: ignore[arg-type] # a view of bytes is written as they are
            return _told(receiving.keep(digest))
        finally:
            receiving.drop()

    def _forget(self, *uploads: Upload) -> None:
        for upload in uploads:
            self._spool.remove(upload)
            self._here.pop(upload.id, None)

    # ------------------------------------------------------------------------------------- what becomes of them

    def _preview(self, first: Upload, asked: PreviewAsked) -> Answer:
        source, _ = self._source(first, asked)
        found = self._door.import_file(source, first.dataset, ref=first.ref, dry_run=True, **asked.options())
        told = tell_preview(found, asked)
        if asked.explain and not isinstance(source, dict):
            told = tell_explained(told, self._door.explain(source, **reading_of(asked)).tables)
        return Answer(told)

    def _complete(self, first: Upload, asked: CompleteAsked) -> Answer:
        source, uploads = self._source(first, asked)
        done = self._door.import_file(
            source, first.dataset, ref=first.ref, idempotency_key=first.id, **asked.options()
        )  # fmt: skip
        self._forget(*uploads)
        return Answer(
            CommittedTold(
                commit=done.commit.id, dataset=done.dataset, ref=done.ref, created=done.created, rows=done.rows,
                summary=done.summary, notes=list(done.notes), rejects=len(done.rejects),
            )
        )  # fmt: skip

    def _source(self, first: Upload, asked: CompleteAsked) -> tuple[Any, tuple[Upload, ...]]:
        """Say what is imported, and see that all of it is here."""
        named = asked.tables or {str(place): file.upload for place, file in enumerate(asked.files or ())}
        uploads = {name: self._find(first.dataset, first.ref, id) for name, id in named.items()} or {"": first}
        for upload in uploads.values():
            self._spool.check(upload)
        paths = {name: self._spool.path(upload) for name, upload in uploads.items()}
        source: Any = paths if asked.tables else list(paths.values()) if asked.files else paths[""]
        return source, tuple(uploads.values())

    def _datasets(self, query: DatasetsAsked) -> Answer:
        words = query.search.lower().split()
        found = [d for d in self._door.datasets() if all(w in f"{d.name} {d.description}".lower() for w in words)]
        items = [DatasetTold.of(dataset, None) for dataset in found[:_PAGE]]
        return Answer(DatasetsTold(items=items, total=len(found)))


def _told(upload: Upload) -> Answer:
    return Answer(UploadTold.of(upload).model_copy(update={"part_bytes": PART_BYTES}))


def _digest(given: str | None) -> str | None:
    """Read what the page says of a part; pages that are not secure can say nothing."""
    if given is None:
        return None
    found = _DIGEST.search(given)
    try:
        return base64.b64decode(found[1], validate=True).hex() if found else ""
    except binascii.Error:
        return ""
