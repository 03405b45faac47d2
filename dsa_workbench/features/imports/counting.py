"""Counts what comes in, while it comes in: rows, nulls, empty texts; and adds what the reader has to tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dsa_workbench.columns.stats import count_empty
from dsa_workbench.core.model.finding import Effect, Finding
from dsa_workbench.features.imports.rejected_rows import reader_of
from dsa_workbench.features.versioning.skipping import Skip
from dsa_workbench.files.tables import Over, TableSource


@dataclass(slots=True)
class Counts:
    """Rows, and by column nulls and empty texts."""

    rows: int = 0
    nulls: Counter[str] = field(default_factory=Counter)
    empty: Counter[str] = field(default_factory=Counter)

    def add(self, batch: Any) -> None:
        """Count the rows of a batch."""
        self.rows += batch.num_rows
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            self.nulls[name] += column.null_count
            self.empty[name] += count_empty(column)

    def fold(self, later: Counts) -> None:
        """Take in what was counted of the rows that follow."""
        self.rows += later.rows
        self.nulls.update(later.nulls)
        self.empty.update(later.empty)


class Counted(Over):
    """A table that counts its rows as they are read; `counts` may be given to it by whoever read them elsewhere."""

    def __init__(self, table: TableSource) -> None:
        self.table = table
        self.counts = Counts()

    def batches(self) -> Iterator[Any]:
        """Give the rows in order, and count them."""
        self.counts = Counts()
        for batch in self.table.batches():
            self.counts.add(batch)
            yield batch

    def findings(self, skip: Skip | None = None) -> list[Finding]:
        """Tell what was read, once all batches were; nulls and empty texts without those that `skip` left out."""
        nulls, empty = self.counts.nulls, self.counts.empty
        if skip is not None:
            nulls, empty = nulls - skip.nulls, empty - skip.empty
        found = [Finding("rows read", Effect.KEPT, self.counts.rows)]
        found += [Finding("null", Effect.KEPT, count, name) for name, count in nulls.items() if count]
        found += [Finding("empty text", Effect.KEPT, count, name) for name, count in empty.items() if count]
        return [*found, *getattr(reader_of(self.table), "findings", ())]
