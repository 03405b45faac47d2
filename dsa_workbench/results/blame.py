"""What `blame` hands back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dsa_workbench.core.model.blame import Blamed
from dsa_workbench.core.model.commit import Commit
from dsa_workbench.rendering import blame
from dsa_workbench.rendering.cells import texts
from dsa_workbench.rendering.document import Document
from dsa_workbench.results.displayed import Displayed
from dsa_workbench.results.frames import to_pandas


@dataclass(frozen=True, repr=False)
class Blame(Displayed):
    """A row and the commits that gave its cells their values; ``blame["qty"]`` gives the commit of one.

    `row` is the row as a `pyarrow.Table`, with the key's columns first; `added` is the commit that brought the row.
    """

    spec: str
    found: Blamed
    row: Any

    def __getitem__(self, column: str) -> Commit:
        return dict(zip(self.found.columns, self.found.commits, strict=True))[column]

    @property
    def added(self) -> Commit:
        """The commit that brought the row."""
        return self.found.added

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that were asked about."""
        return self.found.columns

    def to_arrow(self) -> Any:
        """Give a row for each column: its name, its value as text, and the commit of it."""
        text = pa.string()
        schema = pa.schema([
            ("column", text), ("value", text), ("commit", text), ("author", text),
            ("time", pa.timestamp("us", "UTC")), ("message", text),
        ])  # fmt: skip
        rows = [
            {
                "column": name, "value": texts(self.row.column(name))[0], "commit": commit.id,
                "author": commit.author, "time": commit.time, "message": commit.message,
            }
            for name, commit in zip(self.found.columns, self.found.commits, strict=True)
        ]  # fmt: skip
        return pa.Table.from_pylist(rows, schema)

    def to_pandas(self) -> Any:
        """Give `to_arrow` as a pandas frame."""
        return to_pandas(self.to_arrow())

    def document(self) -> Document:
        """Describe it."""
        return blame.blame(self.spec, self.found, self.row)
