"""Live news of jobs over a WebSocket: changes of state as they happen, and twice a second how far those at work are.

One reader asks the store for all clients, and only while there are some. A client that was away says after which change
it knows nothing; whoever has no WebSocket asks `jobs/events` instead, and sees the same changes.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from jupyter_server.extension.handler import ExtensionHandlerMixin
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from dsa_workbench.api.service import Service
from dsa_workbench.core.model.job import JobState
from dsa_workbench.errors import DsaError
from dsa_workbench.models.jobs import JobChangeTold, JobTold
from dsa_workbench.workbench import Workbench

_EVERY = 0.5
"""Seconds between two looks: progress of a job is written that often."""
_MOST = 1000
_log = logging.getLogger(__name__)


class JobFeed:
    """Reads changes and progress for all who listen."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._listeners: set[JobSocket] = set()
        self._reader: asyncio.Task[None] | None = None

    def join(self, socket: JobSocket) -> None:
        """Let a client listen."""
        self._listeners.add(socket)
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read(), name="dsa-job-feed")

    def leave(self, socket: JobSocket) -> None:
        """Let a client go."""
        self._listeners.discard(socket)

    async def close(self) -> None:
        """End the reader, and the connections."""
        for socket in list(self._listeners):
            socket.close(1001, "the server ends")
        self._listeners.clear()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait({self._reader})

    async def _read(self) -> None:
        while self._listeners:
            try:
                await self._tell()
            except (DsaError, TimeoutError) as err:
                _log.warning("no news of jobs this time: %s", err)
            await asyncio.sleep(_EVERY)

    async def _tell(self) -> None:
        since = min((s.after for s in self._listeners if s.after is not None), default=None)

        def ask(wb: Workbench) -> tuple[list[JobChangeTold], list[JobTold], int]:
            if since is None:
                return [], _at_work(wb), wb.last_job_event()
            changes = [JobChangeTold.of(change) for change in wb.job_events(since, _MOST)]
            return changes, _at_work(wb), changes[-1].id if changes else since

        changes, jobs, last = await self._service.read(self._service.own_actor, ask)
        for socket in list(self._listeners):
            news = [c for c in changes if socket.after is not None and c.id > socket.after]
            socket.after = max(socket.after or 0, last)
            for change in news:
                socket.tell({"type": "change", "change": change.model_dump(mode="json")})
            for job in jobs:
                socket.tell({"type": "progress", "job": job.model_dump(mode="json", exclude_none=True)})


def _at_work(wb: Workbench) -> list[JobTold]:
    return [JobTold.of(job) for job in wb.jobs(100) if job.state is JobState.RUNNING]


class JobSocket(WebSocketMixin, WebSocketHandler, ExtensionHandlerMixin, JupyterHandler):
    """One client that listens; `after` is the last change that it knows."""

    after: int | None = None

    async def prepare(self) -> None:  # type: ignore[override] # as in the API's base
        """Let those in who may read jobs."""
        await super().prepare()
        if self.current_user is None or not await ensure_async(
            self.authorizer.is_authorized(self, self.current_user, "read", "dsa_workbench:jobs")
        ):
            raise HTTPError(403)

    @ws_authenticated
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Open the connection."""
        given = self.get_query_argument("after", None)
        if given is not None and (not given.isdecimal() or len(given) > 18):
            raise HTTPError(400)
        self.after = int(given) if given is not None else None
        await super().get(*args, **kwargs)

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Begin to listen."""
        super().open(*args, **kwargs)
        self._feed.join(self)

    def on_message(self, message: str | bytes) -> None:
        """Take nothing: what a client wants, it asks by other routes."""

    def on_close(self) -> None:
        """Listen no more."""
        self._feed.leave(self)
        super().on_close()

    def tell(self, news: dict[str, Any]) -> None:
        """Send news to the client, unless it has gone."""
        try:
            self.write_message(json.dumps(news))
        except WebSocketClosedError:
            self._feed.leave(self)

    @property
    def _feed(self) -> JobFeed:
        app: Any = self.extensionapp
        found: JobFeed = app.feed
        return found
