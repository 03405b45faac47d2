"""Requests with a key: the same request again is answered as before, and not done again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request that was begun: `digest` is of what it asks, `seconds` how long ago; `answer` is None until its end."""

    digest: bytes
    seconds: float
    answer: SavedAnswer | None = None
