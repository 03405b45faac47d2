"""The Dask cluster of a process: started for the first large import, stopped when it has been idle, or at the end.

A cluster only makes imports faster. Whatever goes wrong with it, `SpreadFailed` says so, and the file is imported
without one.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import importlib
import itertools
import logging
import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsa_workbench.core.services.interfaces import ISegmentStore
from dsa_workbench.core.services.postgres.store import PostgresStore
from dsa_workbench.features.exports.slices import TextTask
from dsa_workbench.features.imports.slices import SliceDone, SliceTask, SpreadFailed
from dsa_workbench.settings import Settings
from dsa_workbench.worker.places import Place, PlaceKind
from dsa_workbench.worker.tasks import StoreAddress, close_stores, export_slice, import_slice

_LOOK_SECONDS = 0.25
"""How often who waits for a slice looks whether it is still wanted."""
_WORKER_SECONDS = 120.0
"""How long a cluster may take until its first worker is there: a queue of a supercomputer may let it wait."""
_CONNECT_SECONDS = 30.0
_FETCH_SECONDS = (2.0, 4.0, 8.0, 16.0, 32.0)
"""How long each attempt to fetch what a task made may take."""
_CLOSE_SECONDS = 10.0
_AHEAD = 2
"""Slices for each worker that are on their way: one at work, and one that waits for it to end."""
_log = logging.getLogger(__name__)
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class ClusterWorker:
    """One worker: threads, bytes of memory held and allowed (0: without bounds), CPU in per cent, tasks at work."""

    name: str
    threads: int
    memory: int
    memory_limit: int
    cpu: float
    executing: int


@dataclass(frozen=True, slots=True)
class ClusterState:
    """What a cluster is doing; `place` is the setting, and without workers it is not running."""

    place: str
    running: bool
    imports: int
    waiting: int
    executing: int
    workers: tuple[ClusterWorker, ...] = ()


def idle_state(settings: Settings) -> ClusterState:
    """Tell what there is to tell before a store is open."""
    return ClusterState(Place.parse(settings.dask).kind.value, False, 0, 0, 0)


class Cluster:
    """Has slices done (`slices.Spread`), by a cluster of its own or one that is there.

    All methods may be called from any thread. `data_dir` is the folder of the embedded Postgres, if the store is that.

    Raises
    ------
    InvalidInput
        The setting names no place.
    """

    def __init__(self, settings: Settings, store: PostgresStore, data_dir: Path | None = None) -> None:
        self.place = Place.parse(settings.dask)
        self._settings, self._store, self._data_dir = settings, store, data_dir
        self._lock = threading.RLock()
        self._cluster: Any = None
        self._client: Any = None
        self._imports = 0
        self._sent: set[Any] = set()
        self._timer: threading.Timer | None = None
        self._closed = False
        atexit.register(self.close)

    def takes(self, size: int) -> bool:
        """Say whether a file of so many bytes is worth a cluster."""
        return self.place.kind is not PlaceKind.OFF and not self._closed and size >= self._settings.dask_from_bytes

    def takes_table(self, size: int) -> bool:
        """Say whether a table of so many bytes of text is: by threads of one process it is written no faster."""
        return self.place.kind is not PlaceKind.THREADS and self.takes(size)

    def workers(self, look: Callable[[], None]) -> int:
        """Start the cluster if it is not there, wait for its first worker, and count its threads.

        Raises
        ------
        SpreadFailed
            It cannot be started or reached, or has no worker in two minutes.
        """
        try:
            end = time.monotonic() + _WORKER_SECONDS
            while True:
                # Asked for each time: whoever waits uses it, and it does not stop for want of use.
                threads = sum(worker["nthreads"] for worker in _workers_of(self._started()).values())
                if threads:
                    return int(threads)
                look()
                if time.monotonic() > end:
                    raise SpreadFailed(f"{self._shown} has no worker after {_WORKER_SECONDS:g} seconds")
                time.sleep(_LOOK_SECONDS)
        except (OSError, TimeoutError, ImportError, AttributeError, TypeError, ValueError, RuntimeError) as err:
            self._stop()
            raise SpreadFailed(f"{self._shown} cannot be used: {_reason(err)}") from err

    def run(self, tasks: Iterator[SliceTask], into: ISegmentStore, look: Callable[[], None]) -> Iterator[SliceDone]:
        """Have slices done; see `Spread`."""
        return self._spread(import_slice, tasks, into, look)

    def texts(
        self, tasks: Iterator[TextTask], of: ISegmentStore, look: Callable[[], None]
    ) -> Iterator[tuple[int, bytes]]:
        """Have slices of a table made; see `SpreadText`."""
        return self._spread(export_slice, tasks, of, look)

    def _spread(
        self, work: Callable[[Any, StoreAddress], Any], tasks: Iterator[Any], store: ISegmentStore,
        look: Callable[[], None],
    ) -> Iterator[Any]:  # fmt: skip
        """Have tasks done in their order, two for each worker on their way at a time."""
        if store is not self._store.segments:
            raise SpreadFailed("its segments are in a store that a cluster cannot reach")
        address = StoreAddress(self._store.database.url, self._data_dir)
        ahead = _AHEAD * self.workers(look)
        client = self._begin()
        futures: deque[tuple[Any, threading.Event]] = deque()
        try:
            while True:
                while len(futures) < ahead and (task := next(tasks, None)) is not None:
                    futures.append(self._submit(client, work, task, address))
                if not futures:
                    return
                first, ended = futures[0]
                while not ended.wait(_LOOK_SECONDS):
                    look()
                futures.popleft()
                with self._lock:
                    self._sent.discard(first)
                yield _result(first, look)
        finally:
            self._end(client, [future for future, _ in futures])

    def state(self) -> ClusterState:
        """Tell what it is doing, without starting it."""
        with self._lock:
            client, imports = self._client, self._imports
            sent = [future.status for future in self._sent]
        workers: tuple[ClusterWorker, ...] = ()
        if client is not None:
            try:
                workers = tuple(_worker(name, told) for name, told in _workers_of(client).items())
            except (OSError, TimeoutError, RuntimeError) as err:
                _log.warning("%s does not tell of its workers: %s", self._shown, _reason(err))
        executing = sum(worker.executing for worker in workers)
        pending = sent.count("pending")
        return ClusterState(
            self.place.kind.value, client is not None, imports, max(pending - executing, 0), executing, workers
        )

    def close(self) -> None:
        """Stop it for good; slices that are on their way are given up."""
        self._closed = True
        self._stop()
        atexit.unregister(self.close)

    @property
    def _shown(self) -> str:
        return f"The cluster ({self.place.name or self.place.kind.value})"

    def _started(self) -> Any:
        # It takes half a second to import, which a process that never sees a large file need not wait for.
        from distributed import Client

        with self._lock:
            if self._closed:
                raise SpreadFailed("the process is about to end")
            if self._client is not None and self._client.status != "running":
                self._stop()
            if self._client is None:
                begun = time.monotonic()
                self._cluster = self._make()
                self._client = Client(self._cluster or self.place.name, set_as_default=False, timeout=_CONNECT_SECONDS)
                _log.info("%s is there after %.1f s", self._shown, time.monotonic() - begun)
            self._wait_idle()
            return self._client

    def _make(self) -> Any:
        """Start a cluster of our own; None where one is there already."""
        import dask
        from distributed import LocalCluster, Security

        count = self._settings.dask_workers or os.cpu_count() or 1
        if self.place.kind is PlaceKind.ADDRESS:
            return None
        if self.place.kind is PlaceKind.CLASS:
            return _made(self.place.name, count)
        common: dict[str, Any] = {
            "dashboard_address": None,
            "worker_dashboard_address": None,
            "scheduler_kwargs": {"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        }
        # Without routes, the HTTP servers that Dask starts beside each part tell nothing to other users of the machine.
        config: dict[str, Any] = {f"distributed.{part}.http.routes": [] for part in ("scheduler", "worker")}
        # Dask has its workers give memory back at once, so that each array of numpy is made of fresh pages: with arrays
        # as short-lived as ours that takes more time than the work.
        config["distributed.nanny.pre-spawn-environ"] = {"OMP_NUM_THREADS": 1}
        if self.place.kind is PlaceKind.PROCESSES:
            # What a worker loads takes it a second, which is better spent before a slice waits for it.
            config["distributed.worker.preload"] = [import_slice.__module__]
        cluster: Any
        with dask.config.set(config):
            if self.place.kind is PlaceKind.THREADS:
                cluster = LocalCluster(
                    processes=False, n_workers=1, threads_per_worker=count, memory_limit=0, **common
                )  # fmt: skip
            else:
                folder = self._settings.spool_dir / "dask"
                folder.mkdir(parents=True, mode=0o700, exist_ok=True)
                # Without TLS, any user of this machine could have its workers run code.
                cluster = LocalCluster(
                    processes=True, n_workers=count, threads_per_worker=1, host="127.0.0.1", protocol="tls://",
                    security=Security.temporary(), local_directory=str(folder), **common,
                )  # fmt: skip
        cluster.loop.add_callback(cluster.scheduler.http_server.stop)
        return cluster

    def _submit(
        self, client: Any, work: Callable[[Any, StoreAddress], Any], task: Any, address: StoreAddress
    ) -> tuple[Any, threading.Event]:
        key = f"dsa-slice-{os.getpid()}-{next(_numbers)}-{secrets.token_hex(4)}"
        try:
            future = client.submit(work, task, address, key=key, pure=False)
        except Exception as err:
            raise SpreadFailed(_reason(err)) from err
        ended = threading.Event()
        future.add_done_callback(lambda _: ended.set())
        with self._lock:
            self._sent.add(future)
        return future, ended

    def _begin(self) -> Any:
        with self._lock:
            client = self._started()
            self._imports += 1
            self._wait_idle()
            return client

    def _end(self, client: Any, left: list[Any]) -> None:
        with self._lock:
            self._imports -= 1
            self._sent.difference_update(left)
            self._wait_idle()
        if left and client.status == "running":
            with contextlib.suppress(OSError, TimeoutError, RuntimeError):
                client.cancel(left, force=True)

    def _wait_idle(self) -> None:
        """Begin to count the time in which nobody uses it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._imports and self._client is not None:
            self._timer = threading.Timer(self._settings.dask_idle_seconds, self._stop_idle)
            self._timer.daemon = True
            self._timer.start()

    def _stop_idle(self) -> None:
        with self._lock:
            if not self._imports:
                self._stop()

    def _close_part(self, part: Any) -> None:
        # Classes of others may take no time-out, and raise errors of their own.
        options = {} if self.place.kind is PlaceKind.CLASS else {"timeout": _CLOSE_SECONDS}
        try:
            part.close(**options)
        except Exception as err:  # noqa: BLE001 - it is given up in any case
            _log.warning("%s was not closed: %s", self._shown, _reason(err))

    def _stop(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            client, cluster = self._client, self._cluster
            self._client = self._cluster = self._timer = None
            self._sent.clear()
            for part in (client, cluster):
                if part is not None:
                    self._close_part(part)
            if client is not None and self.place.kind is PlaceKind.THREADS:
                close_stores()


def _workers_of(client: Any) -> dict[str, Any]:
    """Give what is told of the workers; a client that is being closed knows of none."""
    workers: dict[str, Any] = client.scheduler_info().get("workers", {})
    return workers


def _made(name: str, workers: int) -> Any:
    """Start a cluster of a class that the setting names: all that it is told is in a configuration of its own."""
    module, _, attribute = name.partition(":")
    try:
        there = getattr(importlib.import_module(module), attribute)()
        there.scale(workers)
    except Exception as err:
        raise SpreadFailed(_reason(err)) from err
    return there


def _result(future: Any, look: Callable[[], None]) -> Any:
    """Fetch what a task made.

    Its worker may be lost between the two. Who asks for it just then waits until Dask gives up to connect, half a
    minute; who asks again is told at once that the task is done again elsewhere, and waits for that.
    """
    late: BaseException | None = None
    for seconds in _FETCH_SECONDS:
        while future.status in ("pending", "lost"):
            look()
            time.sleep(_LOOK_SECONDS)
        try:
            return future.result(timeout=seconds)
        except TimeoutError as err:
            late = err
        except (Exception, asyncio.CancelledError) as err:
            raise SpreadFailed(_reason(err)) from err
        if future.status == "error":
            break
    raise SpreadFailed(f"a slice that is done does not come: {_reason(late or TimeoutError())}") from late


def _worker(name: str, told: Any) -> ClusterWorker:
    metrics = told.get("metrics") or {}
    tasks = metrics.get("task_counts") or {}
    return ClusterWorker(
        name, int(told["nthreads"]), int(metrics.get("memory", 0)), int(told.get("memory_limit") or 0),
        float(metrics.get("cpu", 0.0)), int(tasks.get("executing", 0)),
    )  # fmt: skip


def _reason(err: BaseException) -> str:
    return f"{type(err).__name__}: {err}" if str(err) else type(err).__name__
