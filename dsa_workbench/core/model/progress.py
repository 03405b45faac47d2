"""Progress of long work, as the worker reports it and the faces show it."""

from __future__ import annotations

from dataclasses import dataclass

COMMITTING = "committing"
"""The phase that is told once, just before a commit is made: who raises then has stopped it for sure."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of long work: what is being done, rows so far, bytes of the source so far and in all.

    `bytes_total` is None where the source does not say how long it is.
    """

    phase: str
    rows: int = 0
    bytes_done: int = 0
    bytes_total: int | None = None
