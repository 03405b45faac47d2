"""Whether the server answers, and whether the store does."""

from __future__ import annotations

from dsa_workbench.api.base import ApiHandler
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.models.health import LiveTold, ReadyTold
from dsa_workbench.version import __version__
from dsa_workbench.workbench import Workbench


class LiveHandler(ApiHandler):
    """The event loop turns."""

    _track_activity = False

    @operation(Operation("Say that the server answers", "read", "health", {200: LiveTold}))
    async def get(self) -> None:
        """Answer without looking at anything."""
        self.answer(LiveTold(version=__version__, store_open=self.service.is_open))


class ReadyHandler(ApiHandler):
    """The store answers; it is opened where it is not open yet."""

    _track_activity = False

    @operation(Operation("Say that the store answers", "read", "health", {200: ReadyTold}, problems=(400, 403, 503)))
    async def get(self) -> None:
        """Ask the store what it is."""

        def ask(wb: Workbench) -> ReadyTold:
            info = wb.store.info()
            return ReadyTold(
                version=__version__, database=wb.database_url, server=info.server, actor=wb.actor.name,
                bytes_stored=info.bytes_stored,
            )  # fmt: skip

        self.answer(await self.read(ask))
