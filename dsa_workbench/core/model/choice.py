"""Words of which one is to be chosen."""

from __future__ import annotations

from typing import Any

from dsa_workbench.errors import InvalidInput


def one_of(what: str, given: str, known: tuple[str, ...]) -> Any:
    """Refuse a word that is none of those known."""
    if given not in known:
        raise InvalidInput(f"{given!r} is no {what}.", hint=f"It is one of: {', '.join(known)}.")
    return given
