"""Diffs and exports on the wire."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from dsa_workbench.core.model.event import Event
from dsa_workbench.core.model.moved_column import MovedColumn
from dsa_workbench.models.base import Given, Told
from dsa_workbench.models.commits import SchemaChangeTold
from dsa_workbench.models.renames import Renames
from dsa_workbench.models.tables import At, Columns, OrderBy, TableName, Where, listed
from dsa_workbench.rendering.diff import TableChanges

Kind = Literal["added", "removed", "changed"]


class DiffAsked(Given):
    """Which versions, and which of their differences."""

    from_: str = Field(
        min_length=1, max_length=500, alias="from", description="The old side: a ref, a commit, `main~1`."
    )
    to: str = Field("main", min_length=1, max_length=500, description="The new side.")
    to_dataset: str | None = Field(None, max_length=200, description="The new side's dataset, where it is another.")
    table: TableName
    key: Annotated[
        list[str] | None,
        BeforeValidator(listed),
        Field(None, description="Pair rows by these columns, whatever the tables declare."),
    ]
    rename: Renames = Field(None, description='Columns that were renamed: `old=new`, or `{"old": "new"}`.')
    profile: str = Field(
        "dataset",
        max_length=20_000,
        description="What counts as equal: `dataset`, by its equality profile; the number of an older version of that; "
        "`none`, values alone; or settings as a JSON object.",
    )
    kinds: Annotated[
        list[Kind] | None, BeforeValidator(listed), Field(None, description="Only rows that were added, say.")
    ]
    changed_columns: Annotated[
        list[str] | None,
        BeforeValidator(listed),
        Field(None, description="Only changed rows with a changed cell in one of these columns: as `columns`."),
    ]
    columns: Columns
    form: bool = Field(False, description="Give the rows with cells that changed in form alone instead.")
    format: Literal["csv", "tsv", "parquet", "arrow", "jsonl", "xlsx", "json", "highlighter", "html"] | None = Field(
        None, description="Give all changed rows as a file of this kind, whatever is accepted, for a browser to save."
    )
    events: bool = Field(False, description="Say what happened to tables as a whole; this reads what it proves.")
    distributions: bool = Field(False, description="Say which columns' distributions moved, from stored sketches.")
    merge_base: bool = Field(False, description="From the last commit that both sides have in common.")
    offset: int = Field(0, ge=0)
    limit: int = Field(
        0, ge=0, le=10_000, description="Changed rows to give of the one table, or of the named one; 0 streams all."
    )


class EventTold(Told):
    """What happened to a table as a whole."""

    kind: str
    sentence: str
    columns: list[str]
    hint: str

    @classmethod
    def of(cls, event: Event) -> EventTold:
        """Tell of an event."""
        return cls(
            kind=event.kind.value, sentence=event.sentence, columns=list(event.columns), hint=event.hint
        )  # fmt: skip


class MovedColumnTold(Told):
    """A column whose distribution moved."""

    column: str
    distance: float = Field(description="0 to 1: Kolmogorov and Smirnov's, or total variation where there is no order.")
    nulls_before: float = Field(description="The share of nulls, 0 to 1.")
    nulls_after: float
    distinct_before: int | None = Field(None, description="An estimate; absent for nested types.")
    distinct_after: int | None = None

    @classmethod
    def of(cls, moved: MovedColumn) -> MovedColumnTold:
        """Tell of a column."""
        return cls(**asdict(moved))


class TableDiffTold(Told):
    """What differs in one table."""

    added: int
    removed: int
    changed: int
    unchanged: int
    moved: int = Field(description="Rows that stand in another order.")
    cells: dict[str, int] = Field(description="Changed cells by column.")
    reformed: dict[str, int] = Field(description="Cells by column that are equal, and written otherwise.")
    pairing: str = Field(description="How rows were paired.")
    key: list[str]
    columns: list[str] = Field(description="The columns of both sides, in the order in which they are shown.")
    schema_changes: list[SchemaChangeTold]
    events: list[EventTold] | None = None
    moved_columns: list[MovedColumnTold] | None = Field(None, description="With `distributions`: those that moved.")

    @classmethod
    def of(cls, table: TableChanges, *, events: bool = False, distributions: bool = False) -> TableDiffTold:
        """Tell of a table; with `events` and `distributions` what has to be read for it."""
        counts = table.counts
        return cls(
            **counts.to_dict(), moved=counts.moved, cells=counts.cells, reformed=counts.reformed, pairing=table.pairing,
            key=list(table.key), columns=list(table.columns),
            schema_changes=[SchemaChangeTold.of(c) for c in table.schema_changes],
            events=[EventTold.of(e) for e in table.events] if events else None,
            moved_columns=[MovedColumnTold.of(m) for m in table.distributions] if distributions else None,
        )  # fmt: skip


class DiffTold(Told):
    """What differs between two versions, and perhaps a page of the rows of one table."""

    from_commit: str
    to_commit: str
    profile: str | None = Field(None, description="The equality profile that it went by.")
    profile_settings: str | None = Field(None, description="Its settings, as JSON.")
    tables: dict[str, TableDiffTold]
    table: str | None = Field(None, description="The table whose rows follow.")
    row_columns: list[str] | None = Field(
        None, description="change, old_row, new_row, changed_columns; old.c and new.c for each column c."
    )
    rows: list[list[Any]] | None = None
    total: int | None = Field(None, description="How many rows there are in all that `kinds` and the like choose.")
    offset: int = 0
    next_offset: int | None = Field(None, description="Where the next page begins; absent on the last.")


class ExportAsked(Given):
    """What to write, and how."""

    at: At
    table: TableName
    format: Literal["csv", "tsv", "parquet", "arrow", "arrows", "jsonl", "sql", "xlsx"] = "csv"
    columns: Columns
    where: Where
    order_by: OrderBy
    offset: int = Field(0, ge=0)
    limit: int | None = Field(None, ge=0)
    compression: Literal["gz", "zst", "bz2", "xz", "none"] | None = None
    exact: bool = Field(False, description="The bytes of the file that was imported with exact=True.")
    delimiter: str | None = Field(None, min_length=1, max_length=1)
    quote: Literal["needed", "all"] = "needed"
    line_end: Literal["lf", "crlf", "cr"] = "lf"
    header: bool = True
    encoding: str = Field("utf-8", max_length=40)
    null: str = Field("", max_length=100)
    decimal: str = Field(".", min_length=1, max_length=1)
    guard_formulas: bool = Field(False, description="Keep spreadsheets from taking texts for formulas.")
    sql_table: str | None = Field(None, max_length=200)
    sql_create: bool = False
    filename: str | None = Field(None, max_length=200, description="What the file is to be called.")
