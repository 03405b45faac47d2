"""Previews of imports on the wire: what is asked of them, and all that they tell."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from dsa_workbench.models.base import Told
from dsa_workbench.models.diffs import TableDiffTold
from dsa_workbench.models.uploads import CompleteAsked

MOST_ROWS = 10_000
MOST_REJECTS = 100_000
_OWN = ("first", "changes", "offset", "form", "rejected", "explain", "suggest_keys", "arrow")


class PreviewAsked(CompleteAsked):
    """How an import would be done, as `complete` takes it, and how much of what would come of it is to be told."""

    first: int = Field(20, ge=0, le=MOST_ROWS, description="First rows of each table.")
    changes: int = Field(50, ge=0, le=MOST_ROWS, description="Changed rows of each table.")
    offset: int = Field(0, ge=0, description="Changed rows to pass over; the file is read again for them.")
    form: bool = Field(False, description="Give the rows with cells that change in form alone instead.")
    rejected: int = Field(50, ge=0, le=MOST_REJECTS, description="Rows that do not fit, of each table.")
    explain: bool = Field(True, description="Say how the file would be read, and what else it could be.")
    suggest_keys: bool = Field(False, description="Look for columns that tell all rows apart; this reads all of them.")
    arrow: bool = Field(False, description="Give rows as Arrow streams in Base64, exactly, and not as JSON.")

    def options(self) -> dict[str, Any]:
        """Give what was said, as the import takes it."""
        return {name: value for name, value in super().options().items() if name not in _OWN}


class RowsTold(Told):
    """Rows: lists of values in the order of `columns`, in which whole numbers of 64 bits and decimals are texts."""

    columns: list[str]
    rows: list[list[Any]] | None = None
    arrow: str | None = Field(None, description="An Arrow stream in Base64, where `arrow` was asked for.")


class FindingTold(Told):
    """A count of values or rows of which the same is to be told."""

    what: str
    effect: str = Field(description="kept, form (written in another way now) or lost.")
    count: int
    column: str | None = None
    example: str | None = None


class RejectedTold(Told):
    """Rows of a table that do not fit."""

    count: int
    bad_keys: int = Field(description="How many of them have an empty key, or one that another row has.")
    columns: list[str] = Field(description="The columns of the table as they were read: `cells` has one text for each.")
    delimiter: str
    rows: RowsTold = Field(description="row (from 1), line, column, value, reason, text, cells.")


class KeyTold(Told):
    """A set of columns; `repeats` counts the rows that repeat one before them, `first` are the first two, from 1."""

    columns: list[str]
    repeats: int = 0
    first: list[int] | None = None


class KeysTold(Told):
    """Sets of columns that tell all rows apart, likeliest first, and those that nearly do."""

    keys: list[KeyTold]
    near: list[KeyTold]
    unfit: dict[str, str] = Field(description="Columns that cannot be keys, and why.")


class PreviewedColumnTold(Told):
    """A column as it would be."""

    name: str
    type: str
    nullable: bool
    key: bool
    metadata: dict[str, str]


class PreviewedTableTold(Told):
    """A table as it would be after the import."""

    name: str
    rows: int
    columns: list[PreviewedColumnTold]
    metadata: dict[str, str]
    key: list[str]
    bad_keys: int = Field(description="Rows whose key is empty or repeated.")
    first: RowsTold
    keys: KeysTold | None = Field(None, description="With `suggest_keys`.")


class PreviewedDiffTold(TableDiffTold):
    """What would change in a table against the head of the branch, and the first of its rows."""

    rows: RowsTold


class AlternativeTold(Told):
    """What else was thought of, and how good it looked beside what was chosen."""

    value: str
    score: float


class SettingTold(Told):
    """One setting: what it is, why, what else it could be, and how to say it."""

    name: str
    value: str
    reason: str
    override: str
    given: bool
    alternatives: list[AlternativeTold]


class ColumnGuessTold(Told):
    """A column, and the type that the first look gives it."""

    name: str
    type: str
    reason: str


class ExplanationTold(Told):
    """How a table of the file would be read; `problem` says what an import would be refused for, at first sight."""

    label: str
    kind: str
    size: int | None = None
    compression: str | None = None
    settings: list[SettingTold]
    columns: list[ColumnGuessTold]
    sample: list[list[str]]
    notes: list[str]
    problem: str | None = None


class PreviewTold(Told):
    """What would come of an import; nothing was written."""

    source: str
    dataset: str
    ref: str
    head: str | None = Field(None, description="The commit that the branch is at; absent where there is no branch yet.")
    promise: str = Field(description="Sent with `complete`, it commits what is told here, or nothing.")
    would_commit: bool = Field(description="Whether there would be a new commit: what changes nothing makes none.")
    protected: bool
    refused: str | None = Field(None, description="Why the import would be refused, if it would.")
    skips: bool = Field(description="Whether rows that do not fit are left out; else they refuse the file.")
    hint: str = ""
    notes: list[str]
    tables: list[PreviewedTableTold]
    findings: dict[str, list[FindingTold]] = Field(description="What was kept, changed its form or was lost, by table.")
    rejects: dict[str, RejectedTold] = Field(description="Rows that do not fit, by table.")
    old: str = Field(description="What it was compared with.")
    profile: str | None = Field(None, description="The equality profile that the comparison went by.")
    profile_settings: str | None = Field(None, description="Its settings, as JSON.")
    diff: dict[str, PreviewedDiffTold]
    explained: list[ExplanationTold] | None = None
    seconds: float


class PreviewRunning(Told):
    """A preview that is not done yet: asking again, with the same body, waits for the same one."""

    running: bool = True
