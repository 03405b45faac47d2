"""Errors as answers: which status each has, and the body that tells of it (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from tornado.web import HTTPError

from dsa_workbench.errors import (
    AlreadyExists,
    DatabaseUnavailable,
    DsaError,
    ImportRejected,
    InvalidInput,
    JobStopped,
    JobUnfinished,
    NotFound,
    NotPermitted,
    QuotaExceeded,
    RefConflict,
    RefProtected,
    RequestPending,
    StoreCorrupt,
    Unsupported,
    UploadConflict,
)
from dsa_workbench.models.problems import Problem

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
"""What a client is told to wait where the store does not answer."""

_STATUS: dict[type[DsaError], tuple[int, str]] = {
    InvalidInput: (400, "The request cannot be used as given"),
    ImportRejected: (422, "The file or table cannot be taken"),
    NotFound: (404, "It is not there"),
    AlreadyExists: (409, "The name is taken"),
    RefConflict: (409, "The ref was moved by somebody else"),
    RefProtected: (403, "The ref is protected"),
    NotPermitted: (403, "It is not permitted"),
    RequestPending: (409, "The same request is being done"),
    UploadConflict: (409, "The part does not follow what is there"),
    QuotaExceeded: (507, "There is no room"),
    JobStopped: (409, "The job ended before its work was done"),
    JobUnfinished: (409, "The job has not ended"),
    Unsupported: (501, "It cannot be done here"),
    DatabaseUnavailable: (503, "The store does not answer"),
    StoreCorrupt: (500, "The store is damaged"),
    DsaError: (500, "It did not work"),
}
_HTTP_CODES = {
    400: "invalid_input", 401: "not_authenticated", 403: "not_permitted", 404: "not_found", 405: "method_not_allowed",
    406: "not_acceptable", 409: "conflict", 412: "precondition_failed", 413: "too_large", 415: "unsupported_media_type",
    422: "import_rejected", 428: "precondition_required", 429: "too_many_requests", 503: "unavailable",
    504: "too_slow",
}  # fmt: skip


class HttpProblem(HTTPError):
    """A problem that only HTTP has: a precondition, a media type, a size."""

    def __init__(self, status: int, detail: str, *, hint: str = "", code: str | None = None, **details: Any) -> None:
        super().__init__(status)
        self.detail, self.hint, self.details = detail, hint, details
        self.code = code or _HTTP_CODES.get(status, "error")


def problem_of(err: BaseException | None, status: int, request_id: str) -> Problem:
    """Tell of an error; of one that is not ours, nothing but where the log tells more."""
    if isinstance(err, DsaError):
        status, title = next(_STATUS[kind] for kind in type(err).__mro__ if kind in _STATUS)
        return _problem(status, title, err.code, err.message, err.hint, request_id, err.details)
    if isinstance(err, ValidationError):
        return _problem(400, _STATUS[InvalidInput][1], InvalidInput.code, _faults(err), "", request_id)
    if isinstance(err, HttpProblem):
        title = _phrase(err.status_code)
        return _problem(err.status_code, title, err.code, err.detail, err.hint, request_id, err.details)
    if isinstance(err, HTTPError):
        status = err.status_code
        detail = err.log_message or err.reason or ""
        try:
            detail = detail % err.args if err.args else detail
        except TypeError:
            detail = str(detail)
    elif err is not None:
        detail = "Something broke that should not."
    else:
        detail = ""
    hint = f"Report it with the request id {request_id}, under which the log tells more." if status == 500 else ""
    if status == 403 and not detail:
        detail = "You are not logged in, or may not do this."
        hint = "Send the token of the server: Authorization: token …"
    code = _HTTP_CODES.get(status, "internal_error" if status >= 500 else "error")
    return _problem(status, _phrase(status), code, detail or f"{_phrase(status)}.", hint, request_id)


def _problem(
    status: int,
    title: str,
    code: str,
    detail: str,
    hint: str,
    request_id: str,
    details: dict[str, Any] | None = None,
) -> Problem:
    plain = {k: v for k, v in (details or {}).items() if isinstance(v, (str, int, float, bool, list, type(None)))}
    return Problem(
        type="about:blank", title=title, status=status, code=code, detail=detail, hint=hint, request_id=request_id,
        details=plain,
    )  # fmt: skip


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _faults(err: ValidationError) -> str:
    """Say in one line what is wrong with which field."""
    told = []
    for fault in err.errors(include_url=False, include_input=False, include_context=False):
        place = ".".join(str(part) for part in fault["loc"])
        said = fault["msg"].removeprefix("Value error, ")
        told.append(f"{place}: {said}" if place else said)
    return "; ".join(told)
