"""Conditions that are no text: told to the server where SQL says the same, else the rows are chosen here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from dsa_workbench.columns.extensions import revive_extensions
from dsa_workbench.features.versioning.get_data import arrow_condition, check_condition, page_of, terms_of
from dsa_workbench.features.versioning.queries.names import quoted
from dsa_workbench.remote.reading import RemoteSelection

_SIGNS = {"=": "=", "==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "in": "in"}
_LEAST, _MOST = -(2**63), 2**63 - 1


def said_in_sql(where: Any, schema: Any) -> str | None:
    """Say a list of terms in SQL; None where that could mean something else.

    Whole numbers and texts compare alike in Arrow and in SQL. Floats do not (NaN), nor does ``not in`` (null).
    """
    if not isinstance(where, (tuple, list)):
        return None
    said = [_term(term, schema) for term in terms_of(where)]
    return " and ".join(term for term in said if term) if said and all(said) else None


def _term(term: Any, schema: Any) -> str | None:
    if not isinstance(term, (tuple, list)) or len(term) != 3:
        return None
    name, sign, value = term
    place = schema.get_field_index(name) if isinstance(name, str) else -1
    if place < 0 or sign not in _SIGNS:
        return None
    kind, many = schema.field(place).type, sign == "in"
    if many and (not isinstance(value, (list, tuple, set, frozenset)) or not value):
        return None
    values = [_literal(one, kind) for one in (value if many else [value])]
    if not all(values):
        return None
    right = f"({', '.join(v for v in values if v)})" if many else values[0]
    return f"{quoted(name)} {_SIGNS[sign]} {right}"


def _literal(value: Any, kind: Any) -> str | None:
    if pa.types.is_integer(kind) and type(value) is int and _LEAST <= value <= _MOST:
        return f"({value})"
    if pa.types.is_string(kind) and isinstance(value, str) and "\0" not in value:
        return "'" + value.replace("'", "''") + "'"
    return None


@dataclass(frozen=True)
class FilteredSelection:
    """Rows of a version that an Arrow expression chooses, on this machine; a `RowSource`."""

    source: RemoteSelection
    """All rows, with the columns that are wanted, then those that the condition needs."""
    columns: tuple[str, ...]
    expression: Any
    offset: int = 0
    limit: int | None = None

    @cached_property
    def schema(self) -> Any:
        """The columns as a `pyarrow.Schema`."""
        whole = self.source.schema
        return pa.schema([whole.field(name) for name in self.columns], whole.metadata)

    @cached_property
    def num_rows(self) -> int:
        """How many rows there are within the page asked for; counting them reads what the condition needs."""
        return sum(batch.num_rows for batch in self._batches(0, None))

    def table(self, offset: int = 0, limit: int | None = None) -> Any:
        """Read rows of this selection as a `pyarrow.Table`; `offset` counts from its first row."""
        batches = list(self._batches(offset, limit))
        return pa.Table.from_batches(batches, self.schema) if batches else self.schema.empty_table()

    def batches(self) -> Iterator[Any]:
        """Read all rows as `pyarrow.RecordBatch`es, a few in memory at a time."""
        return self._batches(0, None)

    def _batches(self, offset: int, limit: int | None) -> Iterator[Any]:
        room = None if self.limit is None else max(0, self.limit - offset)
        size = room if limit is None else limit if room is None else min(limit, room)
        matching = (batch.filter(self.expression) for batch in self.source.stored_batches())
        for batch in page_of(matching, self.offset + offset, size):
            yield from revive_extensions(pa.Table.from_batches([batch.select(list(self.columns))])).to_batches()


def filtered(
    every: RemoteSelection, columns: tuple[str, ...] | None, where: Any, offset: int, limit: int | None
) -> RemoteSelection | FilteredSelection:
    """Choose rows by a condition that is no text; `every` is the whole table.

    Raises
    ------
    InvalidInput
        The condition cannot be read, or does not fit the columns.
    NotFound
        It names a column that is not there.
    """
    text = said_in_sql(where, every.schema)
    if text is not None:
        return every.selecting(columns, text, offset, limit)
    expression, needed = arrow_condition(where, every.schema.names)
    wanted = columns if columns is not None else tuple(every.schema.names)
    source = every.selecting(tuple(dict.fromkeys((*wanted, *needed))))
    check_condition(source.schema, expression, where)
    return FilteredSelection(source, wanted, expression, offset, limit)
