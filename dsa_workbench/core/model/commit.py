"""Commits: an immutable snapshot with parents, author, message and time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dsa_workbench.core.model.ids import ObjectId, short


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as stored. Ids are hexadecimal here, since this is what people hold.

    `summary` says what changed against the first parent: table -> counts of rows added, removed, changed, unchanged.
    `sources` says what the files were that tables were read from, by table, where they were files. Both are no part of
    the id.
    """

    id: str
    tree: str
    parents: tuple[str, ...]
    author: str
    message: str
    time: datetime
    summary: dict[str, dict[str, Any]] = field(default_factory=dict, compare=False)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict, compare=False)

    @property
    def oid(self) -> ObjectId:
        """Give the id as bytes."""
        return ObjectId(bytes.fromhex(self.id))

    @property
    def short(self) -> str:
        """Give the id as people are shown it."""
        return short(self.oid)

    @property
    def title(self) -> str:
        """Give the message's first line."""
        return self.message.split("\n", 1)[0]


@dataclass(frozen=True, slots=True)
class CommitNode:
    """A commit as a point of the graph of history: what it stands on, and when it was made."""

    id: str
    parents: tuple[str, ...]
    time: datetime
