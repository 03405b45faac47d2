"""The verb that takes a diff and makes it so: apply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsa_workbench.core.model.choice import one_of
from dsa_workbench.core.model.ref import DEFAULT_BRANCH
from dsa_workbench.features.patches.apply_patch import ApplyPatch, apply_patch
from dsa_workbench.features.patches.documents import read_document
from dsa_workbench.features.patches.read_patch import Opener, open_patch
from dsa_workbench.results import ApplyResult, Diff
from dsa_workbench.workbench.connection import Connection

MODES = ("strict", "merge")


class PatchVerbs(Connection):
    """Apply diffs: apply."""

    def apply(
        self,
        diff: Any,
        dataset: str,
        ref: str = DEFAULT_BRANCH,
        *,
        mode: str = "strict",
        reverse: bool = False,
        message: str | None = None,
        author: str | None = None,
        dry_run: bool = False,
    ) -> ApplyResult:
        """Apply a diff to the head of a branch, and commit what comes of it.

        With a conflict nothing is written, and the result lists them and is false. What is there already counts as
        applied: a diff that is applied twice changes nothing.

        Parameters
        ----------
        diff
            A `Diff`, what `Diff.to_dict` gave, or an exported diff: a path or a binary file object, in Parquet, Arrow,
            CSV, JSON lines, JSON or the highlighter format.
        mode
            ``strict``: removed and changed rows must be there with all their old values. ``merge``: of a changed row
            those cells alone that the diff changes, so that other cells may have changed meanwhile.
        reverse
            Undo the diff instead.
        dry_run
            Say what would come of it, and write nothing.

        Raises
        ------
        InvalidInput
            It is no diff that can be applied.
        NotFound, RefConflict, RefProtected
            The branch is not there, was moved again and again, or refuses writes.
        """
        strict = one_of("mode", mode, MODES) == "strict"
        opener, label = _opened(diff)
        command = ApplyPatch(opener, label, dataset, ref, strict, reverse, message, author, dry_run)
        done = apply_patch(self.actor, self.store, self._cache, command)
        return ApplyResult(
            done.outcome, label, f"{dataset}@{ref}", done.commit, done.summary, done.conflicts, done.notes, reverse,
            dry_run,
        )  # fmt: skip


def _opened(diff: Any) -> tuple[Opener, str]:
    if isinstance(diff, Diff):
        patch = diff.patch()
        return lambda _: patch, f"{diff.old} → {diff.new}"
    if isinstance(diff, Mapping):
        label = f"{diff.get('old', 'a diff')} → {diff.get('new', '')}"
        document = read_document(dict(diff), "The document")
        return lambda _: document, label
    return open_patch(diff)
