"""Counts what comes in, while it comes in: rows, nulls, empty texts; and adds what the reader has to tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from dsa_workbench.columns.stats import count_empty
from dsa_workbench.core.model.finding import Effect, Finding
from dsa_workbench.features.imports.rejected_rows import reader_of
from dsa_workbench.features.versioning.skipping import Skip
from dsa_workbench.files.tables import Over, TableSource


class Counted(Over):
    """A table that counts its rows as they are read."""

    def __init__(self, table: TableSource) -> None:
        self.table = table
        self._rows = 0
        self._nulls: Counter[str] = Counter()
        self._empty: Counter[str] = Counter()

    def batches(self) -> Iterator[Any]:
        """Give the rows in order, and count them."""
        self._rows, self._nulls, self._empty = 0, Counter(), Counter()
        for batch in self.table.batches():
            self._rows += batch.num_rows
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                self._nulls[name] += column.null_count
                self._empty[name] += count_empty(column)
            yield batch

    def findings(self, skip: Skip | None = None) -> list[Finding]:
        """Tell what was read, once all batches were; nulls and empty texts without those that `skip` left out."""
        nulls, empty = self._nulls, self._empty
        if skip is not None:
            nulls, empty = nulls - skip.nulls, empty - skip.empty
        found = [Finding("rows read", Effect.KEPT, self._rows)]
        found += [Finding("null", Effect.KEPT, count, name) for name, count in nulls.items() if count]
        found += [Finding("empty text", Effect.KEPT, count, name) for name, count in empty.items() if count]
        return [*found, *getattr(reader_of(self.table), "findings", ())]
