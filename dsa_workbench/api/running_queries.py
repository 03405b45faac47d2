"""Queries at work: a few at once, on threads of their own, so that pages do not wait for a slow one."""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from dsa_workbench.features.versioning.queries.brake import Brake

T = TypeVar("T")
_AGAIN = 0.1
"""Seconds between two pulls of a brake."""


class Queries:
    """The threads that compute queries, and the brakes of what runs on them."""

    def __init__(self, at_once: int) -> None:
        self.allowed = at_once > 0
        self._pool = ThreadPoolExecutor(max(at_once, 1), thread_name_prefix="dsa-api-query")
        self._brakes: set[Brake] = set()

    async def run(self, brake: Brake, work: Callable[[], T]) -> T:
        """Do a piece of a query on a thread; once its brake is pulled, it is until the piece has ended.

        Raises
        ------
        Stopped
            The brake was pulled.
        """
        task = partial(contextvars.copy_context().run, self._braked, brake, work)
        running = asyncio.get_running_loop().run_in_executor(self._pool, task)
        while not (await asyncio.wait({running}, timeout=_AGAIN))[0]:
            if brake.pulled:
                brake.pull()
        return running.result()

    def _braked(self, brake: Brake, work: Callable[[], T]) -> T:
        self._brakes.add(brake)
        try:
            brake.check()
            return work()
        finally:
            self._brakes.discard(brake)

    def close(self) -> None:
        """End all of them."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        while self._brakes:
            for brake in list(self._brakes):
                brake.pull()
            time.sleep(_AGAIN)
        self._pool.shutdown(wait=True)
