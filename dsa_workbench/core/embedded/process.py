"""A server process: whether it lives, whether it answers, how it starts and stops.

The truth about a server is its `postmaster.pid`. That file is not deleted here: it names the shared memory by
which a new server notices that processes of a dead one are still at work.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # psutil ships no types

from dsa_workbench.core.embedded import identity
from dsa_workbench.core.embedded.binaries import ENVIRONMENT, Binaries
from dsa_workbench.core.embedded.cluster import LOG, NAME, shorten_log, write_settings
from dsa_workbench.core.embedded.folders import SOCKET, remove_socket_folder, socket_folder
from dsa_workbench.core.embedded.handshake import answers
from dsa_workbench.errors import DatabaseUnavailable

START_SECONDS = 120.0  # a crash may leave gigabytes of log to replay
STOP_SECONDS = 30.0
TICK = 0.01
NO_SUCH_PID = 2**22 + 1  # above what a kernel gives out
PIDFILE = "postmaster.pid"


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What `postmaster.pid` says; `sockets` is None while the server has not opened its socket."""

    pid: int
    sockets: Path | None


def find_postmaster(data: Path) -> Postmaster | None:
    """Give the living server of the folder `data`, or None. A zombie or a recycled pid does not live."""
    try:
        lines = (data / PIDFILE).read_text(encoding="utf-8").split("\n")
        pid = int(lines[0])
    except (FileNotFoundError, NotADirectoryError, PermissionError, ValueError):
        return None
    if not _is_server(pid, data):
        return None
    return Postmaster(pid, Path(lines[4]) if len(lines) > 4 and lines[4] else None)


def start(data: Path, binaries: Binaries) -> Path:
    """Bring the server of `data` up, whatever its state, and give its socket folder; only inside the gate."""
    end = time.monotonic() + START_SECONDS
    launched: int | None = None
    log, log_from = data, 0
    while time.monotonic() < end:
        server = find_postmaster(data)
        if server is not None:
            if server.sockets is not None:
                if answers(server.sockets, NAME):
                    return server.sockets
                if not (server.sockets / SOCKET).exists() and server.pid != launched:
                    stop(data)  # its socket was swept away, say with the folder of a login session
        elif launched is None or not _lives(launched):
            if launched is not None:
                _judge(_tail(log, log_from), data)
            _disown(data)
            write_settings(data, socket_folder(data), binaries)
            log = shorten_log(data)
            log_from = log.stat().st_size if log.exists() else 0
            identity.give(data, identity.server())
            launched = _launch(binaries, data, log)
        time.sleep(TICK)
    raise DatabaseUnavailable(
        f"The database in {data} did not come up in {START_SECONDS:.0f} seconds.",
        hint=f"If it recovers from a crash it needs longer: try again. Its log is {data / LOG}.",
    )


def stop(data: Path) -> None:
    """End the server of `data`, if one lives, and wait until it is gone; only inside the gate."""
    for order in (signal.SIGINT, signal.SIGQUIT):  # Postgres's fast and immediate shutdown
        server = find_postmaster(data)
        if server is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(server.pid, order)
        end = time.monotonic() + STOP_SECONDS
        while time.monotonic() < end:
            if not _lives(server.pid):
                remove_socket_folder(data)
                return
            time.sleep(TICK)
    raise DatabaseUnavailable(f"The database in {data} does not stop.", hint=f"See {data / LOG}.")


def _launch(binaries: Binaries, data: Path, log: Path) -> int:
    # The shell is there to be the parent that goes away: the server then belongs to no client. Values travel
    # as arguments, so no character in a path means anything to it.
    script = '"$@" </dev/null >>"$0" 2>&1 & echo $!'
    command = [*identity.server().prefix, binaries.program("postgres"), "-D", str(data)]
    answer = subprocess.run(
        ["/bin/sh", "-c", script, str(log), *command],
        env=ENVIRONMENT,
        cwd="/",
        umask=0o077,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in the terminal is not for the server
        check=True,
    )
    return int(answer.stdout)


def _judge(said: str, data: Path) -> None:
    """Look at the last words of a server that ended while starting; raise unless another attempt may help."""
    if "pre-existing shared memory block" in said:
        _end_survivors(data)
        time.sleep(0.1)
    elif "already exists" in said:
        time.sleep(0.1)
    else:
        reason = next((line for line in said.splitlines() if "FATAL" in line), said[-400:])
        reason = " ".join(reason.split()) or "it ended without a word"
        raise DatabaseUnavailable(
            f"The database in {data} does not start: {reason}.",
            hint=f"See {data / LOG}.",
        )


def _end_survivors(data: Path) -> None:
    # Their server is dead, nobody reads what they compute, and recovery begins only when they are gone.
    for process in psutil.process_iter(["name", "cwd"]):
        if process.info["name"] == "postgres" and process.info["cwd"] == str(data):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGQUIT)


def _disown(data: Path) -> None:
    """Put an impossible pid into a dead server's lock files: its own may be a zombie's or a stranger's."""
    for file in (data / PIDFILE, socket_folder(data) / f"{SOCKET}.lock"):
        try:
            first, rest = file.read_bytes().split(b"\n", 1)
        except FileNotFoundError:
            continue
        except ValueError:  # emptied by a crash of the machine: it names nothing, and Postgres stumbles on it
            file.unlink()
            continue
        if first != b"%d" % NO_SUCH_PID:
            fresh = file.with_name(f"{file.name}.new")
            fresh.touch(mode=0o600)
            fresh.write_bytes(b"%d\n%b" % (NO_SUCH_PID, rest))
            fresh.replace(file)


def _is_server(pid: int, data: Path) -> bool:
    try:
        process = psutil.Process(pid)
        if process.name() != "postgres" or not _lives(pid):
            return False
        try:
            return bool(process.cwd() == str(data))
        except psutil.AccessDenied:  # of another uid, where root may not look into processes
            return str(data) in process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied, ValueError):
        return False


def _lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _tail(log: Path, start_at: int) -> str:
    with log.open("rb") as lines:
        lines.seek(start_at)
        return lines.read(20_000).decode(errors="replace")
