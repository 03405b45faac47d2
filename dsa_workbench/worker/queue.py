"""A worker: procrastinate brings tickets, the holder does the jobs. The only file that knows procrastinate.

A ticket says that a job is due; whether it still is, the job's row decides. So nothing that the queue forgets, brings
twice or brings late does harm.
"""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import procrastinate
from procrastinate.exceptions import ProcrastinateException

from dsa_workbench.core.migrations.queue import queue_version
from dsa_workbench.core.model.job import Job
from dsa_workbench.core.services.postgres.holds import MARK, Hold
from dsa_workbench.core.services.postgres.store import PostgresStore
from dsa_workbench.core.services.postgres.tickets import DO_JOB, JOBS, queue_conninfo
from dsa_workbench.errors import DatabaseUnavailable, DsaError
from dsa_workbench.features.jobs.hold_job import rescue_jobs
from dsa_workbench.features.jobs.settle_jobs import GONE_AFTER, settle_jobs
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.worker.cleaning import Hook, Keep, clean
from dsa_workbench.worker.holding import Holder
from dsa_workbench.worker.performing import Performer, SpreadAll
from dsa_workbench.worker.threads import on_thread

CONCURRENCY = 4
"""Jobs of one worker at the same time."""
BEAT = 0.5
"""Seconds between two heartbeats, and so the longest until a job hears that it was cancelled."""
STOP_SECONDS = 10.0
"""How long a job that is told to stop may take before it goes back to the queue without its thread."""

_CLEANING = "17 * * * *"
"""When all that is old is removed, in words of cron."""
_FETCH_SECONDS = 2.0
"""How often the queue is asked; new tickets are told at once, those of later tries are not."""
_RECONNECT_SECONDS = 1.0
_LOOK_SECONDS = 1.0
"""How often jobs are looked for whose worker holds its lock no more."""
_log = logging.getLogger(__name__)


class Worker:
    """Takes durable jobs of a store, several at a time, until it is told to stop.

    All blocking work is on threads of its own: `run` may be a task of a server's loop.

    Parameters
    ----------
    spool
        The folder for the files that exports write.
    gone_after
        Seconds without a heartbeat after which another worker is taken for lost, and its jobs are done again.
    keep, hooks
        How long what is old is kept, and what else is to be cleaned, each called on a thread once an hour.
    ended
        Called on a thread with each job of which a try has ended here, as it stands then.
    spread
        Who has the slices of large files done.
    """

    def __init__(
        self,
        store: PostgresStore,
        cache: SegmentCache,
        spool: Path,
        *,
        concurrency: int = CONCURRENCY,
        gone_after: float = GONE_AFTER,
        keep: Keep | None = None,
        hooks: Sequence[Hook] = (),
        ended: Callable[[Job], None] | None = None,
        spread: SpreadAll | None = None,
    ) -> None:
        self._store, self._spool, self._concurrency, self._gone_after = store, spool, concurrency, gone_after
        self._keep, self._hooks = keep or Keep(), hooks
        self.name = f"{platform.node() or 'localhost'}:{os.getpid()}{MARK}{secrets.token_hex(4)}"
        self._hold = Hold(store.database, self.name)
        self._holder = Holder(store, Performer(store, cache, spool, spread), self.name, ended)
        self._stopping = asyncio.Event()

    @property
    def busy(self) -> int:
        """How many jobs it is at work on."""
        return self._holder.busy

    def stop(self) -> None:
        """Have it end: jobs at work go back to the queue. To be called on the loop of `run`."""
        self._holder.leave()
        self._stopping.set()

    async def run(self) -> None:
        """Work until `stop`, or until this is cancelled, through every loss of the database.

        Raises
        ------
        Unsupported
            The queue was made by another version.
        """
        keeping = asyncio.create_task(self._keep_alive(), name="dsa-worker-heart")
        try:
            while not self._stopping.is_set():
                try:
                    await self._serve()
                except (ProcrastinateException, DatabaseUnavailable) as err:
                    _log.warning("the worker lost the queue, and comes back: %s", _reason(err))
                except DsaError:
                    raise
                except Exception:  # noqa: BLE001 - whatever the driver says, jobs must not wait until somebody looks
                    _log.exception("the worker lost the queue, and comes back")
                await _until(self._stopping, _RECONNECT_SECONDS)
        finally:
            self._holder.leave()
            await asyncio.shield(on_thread(lambda: self._holder.let_go(STOP_SECONDS), "dsa-worker-end"))
            self._stopping.set()
            await keeping

    async def _serve(self) -> None:
        """Bring tickets until told to stop; return or raise where the queue is lost."""
        conninfo = await on_thread(lambda: queue_conninfo(self._store.database, queue_version()), "dsa-worker-queue")
        app = self._app(conninfo)
        async with app.open_async():
            _log.info("the worker %s takes jobs of %s", self.name, self._store.database.safe_url)
            bringing = asyncio.create_task(
                app.run_worker_async(
                    queues=[JOBS],
                    concurrency=self._concurrency,
                    install_signal_handlers=False,
                    delete_jobs="always",
                    fetch_job_polling_interval=_FETCH_SECONDS,
                    shutdown_graceful_timeout=STOP_SECONDS,
                )
            )
            stopping = asyncio.create_task(self._stopping.wait())
            try:
                await asyncio.wait({bringing, stopping}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                stopping.cancel()
                if not bringing.done():
                    # procrastinate takes this as a request to stop, and waits for the jobs.
                    self._holder.leave()
                    bringing.cancel()
                    await asyncio.wait({bringing})
            if not bringing.cancelled():
                bringing.result()

    def _app(self, conninfo: str) -> procrastinate.App:
        app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo, min_size=1, max_size=3))

        @app.task(name=DO_JOB, queue=JOBS)
        async def do_job(job: int, attempt: int) -> None:
            await self._holder.do(job, attempt)

        @app.periodic(cron=_CLEANING)
        @app.task(name="dsa.clean", queue=JOBS, lock="dsa.clean", queueing_lock="dsa.clean", priority=1)
        async def clean_up(timestamp: int) -> None:
            await on_thread(lambda: clean(self._store, self._spool, self._keep, self._hooks), "dsa-worker-clean")

        return app

    async def _keep_alive(self) -> None:
        """Tell of the jobs that are held, and look after those whose worker is gone, until told to stop."""
        looked = -self._gone_after
        glanced = 0.0
        while True:
            await on_thread(self._beat, "dsa-worker-heart")
            if self._stopping.is_set():
                await on_thread(self._hold.release, "dsa-worker-heart")
                return
            if time.monotonic() - glanced > _LOOK_SECONDS:
                glanced = time.monotonic()
                await on_thread(_quietly(lambda: settle_jobs(self._store)), "dsa-worker-rescue")
            if time.monotonic() - looked > min(self._gone_after / 2, 10.0):
                looked = time.monotonic()
                await on_thread(_quietly(lambda: rescue_jobs(self._store, self._gone_after)), "dsa-worker-rescue")
            await _until(self._stopping, BEAT)

    def _beat(self) -> None:
        """Tell of the jobs first: while they are heard of, nobody minds that the lock is lost."""
        self._holder.beat()
        try:
            self._hold.keep()
        except DsaError as err:
            _log.warning("the worker cannot hold its lock now, and takes it again: %s", err)


def _quietly(work: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            work()
        except DsaError as err:
            _log.warning("lost jobs could not be looked for this time: %s", err)

    return run


async def _until(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, so long at most."""
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait({waiting}, timeout=seconds)
    waiting.cancel()


def _reason(err: BaseException) -> str:
    return f"{type(err).__name__}: {err.__cause__ or err}"
