"""Patches on the wire: how a diff is to be applied, what came of it, and which diff to give as a patch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from dsa_workbench.features.patches.apply_patch import AppliedPatch
from dsa_workbench.models.base import Given, Told
from dsa_workbench.models.merges import ConflictsAsked, ConflictsTold
from dsa_workbench.models.renames import Renames
from dsa_workbench.models.tables import listed
from dsa_workbench.results.merges import conflicts_of


class ApplyAsked(ConflictsAsked):
    """How the diff in the body is to be applied."""

    mode: Literal["strict", "merge"] = Field(
        "strict",
        description="`strict`: rows must be there with all their old values. `merge`: of a changed row those cells "
        "alone that change.",
    )
    reverse: bool = Field(False, description="Undo the diff instead.")
    message: str | None = Field(None, max_length=10_000)
    dry_run: bool = Field(False, description="Say what would come of it, and write nothing.")
    label: str = Field("patch", min_length=1, max_length=2000, description="What messages are to call the diff.")


class AppliedTold(Told):
    """What came of a diff; with conflicts nothing was written."""

    outcome: Literal["applied", "up to date", "conflicts"]
    label: str
    into: str
    commit: str = Field(description="The head of the branch now; with conflicts, and after a dry run, as it was.")
    created: bool = Field(description="Whether there is a new commit: what is there already makes none.")
    summary: Mapping[str, Mapping[str, Any]] = Field(description="What changed, by table.")
    conflicts: dict[str, ConflictsTold] = Field(description="By table: ours is the branch, theirs the diff.")
    notes: list[str] = Field(description="What was found and decided.")
    reverse: bool
    dry_run: bool

    @classmethod
    def of(cls, done: AppliedPatch, into: str, label: str, asked: ApplyAsked) -> AppliedTold:
        """Tell of a diff that was applied; this reads the values that are in conflict."""
        found = conflicts_of(done.conflicts)
        return cls(
            outcome=done.outcome, label=label, into=into, commit=done.commit.id,
            created=done.outcome == "applied" and not asked.dry_run, summary=done.summary,
            conflicts={name: ConflictsTold.of(some, asked) for name, some in found.items()}, notes=list(done.notes),
            reverse=asked.reverse, dry_run=asked.dry_run,
        )  # fmt: skip


class PatchAsked(Given):
    """Which diff to give as a patch: it holds every difference, whatever the dataset's profile takes for the same."""

    from_: str = Field(
        min_length=1, max_length=500, alias="from", description="The old side: a ref, a commit, `main~1`."
    )
    to: str = Field("main", min_length=1, max_length=500, description="The new side.")
    to_dataset: str | None = Field(None, max_length=200, description="The new side's dataset, where it is another.")
    key: Annotated[
        list[str] | None,
        BeforeValidator(listed),
        Field(None, description="Pair rows by these columns, whatever the tables declare."),
    ]
    merge_base: bool = Field(False, description="From the last commit that both sides have in common.")
    rename: Renames = Field(None, description='Columns that were renamed: `old=new`, or `{"old": "new"}`.')
    context: int = Field(0, ge=0, le=1000, description="How many unchanged rows stand around each change.")


class PatchTold(Told):
    """A patch as a document (docs/guide/patches.md)."""

    format: int
    kind: Literal["dsa-workbench diff"]
    old: str
    new: str
    tables: dict[str, dict[str, Any]]
