"""The Postgres that starts by itself: one server a data folder, shared by all processes of the user.

A process that wants the server takes a lease, looks whether the server answers, and starts it when it does
not. Whoever gives the last lease back stops it. Nothing is believed because it was true a moment ago: whether
the server lives is asked anew each time.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import quote

from dsa_workbench.core.embedded.binaries import OWN_SERVER, find_binaries
from dsa_workbench.core.embedded.cluster import NAME, make_cluster
from dsa_workbench.core.embedded.folders import make_private
from dsa_workbench.core.embedded.handshake import answers
from dsa_workbench.core.embedded.locks import Lease, gate
from dsa_workbench.core.embedded.process import (
    START_SECONDS,
    STOP_SECONDS,
    find_postmaster,
    start,
    stop,
)
from dsa_workbench.errors import DatabaseUnavailable, InvalidInput, Unsupported


class EmbeddedPostgres:
    """A user's hold on the server of `data_dir`. Many holds in one process count as one client.

    Nothing happens before `acquire`. All methods may be called from any thread. A hold is kept across fork:
    the child is a client of its own from its first `ensure` on, and never ends what its parent uses.
    `bin_dir` names other Postgres programs than those of the wheel.
    """

    def __init__(self, data_dir: Path | str, *, bin_dir: Path | None = None) -> None:
        if sys.platform == "win32":
            raise Unsupported("The embedded Postgres does not run on Windows.", hint=f"Please {OWN_SERVER[3:]}")
        self.data_dir = Path(data_dir).expanduser().resolve()
        if not str(self.data_dir).isprintable():
            raise InvalidInput(
                f"The data folder {str(self.data_dir)!r} has unprintable characters in its path.",
                hint="Choose another one.",
            )
        self._bin_dir = bin_dir
        self._client: _Client | None = None

    def acquire(self) -> str:
        """Become a client, start the server if it does not run, and give its libpq URL."""
        client = _client_of(self.data_dir)
        with client.mutex:
            if self._client is client:
                return client.url(self._bin_dir)
            client.join()
            self._client = client
            try:
                return client.url(self._bin_dir)
            except BaseException:
                self._leave(client)
                raise

    def ensure(self) -> str:
        """Bring the server back if it died, and give its URL; cheap when it answers."""
        if self._client is None:
            raise DatabaseUnavailable("The database was closed.", hint="Connect again.")
        return self.acquire()

    def release(self) -> None:
        """Leave; the last client of all processes stops the server. Further calls do nothing."""
        client = _clients.get(self.data_dir)
        if client is None or client is not self._client:  # never joined, or by the parent of a fork
            self._client = None
            return
        with client.mutex:
            self._leave(client)

    def _leave(self, client: _Client) -> None:
        if self._client is client:
            self._client = None
            client.leave()


class _Client:
    """The process as a client of one server; `mutex` is held around every call."""

    def __init__(self, data: Path) -> None:
        self.mutex = threading.RLock()
        self._data = data
        self._gate = data.with_name(f"{data.name}.lock")
        self._lease = Lease(data.with_name(f"{data.name}.clients"))
        self._holds = 0
        self._ended = False

    def join(self) -> None:
        make_private(self._data.parent)
        if not self._holds:
            with gate(self._gate, START_SECONDS + STOP_SECONDS):
                self._lease.take()
        self._holds += 1

    def leave(self) -> None:
        self._holds -= 1
        if self._holds or self._ended:
            return
        try:
            if self._data.exists():  # a server whose folder was deleted ends by itself within a minute
                with gate(self._gate, START_SECONDS + STOP_SECONDS):
                    if self._lease.is_alone():
                        stop(self._data)
        finally:
            self._lease.drop()

    def end(self) -> None:
        with self.mutex:
            if self._holds:
                self._holds = 1
                self.leave()
            self._ended = True

    def url(self, bin_dir: Path | None) -> str:
        if self._ended:  # a pool's thread that reconnects now would leave a server behind
            raise DatabaseUnavailable("Python is ending, and the database with it.", hint="Start anew.")
        server = find_postmaster(self._data)
        sockets = server.sockets if server is not None else None
        if sockets is None or not answers(sockets, NAME):
            sockets = self._start(bin_dir)
        return f"postgresql://{NAME}@/{NAME}?host={quote(os.fsencode(sockets), safe='')}&port=5432"

    def _start(self, bin_dir: Path | None) -> Path:
        try:
            with gate(self._gate, START_SECONDS + STOP_SECONDS):
                elsewhere = self._lease.elsewhere()
                if elsewhere:
                    raise DatabaseUnavailable(
                        f"The data folder {self._data} is in use on another machine, {elsewhere}.",
                        hint=f"Close it there, {OWN_SERVER}",
                    )
                self._lease.mark()
                binaries = find_binaries(bin_dir)
                make_cluster(self._data, binaries)
                return start(self._data, binaries)
        except (OSError, subprocess.SubprocessError) as err:
            raise DatabaseUnavailable(
                f"The database in {self._data} cannot be started: {err}",
                hint=f"Make room or mend the folder, {OWN_SERVER}",
            ) from err


_clients: dict[Path, _Client] = {}
_registry = threading.Lock()


def _client_of(data: Path) -> _Client:
    with _registry:
        return _clients.setdefault(data, _Client(data))


def _leave_all() -> None:
    with contextlib.ExitStack() as stack:  # all of them leave, even if one cannot
        for client in list(_clients.values()):
            stack.callback(client.end)


def _forget_in_child() -> None:
    global _registry  # noqa: PLW0603 - another thread of the parent may hold the old one for ever
    _registry = threading.Lock()
    _clients.clear()


atexit.register(_leave_all)
if sys.platform != "win32":
    os.register_at_fork(after_in_child=_forget_in_child)
