"""Reading a table at a version: all of it or a page, all columns or some, all rows or those that match."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dsa_workbench.columns.extensions import revive_extensions
from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.manifest import Tree
from dsa_workbench.core.model.spec import VersionSpec
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import DatabaseUnavailable, InvalidInput
from dsa_workbench.features.versioning.queries.condition import Condition
from dsa_workbench.features.versioning.queries.pruning import matching_chunks, mentioned
from dsa_workbench.features.versioning.read_table import StoredTable, load_table
from dsa_workbench.features.versioning.resolve import resolve, table_of
from dsa_workbench.features.versioning.segment_cache import SegmentCache

_ORDERED = {"=", "==", "<", "<=", ">", ">=", "in"}
"""Comparisons that are false for NaN."""


@dataclass(frozen=True, slots=True)
class TableAt:
    """A table at a version: the spec as it was understood, the commit, the table."""

    spec: VersionSpec
    commit: Commit
    table: StoredTable


def get_table(_actor: Actor, store: IStore, cache: SegmentCache, spec: VersionSpec) -> TableAt:
    """Find one table at a version.

    Raises
    ------
    NotFound, InvalidSpec
        There is none, or several and the spec names none.
    """
    with store.unit() as unit:
        found = resolve(unit, spec)
        name, manifest = found.table()
        table = load_table(unit, store.segments, cache, manifest)
    return TableAt(spec.with_table(name) if len(found.tree.tables) > 1 else spec, found.commit, table)


def get_tables(_actor: Actor, store: IStore, cache: SegmentCache, spec: VersionSpec) -> list[tuple[str, TableAt]]:
    """Find the table that a spec names, or all of the version, with their names; errors are those of `get_table`."""
    held = _held(store, cache, spec)
    if held is not None:
        return held
    with store.unit() as unit:
        found = resolve(unit, spec)
        entries = _entries(spec, found.tree)
        cache.hold_version(found.commit.oid, store.segments, (found.commit, found.tree))
        return [
            (name, TableAt(spec.with_table(name), found.commit, load_table(unit, store.segments, cache, oid)))
            for name, oid in entries
        ]


def _held(store: IStore, cache: SegmentCache, spec: VersionSpec) -> list[tuple[str, TableAt]] | None:
    """Find them with one question to the database, where they were found before; None where more must be asked."""
    if spec.back or spec.at is not None:
        return None
    try:
        head = store.head(spec.dataset, spec.version)
    except DatabaseUnavailable:
        return None  # a connection that broke since its last use; whoever asks next gets another
    version = None if head is None else cache.version(head, store.segments)
    if version is None:
        return None
    commit, tree = version
    tables = []
    for name, oid in _entries(spec, tree):
        table = cache.table(oid, store.segments)
        if table is None:
            return None
        tables.append((name, TableAt(spec.with_table(name), commit, table)))
    return tables


def _entries(spec: VersionSpec, tree: Tree) -> Sequence[tuple[str, ObjectId]]:
    return tree.tables if spec.table is None and tree.tables else (table_of(spec, tree),)


class Selection:
    """Columns, rows and a page of a stored table; nothing is read before it is asked for."""

    def __init__(
        self, table: StoredTable, columns: Sequence[str] | None = None, where: Any = None,
        offset: int = 0, limit: int | None = None,
    ) -> None:  # fmt: skip
        if offset < 0 or (limit is not None and limit < 0):
            raise InvalidInput("offset and limit cannot be negative.", hint="Count rows from 0.")
        self._table, self._offset, self._limit = table, offset, limit
        self._columns = tuple(table.schema.names if columns is None else columns)
        self._storage = table.arrow_schema(self._columns)
        self._where = where if where is None else _condition(table, where)

    @cached_property
    def schema(self) -> Any:
        """The columns as a `pyarrow.Schema`."""
        return revive_extensions(self._storage.empty_table()).schema

    @cached_property
    def num_rows(self) -> int:
        """How many rows there are within the page asked for."""
        if self._where is None:
            rows = max(0, self._table.rows - self._offset)
            return rows if self._limit is None else min(rows, self._limit)
        return sum(batch.num_rows for batch in self._batches(0, None, count=True))

    def table(self, offset: int = 0, limit: int | None = None) -> Any:
        """Read rows of this selection as a `pyarrow.Table`; `offset` counts from its first row."""
        if not self._columns:
            stop = self.num_rows if limit is None else min(self.num_rows, offset + limit)
            return pa.table({"": pa.nulls(max(0, stop - offset))}).select([])
        return revive_extensions(pa.Table.from_batches(list(self._batches(offset, limit)), self._storage))

    def batches(self) -> Iterator[Any]:
        """Read all rows as `pyarrow.RecordBatch`es, a few in memory at a time."""
        if not self._table.has_extensions:
            yield from self._batches(0, None)
            return
        for batch in self._batches(0, None):
            yield from revive_extensions(pa.Table.from_batches([batch])).to_batches()

    def positions(self) -> Iterator[Any] | None:
        """Find the rows that match the condition, whatever the page: positions as arrays; None where all do."""
        return None if self._where is None else (batch.column(0) for batch in self._where.positions())

    def _batches(self, offset: int, limit: int | None, *, count: bool = False) -> Iterator[Any]:
        start = self._offset + offset
        room = None if self._limit is None else max(0, self._limit - offset)
        size = room if limit is None else limit if room is None else min(limit, room)
        if self._where is None:
            yield from self._table.page(self._columns, start, size)
        elif isinstance(self._where, Condition):
            for positions in page_of(self._where.positions(), start, size):
                yield from [positions] if count else self._table.take(self._columns, positions.column(0)).to_batches()
        else:
            for batch in page_of(self._where.batches(() if count else self._columns), start, size):
                yield batch if count else batch.select(list(self._columns))


def page_of(batches: Iterator[Any], start: int, size: int | None) -> Iterator[Any]:
    """Leave out the first `start` rows, and give `size` of those that follow."""
    for batch in batches:
        passed = min(start, batch.num_rows)
        start -= passed
        rest = batch.slice(passed, size)
        if size is not None:
            size -= rest.num_rows
        if rest.num_rows:
            yield rest
        if size == 0:
            return


@dataclass(frozen=True, slots=True)
class _Filter:
    """An Arrow expression on a table; with `floats`, one that no NaN can match."""

    table: StoredTable
    names: list[str]
    expression: Any
    floats: bool

    def batches(self, columns: Sequence[str]) -> Iterator[Any]:
        """Read the rows that match, with these columns and those of the condition."""
        wanted = [*columns, *(n for n in self.names if n not in columns)]
        for batch in self.table.read_chunks(wanted, matching_chunks(self.table, self.expression, floats=self.floats)):
            yield batch.filter(self.expression)

    def positions(self) -> Iterator[Any]:
        """Find the rows that match: record batches of one column, positions in ascending order."""
        chunks = matching_chunks(self.table, self.expression, floats=self.floats)
        for i, batch in zip(chunks, self.table.read_chunks(self.names, chunks), strict=True):
            places = pa.array(range(int(self.table.starts[i]), int(self.table.starts[i + 1])), pa.int64())
            marked = pa.RecordBatch.from_arrays([places, *batch.columns], ["", *self.names])
            yield marked.filter(self.expression).select([0])


def _condition(table: StoredTable, where: Any) -> Condition | _Filter | None:
    """Take a condition: text, a list of (column, operator, value) that must all hold, or an Arrow expression.

    Raises
    ------
    InvalidInput
        It cannot be read, or does not fit the columns.
    """
    if where is None:
        return None
    if isinstance(where, str):
        return Condition(table, where)
    expression, names = arrow_condition(where, table.schema.names)
    ordered = not isinstance(where, pc.Expression) and all(term[1] in _ORDERED for term in terms_of(where))
    check_condition(table.arrow_schema(names), expression, where)
    return _Filter(table, names, expression, floats=ordered)


def terms_of(where: Any) -> list[Any]:
    """Give the terms of a condition that is a list of them, or one of them."""
    return [where] if isinstance(where, tuple) else list(where)


def arrow_condition(where: Any, names: Sequence[str]) -> tuple[Any, list[str]]:
    """Give an Arrow expression for a condition that is no text, and the columns that it needs of those there are.

    Raises
    ------
    InvalidInput
        It cannot be read.
    """
    if isinstance(where, pc.Expression):
        return where, mentioned(names, where)
    try:
        terms = terms_of(where)
        return pq.filters_to_expression(terms), list(dict.fromkeys(term[0] for term in terms))
    except (TypeError, ValueError, IndexError) as err:
        raise _unreadable(where, err) from err


def check_condition(schema: Any, expression: Any, where: Any) -> None:
    """See that an expression fits the columns that it needs; InvalidInput where it does not."""
    try:
        schema.empty_table().filter(expression)
    except (TypeError, ValueError, pa.ArrowNotImplementedError) as err:
        raise _unreadable(where, err) from err


def _unreadable(where: Any, err: Exception) -> InvalidInput:
    return InvalidInput(
        f"The condition {where!r} cannot be read ({err}).",
        hint="Write it as \"qty > 3 and country in ('France', 'Italy')\", or as [('qty', '>', 3)].",
    )
