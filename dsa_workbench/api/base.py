"""The base of all handlers: who asks, what is asked, and how answers and errors are sent."""

from __future__ import annotations

import asyncio
import hashlib
import re
import uuid
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, TypeVar

from jupyter_server.base.handlers import APIHandler
from jupyter_server.extension.handler import ExtensionHandlerMixin
from pydantic import BaseModel, ValidationError
from structlog.contextvars import bind_contextvars, clear_contextvars
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError

from dsa_workbench.api.events import Event, tell_event
from dsa_workbench.api.operation import JSON, Operation, operations
from dsa_workbench.api.problems import MEDIA_TYPE, RETRY_SECONDS, HttpProblem, problem_of
from dsa_workbench.api.service import Service
from dsa_workbench.api.streaming import Pipe, into
from dsa_workbench.core.model.request import SavedAnswer
from dsa_workbench.errors import DatabaseUnavailable, DsaError
from dsa_workbench.features.requests.once import begin_request, end_request
from dsa_workbench.workbench import Workbench

T = TypeVar("T")
Model = TypeVar("Model", bound=BaseModel)

_REQUEST_ID = re.compile(r"[\w.-]{1,64}")
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_OF_THE_SERVER = frozenset({"token", "_xsrf", "no_track_activity", "_"})
"""Parameters that Jupyter Server and its front ends add to any request."""


