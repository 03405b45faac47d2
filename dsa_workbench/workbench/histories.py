"""The verbs of history: log, show, merge, and the refs that point into it."""

from __future__ import annotations

from typing import Any

from dsa_workbench.core.model.ref import Ref, RefKind
from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.refs.create_ref import create_ref
from dsa_workbench.features.refs.delete_ref import delete_ref
from dsa_workbench.features.refs.list_refs import list_refs
from dsa_workbench.features.refs.protect_ref import protect_ref
from dsa_workbench.features.versioning.history import history, show
from dsa_workbench.features.versioning.merge import MergeVersions, merge_versions
from dsa_workbench.features.versioning.whole_history import whole_history
from dsa_workbench.results import CommitView, Log, MergeResult, Refs
from dsa_workbench.workbench.connection import Connection

_EVERY = 2**62
"""As many commits as there are."""


class HistoryVerbs(Connection):
    """Follow history and shape it: log, show, merge, branches and tags."""

    def log(self, spec: str, limit: int | None = None, *, all: bool = False) -> Log:
        """List the commits of a version and before it, latest first.

        Of a table (``sales@main:orders``) those that added, changed or removed it, found through merges. With `all`
        those that any branch or tag of the dataset reaches, never one before a child of it.

        Raises
        ------
        InvalidInput
            `all` is asked of a table: its history is that of one version.
        """
        version = parse_spec(spec)
        if all:
            if version.table is not None:
                raise InvalidInput(
                    "The history of a table is that of one version.", hint="Leave out all= or the table."
                )
            whole = whole_history(self.actor, self.store, version.dataset, _EVERY if limit is None else limit)
            return Log(version.dataset, whole.commits, whole.refs)
        found = history(self.actor, self.store, version, limit)
        return Log(spec, found.commits, found.refs)

    def show(self, spec: str) -> CommitView:
        """Describe one commit: who, when, why, and what changed in numbers."""
        found = show(self.actor, self.store, parse_spec(spec))
        return CommitView(found.commit, found.refs, found.schema)

    def merge(
        self,
        source: str,
        into: str | None = None,
        *,
        resolve: Any = None,
        message: str | None = None,
        author: str | None = None,
        dry_run: bool = False,
    ) -> MergeResult:
        """Merge a version into a branch of its dataset (default main), row by row and cell by cell.

        With conflicts nothing is written, and the result lists them and is false. `resolve` settles them: ``"ours"``
        (the branch's side) or ``"theirs"``, a frame of the conflicts with a column ``value``, or a dict of these by
        table.
        """
        target = parse_spec(into) if into is not None else None
        command = MergeVersions(parse_spec(source), target, resolve, message, author, dry_run)
        done = merge_versions(self.actor, self.store, self._cache, command)
        return MergeResult(
            done.outcome, done.source, done.into, done.commit, done.base, done.summary, done.conflicts, done.notes,
            dry_run,
        )  # fmt: skip

    def branch(self, spec: str, name: str) -> Ref:
        """Make a branch of a dataset at a version."""
        return create_ref(self.actor, self.store, parse_spec(spec), name, RefKind.BRANCH)

    def tag(self, spec: str, name: str) -> Ref:
        """Give a version a name that does not move."""
        return create_ref(self.actor, self.store, parse_spec(spec), name, RefKind.TAG)

    def refs(self, dataset: str) -> Refs:
        """List a dataset's branches and tags."""
        return Refs(dataset, list_refs(self.actor, self.store, dataset))

    def delete_ref(self, dataset: str, name: str) -> None:
        """Delete a branch or a tag; its commits stay."""
        delete_ref(self.actor, self.store, dataset, name)

    def protect(self, dataset: str, name: str, protected: bool = True) -> Ref:
        """Keep a branch or tag from being moved or deleted, or lift that."""
        return protect_ref(self.actor, self.store, dataset, name, protected=protected)
