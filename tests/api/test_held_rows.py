"""Positions that are held: found once, let go of when others need the room."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from dsa_workbench.api.held_rows import HeldRows
from dsa_workbench.errors import InvalidInput


def test_many_who_ask_at_once_find_once() -> None:
    held, begun, go = HeldRows(), threading.Event(), threading.Event()
    found = []

    def find() -> object:
        found.append(1)
        begun.set()
        go.wait(30)
        return np.arange(5)

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(held.get, "key", find)
        begun.wait(30)
        others = [pool.submit(held.get, "key", find) for _ in range(3)]
        go.set()
        assert all(other.result(30) is first.result(30) for other in others)
    assert found == [1]


def test_what_was_not_used_for_longest_makes_room() -> None:
    held = HeldRows(most_bytes=200)
    for key in "abc":
        held.get(key, lambda: np.zeros(10, np.int64))
    assert held.bytes == 160
    assert len(held.get("b", lambda: np.zeros(1))) == 10
    assert len(held.get("a", lambda: np.zeros(1))) == 1
    held.get("large", lambda: np.zeros(1000, np.int64))
    assert len(held.get("large", lambda: np.zeros(1))) == 1000


def test_what_could_not_be_found_is_looked_for_again() -> None:
    held = HeldRows()

    def refuse() -> object:
        raise InvalidInput("no such column", hint="")

    with pytest.raises(InvalidInput):
        held.get("key", refuse)
    assert len(held.get("key", lambda: np.zeros(3))) == 3