class ApiHandler(ExtensionHandlerMixin, APIHandler):
    """A handler of the REST API; methods are made by `@operation`."""

    request_id = ""
    etag: str | None = None
    _counted = False
    _running = False
    _code: str | None = None
    """The code of the problem that was answered, if one was."""
    _deferred: list[SavedAnswer] | None = None
    """Answers that are kept before they are sent."""

    # ------------------------------------------------------------------------------------- who asks

    async def prepare(self) -> None:  # type: ignore[override] # redirects are not for an API
        """Give the request a name, and let the server find out who asks."""
        asked = self.request.headers.get("X-Request-ID", "")
        self.request_id = asked if _REQUEST_ID.fullmatch(asked) else _new_id()
        self.set_header("X-Request-ID", self.request_id)
        clear_contextvars()
        bind_contextvars(request_id=self.request_id)
        self.service.metrics.running.inc()
        self._counted = self._running = True
        await super().prepare()
        if (
            not self._finished
            and self.request.method != "OPTIONS"
            and (self.request.method or "").lower() not in self.allowed
        ):
            raise HTTPError(405)

    def admitted(self) -> None:
        """Raise what was found before the body of the request came, if anything was."""

    @property
    def allowed(self) -> list[str]:
        """The methods that the route has."""
        return list(operations(type(self)))

    def set_default_headers(self) -> None:
        """Set what every answer has, those with errors too."""
        super().set_default_headers()
        if self.request_id:
            self.set_header("X-Request-ID", self.request_id)

    def set_secure_cookie(self, name: str, value: str | bytes, *args: Any, **kwargs: Any) -> None:
        """Set a cookie, but none for who sends a token with each request: signing it takes longer than most answers."""
        if "Authorization" not in self.request.headers:
            super().set_secure_cookie(name, value, *args, **kwargs)

    @property
    def _app(self) -> Any:
        return self.extensionapp

    @property
    def service(self) -> Service:
        """The store and its threads."""
        found: Service = self._app.service
        return found

    def described(self) -> dict[str, Any]:
        """Describe the API as it stands here."""
        found: dict[str, Any] = self._app.described()
        return found

    @property
    def actor(self) -> str:
        """Who acts: the user whom the server knows, or its own where it belongs to one person."""
        named: str = self._app.actor_of(self.current_user)
        return named

    async def read(self, work: Callable[[Workbench], T]) -> T:
        """Read from the store, on a thread."""
        try:
            return await self.service.read(self.actor, work)
        except TimeoutError as err:
            seconds = self.service.limits.read_seconds
            raise HttpProblem(
                504, f"The answer was not ready in {seconds:g} seconds.", hint="Ask for less, or export it as a job."
            ) from err

    async def write_to_store(self, work: Callable[[Workbench], T]) -> T:
        """Write to the store, on a thread."""
        return await self.service.write(self.actor, work)

    def happened(self, event: Event, **told: Any) -> None:
        """Tell the server's event logger what was done."""
        tell_event(self.event_logger, event, actor=self.actor, request_id=self.request_id, **told)

    def on_connection_close(self) -> None:
        """Count a request that broke off: nobody waits for it any more, and an answer may never be begun."""
        super().on_connection_close()
        self._runs_no_more()

    def _runs_no_more(self) -> None:
        if self._running:
            self._running = False
            self.service.metrics.running.dec()

    def on_finish(self) -> None:
        """Count the answer."""
        super().on_finish()
        self._runs_no_more()
        if self._counted:
            self._counted = False
            name = f"{type(self).__name__.removesuffix('Handler').lower()}.{(self.request.method or '').lower()}"
            seconds = self.request.request_time()
            self.service.metrics.answered(name, self.get_status(), seconds)
            self.service.log.info(
                "request", operation=name, status=self.get_status(), ms=round(seconds * 1000, 1),
                request_id=self.request_id, actor=self.actor if self.current_user is not None else None,
                dataset=self.path_kwargs.get("dataset"), ref=self.path_kwargs.get("ref"),
                job=self.path_kwargs.get("job"), code=self._code,
            )  # fmt: skip

    # ------------------------------------------------------------------------------------- what is asked

    def check_arguments(self, model: type[BaseModel] | None) -> None:
        """Refuse parameters that the operation does not have: they would be ignored in silence otherwise."""
        known = {info.alias or name for name, info in model.model_fields.items()} if model is not None else set()
        for name in self.request.query_arguments:
            if name not in known and name not in _OF_THE_SERVER:
                listed = f"It has {', '.join(sorted(known))}." if known else "It has none."
                raise HttpProblem(400, f"There is no parameter {name!r} here.", hint=listed)

    def query_of(self, model: type[Model]) -> Model:
        """Check the parameters of the query."""
        given: dict[str, Any] = {}
        for field, info in model.model_fields.items():
            name = info.alias or field
            values = self.get_query_arguments(name, strip=False)
            if values:
                given[name] = values[-1] if len(values) == 1 else values
        return model.model_validate(given)

    @property
    def most_body(self) -> int:
        """How many bytes a body in JSON may have."""
        return self.service.limits.body_bytes

    def body_of(self, model: type[Model]) -> Model:
        """Check a body in JSON."""
        kind = self.request.headers.get("Content-Type", JSON).partition(";")[0].strip().lower()
        if kind != JSON:
            raise HttpProblem(415, f"The body is {kind or 'of no type'}.", hint=f"Send {JSON}.")
        if len(self.request.body) > self.most_body:
            raise HttpProblem(413, f"The body has more than {self.most_body:,} bytes.")
        # A flag is no number here, and a number no text.
        return model.model_validate_json(self.request.body or b"{}", strict=True)

    def no_body(self) -> None:
        """Refuse a body that nobody would look at."""
        if self.request.body:
            raise HttpProblem(400, "A body was sent, and this request has none.")

    # ------------------------------------------------------------------------------------- answers

    async def once(self, told: Operation, work: Callable[[], Awaitable[None]]) -> None:
        """Do what is asked; with an Idempotency-Key once, and a repetition is given the answer of the first time."""
        key = self.request.headers.get("Idempotency-Key")
        takes = told.idempotent_key or "Idempotency-Key" in told.headers
        if takes and key is not None and not _KEY.fullmatch(key):
            raise HttpProblem(400, "The Idempotency-Key is none.", hint="Send 1 to 200 visible characters of ASCII.")
        if key is None or not told.idempotent_key:
            await work()
            return
        query = sorted(pair for pair in self.request.query.split("&") if not pair.startswith("token="))
        parts = [self.request.method or "", self.request.path, "&".join(query)]
        digest = hashlib.sha256("\0".join(parts).encode() + b"\0" + self.request.body).digest()
        saved = await self.write_to_store(lambda wb: begin_request(wb.actor, wb.store, key, digest))
        if saved is not None:
            self.set_header("Idempotency-Replayed", "true")
            self._send(saved)
            return
        self._deferred = []
        try:
            await work()
        except BaseException:
            await self.write_to_store(lambda wb: end_request(wb.actor, wb.store, key, None))
            raise
        [answer] = self._deferred
        await self.write_to_store(lambda wb: end_request(wb.actor, wb.store, key, answer))
        self._send(answer)

    def compute_etag(self) -> str | None:
        """Give the entity tag that the operation set; none is made of bodies."""
        return self.etag

    def tag(self, etag: str) -> None:
        """Set the entity tag of what is answered."""
        self.etag = f'"{etag}"'

    def has(self, etag: str) -> bool:
        """Say whether the client has this already, so that nothing need be read for it."""
        return f'"{etag}"' in self.request.headers.get("If-None-Match", "")

    def is_fresh(self, etag: str, *, immutable: bool = False) -> bool:
        """Set the entity tag, and answer 304 where the client has it already; then there is nothing more to do."""
        self.tag(etag)
        self.set_header("Cache-Control", "private, max-age=31536000, immutable" if immutable else "private, no-cache")
        self.set_header("Vary", "Accept, Authorization, Cookie")
        self.set_etag_header()
        if self.request.method in ("GET", "HEAD") and self.check_etag_header():
            self.set_status(304)
            self.finish()
            return True
        return False

    def expected(self) -> str | None:
        """Give the entity tag that a write expects (If-Match), without its quotes; None where it expects none."""
        given = self.request.headers.get("If-Match")
        if given is None or given.strip() == "*":
            return None
        tag = given.strip().removeprefix("W/")
        if len(tag) < 2 or tag[0] != '"' or tag[-1] != '"' or '"' in tag[1:-1]:
            raise HttpProblem(400, f"If-Match: {given} is no entity tag.", hint='Send it as it was given: "…".')
        return tag[1:-1]

    def answer(self, model: BaseModel | None, status: int = 200, location: str | None = None) -> None:
        """Send an answer in JSON."""
        headers = {"Location": location} if location is not None else {}
        if self.etag is not None:
            headers["Etag"] = self.etag
        answer = SavedAnswer(status, headers, "" if model is None else model.model_dump_json(exclude_none=True))
        if self._deferred is not None:
            self._deferred.append(answer)
        else:
            self._send(answer)

    def _send(self, answer: SavedAnswer) -> None:
        self.set_status(answer.status)
        self.etag = answer.headers.get("Etag")
        self.set_etag_header()  # tornado does so for what is read alone
        if "Location" in answer.headers:
            self.set_header("Location", answer.headers["Location"])
        if "Cache-Control" not in self._headers:
            self.set_header("Cache-Control", "no-store")
        if answer.body:
            self.finish(answer.body, set_content_type=f"{JSON}; charset=utf-8")
        else:
            self.finish()

    async def send_stream(
        self, work: Callable[[Pipe], None], run: Callable[[Callable[[], None]], Awaitable[None]] | None = None
    ) -> None:
        """Send what `work` writes on a thread, while it writes; the headers go out with its first piece.

        What fails before that is answered as any error; after it, the connection breaks off. `run` has it done on a
        thread other than those that read.
        """
        pipe = Pipe()
        running = (
            self.service.stream(self.actor, lambda _: into(pipe, work))
            if run is None
            else run(lambda: into(pipe, work))
        )
        writing = asyncio.ensure_future(running)
        try:
            async for piece in pipe.pieces(writing):
                self.write(piece)
                self.service.metrics.sent.inc(len(piece))
                await self.flush()
            self.finish()
        finally:
            pipe.leave()
            if not writing.done():
                # It ends at its next piece; what it raises then is that nobody reads.
                writing.add_done_callback(lambda done: done.cancelled() or done.exception())

    def finish(self, *args: Any, **kwargs: Any) -> Any:
        """Send what is left; an answer without a body has no type."""
        kind = self._headers.get("Content-Type")
        kwargs.setdefault("set_content_type", kind)
        return super().finish(*args, **kwargs)

    # ------------------------------------------------------------------------------------- errors

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        """Log what is a fault of ours, and leave out what the client did."""
        if isinstance(value, (DsaError, HTTPError, StreamClosedError, ValidationError)):
            return
        self.log.error("request %s broke off", self.request_id, exc_info=value)

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Answer with an error; where an answer has begun, break it off, so that nobody takes it for whole."""
        if self._headers_written:
            if not self._finished:
                self._finished = True
                connection = self.request.connection
                if connection is not None:
                    connection.detach().close()  # type: ignore[attr-defined] # HTTP/1 alone is served
                self.on_finish()
            return
        err = kwargs.get("exc_info", (None, None, None))[1]
        status = problem_of(err, status_code, self.request_id).status
        super().send_error(status, **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Tell of an error as problem JSON."""
        err = kwargs.get("exc_info", (None, None, None))[1]
        self.request_id = self.request_id or _new_id()
        self.set_header("X-Request-ID", self.request_id)
        if status_code == 405:
            self.set_header("Allow", ", ".join(["OPTIONS", *(m.upper() for m in self.allowed)]))
        problem = problem_of(err, status_code, self.request_id)
        self.etag = None
        self._code = problem.code
        self.set_status(problem.status, HTTPStatus(problem.status).phrase)
        self.set_header("Cache-Control", "no-store")
        if isinstance(err, DatabaseUnavailable):
            self.set_header("Retry-After", str(RETRY_SECONDS))
        self.finish(problem.model_dump_json(), set_content_type=MEDIA_TYPE)


def _new_id() -> str:
    return uuid.uuid4().hex[:16]


def tag_of(*parts: str) -> str:
    """Make an entity tag of what an answer depends on."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


class NotThere(ApiHandler):
    """Whatever else stands below the API's root."""

    @property
    def allowed(self) -> list[str]:
        """All of them: what is not there has no methods that could be named."""
        return ["get", "head", "post", "put", "patch", "delete"]

    async def prepare(self) -> None:  # type: ignore[override] # as above
        """Say that there is no such route; who is not logged in learns nothing."""
        await super().prepare()
        if self.current_user is None:
            raise HTTPError(403)
        raise HttpProblem(404, f"There is no {self.request.path}.", hint="See openapi.json for what there is.")
