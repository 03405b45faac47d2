"""Forgetting jobs that ended long ago, and telling which files jobs still need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore


def forget_jobs(_actor: Actor, store: IStore, seconds: float) -> int:
    """Delete jobs that ended so many seconds ago, with log and events; return how many."""
    with store.unit() as unit:
        count = unit.jobs.forget(seconds)
        unit.commit()
        return count


def needed_files(_actor: Actor, store: IStore) -> frozenset[str]:
    """Name the files that durable imports which have not ended read: whoever removes uploads spares these."""
    with store.unit() as unit:
        commands = unit.jobs.commands()
    return frozenset(path for command in commands for path in _paths(command.get("source")))


def _paths(source: Any) -> Iterator[str]:
    if isinstance(source, str):
        yield source
    elif isinstance(source, list):
        for one in source:
            yield from _paths(one)
