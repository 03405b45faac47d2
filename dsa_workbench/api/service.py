"""What all handlers share: the store, opened when it is first needed, and the threads that work on it.

Nothing of the core runs on the event loop. Reads and writes have threads of their own, so that slow writes do not keep
readers waiting.
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from dsa_workbench.api.counters import Metrics
from dsa_workbench.api.held_rows import HeldRows
from dsa_workbench.api.importers import Imported, Importers, ImportRequest
from dsa_workbench.api.logs import request_log
from dsa_workbench.api.running_previews import Previews
from dsa_workbench.api.running_queries import Queries
from dsa_workbench.core.model.job import Job
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import DatabaseUnavailable, DsaError, NotFound
from dsa_workbench.features.requests.once import forget_requests
from dsa_workbench.features.uploads.spool import Spool
from dsa_workbench.features.versioning.profiles import used_profile
from dsa_workbench.results import Diff
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import Workbench, connect
from dsa_workbench.worker.cluster import Cluster, ClusterState, idle_state
from dsa_workbench.worker.queue import Worker

T = TypeVar("T")
DISK_THREADS = 4
KEEP_ANSWERS = 7 * 86400.0
"""Seconds for which the answer to a request with a key is kept."""
_TIDY_SECONDS = 30.0
_OPEN_AGAIN = 5.0
"""Seconds until the store is tried again."""
HELD_DIFFS = 4
"""Diffs that are held for their next page: positions of changed rows, eight bytes or so for each."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server gives to one client, and to all."""

    readers: int = min(8, max(2, os.cpu_count() or 2))
    """Reads at once; more of them wait for their turn. A page is work and no waiting: with more threads than cores, all
    answers take longer (8 clients on 2 cores: 45 ms with 2 threads, 62 ms with 8)."""
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
    job_bytes: int = 32 << 20
    """From this size on an upload is imported by a job: nobody waits so long for an answer."""
    jobs: int = 4
    """Jobs that the server does at once; 0 leaves them to workers apart (`dsa worker`)."""
    merge_bytes: int = 64 << 20
    """Of a request that settles the conflicts of a merge: a line for each, and there may be a hundred thousand."""
    preview_seconds: float = 20.0
    """How long one request waits for a preview; a longer one is asked for again, and goes on meanwhile."""
    queries: int = 2
    """Queries in SQL at once; 0 refuses all. Each may take a gigabyte and all cores."""
    query_seconds: float = 60.0
    """How long a query may take until its first rows go out."""


def _settle_memory() -> None:
    """Take what was loaded so far out of the rounds of the garbage collector.

    These are modules and classes by the hundred thousand, which stay anyway; a full round over them takes 125 ms in
    which nobody is answered (50 readers beside 5 importers on 2 cores: p99 of 389 ms with them, 162 without).
    """
    gc.collect()
    gc.freeze()


