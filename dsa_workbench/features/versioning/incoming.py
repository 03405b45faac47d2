"""From what comes in, and what stands there, to what is written: replace, append, upsert."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol

import pyarrow as pa

from dsa_workbench.columns.chunker import WINDOW
from dsa_workbench.columns.types import arrow_schema, model_schema, parse_type
from dsa_workbench.core.model.schema import Column, Schema
from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.features.versioning.conforming import conformed, find_misfit
from dsa_workbench.features.versioning.read_table import StoredTable
from dsa_workbench.features.versioning.resolve import did_you_mean
from dsa_workbench.features.versioning.skipping import Skip
from dsa_workbench.features.versioning.upsert import upsert_batches
from dsa_workbench.features.versioning.write_table import TableInput


class Mode(StrEnum):
    """How what comes in meets what stands there."""

    REPLACE = "replace"
    """It is the whole new state."""
    APPEND = "append"
    """Its rows follow those that stand there."""
    UPSERT = "upsert"
    """Its rows replace those of equal key, and follow where the key is new."""


class Incoming(Protocol):
    """A table to be committed: what `files` gives, and what a data frame is wrapped in."""

    @property
    def name(self) -> str:
        """The table's name."""
        ...

    @property
    def label(self) -> str:
        """What messages call it."""
        ...

    @property
    def schema(self) -> Any:
        """The Arrow schema of the batches."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what was assumed."""
        ...

    def batches(self) -> Iterator[Any]:
        """Give the rows in order, again at each call."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write, and what to tell the user about it."""

    table: TableInput
    notes: tuple[str, ...] = ()


def plan_table(
    incoming: Incoming,
    base: StoredTable | None,
    *,
    mode: Mode,
    key: Sequence[str] | None,
    rename: Mapping[str, str],
    skip: Skip | None = None,
) -> Plan:
    """Decide schema, key, border columns and rows of a table's next version.

    `key` None keeps the key that stands there; an empty one drops it. Rows that do not fit go to `skip` where it is
    given; those with a bad key end in `BadKeys`, once all are known.

    Raises
    ------
    InvalidInput
        The schemas do not fit each other, or the key names columns that are not there.
    """
    given = model_schema(incoming.schema)
    _check_names(incoming.label, given)
    if base is None or mode is Mode.REPLACE:
        keys = _choose_key(incoming.label, given, base, key, rename)
        rows = incoming.batches if skip is None else _skipping(skip, incoming)
        borders = _borders(given, keys, base, rename)
        return Plan(TableInput(given, rows, keys, borders, incoming.label, collect_keys=skip is not None))
    schema, notes = _merge_schemas(incoming, base.schema, given, lenient=skip is not None)
    keys = _choose_key(incoming.label, schema, base, key, {})
    arrow = arrow_schema(schema)
    rows = conformed(incoming.batches, arrow, incoming.label, skip)
    borders = _borders(schema, keys, base, {})
    if mode is Mode.UPSERT:
        if not keys:
            raise InvalidInput(
                f"{incoming.label}: an upsert needs a key, and the table has none.",
                hint="Give key=[...] (--key).",
            )
        merged = upsert_batches(base, rows, given.names, arrow, keys, incoming.label, skip)
        return Plan(TableInput(schema, merged, keys, borders, incoming.label), notes)
    appended = _append(base, rows, schema, keys, borders, incoming.label)
    return Plan(replace(appended, collect_keys=skip is not None), notes)


def _skipping(skip: Skip, incoming: Incoming) -> Callable[[], Iterator[Any]]:
    return lambda: (batch for batch, _ in skip.stream(incoming.batches))


def _check_names(label: str, schema: Schema) -> None:
    seen: set[str] = set()
    for name in schema.names:
        if name in seen:
            raise InvalidInput(f"{label}: two columns are called {name!r}.", hint="Give each column a name of its own.")
        seen.add(name)


def _choose_key(
    label: str, schema: Schema, base: StoredTable | None, key: Sequence[str] | None, rename: Mapping[str, str]
) -> tuple[str, ...]:
    if key is not None:
        missing = [name for name in key if name not in schema.names]
        if missing:
            raise InvalidInput(
                f"{label}: there is no column {', '.join(map(repr, missing))} to be the key.",
                hint=did_you_mean(missing[0], schema.names),
            )
        if len(set(key)) != len(key):
            raise InvalidInput(f"{label}: the key names a column twice.", hint="Name each key column once.")
        return tuple(key)
    inherited = tuple(rename.get(name, name) for name in base.key) if base is not None else ()
    missing = [name for name in inherited if name not in schema.names]
    if missing:
        raise InvalidInput(
            f"{label}: the key column {', '.join(map(repr, missing))} of the version before is not there.",
            hint="Say which columns are the key now (key=[...], --key), drop it (key=[], --no-key), "
            "or tell the new name (rename={'old': 'new'}, --rename old=new).",
        )
    return inherited


def _borders(
    schema: Schema, key: tuple[str, ...], base: StoredTable | None, rename: Mapping[str, str]
) -> tuple[str, ...]:
    """Choose the columns that borders are taken from: those of before while they can serve, else the key, else all."""
    if base is not None:
        inherited = tuple(rename.get(name, name) for name in base.manifest.chunk_by)
        if (
            inherited
            and set(inherited) <= set(schema.names)
            and (not key or key == tuple(rename.get(k, k) for k in base.key))
        ):
            return inherited
    return key or schema.names


