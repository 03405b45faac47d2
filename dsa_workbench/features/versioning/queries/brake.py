"""Ends a query from another thread: its reader has gone, or it takes too long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Stopped(Exception):
    """The brake was pulled; whoever did it knows why."""


class Brake:
    """What ends a query. It ends soon, and not at once: where DuckDB waits for rows, it waits until they are there."""

    def __init__(self) -> None:
        self._held = threading.Lock()
        self._connection: Any = None
        self.pulled = False

    @contextmanager
    def on(self, connection: Any) -> Iterator[None]:
        """Let a DuckDB connection be ended while the block runs.

        Raises
        ------
        Stopped
            The brake was pulled before.
        """
        with self._held:
            self._connection = connection
        try:
            self.check()
            yield
        finally:
            with self._held:
                self._connection = None

    def check(self) -> None:
        """Raise `Stopped` where the brake was pulled."""
        if self.pulled:
            raise Stopped

    def pull(self) -> None:
        """End what runs. A statement that begins at this very moment may miss it: pull again until it has ended."""
        self.pulled = True
        with self._held:
            if self._connection is not None:
                self._connection.interrupt()
