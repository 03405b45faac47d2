"""What imports, commits, `log` and `show` hand back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, overload

from dsa_workbench.core.model.change import SchemaChange
from dsa_workbench.core.model.commit import Commit
from dsa_workbench.rendering import history, imports
from dsa_workbench.rendering.document import Document
from dsa_workbench.rendering.words import duration
from dsa_workbench.results.displayed import Displayed
from dsa_workbench.results.imports import Rejects, Report


class _OfCommit:
    """The attributes of a commit on a result that holds one."""

    commit: Commit

    @property
    def id(self) -> str:
        """The commit's id, 64 hexadecimal digits."""
        return self.commit.id

    @property
    def tree(self) -> str:
        """The id of what the commit points at: equal content has an equal tree."""
        return self.commit.tree

    @property
    def parents(self) -> tuple[str, ...]:
        """The ids of the commits before it."""
        return self.commit.parents

    @property
    def author(self) -> str:
        """Who made it."""
        return self.commit.author

    @property
    def message(self) -> str:
        """Why it was made."""
        return self.commit.message

    @property
    def time(self) -> datetime:
        """When it was made."""
        return self.commit.time

    @property
    def summary(self) -> dict[str, dict[str, Any]]:
        """What changed against the first parent: table -> counts of rows; without what the import had to tell."""
        return {
            table: {what: told for what, told in counts.items() if what != "report"}
            for table, counts in self.commit.summary.items()
        }

    @property
    def short(self) -> str:
        """The id as people are shown it."""
        return self.commit.short


@dataclass(frozen=True, repr=False)
class CommitResult(_OfCommit, Displayed):
    """The outcome of an import or a commit.

    `created` is False where nothing changed: then no commit was made, and `commit` is the one that stood
    there. `rows` counts the rows of the written tables as they are now, `notes` are sentences on what was
    assumed, `report` counts what was kept, changed in form or lost, and `rejects` holds the rows that were left out.
    """

    commit: Commit
    dataset: str
    ref: str
    created: bool
    rows: int
    seconds: float
    notes: tuple[str, ...] = ()
    report: Report = field(default_factory=Report)
    rejects: Rejects = field(default_factory=Rejects)
    hint: str = ""

    def document(self) -> Document:
        """Describe what was committed."""
        where = f"{self.dataset}@{self.ref}"
        spent = duration(self.seconds)
        head = history.committed(self.commit, where, created=self.created, rows=self.rows, seconds=spent)
        return (*head, *imports.notes_of(self.notes, self.report.findings, self.hint))


@dataclass(frozen=True, repr=False)
class CommitView(_OfCommit, Displayed):
    """One commit, the refs that point at it, and its changes of schema per table."""

    commit: Commit
    refs: tuple[str, ...] = ()
    schema: Mapping[str, tuple[SchemaChange, ...]] = field(default_factory=dict)

    def document(self) -> Document:
        """Describe the commit."""
        return history.commit(self.commit, self.refs, self.schema)


@dataclass(frozen=True, repr=False)
class Log(Displayed, Sequence[Commit]):
    """A history, latest first. `refs` names, per commit id, the refs that point at it."""

    title: str
    commits: tuple[Commit, ...]
    refs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @overload
    def __getitem__(self, index: int) -> Commit: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Commit]: ...

    def __getitem__(self, index: int | slice) -> Commit | Sequence[Commit]:
        return self.commits[index]

    def __len__(self) -> int:
        return len(self.commits)

    def __iter__(self) -> Iterator[Commit]:
        return iter(self.commits)

    def document(self) -> Document:
        """Describe the history."""
        return history.log(self.title, self.commits, self.refs)
