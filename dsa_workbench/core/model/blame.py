"""Which commit gave each cell of a row its value."""

from __future__ import annotations

from dataclasses import dataclass

from dsa_workbench.core.model.commit import Commit


@dataclass(frozen=True, slots=True)
class Blamed:
    """A row of a version: its place, the commit that brought it, and for each of some columns the one of its value.

    A row that was removed and came back was brought by the commit with which it came back.
    """

    version: Commit
    table: str
    key: tuple[str, ...]
    position: int
    added: Commit
    columns: tuple[str, ...]
    commits: tuple[Commit, ...]
