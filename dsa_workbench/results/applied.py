"""What `apply` hands back: what was done with a diff, or the conflicts that stand in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa

from dsa_workbench.core.model.commit import Commit
from dsa_workbench.features.versioning.merger import TableConflicts
from dsa_workbench.rendering import patches
from dsa_workbench.rendering.document import Document
from dsa_workbench.results.displayed import Displayed
from dsa_workbench.results.merges import Conflicts, conflicts_of


@dataclass(frozen=True, repr=False, eq=False)
class ApplyResult(Displayed):
    """The outcome of applying a diff; it is true where nothing stands in the way.

    `outcome` is ``applied``, ``up to date`` (all of it was there already, and no commit was made) or ``conflicts``.
    `commit` is the head of the branch now; with conflicts, and after a dry run, the head as it was.
    """

    outcome: str
    label: str
    into: str
    commit: Commit
    summary: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    found: Mapping[str, TableConflicts | pa.Table] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    reverse: bool = False
    dry_run: bool = False

    def __bool__(self) -> bool:
        return self.outcome != "conflicts"

    @property
    def created(self) -> bool:
        """Say whether a commit was made."""
        return self.outcome == "applied" and not self.dry_run

    @property
    def id(self) -> str:
        """The id of `commit`."""
        return self.commit.id

    @property
    def tree(self) -> str:
        """The id of what `commit` points at."""
        return self.commit.tree

    @cached_property
    def conflicts(self) -> dict[str, Conflicts]:
        """The conflicts per table, where there are any: key, column, base, ours (the branch), theirs (the diff)."""
        return conflicts_of(self.found)

    def document(self) -> Document:
        """Describe what was done, or list conflicts."""
        tables = {name: conflicts.to_arrow() for name, conflicts in self.conflicts.items()}
        return patches.applied(
            self.outcome,
            self.label,
            self.into,
            self.commit,
            self.notes,
            tables,
            reverse=self.reverse,
            dry_run=self.dry_run,
        )