class Service:
    """The store behind the API, and the threads that work on it."""

    def __init__(self, settings: Settings, limits: Limits, uploads: Path, *, log_as_json: bool = False) -> None:
        self.limits = limits
        self.log = request_log(as_json=log_as_json)
        self.metrics = Metrics()
        self.rows = HeldRows()
        self.spool = Spool(uploads, quota_bytes=limits.quota_bytes, keep=timedelta(hours=limits.keep_hours))
        self._settings = settings
        self._workbench: Workbench | None = None
        self._opening = threading.Lock()
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._worker: Worker | None = None
        self.on_end: Callable[[Job], None] | None = None
        """Called on the loop when a try of a job has ended here."""
        self._cluster: Cluster | None = None
        self._working: asyncio.Future[None] | None = None
        self._held = threading.Lock()
        self._diffs: OrderedDict[tuple[Any, ...], Diff] = OrderedDict()
        self._readers = ThreadPoolExecutor(limits.readers, thread_name_prefix="dsa-api-read")
        self._disk = ThreadPoolExecutor(DISK_THREADS, thread_name_prefix="dsa-api-disk")
        self._importers = Importers(settings, log_as_json=log_as_json)
        self.previews = Previews(self._importers.perform)
        self._writers = ThreadPoolExecutor(limits.writers, thread_name_prefix="dsa-api-write")
        self.queries = Queries(limits.queries)

    def start(self) -> None:
        """Begin to do jobs, on the running loop, where there is a store already; else with its first use."""
        self._loop = asyncio.get_running_loop()
        if self._settings.database_url or (self._settings.data_dir / "PG_VERSION").exists():
            self._work_on_jobs()

    @property
    def busy(self) -> int:
        """How many jobs this server is at work on."""
        return self._worker.busy if self._worker is not None else 0

    def _work_on_jobs(self) -> None:
        if self._working is None and self.limits.jobs and not self._closed:
            self._working = asyncio.ensure_future(self._work())

    async def _work(self) -> None:
        """Do jobs until the server ends; where the store cannot be opened, try again."""
        while not self._closed:
            try:
                wb = await self._on(self._writers, self.own_actor, lambda found: found)
                break
            except DsaError as err:
                _log.warning("jobs have to wait: %s", err)
                await asyncio.sleep(_OPEN_AGAIN)
        else:
            return
        hooks = (self._settle, lambda store: forget_requests(store, KEEP_ANSWERS))
        spool, jobs = self._settings.spool_dir, self.limits.jobs
        self._worker = Worker(
            wb.store, wb.cache, spool, concurrency=jobs, hooks=hooks, ended=self._ended, spread=self._cluster
        )
        tidying = asyncio.create_task(self._tidy(wb.store))
        try:
            await self._worker.run()
        finally:
            tidying.cancel()

    def _ended(self, job: Job) -> None:
        """Have the end of a try told on the loop; the worker's threads call this."""
        if self._loop is not None and self.on_end is not None and not self._closed:
            self._loop.call_soon_threadsafe(self.on_end, job)

    async def _tidy(self, store: IStore) -> None:
        """Remove the files of jobs that have ended, soon after they have."""
        while True:
            await asyncio.sleep(_TIDY_SECONDS)
            await self.on_disk(self._importers.tidy)
            try:
                await self.on_disk(lambda: self._settle(store))
            except DsaError as err:
                _log.warning("uploads could not be tidied up this time: %s", err)

    def _settle(self, store: IStore) -> None:
        def has_ended(job: int) -> bool:
            with store.unit() as unit:
                try:
                    return unit.jobs.get(job).ended
                except NotFound:
                    return True

        self.spool.settle(has_ended)

    @property
    def slow_statements_beside(self) -> int:
        """How many statements of the processes that import were slow."""
        return self._importers.slow_statements

    @property
    def is_open(self) -> bool:
        """Say whether the store was opened."""
        return self._workbench is not None

    @property
    def cluster(self) -> ClusterState:
        """Tell what the cluster of this server is doing; to be called on a thread."""
        cluster = self._cluster
        return cluster.state() if cluster is not None else idle_state(self._settings)

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
                _settle_memory()
                embedded = None if self._settings.database_url else self._settings.data_dir
                self._cluster = Cluster(self._settings, self._workbench.store, embedded)
                if self._loop is not None:
                    self._loop.call_soon_threadsafe(self._work_on_jobs)
            return self._workbench.acting_as(actor)

    def diff(
        self,
        wb: Workbench,
        sides: tuple[str, str],
        key: Sequence[str] | None,
        profile: Any,
        rename: Mapping[str, str] | None = None,
        *,
        merge_base: bool = False,
    ) -> Diff:
        """Compare two pinned versions, on a thread; the last few diffs are held, since they are read in pages."""
        used = used_profile(wb.actor, wb.store, profile, *sides)
        asked = (sides, tuple(key or ()), repr(used), tuple(sorted((rename or {}).items())), merge_base)
        with self._held:
            found = self._diffs.get(asked)
            if found is not None:
                self._diffs.move_to_end(asked)
                return found
        found = wb.diff(*sides, key=key, rename=rename, profile=profile, merge_base=merge_base)
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

    async def import_file(self, request: ImportRequest) -> Imported:
        """Import a file in a process beside this one, however long it takes."""
        return await self._on(self._writers, request.actor, lambda _: self._importers.perform(request))

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
        self._closed = True
        if self._worker is not None:
            self._worker.stop()
        if self._working is not None:
            if self._worker is None:
                self._working.cancel()
            await asyncio.wait({self._working})
        await asyncio.get_running_loop().run_in_executor(None, self._close)

    def _close(self) -> None:
        with self._opening:
            self._closed = True
            workbench, self._workbench = self._workbench, None
        if self._cluster is not None:
            self._cluster.close()
        self.queries.close()
        for pool in (self._readers, self._writers, self._disk):
            pool.shutdown(wait=True, cancel_futures=True)
        self.previews.close()
        self._importers.close()
        if workbench is not None:
            workbench.close(cancel_jobs=True)
