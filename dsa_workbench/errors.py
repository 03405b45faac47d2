"""The errors of the product: one base, a class for each thing a caller would do about it.

The tree::

    DsaError
    ├── InvalidInput          the caller's words are off: correct and call again
    │   ├── InvalidSpec       a version spec that cannot be read
    │   └── ImportRejected    a file or table that cannot be taken: says file, row, column, value
    ├── NotFound              no such dataset, ref, commit, table or column
    ├── AlreadyExists         the name is taken
    ├── RefConflict           somebody else moved the ref: look at the new head, then decide
    ├── RefProtected          the ref refuses writes: unprotect it or write to another branch
    ├── NotPermitted          the actor may not do this
    ├── RequestPending        the same request is being done at this moment: send it again in a moment
    ├── UploadConflict        a part of a file that does not follow what is there: look at the offset, send what follows
    ├── QuotaExceeded         there is no room for more: make some, or wait
    ├── JobStopped            a background job ended before its work was done: run it again if it is still wanted
    ├── JobUnfinished         a background job has not ended in the time that was given: wait again
    ├── Unsupported           this version of the product, or this machine, cannot do it
    ├── DatabaseUnavailable   the store does not answer: try again later
    └── StoreCorrupt          what is stored is not what was written: restore, and tell us

Codes are append-only: programs rely on them. Every error pickles, because workers raise them too.
"""

from __future__ import annotations

from typing import Any, ClassVar


class DsaError(Exception):
    """Base of all errors that are shown to a user.

    `message` says what happened, `hint` what to do next; both are whole sentences.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "", **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.hint, self.details)


def _rebuild(cls: type[DsaError], message: str, hint: str, details: dict[str, Any]) -> DsaError:
    return cls(message, hint=hint, **details)


class InvalidInput(DsaError):
    """An argument that cannot be used as given."""

    code = "invalid_input"


class InvalidSpec(InvalidInput):
    """A version spec that cannot be read."""

    code = "invalid_spec"


class ImportRejected(InvalidInput):
    """A file or table that cannot be imported; `details` may hold file, row, column and value."""

    code = "import_rejected"


class NotFound(DsaError):
    """Something named that is not there."""

    code = "not_found"


class AlreadyExists(DsaError):
    """A name that is taken."""

    code = "already_exists"


class RefConflict(DsaError):
    """A ref that was moved by somebody else; `details["head"]` is its commit id now."""

    code = "ref_conflict"


class RefProtected(DsaError):
    """A ref that refuses this write."""

    code = "ref_protected"


class NotPermitted(DsaError):
    """An act the acting user has no right to."""

    code = "not_permitted"


class RequestPending(DsaError):
    """A request with the key of another that is being done at this moment."""

    code = "request_pending"


class UploadConflict(DsaError):
    """A part of a file that does not follow what is there; `details["offset"]` is where it goes on."""

    code = "upload_conflict"


class QuotaExceeded(DsaError):
    """More than the store, or the server, has room for."""

    code = "quota_exceeded"


class JobStopped(DsaError):
    """A background job that ended before its work was done: cancelled, or its process is gone."""

    code = "job_stopped"


class JobUnfinished(DsaError):
    """A background job that has not ended in the time that was given."""

    code = "job_unfinished"


class Unsupported(DsaError):
    """A thing that this version, or this machine, cannot do."""

    code = "unsupported"


class DatabaseUnavailable(DsaError):
    """A store that does not answer."""

    code = "database_unavailable"


class StoreCorrupt(DsaError):
    """Stored bytes that are not what was written."""

    code = "store_corrupt"


def error_of(code: str, message: str, hint: str = "") -> DsaError:
    """Make the error that was written down by its code; of a code that this version does not know, the base."""
    kinds: list[type[DsaError]] = [DsaError]
    for kind in kinds:
        if kind.code == code:
            return kind(message, hint=hint)
        kinds += kind.__subclasses__()
    return DsaError(message, hint=hint)
