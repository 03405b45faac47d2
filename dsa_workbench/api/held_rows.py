"""Positions of rows that were found, held for the pages that follow; found once, however many ask at the same time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any

HELD_BYTES = 128 << 20
"""Positions of all clients together: the 10 million rows of a sorted table take 40 MB."""


class HeldRows:
    """Arrays of positions by what was asked, the ones unused for longest out first; safe between threads."""

    def __init__(self, most_bytes: int = HELD_BYTES) -> None:
        self._most = most_bytes
        self._held: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, find: Callable[[], Any]) -> Any:
        """Give the positions of a key, found by `find` where they are not held; what it raises is not held."""
        with self._lock:
            held = self._held.get(key)
            if held is not None:
                self._held.move_to_end(key)
            else:
                mine: Future[Any] = Future()
                self._held[key] = mine
        if held is not None:
            return held.result()
        try:
            found = find()
        except BaseException as err:
            with self._lock:
                self._held.pop(key, None)
            mine.set_exception(err)
            raise
        mine.set_result(found)
        self._make_room(key)
        return found

    @property
    def bytes(self) -> int:
        """How many bytes are held."""
        with self._lock:
            return sum(size for _, size in self._sizes())

    def _sizes(self) -> list[tuple[Hashable, int]]:
        return [(key, held.result().nbytes) for key, held in self._held.items() if held.done()]

    def _make_room(self, newest: Hashable) -> None:
        with self._lock:
            sizes = self._sizes()
            total = sum(size for _, size in sizes)
            for key, size in sizes:
                if total <= self._most:
                    return
                # One that alone is more than all may be is held all the same until another comes: its reader scrolls.
                if key != newest:
                    del self._held[key]
                    total -= size
