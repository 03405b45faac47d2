"""Doing a request with a key once: its repetition is given the same answer."""

from __future__ import annotations

from dsa_workbench.core.model.request import SavedAnswer
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import InvalidInput, RequestPending

GIVEN_UP_AFTER = 60.0
"""Seconds after which a request without an end is taken for one whose server has gone, and is done again."""


def begin_request(actor: Actor, store: IStore, key: str, digest: bytes) -> SavedAnswer | None:
    """Begin a request; where it was done before, give its answer instead.

    Raises
    ------
    InvalidInput
        The key was sent with another request.
    RequestPending
        The same request is being done at this moment.
    """
    with store.unit() as unit:
        before = unit.requests.begin(actor, key, digest)
        if before is not None:
            if before.digest != digest:
                raise InvalidInput(
                    f"The key {key!r} was sent with another request.", hint="Take a new key for each write."
                )
            if before.answer is not None:
                return before.answer
            if before.seconds < GIVEN_UP_AFTER:
                raise RequestPending("The same request is being done.", hint="Send it again in a moment.")
            unit.requests.begin_again(actor, key, digest)
        unit.commit()
    return None


def end_request(actor: Actor, store: IStore, key: str, answer: SavedAnswer | None) -> None:
    """Keep the answer of a request, or forget the request where it came to nothing."""
    with store.unit() as unit:
        if answer is None:
            unit.requests.drop(actor, key)
        else:
            unit.requests.end(actor, key, answer)
        unit.commit()


def forget_requests(store: IStore, seconds: float) -> int:
    """Forget answers of so many seconds ago; return how many."""
    with store.unit() as unit:
        count = unit.requests.forget(seconds)
        unit.commit()
        return count
