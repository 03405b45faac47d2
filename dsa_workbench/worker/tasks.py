"""What runs on a Dask worker: a slice of a file, its segments written to the store from there; or of an export."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dsa_workbench.core.services.opening import OpenSegments, open_segments
from dsa_workbench.features.exports.slices import TextTask, make_text
from dsa_workbench.features.imports.slices import SliceDone, SliceTask, do_slice


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """Where the store is: its URL, or the folder of the embedded one, which a task keeps alive while it uses it."""

    url: str
    data_dir: Path | None = None

    def __repr__(self) -> str:
        # Dask shows and logs the arguments of tasks, and a URL may hold a password.
        return "StoreAddress(...)"


class SliceUnwanted(Exception):
    """Nobody waits for this slice any more."""


_lock = threading.Lock()
_opened: dict[StoreAddress, OpenSegments] = {}


def import_slice(task: SliceTask, address: StoreAddress) -> SliceDone:
    """Do a slice of an import; errors are those of `do_slice`, and of a store that does not answer."""
    return do_slice(task, _open(address).segments, _wanted())


def export_slice(task: TextTask, address: StoreAddress) -> tuple[int, bytes]:
    """Make a slice of an export; errors are those of a store that does not answer or has lost something."""
    return make_text(task, _open(address).segments, _wanted())


def close_stores() -> None:
    """Give back the connections that tasks of this process have opened."""
    with _lock:
        opened = list(_opened.values())
        _opened.clear()
    for segments in opened:
        segments.close()


def _open(address: StoreAddress) -> OpenSegments:
    with _lock:
        if address not in _opened:
            _opened[address] = open_segments(address.url, address.data_dir)
        return _opened[address]


def _wanted() -> Callable[[], None]:
    """Make what looks whether the task that runs on this thread was cancelled; asks nobody over the network."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()

    def look() -> None:
        state = worker.state.tasks.get(key)
        if state is None or state.state == "cancelled":
            raise SliceUnwanted

    return look
