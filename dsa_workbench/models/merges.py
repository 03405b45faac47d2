"""Merges on the wire: what to merge and how to settle conflicts, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.patches.frames import frame_from_json, frame_to_json, value_from_json
from dsa_workbench.features.versioning.merger import Choice
from dsa_workbench.models.base import Given, Told
from dsa_workbench.results import Conflicts, MergeResult

MOST_CONFLICTS = 100_000
"""Conflicts of a table that are given at once."""

Side = Literal["ours", "theirs"]


class ColumnGiven(Given):
    """A column of lines, by its name and the name of its type (`int64`, `decimal128(9, 2)`)."""

    name: str = Field(max_length=500)
    type: str = Field(max_length=10_000, examples=["int64"])


class LinesGiven(Given):
    """A line for each conflict: `rows` hold the key columns and `column`, `values` what to take; null leaves it open.

    A value that JSON does not have is an object of its `type` and its `value`.
    """

    columns: list[ColumnGiven]
    rows: list[list[Any]]
    values: list[Any]

    def choice(self) -> Choice:
        """Give the lines as the merge takes them; InvalidInput where they are none."""
        if len(self.rows) != len(self.values):
            raise InvalidInput(
                f"There are {len(self.rows):,} lines and {len(self.values):,} values.",
                hint="Give each line a value; null leaves its conflict open.",
            )
        table = frame_from_json([c.model_dump() for c in self.columns], self.rows)
        return Choice(lines=table, values=[value_from_json(value) for value in self.values])


Resolution = Side | LinesGiven | list[dict[str, Any]]


class ConflictsAsked(Given):
    """Which of the conflicts to give."""

    offset: int = Field(0, ge=0, description="Of the conflicts of each table, where to begin.")
    limit: int = Field(1000, ge=0, le=MOST_CONFLICTS, description="How many conflicts of each table to give.")


class MergeGiven(ConflictsAsked):
    """What to merge into the branch."""

    source: str = Field(
        min_length=1,
        max_length=500,
        description="A version of the dataset: a ref, a commit, `main~2`.",
        examples=["dev"],
    )
    resolve: Resolution | dict[str, Resolution] | None = Field(
        None,
        description="How conflicts are settled: a side for all, or a line for each, with the key columns, `column` and "
        "`value`; for several tables an object of these by table.",
    )
    message: str | None = Field(None, max_length=10_000)
    dry_run: bool = Field(False, description="Say what would come of it, and write nothing.")

    def resolution(self) -> Any:
        """Give how conflicts are settled as the merge takes it; InvalidInput where a line makes no sense."""
        if isinstance(self.resolve, dict):
            return {name: _taken(how) for name, how in self.resolve.items()}
        return _taken(self.resolve)


def _taken(given: Any) -> Any:
    return given.choice() if isinstance(given, LinesGiven) else given


class TypedColumnTold(Told):
    """A column, with the name of its type."""

    name: str
    type: str


class ConflictsTold(Told):
    """Conflicts of a table: some of `total`, from `offset` on."""

    total: int
    offset: int
    columns: list[TypedColumnTold] = Field(
        description="The key columns; `kind`; `column`, null for a whole row; `base`, `ours`, `theirs` as text; then "
        "`base.c`, `ours.c`, `theirs.c` for each column c in conflict."
    )
    rows: list[list[Any]] = Field(
        description="A list of values for each conflict, as docs/guide/patches.md writes them."
    )

    @classmethod
    def of(cls, conflicts: Conflicts, asked: ConflictsAsked) -> ConflictsTold:
        """Tell of the conflicts that are asked for."""
        some = conflicts.to_arrow().slice(asked.offset, asked.limit)
        return cls(total=len(conflicts), offset=asked.offset, **frame_to_json(some))


class MergeTold(Told):
    """What came of a merge; with conflicts nothing was written."""

    outcome: Literal["merged", "fast-forward", "up to date", "conflicts"]
    source: str
    into: str
    commit: str = Field(description="The head of the branch now; with conflicts, and after a dry run, as it was.")
    base: str | None = Field(None, description="The common ancestor; absent where there is none.")
    summary: Mapping[str, Mapping[str, Any]] = Field(description="What changed, by table.")
    conflicts: dict[str, ConflictsTold] = Field(description="By table; empty unless there are any.")
    notes: list[str] = Field(description="What was decided.")
    dry_run: bool

    @classmethod
    def of(cls, done: MergeResult, asked: ConflictsAsked) -> MergeTold:
        """Tell of a merge; this reads the values that are in conflict."""
        return cls(
            outcome=done.outcome, source=done.source, into=done.into, commit=done.id,
            base=done.base.id if done.base is not None else None, summary=done.summary,
            conflicts={name: ConflictsTold.of(some, asked) for name, some in done.conflicts.items()},
            notes=list(done.notes), dry_run=done.dry_run,
        )  # fmt: skip
