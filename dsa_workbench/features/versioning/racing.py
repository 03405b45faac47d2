"""Writing while others write: what is stored meanwhile is kept from the collector, and a lost race is run again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from dsa_workbench.core.model.ids import short
from dsa_workbench.core.model.ref import Ref
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import RefConflict

T = TypeVar("T")

ATTEMPTS = 5
"""How often work is done again that is as costly as a merge."""
_PATIENCE = 0.5
"""The longest pause between two attempts, in seconds."""


@contextmanager
def staged(actor: Actor, store: IStore) -> Iterator[None]:
    """Hold a staging record, which keeps the collector off what is stored meanwhile."""
    with store.unit() as unit:
        staging = unit.staging.open(actor)
        unit.commit()
    try:
        yield
    finally:
        with store.unit() as unit:
            unit.staging.close(staging)
            unit.commit()


def pause(attempt: int) -> None:
    """Wait a little, and longer the more attempts were lost, so that not all begin again at once."""
    time.sleep(random.uniform(0, min(_PATIENCE, 0.01 * 1.3**attempt)))  # noqa: S311 - a pause, no secret


def until_won(attempt: Callable[[], tuple[T | None, Ref | None]], where: str, doing: str, again: str) -> T:
    """Try until a branch was moved by us; an attempt that lost returns None, and where the branch is now.

    Raises
    ------
    RefConflict
        Somebody else was always faster.
    """
    head: Ref | None = None
    for number in range(ATTEMPTS):
        done, head = attempt()
        if done is not None:
            return done
        pause(number)
    by = f": it is {short(head.commit_id)} by {head.updated_by} now" if head is not None else ""
    raise RefConflict(
        f"{where} was moved while you were {doing}, {ATTEMPTS} times{by}.",
        hint=f"Nothing of yours was committed. {again} when it is quiet.",
        head=head.commit_id.hex() if head is not None else None,
    )
