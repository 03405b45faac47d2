"""Previews that are being made: each in a process beside the server, while requests come and go that wait for it.

A preview of a large file takes longer than a request may. Whoever asks again, with the same words, waits for the same
one; what is done is held until it is fetched, or until others take its place.
"""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from dsa_workbench.api.importers import Request

HELD = 16
"""Previews that are done and wait to be fetched, at most."""
AT_ONCE = max(1, (os.cpu_count() or 2) // 2)
"""Previews that are made at once: so many processes are left to those who import."""


class Previews:
    """The previews of a server; all but `close` is called on its loop."""

    def __init__(self, perform: Callable[[Request[bytes]], bytes]) -> None:
        self._perform = perform
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="dsa-api-preview")
        self._tasks: OrderedDict[str, asyncio.Future[bytes]] = OrderedDict()

    async def ask(self, name: str, request: Request[bytes], seconds: float) -> bytes | None:
        """Wait so long for a preview, which is begun if none of this name is there; None where it is not done yet.

        Raises
        ------
        DsaError
            Whatever the preview raises.
        """
        task = self._tasks.get(name)
        if task is None:
            task = asyncio.get_running_loop().run_in_executor(self._threads, self._perform, request)
            # Nobody may ever ask how it ended.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._tasks[name] = task
            self._make_room()
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            return None
        self._tasks.pop(name, None)
        return task.result()

    def close(self) -> None:
        """Begin no more; one that is being made ends with its file."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _make_room(self) -> None:
        done = [name for name, task in self._tasks.items() if task.done()]
        for name in done[: max(0, len(done) - HELD)]:
            del self._tasks[name]
