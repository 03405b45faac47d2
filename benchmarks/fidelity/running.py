"""Runs one reader on one file in a process of its own, with an end to its time and its memory.

`python -m benchmarks.fidelity.running TOOL` loads the tool once, then forks a process for each line of its input
(kind, path), so that a reader that aborts takes nothing with it. What comes back is pickled, with its length first.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import resource
import select
import signal
import struct
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.fidelity.readers import READERS, SNIFFERS, assumed, preload
from benchmarks.fidelity.reading import Outcome

SECONDS = 10.0
"""Longer is a hang: the files are small. What counts is the lesser of the time that passed and the time of the
processor, so that other work on the machine makes no difference."""
_PATIENCE = 60.0
"""After so many seconds nothing more is waited for."""
MEMORY = 1_000_000_000
"""More is too much for them."""
_ADDRESS_SPACE = 24_000_000_000
_LENGTH = struct.Struct("<Q")


def run_all(tool: str, files: Sequence[tuple[str, str]]) -> Iterator[Outcome]:
    """Run a tool on (kind, path), in order."""
    command = [sys.executable, "-m", "benchmarks.fidelity.running", tool]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for kind, path in files:
            process.stdin.write(f"{kind}\t{path}\n".encode())
            process.stdin.flush()
            size = _LENGTH.unpack(process.stdout.read(_LENGTH.size))[0]
            yield pickle.loads(process.stdout.read(size))
        process.stdin.close()


def _serve(tool: str) -> None:
    preload(tool)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a reader prints goes where errors go
    for line in sys.stdin:
        kind, path = line.rstrip("\n").split("\t", 1)
        told = pickle.dumps(_one(tool, kind, path))
        out.write(_LENGTH.pack(len(told)) + told)
        out.flush()


def _one(tool: str, kind: str, path: str) -> Outcome:
    """Fork, wait, and say how it ended."""
    get, put = os.pipe()
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.close(get)
        _work(tool, kind, path, put)
    os.close(put)
    said = _collect(get, started + _PATIENCE)
    passed = time.perf_counter() - started
    if said is None:
        os.kill(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    seconds = passed if said is None else min(passed, usage.ru_utime + usage.ru_stime)
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    if said is None:
        return Outcome(broke="hang", seconds=seconds, peak=peak)
    if status or not said:
        return Outcome(broke="crash", refusal=f"ended with {status}", seconds=seconds, peak=peak)
    reading, written, refusal, broke = pickle.loads(said)
    if seconds > SECONDS:
        broke = "hang"
    elif peak > MEMORY:
        broke = "memory"
    return Outcome(reading, written, refusal, broke, seconds, peak)


def _collect(pipe: int, until: float) -> bytes | None:
    """Read all that comes; None if it does not end in time."""
    parts: list[bytes] = []
    with os.fdopen(pipe, "rb", buffering=0) as file:
        while True:
            left = until - time.perf_counter()
            if left <= 0 or not select.select([file], [], [], left)[0]:
                return None
            part = file.read(1 << 20)
            if not part:
                return b"".join(parts)
            parts.append(part)


def _work(tool: str, kind: str, path: str, put: int) -> None:
    """Read in the forked process, which ends here."""
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    warnings.simplefilter("ignore")
    with os.fdopen(put, "wb") as out:
        pickle.dump(_tried(tool, kind, path), out)
        out.flush()
    os._exit(0)


def _tried(tool: str, kind: str, path: str) -> tuple[Any, Any, str, str]:
    reading = written = None
    refusal = broke = ""
    try:
        reading = READERS[tool, kind](path)
        pickle.dumps(reading)
    except Exception as err:  # noqa: BLE001 - whatever comes is what is measured
        reading = None
        refusal = f"{type(err).__name__}: {err}"[:500]
        broke = "crash" if tool == "ours" and not hasattr(err, "hint") else ""
    except BaseException as err:  # noqa: BLE001 - a panic in Rust arrives as one
        reading = None
        refusal, broke = f"{type(err).__name__}: {err}"[:500], "crash"
    if kind == "csv":
        # A dialect may be found although the rows are refused; where it is not, the refusal has said why.
        with contextlib.suppress(Exception):
            written = SNIFFERS.get(tool, assumed)(path)
    return reading, written, refusal, broke


if __name__ == "__main__":
    _serve(sys.argv[1])
