"""Bodies that are taken while they come: to disk, and never whole in memory.

Who may send is asked before the first byte is read. A client that stops sending is cut off after a while.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Callable
from typing import Any, TypeVar

from jupyter_core.utils import ensure_async
from pydantic import BaseModel
from tornado.web import HTTPError, stream_request_body

from dsa_workbench.api.base import ApiHandler
from dsa_workbench.api.operation import operations
from dsa_workbench.api.problems import HttpProblem
from dsa_workbench.features.uploads.spool import Receiving

Model = TypeVar("Model", bound=BaseModel)
_DIGEST = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):")
_AT_ONCE = 1 << 20
"""Bytes that are handed to a thread at once: for less, the handing over takes longer than the writing."""
_LISTENED = 32 << 20
"""Bytes of a refused body that are heard and thrown away, because a client reads no answer before it has sent all."""


@stream_request_body
class ReceivingHandler(ApiHandler):
    """Takes a body as it comes. `begin` says where it goes; without that it is held in memory, and must be small."""

    _sink: Callable[[bytes], object] | None = None
    _failure: Exception | None = None
    _timer: asyncio.TimerHandle | None = None
    _came = 0

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        """Begin with nothing; a request that is refused at once never comes to `prepare`."""
        super().initialize(*args, **kwargs)
        self._held = bytearray()

    async def prepare(self) -> None:  # type: ignore[override] # as in the base
        """Find out who asks and whether he may, and only then let the body come."""
        await super().prepare()
        told = operations(type(self)).get((self.request.method or "").lower())
        if self._finished or told is None:
            return
        try:
            if self.current_user is None or not await ensure_async(
                self.authorizer.is_authorized(self, self.current_user, told.action, f"dsa_workbench:{told.resource}")
            ):
                raise HTTPError(403)
            connection: Any = self.request.connection
            connection.set_max_body_size(self.service.limits.upload_bytes)
            self._sink = await self.begin()
        except Exception as err:
            if self._to_come() > _LISTENED:
                raise
            self._failure = err
        self._wait()

    def admitted(self) -> None:
        """Raise why the request was refused before its body came."""
        if self._sink is None and self._failure is not None:
            raise self._failure

    def _to_come(self) -> int:
        """Say how many bytes of the body have not come; without a length they may be any number."""
        if "Transfer-Encoding" in self.request.headers:
            return self.service.limits.upload_bytes
        length = self.request.headers.get("Content-Length", "0")
        return int(length) - self._came if length.isdigit() else 0

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Tell of an error; one that comes before the body ends the connection, and a client must know that."""
        if self._to_come() > 0:
            self.set_header("Connection", "close")
        super().write_error(status_code, **kwargs)

    async def begin(self) -> Callable[[bytes], object] | None:
        """Say what takes the body, on a thread; None: it is small, and is held."""
        return None

    async def data_received(self, chunk: bytes) -> None:
        """Take some of the body. What goes wrong is told when all of it has come, for only then is an answer read."""
        self._wait()
        self._came += len(chunk)
        if self._failure is not None:
            return
        self._held += chunk
        try:
            if self._sink is None:
                if len(self._held) > self.service.limits.body_bytes:
                    raise HttpProblem(413, f"The body has more than {self.service.limits.body_bytes:,} bytes.")
            elif len(self._held) >= _AT_ONCE:
                await self._hand_on()
        except Exception as err:  # noqa: BLE001 - whatever it is, the method raises it
            self._failure = err

    async def received(self) -> None:
        """Hand on the rest, and raise what went wrong on the way."""
        self._rest()
        if self._failure is None and self._sink is not None:
            await self._hand_on()
        if self._failure is not None:
            raise self._failure

    def body_of(self, model: type[Model]) -> Model:
        """Check a body in JSON."""
        self._rest()
        if self._failure is not None:
            raise self._failure
        self.request.body = bytes(self._held)
        return super().body_of(model)

    def no_body(self) -> None:
        """Refuse a body that nobody would look at."""
        self.request.body = bytes(self._held)
        super().no_body()

    async def _hand_on(self) -> None:
        piece = bytes(self._held)
        self._held.clear()
        if piece and self._sink is not None:
            sink = self._sink
            self.service.metrics.received.inc(len(piece))
            await self.service.on_disk(lambda: sink(piece))

    # ------------------------------------------------------------------------------------- clients that stall

    def _wait(self) -> None:
        self._rest()
        self._timer = asyncio.get_running_loop().call_later(self.service.limits.stall_seconds, self._cut_off)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _cut_off(self) -> None:
        self.log.warning("request %s: the client sent nothing for a while, and was cut off", self.request_id)
        connection: Any = self.request.connection
        connection.stream.close()

    def on_connection_close(self) -> None:
        """Let go of what was being received."""
        self._rest()
        super().on_connection_close()

    def on_finish(self) -> None:
        """Wait for nothing any more."""
        self._rest()
        super().on_finish()

    # ------------------------------------------------------------------------------------- digests

    def digest(self) -> str | None:
        """Give the SHA-256 that the client says the body has (RFC 9530), in hexadecimal; None where it says none."""
        given = self.request.headers.get("Content-Digest", self.request.headers.get("Repr-Digest"))
        if given is None:
            return None
        found = _DIGEST.search(given)
        try:
            raw = base64.b64decode(found[1], validate=True) if found else b""
        except binascii.Error:
            raw = b""
        if len(raw) != 32:
            raise HttpProblem(400, f"{given:.80} is no digest.", hint="Send Content-Digest: sha-256=:…: (base64).")
        return raw.hex()


class PartHandler(ReceivingHandler):
    """Receives a part of a file; what came of it when a connection broke is kept, unless its digest cannot be known."""

    receiving: Receiving | None = None
    told_digest: str | None = None

    async def kept(self) -> Any:
        """Put on disk what came, all of it, and let it count."""
        await self.received()
        receiving, self.receiving = self.receiving, None
        assert receiving is not None  # noqa: S101 - `begin` made it
        return await self.service.on_disk(lambda: receiving.keep(self.told_digest))

    def on_connection_close(self) -> None:
        """Keep what came of a part without a digest, so that the client goes on from there."""
        super().on_connection_close()
        rest = bytes(self._held)
        self._let_go(rest)

    def on_finish(self) -> None:
        """Take back what was not kept: an error was answered."""
        super().on_finish()
        receiving, self.receiving = self.receiving, None
        if receiving is not None:
            self.service.on_disk(receiving.drop)

    def _let_go(self, rest: bytes) -> None:
        receiving, self.receiving = self.receiving, None
        if receiving is None:
            return
        whole = self.told_digest is not None or self._failure is not None

        def end() -> None:
            if whole:
                receiving.drop()
            else:
                receiving.write(rest)
                receiving.keep()

        self.service.on_disk(end)
