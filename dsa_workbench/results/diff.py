"""What `diff` hands back: the changes of all tables between two versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dsa_workbench.core.model.change import SchemaChange
from dsa_workbench.core.model.event import Event
from dsa_workbench.core.model.profile import UsedProfile
from dsa_workbench.errors import InvalidInput, NotFound
from dsa_workbench.rendering import diff as rendering_diff
from dsa_workbench.rendering.diff import TableChanges
from dsa_workbench.rendering.document import Document
from dsa_workbench.results.displayed import Displayed
from dsa_workbench.results.frames import to_pandas


@dataclass(frozen=True, repr=False, eq=False)
class Diff(Displayed):
    """A diff: `old` and `new` say what was compared, `tables` holds the changes of each table of either side.

    `profile` is the equality profile that it went by, None where values alone count. With `form` it shows the cells
    that changed in form alone: equal by value, or by the profile, and not written alike.

    It is true where anything differs, a row or a schema, so ``if wb.diff(a, b):`` reads as it should.
    """

    old: str
    new: str
    tables: Mapping[str, TableChanges]
    profile: UsedProfile | None = None
    form: bool = False

    def __bool__(self) -> bool:
        return any(rendering_diff.differs(table) for table in self.tables.values())

    @property
    def summary(self) -> dict[str, dict[str, int]]:
        """Counts of rows per table: added, removed, changed, unchanged."""
        return {name: table.counts.to_dict() for name, table in self.tables.items()}

    @property
    def schema(self) -> dict[str, tuple[SchemaChange, ...]]:
        """Changes of the schema per table."""
        return {name: table.schema_changes for name, table in self.tables.items()}

    @cached_property
    def events(self) -> dict[str, tuple[Event, ...]]:
        """What happened to each table as a whole, where one sentence says it: read and proved when first asked for."""
        return {name: table.events for name, table in self.tables.items()}

    def to_arrow(self, table: str | None = None, *, form: bool = False) -> Any:
        """Read the changed rows of a table as a `pyarrow.Table`.

        Columns: `change` (added, removed, changed), `old_row`, `new_row` (positions from 0, null where
        absent), `changed_columns`, then `old.c` and `new.c` for each column. The table's name may be left out
        where there is one table. With `form` the rows are those with cells that changed in form alone: `change` is
        "reformed" and `changed_columns` names these cells.

        Raises
        ------
        InvalidInput
            There are several tables and none was named.
        NotFound
            There is no table of this name.
        """
        changes = self.tables[self._name(table)]
        return changes.reformed_rows() if form else changes.rows()

    def to_pandas(self, table: str | None = None, *, form: bool = False) -> Any:
        """Read the changed rows of a table as a pandas frame; columns as in `to_arrow`."""
        return to_pandas(self.to_arrow(table, form=form))

    def _name(self, table: str | None) -> str:
        names = ", ".join(self.tables)
        if table is None:
            if len(self.tables) != 1:
                raise InvalidInput("This diff has several tables.", hint=f"Name one of: {names}.")
            return next(iter(self.tables))
        if table not in self.tables:
            raise NotFound(f"This diff has no table {table!r}.", hint=f"It has: {names}.")
        return table

    def document(self) -> Document:
        """Describe schema changes, counts and the first rows."""
        return rendering_diff.view(
            self.old, self.new, self.tables, events=self.events, profile=self.profile, form=self.form
        )
