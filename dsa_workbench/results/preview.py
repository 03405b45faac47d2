"""What an import with `dry_run` hands back: what would come of it, and the way to do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from dsa_workbench.core.model.schema import Schema
from dsa_workbench.rendering import preview
from dsa_workbench.rendering.document import Document
from dsa_workbench.results.commits import CommitResult
from dsa_workbench.results.diff import Diff
from dsa_workbench.results.displayed import Displayed
from dsa_workbench.results.imports import Rejects, Report


@dataclass(frozen=True)
class PreviewedTable:
    """A table as it would be after the import; `bad_keys` counts the rows whose key is empty or repeated."""

    name: str
    rows: int
    schema: Schema
    key: tuple[str, ...] = ()
    bad_keys: int = 0


@dataclass(frozen=True, repr=False, eq=False)
class Preview(Displayed):
    """What an import would come to; nothing was written.

    `changes` is False where no commit would be made. `diff` compares with the head of the branch, without the rows
    that do not fit, which are `rejects`. `protected` says that the branch refuses writes, `skips` that rows that do
    not fit are left out; else they refuse the file.
    """

    source: str
    dataset: str
    ref: str
    tables: tuple[PreviewedTable, ...]
    diff: Diff
    changes: bool
    protected: bool
    skips: bool
    report: Report
    rejects: Rejects
    notes: tuple[str, ...]
    seconds: float
    run: Callable[[], CommitResult]
    hint: str = ""
    promise: str = ""
    """What it stands for: an import with it does what was shown, or nothing."""

    @property
    def rows(self) -> int:
        """The rows of the tables as they would be."""
        return sum(table.rows for table in self.tables)

    @cached_property
    def refused(self) -> str | None:
        """Why the import would be refused, if it would."""
        if self.protected:
            return f"{self.dataset}@{self.ref} is protected"
        if len(self.rejects) and not self.skips:
            return "rows do not fit"
        return None

    def commit(self) -> CommitResult:
        """Do the import.

        Raises
        ------
        RefConflict
            The branch was moved since the preview.
        ImportRejected
            The file is not what it was, or rows do not fit.
        RefProtected
            The branch refuses writes.
        """
        return self.run()

    def document(self) -> Document:
        """Describe the tables, what does not fit, and the diff."""
        return preview.preview(
            preview.Facts(
                self.source, f"{self.dataset}@{self.ref}", self.changes, self.protected, self.skips, len(self.rejects)
            ),
            [preview.Table(t.name, t.rows, t.schema, t.key, t.bad_keys) for t in self.tables],
            self.report.findings,
            self.notes,
            self.rejects.document() if len(self.rejects) else (),
            self.diff.document() if self.changes else (),
            self.hint,
        )
