"""What `diff` hands back: the changes of all tables between two versions."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dsa_workbench.core.model.change import SchemaChange
from dsa_workbench.core.model.event import Event
from dsa_workbench.core.model.moved_column import MovedColumn
from dsa_workbench.core.model.profile import UsedProfile
from dsa_workbench.errors import InvalidInput, NotFound, Unsupported
from dsa_workbench.features.patches.documents import document
from dsa_workbench.features.patches.export_patch import HIGHLIGHTER, PAGE, diff_format, export_patch
from dsa_workbench.features.patches.making import by_value, patch_of
from dsa_workbench.features.patches.model import Patch
from dsa_workbench.features.versioning.differ import TableDiff
from dsa_workbench.files.writing import Written
from dsa_workbench.files.writing.target import open_target
from dsa_workbench.rendering import diff as rendering_diff
from dsa_workbench.rendering.diff import TableChanges
from dsa_workbench.rendering.document import Document
from dsa_workbench.rendering.page import write_page
from dsa_workbench.results.displayed import Displayed
from dsa_workbench.results.frames import to_pandas
from dsa_workbench.results.reports import Exported


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
    elsewhere: Callable[[int], Patch] | None = None
    """Gives the patch where the tables are not at hand; it is told how many rows of context to give."""
    draw: Callable[..., Any] | None = None
    """Makes a widget of a diff."""

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

    @cached_property
    def moved(self) -> dict[str, tuple[MovedColumn, ...]]:
        """Columns of each table whose distribution moved: merged from stored sketches when first asked for.

        No data are read: a column with a chunk whose sketch is not stored is left out.
        """
        return {name: table.distributions for name, table in self.tables.items()}

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

    def to_dict(self, *, context: int = 0) -> dict[str, Any]:
        """Give the diff as one object that JSON can hold and `apply` takes (docs/guide/patches.md)."""
        return document(self.patch(context=context), self.schema)

    def patch(self, *, context: int = 0) -> Patch:
        """Give the diff with all that is needed to apply it; `context` is how many rows stand around each change.

        It holds every difference of value or form, whatever the profile takes for the same.

        Raises
        ------
        Unsupported
            Its tables are not at hand.
        """
        if self.elsewhere is not None:
            return self.elsewhere(context)
        tables = {name: table for name, table in self.tables.items() if isinstance(table, TableDiff)}
        if len(tables) < len(self.tables):
            raise Unsupported("This diff is for reading alone.", hint="Compare the versions with wb.diff.")
        if self.profile is not None:
            tables = {name: by_value(table) for name, table in tables.items()}
        return patch_of(self.old, self.new, tables, context=context)

    def export(
        self,
        path: Any,
        table: str | None = None,
        format: str | None = None,
        *,
        limit: int | None = None,
        context: int | None = None,
    ) -> Exported:
        """Write the diff to a file; the ending or `format` says how.

        Parameters
        ----------
        path
            A path, or a binary file object.
        table
            The table, where several differ and the format holds one; ``html`` and ``json`` hold all.
        format
            ``csv``, ``tsv``, ``parquet``, ``arrow``, ``jsonl`` or ``xlsx`` (all changed rows as a table), ``json``
            (one document for programs), ``highlighter`` (ends in .diff.csv or .daff.csv), or ``html``.
        limit
            Rows of a table on a page of HTML; 10,000 by default. All else holds all rows.
        context
            How many unchanged rows stand around each change; 1 in the highlighter format, else none.

        Raises
        ------
        InvalidInput, NotFound, Unsupported
            The place, the format, the table or a type does not do.
        """
        started = time.perf_counter()
        chosen = diff_format(path, format)
        if min(limit or 0, context or 0) < 0:
            raise InvalidInput("limit and context cannot be negative.", hint="Leave them out.")
        if chosen == PAGE:
            done = self._page(path, table, rendering_diff.ROWS_OF_A_PAGE if limit is None else limit)
        else:
            around = context if context is not None else int(chosen == HIGHLIGHTER)
            done = export_patch(self.patch(context=around), self.schema, path, chosen, table)
        where = Path(path).expanduser() if isinstance(path, str | os.PathLike) else Path(getattr(path, "name", "file"))
        title = f"{self.old} → {self.new}"
        return Exported(title, where, done.rows, done.bytes, time.perf_counter() - started)

    def widget(self, **traits: Any) -> Any:
        """Give a widget in which all changed rows can be looked at, filtered and walked through: a `DiffWidget`.

        Its traits may be given: ``table``, ``kinds``, ``column``, ``view="sides"``, ``height``.

        Raises
        ------
        Unsupported
            It shows changes of form, or it was not made by the verb of a workbench.
        """
        if self.draw is None:
            raise Unsupported("This diff is for reading alone.", hint="Compare the versions with wb.diff.")
        return self.draw(self, **traits)

    def _page(self, path: Any, table: str | None, limit: int) -> Written:
        tables = dict(self.tables) if table is None else {table: self.tables[self._name(table)]}
        page = write_page(f"{self.old} → {self.new}", self._view(tables, limit))
        rows = sum(min(limit, t.counts.added + t.counts.removed + t.counts.changed) for t in tables.values())
        with open_target(path) as sink:
            sink.write(page.encode())
            return Written(rows, sink.bytes)

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
        return self._view(self.tables)

    def _view(self, tables: Mapping[str, TableChanges], rows: int | None = None) -> Document:
        return rendering_diff.view(
            self.old, self.new, tables, rows, events=self.events, moved=self.moved, profile=self.profile, form=self.form
        )
