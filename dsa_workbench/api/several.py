"""The uploads of one import: one file, several that are one table, or one for each table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dsa_workbench.api.problems import HttpProblem
from dsa_workbench.api.receiving import ReceivingHandler
from dsa_workbench.core.model.user import Actor
from dsa_workbench.features.uploads.spool import Spool, Upload
from dsa_workbench.models.uploads import CompleteAsked


@dataclass(frozen=True, slots=True)
class Several:
    """Uploads that are here whole, and the source that an import takes: a path, a list, a folder or a dict."""

    first: Upload
    uploads: tuple[Upload, ...]
    source: Any


def find_upload(handler: ReceivingHandler, upload_id: str | None = None) -> Upload:
    """Find an upload, that of the path or another; NotFound where it is another's, or of another dataset or ref."""
    asked = upload_id or handler.path_kwargs["upload"]
    found = handler.service.spool.get(Actor(handler.actor), asked)
    if (found.dataset, found.ref) != (handler.path_kwargs["dataset"], handler.path_kwargs["ref"]):
        raise HttpProblem(404, "There is no such upload here.", hint="Take the Location that its beginning gave.")
    return found


def find_whole(handler: ReceivingHandler, asked: CompleteAsked) -> Several:
    """Find the uploads of an import, and see that all of each is here.

    Raises
    ------
    HttpProblem
        400: the upload of the path is none of those named, or one is named twice.
    DsaError
        One is not there, or not whole.
    """
    spool = handler.service.spool
    first = find_upload(handler)
    named = _named(asked) or [first.id]
    if first.id not in named or len(set(named)) < len(named):
        raise HttpProblem(
            400, "The upload of the path is not named in the body, or one is named twice.", hint="Name each one once."
        )
    uploads = tuple(first if name == first.id else find_upload(handler, name) for name in named)
    for upload in uploads:
        spool.check(upload)
    return Several(first, uploads, _source(spool, first, dict(zip(named, uploads, strict=True)), asked))


def _named(asked: CompleteAsked) -> list[str]:
    if asked.files is not None and asked.tables is not None:
        raise HttpProblem(400, "Files are one table, or one table each.", hint="Leave out files or tables.")
    if asked.files is not None:
        return [file.upload for file in asked.files]
    return list((asked.tables or {}).values())


def _source(spool: Spool, first: Upload, uploads: Mapping[str, Upload], asked: CompleteAsked) -> Any:
    if asked.tables is not None:
        return {name: spool.path(uploads[one]) for name, one in asked.tables.items()}
    if asked.files is None:
        return spool.path(first)
    if all(file.path is None for file in asked.files):
        return [spool.path(uploads[file.upload]) for file in asked.files]
    return spool.lay_out(first, {file.path or uploads[file.upload].name: uploads[file.upload] for file in asked.files})
