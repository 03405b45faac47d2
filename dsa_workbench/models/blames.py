"""Blame on the wire: a row's cells, and the commits that gave them their values."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from dsa_workbench.core.model.blame import Blamed
from dsa_workbench.models.base import Told
from dsa_workbench.models.commits import CommitTold
from dsa_workbench.models.tables import Columns, SchemaAsked, listed


class BlameAsked(SchemaAsked):
    """Whose values."""

    key: Annotated[
        list[str],
        BeforeValidator(listed),
        Field(
            min_length=1,
            description="The values of the row's key, in the key's order: `a,b`, or the parameter given several times.",
            examples=["4711"],
        ),
    ]
    key_columns: Annotated[
        list[str] | None,
        BeforeValidator(listed),
        Field(None, description="The columns of these values, where they are in another order than the key's."),
    ]
    columns: Columns
    profile: str = Field(
        "dataset",
        max_length=20_000,
        description="What counts as equal, as for a diff: `dataset`, the number of an older version of its profile, "
        "`none`, or settings as a JSON object.",
    )


class CellBlamed(Told):
    """A cell, and the commit that gave it its value."""

    column: str
    commit: str


class BlameTold(Told):
    """A row: its place in the version, the commit that brought it, and the commits of its cells."""

    commit: str = Field(description="The version.")
    table: str
    key: list[str] = Field(description="The key's columns.")
    position: int = Field(description="The row's place in the version, from 0: `data?offset=` gives it.")
    added: str
    cells: list[CellBlamed]
    commits: list[CommitTold] = Field(description="All commits that are named here.")

    @classmethod
    def of(cls, found: Blamed) -> BlameTold:
        """Tell of a row."""
        named = {commit.id: commit for commit in (found.version, found.added, *found.commits)}
        return cls(
            commit=found.version.id, table=found.table, key=list(found.key), position=found.position,
            added=found.added.id,
            cells=[CellBlamed(column=n, commit=c.id) for n, c in zip(found.columns, found.commits, strict=True)],
            commits=[CommitTold.of(commit, ()) for commit in named.values()],
        )  # fmt: skip
