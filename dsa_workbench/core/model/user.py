"""Who acts: every use case takes an actor first, so permissions, audit and provenance have one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The acting user: the operating system's user when alone, the hub's in a team."""

    name: str
