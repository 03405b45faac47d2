"""Processes beside the server that import the files of its clients, so that those who read do not wait for Python.

Requests and answers are pickles over pipes of which nobody else has an end. When the server is gone, however it ended,
a process reads their end, and ends too.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar

import structlog

from dsa_workbench.errors import DatabaseUnavailable
from dsa_workbench.files.sets.gather import source_name
from dsa_workbench.results import CommitResult
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import Workbench, connect
from dsa_workbench.worker.logs import log_handler

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
IDLE_SECONDS = 600.0
"""How long a process waits for another file: it takes some 150 MB."""
NICENESS = 10
"""Who reads waits for an answer of milliseconds, who imports for one of seconds."""
_END_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import, in words that can be sent."""

    commit: str
    dataset: str
    ref: str
    created: bool
    rows: int
    summary: Mapping[str, Any]
    notes: tuple[str, ...]
    rejects: int

    @classmethod
    def of(cls, done: CommitResult) -> Imported:
        """Tell of a result."""
        return cls(
            done.commit.id, done.dataset, done.ref, done.created, done.rows, done.summary, tuple(done.notes),
            len(done.rejects),
        )  # fmt: skip


class Request(Protocol[T_co]):
    """A piece of work that can be sent to a process."""

    @property
    def actor(self) -> str:
        """As whom it is done."""
        ...

    @property
    def source(self) -> Any:
        """The file, or the files."""
        ...

    @property
    def request_id(self) -> str:
        """The request that it is done for."""
        ...

    def perform(self, wb: Workbench) -> T_co:
        """Do it."""
        ...


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """A file or several, where they go, and the options of `Workbench.import_file`."""

    actor: str
    source: Any
    dataset: str
    ref: str
    idempotency_key: str
    options: Mapping[str, Any]
    request_id: str = ""

    def perform(self, wb: Workbench) -> Imported:
        """Import it."""
        key = self.idempotency_key
        options: dict[str, Any] = dict(self.options)
        done: CommitResult = wb.acting_as(self.actor).import_file(
            self.source, self.dataset, ref=self.ref, idempotency_key=key, **options
        )
        return Imported.of(done)


class ImporterLost(DatabaseUnavailable):
    """The process that imported a file ended before its answer; what it committed is known by its key."""


class ImporterProcess:
    """One of the processes, as its parent sees it; one file at a time."""

    def __init__(self, settings: Settings, *, log_as_json: bool = False) -> None:
        self.slow_statements = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        assert self._process.stdin is not None  # noqa: S101 - a pipe
        assert self._process.stdout is not None  # noqa: S101 - a pipe
        self._out, self._in = self._process.stdin, self._process.stdout
        self.used = time.monotonic()
        pickle.dump((settings, log_as_json), self._out)
        self._out.flush()

    def perform(self, request: Request[T]) -> T:
        """Have a file imported.

        Raises
        ------
        DsaError
            Whatever the import raises.
        ImporterLost
            The process is gone.
        """
        try:
            pickle.dump(request, self._out)
            self._out.flush()
            found, failed, self.slow_statements = pickle.load(self._in)  # noqa: S301 - of our own process
        except (OSError, EOFError, pickle.UnpicklingError) as err:
            self.close()
            named = source_name(request.source) or "the files"
            raise ImporterLost(f"The process that imported {named} ended in the midst.", hint="Send it again.") from err
        self.used = time.monotonic()
        if failed is not None:
            raise failed
        done: T = found
        return done

    def close(self) -> None:
        """Let it end; one that does not is killed."""
        with contextlib.suppress(OSError):
            self._out.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._in.close()


class Importers:
    """The processes of a server: as many as there are cores, started when they are needed, ended when they are not."""

    def __init__(
        self, settings: Settings, most: int = max(2, os.cpu_count() or 2), *, log_as_json: bool = False
    ) -> None:
        self._settings, self._log_as_json = settings, log_as_json
        self.slow_statements = 0
        """How many statements of theirs were slow."""
        self._at_once = threading.BoundedSemaphore(most)
        self._free: queue.LifoQueue[ImporterProcess] = queue.LifoQueue()
        self._lock = threading.Lock()
        self._closed = False

    def perform(self, request: Request[T]) -> T:
        """Import a file in a process of its own; where that is lost, in another one, once.

        Nothing is done twice: the key of the request tells what was committed.
        """
        try:
            return self._perform(request)
        except ImporterLost:
            return self._perform(request)

    def _perform(self, request: Request[T]) -> T:
        with self._at_once:
            process = self._take()
            before, lost = process.slow_statements, False
            try:
                return process.perform(request)
            except ImporterLost:
                lost = True
                raise
            finally:
                with self._lock:
                    self.slow_statements += process.slow_statements - before
                if not lost:
                    self._give_back(process)

    def _take(self) -> ImporterProcess:
        with contextlib.suppress(queue.Empty):
            return self._free.get_nowait()
        return ImporterProcess(self._settings, log_as_json=self._log_as_json)

    def _give_back(self, process: ImporterProcess) -> None:
        with self._lock:
            if not self._closed:
                self._free.put(process)
                return
        process.close()

    def tidy(self, idle: float = IDLE_SECONDS) -> None:
        """End the processes that had nothing to do for a while."""
        kept = []
        for process in self._all():
            if time.monotonic() - process.used < idle:
                kept.append(process)
            else:
                process.close()
        for process in reversed(kept):
            self._give_back(process)

    def close(self) -> None:
        """End all of them; those at work end with their file."""
        with self._lock:
            self._closed = True
        for process in self._all():
            process.close()

    def _all(self) -> list[ImporterProcess]:
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self._free.get_nowait())
        return found


def main() -> None:
    """Import what is asked for until the parent closes its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _give_way()
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints belongs to the log
    with contextlib.suppress(EOFError, BrokenPipeError):
        settings, as_json = pickle.load(requests)  # noqa: S301 - of our own parent
        logging.getLogger().addHandler(log_handler(sys.stderr, as_json=as_json))
        _serve(settings, requests, answers)


def _give_way() -> None:
    """Leave the processor to those who read.

    Where Linux shares it out among sessions (sched(7), autogroups), niceness counts only within one: a process with a
    session of its own has to make that give way, too (50 readers beside 5 importers on 2 cores: p99 of 184 to 207 ms
    without, 124 to 156 with it).
    """
    os.nice(NICENESS)
    with contextlib.suppress(OSError):  # a kernel without them
        Path("/proc/self/autogroup").write_text(str(NICENESS))


def _serve(settings: Settings, requests: BinaryIO, answers: BinaryIO) -> None:
    wb: Workbench | None = None
    try:
        while True:
            request: Request[Any] = pickle.load(requests)  # noqa: S301 - of our own parent
            try:
                if wb is None:
                    wb = connect(settings=settings)
                with structlog.contextvars.bound_contextvars(request_id=request.request_id):
                    answer: tuple[Any, Exception | None] = (request.perform(wb), None)
            except Exception as err:  # noqa: BLE001 - the parent raises it
                answer = (None, _sendable(err))
            slow = wb.store.database.slow_statements if wb is not None else 0
            answers.write(pickle.dumps((*answer, slow)))
            answers.flush()
    finally:
        if wb is not None:
            wb.close()


def _sendable(err: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(err))  # noqa: S301 - just made
    except Exception:  # noqa: BLE001 - an error of any library
        return RuntimeError("".join(traceback.format_exception(err)))
    return err


if __name__ == "__main__":
    main()
