"""The two locks beside a data folder: the gate and the lease.

`<data>.lock` is the gate: whoever starts or stops the server holds it alone. `<data>.clients` carries the
leases: each process that uses the server holds a shared lock on it. The kernel takes both back when a process
dies in whatever way, so there is no list of clients that could be wrong.

flock belongs to the open file and is inherited by fork: a child must close its copies, or it would keep a
dead parent's lease. Locks are given back by LOCK_UN and not by closing alone, for the same reason.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from dsa_workbench.errors import DatabaseUnavailable, NotPermitted

if sys.platform != "win32":
    import fcntl

_open: set[int] = set()
_opening = threading.Lock()


def _close_in_child() -> None:
    for descriptor in _open:
        os.close(descriptor)
    _open.clear()
    _opening.release()


if sys.platform != "win32":
    os.register_at_fork(before=_opening.acquire, after_in_parent=_opening.release, after_in_child=_close_in_child)


@contextlib.contextmanager
def gate(path: Path, seconds: float) -> Iterator[None]:
    """Hold the lock file `path` alone; raise DatabaseUnavailable when it is not free within `seconds`."""
    descriptor = _open_lock(path)
    owner = os.getpid()
    try:
        _wait(descriptor, path, seconds)
        yield
    finally:
        if os.getpid() == owner:  # a forked child has closed its copy already
            _give_back(descriptor)


class Lease:
    """The sign of a process that it uses a server. Call the methods inside the gate only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def take(self) -> None:
        """Count this process among the clients."""
        if self._descriptor is None:
            descriptor = _open_lock(self._path)
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            self._descriptor = descriptor

    def is_alone(self) -> bool:
        """Tell whether no other process is a client."""
        if self._descriptor is None:
            return False
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            alone = False
        else:
            alone = True
        # A lock that is turned into another one is given up first. Nobody takes it away inside the gate.
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)
        return alone

    def mark(self) -> None:
        """Note in the lock file where the server is: on this machine, among these processes."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{_here()}\n{socket.gethostname()}".encode(), 0)

    def elsewhere(self) -> str:
        """Give the name of the machine where others use the server; nothing when it is this one or none.

        A folder on a network can be seen by two machines, and neither sees the processes of the other.
        """
        if self._descriptor is None:
            return ""
        place, _, name = os.pread(self._descriptor, 1024, 0).decode(errors="replace").partition("\n")
        return name if place not in ("", _here()) and not self.is_alone() else ""

    def drop(self) -> None:
        """Leave the clients; nothing happens when there is no lease."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            _give_back(descriptor)


@functools.cache
def _here() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:  # no Linux: there is nothing as sure, so all places count as one
        return ""


def _open_lock(path: Path) -> int:
    with _opening:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as err:
            raise NotPermitted(
                f"The lock file {path} cannot be opened: {err.strerror}.",
                hint="Make its folder writable for you, or choose another data folder.",
            ) from err
        _open.add(descriptor)
    if os.fstat(descriptor).st_uid != os.geteuid():
        _give_back(descriptor)
        raise NotPermitted(
            f"The lock file {path} belongs to another user.",
            hint="Choose a data folder in a place that only you can write to.",
        )
    return descriptor


def _give_back(descriptor: int) -> None:
    with _opening:
        _open.discard(descriptor)
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def _wait(descriptor: int, path: Path, seconds: float) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as err:
            if err.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise DatabaseUnavailable(
                    f"The file {path} cannot be locked: {err.strerror}.",
                    hint="Choose a data folder on a local disk.",
                ) from err
            if time.monotonic() > end:
                raise DatabaseUnavailable(
                    f"Another process has been starting or stopping the database for {seconds:.0f} seconds.",
                    hint=f"Try again; if it lasts, see which process holds {path} and end it.",
                ) from err
        else:
            return
        time.sleep(0.01)
