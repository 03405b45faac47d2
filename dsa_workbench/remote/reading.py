"""Rows and changed rows behind a server, fetched when they are asked for."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, BinaryIO

import pyarrow as pa

from dsa_workbench.columns.extensions import revive_extensions
from dsa_workbench.core.model.change import ChangeCounts, SchemaChange
from dsa_workbench.core.model.event import Event
from dsa_workbench.core.model.moved_column import MovedColumn
from dsa_workbench.remote import told
from dsa_workbench.remote.disk_cache import DiskCache
from dsa_workbench.remote.transport import Transport

ARROW_STREAM = "application/vnd.apache.arrow.stream"
PAGE = 10_000
"""Changed rows that are asked for at once where there is a limit."""


@dataclass(frozen=True)
class RemoteSelection:
    """Columns, rows and a page of a table at a commit; a `RowSource`."""

    transport: Transport
    cache: DiskCache
    dataset: str
    commit: str
    table_name: str
    rows: int
    """How many the whole table has."""
    columns: tuple[str, ...] | None = None
    where: str | None = None
    offset: int = 0
    limit: int | None = None

    @cached_property
    def schema(self) -> Any:
        """The columns as a `pyarrow.Schema`."""
        return self.table(0, 0).schema

    @cached_property
    def num_rows(self) -> int:
        """How many rows there are within the page asked for."""
        if self.where is None:
            rest = max(0, self.rows - self.offset)
            return rest if self.limit is None else min(rest, self.limit)
        first = () if self.columns == () else (self.columns or tuple(self.schema.names))[:1]
        return sum(batch.num_rows for batch in replace(self, columns=first)._read(self.offset, self.limit))

    def table(self, offset: int = 0, limit: int | None = None) -> Any:
        """Read rows of this selection as a `pyarrow.Table`; `offset` counts from its first row."""
        room = None if self.limit is None else max(0, self.limit - offset)
        size = room if limit is None else limit if room is None else min(limit, room)
        reader = self._read(self.offset + offset, size)
        return revive_extensions(pa.Table.from_batches(list(reader), reader.schema))

    def batches(self) -> Iterator[Any]:
        """Read all rows as `pyarrow.RecordBatch`es: they are mapped from the disk."""
        for batch in self._read(self.offset, self.limit):
            yield from revive_extensions(pa.Table.from_batches([batch])).to_batches()

    def stored_batches(self) -> Iterator[Any]:
        """Read all rows as they are stored: extension types as what they are made of."""
        return iter(self._read(self.offset, self.limit))

    def selecting(
        self, columns: tuple[str, ...] | None, where: str | None = None, offset: int = 0, limit: int | None = None
    ) -> RemoteSelection:
        """Choose other columns and rows of the same table."""
        return replace(self, columns=columns, where=where, offset=offset, limit=limit)

    def _read(self, offset: int, limit: int | None) -> Any:
        query = {
            "at": self.commit, "table": self.table_name, "format": "arrows", "columns": self.columns,
            "where": self.where, "offset": offset, "limit": limit,
        }  # fmt: skip

        def fetch(file: BinaryIO) -> None:
            with self.transport.stream(("datasets", self.dataset, "export"), query) as answer:
                file.writelines(answer.iter_bytes())

        return self.cache.open(json.dumps([self.transport.url, self.dataset, query]), fetch)


@dataclass(frozen=True)
class RemoteChanges:
    """The changes of a table between two commits; a `TableChanges`."""

    transport: Transport
    path: tuple[str, ...]
    query: dict[str, Any]
    """Which diff, and of which table."""
    schema_changes: tuple[SchemaChange, ...]
    counts: ChangeCounts
    pairing: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    _events: list[tuple[Event, ...]] = field(default_factory=list)
    _moved: list[tuple[MovedColumn, ...]] = field(default_factory=list)

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened to the table as a whole; the server reads what it proves."""
        if not self._events:
            found = self.transport.get(*self.path, **self.query, events=True)
            self._events.append(told.events(found["tables"][self.query["table"]]["events"]))
        return self._events[0]

    @property
    def distributions(self) -> tuple[MovedColumn, ...]:
        """Columns whose distribution moved; the server merges them from stored sketches."""
        if not self._moved:
            found = self.transport.get(*self.path, **self.query, distributions=True)
            self._moved.append(told.moved_columns(found["tables"][self.query["table"]]["moved_columns"]))
        return self._moved[0]

    def rows(
        self,
        offset: int = 0,
        limit: int | None = None,
        kinds: Collection[str] | None = None,
        changed_columns: Collection[str] | None = None,
        columns: Collection[str] | None = None,
    ) -> Any:
        """Read changed rows in Arrow: `change`, `changed_columns`, and `old.c` and `new.c` per column.

        All of them, or those of some kinds, or with a changed cell in some columns; all columns, or some.
        """
        chosen = {"kinds": kinds, "changed_columns": changed_columns, "columns": columns}
        given = {name: [v] if isinstance(v, str) else list(v) for name, v in chosen.items() if v is not None}
        if [] in (given.get("kinds"), given.get("changed_columns")):
            return self._rows(0, 0, columns=given.get("columns"))
        return self._rows(offset, limit, **given)

    def reformed_rows(self, offset: int = 0, limit: int | None = None) -> Any:
        """Read rows with cells that changed in form alone; columns as in `rows`."""
        return self._rows(offset, limit, form=True)

    def _rows(self, offset: int, limit: int | None, **chosen: Any) -> Any:
        pages = []
        while True:
            size = PAGE if limit is None else min(PAGE, limit)
            page = self._page(offset, max(size, 1), chosen)
            pages.append(page.slice(0, size))
            if page.num_rows < PAGE or (limit is not None and limit <= PAGE):
                return pa.concat_tables(pages)
            offset += size
            limit = None if limit is None else limit - size

    def _page(self, offset: int, limit: int, chosen: dict[str, Any]) -> Any:
        query = self.query | {"offset": offset, "limit": limit} | chosen
        answer = self.transport.ask("GET", self.path, query, headers={"Accept": ARROW_STREAM})
        return pa.ipc.open_stream(answer.content).read_all()


def counts_of(found: told.Told) -> ChangeCounts:
    """Read the counts of a table's diff."""
    return ChangeCounts(
        found["added"], found["removed"], found["changed"], found["unchanged"], found["cells"], found["moved"],
        found["reformed"],
    )  # fmt: skip