def _merge_schemas(incoming: Incoming, base: Schema, given: Schema, *, lenient: bool) -> tuple[Schema, tuple[str, ...]]:
    """Give the schema of both: the columns that stand there, then the new ones."""
    label = incoming.label
    columns = []
    for column in base.columns:
        index = given.index(column.name)
        other = given.columns[index] if index >= 0 else None
        columns.append(_merge_column(incoming, column, other, lenient=lenient))
    added = [replace(c, nullable=True) for c in given.columns if base.index(c.name) < 0]
    absent = [c.name for c in base.columns if given.index(c.name) < 0]
    notes = []
    if absent:
        notes.append(f"{label} has no {', '.join(absent)}: left empty in new rows.")
    if added:
        notes.append(f"{label} brings new columns: {', '.join(c.name for c in added)}; empty in the rows before.")
    return Schema((*columns, *added), base.metadata), tuple(notes)


def _merge_column(incoming: Incoming, column: Column, other: Column | None, *, lenient: bool) -> Column:
    if other is None:
        return replace(column, nullable=True)
    nullable = column.nullable or other.nullable
    if column.type == "null":
        return replace(column, type=other.type, nullable=nullable)
    if not _fits(other.type, column.type) and not (lenient and _fits_in_part(other.type, column.type)):
        row, value = find_misfit(incoming.batches(), column.name, parse_type(column.type))
        where = f", row {row:,}" if row else ""
        what = f"{value!r} is no {column.type}" if row else f"it is {other.type} here, but {column.type} in the table"
        raise ImportRejected(
            f"{incoming.label}{where}, column {column.name}: {what}.",
            hint=f"{'Mend the value' if row else 'Give the column that type'}, or import with mode replace to change "
            "the column's type.",
            row=row,
            column=column.name,
            value=value,
        )
    return replace(column, nullable=nullable)


def _fits(given: str, wanted: str) -> bool:
    """Say whether values of one type can become another without a loss, value by value where need be."""
    if given in {wanted, "null"}:
        return True
    a, b, t = parse_type(given), parse_type(wanted), pa.types
    if t.is_integer(a):
        return bool(t.is_integer(b) or t.is_floating(b) or t.is_decimal(b))
    if t.is_floating(a) and t.is_floating(b):
        return bool(a.bit_width <= b.bit_width)
    if t.is_decimal(a) and t.is_decimal(b):
        return True
    if t.is_timestamp(a) and t.is_timestamp(b):
        return (a.tz is None) == (b.tz is None)
    if t.is_list(a) or t.is_struct(a):
        return _is_emptier(a, b)
    if t.is_date(a):
        return bool(t.is_date(b) or (t.is_timestamp(b) and b.tz is None))
    return bool(t.is_time(a) and t.is_time(b))


def _is_emptier(given: pa.DataType, wanted: pa.DataType) -> bool:
    """Say whether a nested type is another, but for items or members of which nothing is known: all are null."""
    t = pa.types
    if given == wanted or t.is_null(given):
        return True
    if t.is_list(given) and t.is_list(wanted):
        return wanted.value_field.nullable and _is_emptier(given.value_type, wanted.value_type)
    if t.is_struct(given) and t.is_struct(wanted) and given.names == wanted.names:
        return all(b.nullable and _is_emptier(a.type, b.type) for a, b in zip(given, wanted, strict=True))
    return False


def _fits_in_part(given: str, wanted: str) -> bool:
    """Say whether some values of one type can become another, so that the rows of the others can be left out."""
    a, b, t = parse_type(given), parse_type(wanted), pa.types
    plain = (t.is_integer, t.is_floating, t.is_decimal)
    if t.is_string(a):
        return bool(t.is_primitive(b) or t.is_decimal(b))
    return any(is_a(a) for is_a in plain) and any(is_a(b) for is_a in plain)


def _append(
    base: StoredTable,
    incoming: Callable[[], Iterator[Any]],
    schema: Schema,
    key: tuple[str, ...],
    borders: tuple[str, ...],
    label: str,
) -> TableInput:
    """Keep the chunks that no further row can change, and write what follows them."""
    same = [c.type for c in schema.columns] == [c.type for c in base.schema.columns]
    first = _last_firm_border(base) if same and borders == base.manifest.chunk_by else 0
    arrow = arrow_schema(schema)

    def read() -> Iterator[Any]:
        for batch in base.read_chunks(base.schema.names, range(first, len(base.chunks))):
            columns = [_widen(batch, field) for field in arrow]
            yield pa.RecordBatch.from_arrays(columns, schema=arrow)
        yield from incoming()

    def kept_keys() -> Iterator[Any]:
        return base.read_chunks(key, range(first))

    return TableInput(
        schema,
        read,
        key,
        borders,
        label,
        kept=tuple(base.chunks_with_stats[:first]) if first else (),
        kept_keys=kept_keys,
        rows_before=base.rows,
    )


def _widen(batch: Any, field: Any) -> Any:
    index = batch.schema.get_field_index(field.name)
    if index < 0:
        return pa.nulls(batch.num_rows, field.type)
    column = batch.column(index)
    return column if column.type == field.type else column.cast(field.type)


def _last_firm_border(base: StoredTable) -> int:
    """Find the last chunk that begins at a border whose whole window is in the table already.

    Such a border stays whatever rows follow, and the rows before it are cut as they were (docs/format.md, section 5).
    """
    for i in range(len(base.chunks) - 1, 0, -1):
        if not base.chunks[i].forced and base.starts[i] + WINDOW < base.rows:
            return i
    return 0
