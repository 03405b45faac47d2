"""What an import has to tell: a report of what was kept, changed in form or lost, and the rows that were left out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from dsa_workbench.core.model.finding import Effect, Finding
from dsa_workbench.errors import InvalidInput, NotFound
from dsa_workbench.features.imports.rejected_rows import RejectedRows, write_rejects
from dsa_workbench.files.rejects import SCHEMA, listed_cells
from dsa_workbench.rendering import imports
from dsa_workbench.rendering.document import Document
from dsa_workbench.results.displayed import Displayed
from dsa_workbench.results.frames import to_pandas


@dataclass(frozen=True, repr=False)
class Report(Displayed):
    """What was found in each table: it is true where anything changed its form or was lost."""

    findings: Mapping[str, Sequence[Finding]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(f.effect is not Effect.KEPT for found in self.findings.values() for f in found)

    def count(self, what: str, column: str | None = None) -> int:
        """Add up what was counted under a name, in one column or in all."""
        found = [f for part in self.findings.values() for f in part if f.what == what]
        return sum(f.count for f in found if column is None or f.column == column)

    def to_arrow(self) -> Any:
        """Give all of it as a `pyarrow.Table`: table, column, what, effect, count, example."""
        rows = [{"table": t, **f.to_dict()} for t, found in self.findings.items() for f in found]
        names = ("table", "column", "what", "effect", "example")
        schema = pa.schema([(n, pa.string()) for n in names]).insert(4, pa.field("count", pa.int64()))
        return pa.Table.from_pylist(rows, schema)

    def to_pandas(self) -> Any:
        """Give all of it as a pandas frame."""
        return to_pandas(self.to_arrow())

    def document(self) -> Document:
        """Describe what was counted."""
        return imports.report(self.findings)


@dataclass(frozen=True, repr=False)
class Rejects(Displayed):
    """Rows that were left out of an import, by table; its length is their number."""

    tables: Mapping[str, RejectedRows] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(part.rows.num_rows for part in self.tables.values())

    def to_arrow(self, table: str | None = None) -> Any:
        """Give the rows of a table as a `pyarrow.Table`.

        Columns: `row` (the number among the data rows, from 1), `line` (null where there are no lines), `column`,
        `value`, `reason`, `text` (the row as it was written), and `cells.c` for each column of the table.
        """
        part = self._part(table)
        if part is None:
            return SCHEMA.empty_table().drop_columns(["cells"])
        cells = [pa.concat_arrays(c) for c in self._columns(part)]
        named = {f"cells.{name}": column for name, column in zip(part.columns, cells, strict=True)}
        rows = part.rows.drop_columns(["cells"])
        for name, column in named.items():
            rows = rows.append_column(name, column)
        return rows

    @staticmethod
    def _columns(part: RejectedRows) -> list[list[Any]]:
        chunks = [listed_cells(chunk, len(part.columns)) for chunk in part.rows["cells"].chunks]
        empty: Any = pa.array([], pa.string())
        return [[*(chunk[i] for chunk in chunks), empty] for i in range(len(part.columns))]

    def to_pandas(self, table: str | None = None) -> Any:
        """Give the rows of a table as a pandas frame; columns as in `to_arrow`."""
        return to_pandas(self.to_arrow(table))

    def to_csv(self, path: str | os.PathLike[str]) -> list[Path]:
        """Write the rows to a file that can be corrected and imported again; one for each table that has any."""
        return list(write_rejects(path, list(self.tables.values())).values())

    def _part(self, table: str | None) -> RejectedRows | None:
        if table is not None and table not in self.tables:
            raise NotFound(f"There is no table {table!r}.", hint=f"There are: {', '.join(self.tables)}.")
        if table is not None:
            return self.tables[table]
        filled = [part for part in self.tables.values() if part.rows.num_rows]
        if len(filled) > 1:
            names = ", ".join(part.table for part in filled)
            raise InvalidInput("Rows of several tables were left out.", hint=f"Name one of: {names}.")
        return next(iter(filled or self.tables.values()), None)

    def document(self) -> Document:
        """Show the first of them."""
        return imports.rejects({name: part.rows for name, part in self.tables.items()})
