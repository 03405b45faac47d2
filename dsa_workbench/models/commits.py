"""Commits and histories on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from dsa_workbench.core.model.change import SchemaChange
from dsa_workbench.core.model.commit import Commit
from dsa_workbench.models.base import Paged, Told


class CommitTold(Told):
    """A commit; `summary` says per table what changed against its first parent."""

    id: str
    tree: str
    parents: list[str]
    author: str
    message: str
    time: datetime
    summary: dict[str, dict[str, Any]]
    sources: dict[str, dict[str, Any]] = Field(description="What the files were that tables were read from.")
    refs: list[str] = Field(description="The branches and tags that point at it.")

    @classmethod
    def of(cls, commit: Commit, refs: Sequence[str]) -> CommitTold:
        """Tell of a commit."""
        return cls(
            id=commit.id, tree=commit.tree, parents=list(commit.parents), author=commit.author, message=commit.message,
            time=commit.time, summary=commit.summary, sources=commit.sources, refs=list(refs),
        )  # fmt: skip


class SchemaChangeTold(Told):
    """A change of a schema."""

    kind: str
    column: str
    old: str | None = None
    new: str | None = None

    @classmethod
    def of(cls, change: SchemaChange) -> SchemaChangeTold:
        """Tell of a change."""
        return cls(kind=change.kind.value, column=change.column, old=change.old, new=change.new)


class CommitShown(CommitTold):
    """One commit, with its changes of schema per table."""

    schema_changes: dict[str, list[SchemaChangeTold]]


class HistoryAsked(Paged):
    """Which history."""

    at: str = Field("main", min_length=1, max_length=500, description="A ref, a commit, `main~2`, `@{2026-03-01}`.")
    all: bool = Field(False, description="Of all branches and tags instead of `at`, latest first.")
    table: str | None = Field(
        None, min_length=1, max_length=500, description="List the commits that changed this table, through merges."
    )


class HistoryTold(Told):
    """A page of a history, latest first."""

    items: list[CommitTold]
    next: str | None = None
