"""Blocking work beside a loop: a daemon thread for each piece, so that none keeps a process from ending."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def on_thread(work: Callable[[], T], name: str) -> T:
    """Do blocking work on a thread of its own, and wait for it; cancelling the waiting leaves the thread alone."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def succeed(value: T) -> None:
        if not future.done():
            future.set_result(value)

    def fail(err: BaseException) -> None:
        if not future.done():
            future.set_exception(err)

    def run() -> None:
        # The loop may have ended when the work is done.
        with contextlib.suppress(RuntimeError):
            try:
                value = work()
            except BaseException as err:  # noqa: BLE001 - it is raised where it is waited for
                loop.call_soon_threadsafe(fail, err)
            else:
                loop.call_soon_threadsafe(succeed, value)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await future
