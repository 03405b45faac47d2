"""What all handlers share: the store, opened when it is first needed, and the threads that work on it.

Nothing of the core runs on the event loop. Reads and writes have threads of their own, so that slow writes do not keep
readers waiting.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from dsa_workbench.errors import DatabaseUnavailable
from dsa_workbench.features.uploads.spool import Spool
from dsa_workbench.features.versioning.profiles import used_profile
from dsa_workbench.results import Diff
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import Workbench, connect

T = TypeVar("T")
DISK_THREADS = 4
HELD_DIFFS = 4
"""Diffs that are held for their next page: positions of changed rows, eight bytes or so for each."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server gives to one client, and to all."""

    readers: int = 8
    """Reads at once; more of them wait for their turn."""
    writers: int = 4
    """Writes at once."""
    read_seconds: float = 60.0
    """How long a read may take before its client is told that it is too slow. What streams may take as it likes."""
    body_bytes: int = 1 << 20
    """Of a request in JSON."""
    upload_bytes: int = 64 << 30
    """Of one request that brings a file."""
    stall_seconds: float = 30.0
    """How long a client may send nothing in the midst of a body."""
    quota_bytes: int = 32 << 30
    """What all uploads that are not done may take of the disk."""
    keep_hours: float = 48.0
    """How long an upload waits for its next part."""


class Service:
    """The store behind the API, and the threads that work on it."""

    def __init__(self, settings: Settings, limits: Limits, uploads: Path) -> None:
        self.limits = limits
        self.spool = Spool(uploads, quota_bytes=limits.quota_bytes, keep=timedelta(hours=limits.keep_hours))
        self._settings = settings
        self._workbench: Workbench | None = None
        self._opening = threading.Lock()
        self._closed = False
        self._held = threading.Lock()
        self._diffs: OrderedDict[tuple[Any, ...], Diff] = OrderedDict()
        self._readers = ThreadPoolExecutor(limits.readers, thread_name_prefix="dsa-api-read")
        self._disk = ThreadPoolExecutor(DISK_THREADS, thread_name_prefix="dsa-api-disk")
        self._writers = ThreadPoolExecutor(limits.writers, thread_name_prefix="dsa-api-write")

    @property
    def is_open(self) -> bool:
        """Say whether the store was opened."""
        return self._workbench is not None

    @property
    def own_actor(self) -> str:
        """Who acts where the server belongs to one person."""
        return self._settings.actor

    def workbench(self, actor: str) -> Workbench:
        """Give the store as one user sees it, opening it first; this may take seconds, so call it on a thread.

        Raises
        ------
        DatabaseUnavailable
            It cannot be opened, or the server is about to end.
        """
        with self._opening:
            if self._closed:
                raise DatabaseUnavailable("The server is about to end.", hint="Ask again when it is back.")
            if self._workbench is None:
                self._workbench = connect(settings=self._settings)
            return self._workbench.acting_as(actor)

    def diff(
        self,
        wb: Workbench,
        sides: tuple[str, str],
        key: Sequence[str] | None,
        profile: str | None,
        *,
        merge_base: bool = False,
    ) -> Diff:
        """Compare two pinned versions, on a thread; the last few diffs are held, since they are read in pages."""
        used = used_profile(wb.actor, wb.store, profile, *sides)
        asked = (sides, tuple(key or ()), repr(used), merge_base)
        with self._held:
            found = self._diffs.get(asked)
            if found is not None:
                self._diffs.move_to_end(asked)
                return found
        found = wb.diff(*sides, key=key, profile=profile, merge_base=merge_base)
        with self._held:
            self._diffs[asked] = found
            while len(self._diffs) > HELD_DIFFS:
                self._diffs.popitem(last=False)
        return found

    async def read(self, actor: str, work: Callable[[Workbench], T]) -> T:
        """Do a piece of reading on a thread.

        Raises
        ------
        TimeoutError
            It takes too long; its thread goes on until it ends.
        """
        return await asyncio.wait_for(self._on(self._readers, actor, work), self.limits.read_seconds)

    async def write(self, actor: str, work: Callable[[Workbench], T]) -> T:
        """Do a piece of writing on a thread, however long it takes."""
        return await self._on(self._writers, actor, work)

    async def stream(self, actor: str, work: Callable[[Workbench], T]) -> T:
        """Do a piece of reading whose result goes out while it is made, however long it takes."""
        return await self._on(self._readers, actor, work)

    def on_disk(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Do a short piece of work on the disk, on a thread."""
        return asyncio.get_running_loop().run_in_executor(self._disk, work)

    async def _on(self, pool: ThreadPoolExecutor, actor: str, work: Callable[[Workbench], T]) -> T:
        context = contextvars.copy_context()
        task = partial(context.run, lambda: work(self.workbench(actor)))
        return await asyncio.get_running_loop().run_in_executor(pool, task)

    async def close(self) -> None:
        """End the threads, and give back the store; jobs of this process are told to stop."""
        await asyncio.get_running_loop().run_in_executor(None, self._close)

    def _close(self) -> None:
        with self._opening:
            self._closed = True
            workbench, self._workbench = self._workbench, None
        for pool in (self._readers, self._writers, self._disk):
            pool.shutdown(wait=True, cancel_futures=True)
        if workbench is not None:
            workbench.close(cancel_jobs=True)
