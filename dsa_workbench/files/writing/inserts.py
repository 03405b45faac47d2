"""SQL out: INSERT statements in standard SQL, several rows each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.errors import InvalidInput
from dsa_workbench.files.writing.json_text import nested_texts
from dsa_workbench.files.writing.options import WriteOptions
from dsa_workbench.files.writing.plain_text import is_nested, plain_texts
from dsa_workbench.files.writing.render import joined

_WIDE = pa.large_string()
_TYPES = {
    "bool": "BOOLEAN", "int8": "SMALLINT", "int16": "SMALLINT", "int32": "INTEGER", "int64": "BIGINT",
    "uint8": "SMALLINT", "uint16": "INTEGER", "uint32": "BIGINT", "uint64": "DECIMAL(20, 0)", "halffloat": "REAL",
    "float": "REAL", "double": "DOUBLE PRECISION", "date32[day]": "DATE", "date64[ms]": "DATE",
}  # fmt: skip


def write_inserts(batches: Iterator[pa.RecordBatch], schema: pa.Schema, sink: Any, options: WriteOptions) -> list[str]:
    """Write INSERT statements, after CREATE TABLE where it is asked for.

    Raises
    ------
    InvalidInput
        The table has no columns, or `sql_rows` is no number of rows.
    """
    if not schema.names or options.sql_rows < 1:
        what = "The table has no columns." if not schema.names else f"sql_rows={options.sql_rows} cannot be used."
        raise InvalidInput(what, hint="Give at least one column, and at least one row a statement.")
    table = ".".join(_name(part) for part in options.table.split("."))
    if options.sql_create:
        columns = ",\n".join(
            f"    {_name(f.name)} {_sql_type(f.type)}{'' if f.nullable else ' NOT NULL'}" for f in schema
        )
        sink.write(f"CREATE TABLE {table} (\n{columns}\n);\n".encode())
    head = f"INSERT INTO {table} ({', '.join(map(_name, schema.names))}) VALUES\n"
    for batch in batches:
        if batch.num_rows:
            sink.write(_statements(batch, head, options.sql_rows))
    return []


def _statements(batch: pa.RecordBatch, head: str, size: int) -> bytes:
    place = np.arange(batch.num_rows) % size
    last = np.append(place[1:] == 0, True)
    start = pc.if_else(pa.array(place == 0), pa.scalar(head + "(", _WIDE), pa.scalar("(", _WIDE))
    end = pc.if_else(pa.array(last), pa.scalar(");\n", _WIDE), pa.scalar("),\n", _WIDE))
    values = pc.binary_join_element_wise(*map(_literals, batch.columns), pa.scalar(", ", _WIDE))
    return joined(pc.binary_join_element_wise(start, values, end, pa.scalar("", _WIDE)))


def _literals(column: Any) -> Any:
    while isinstance(column, pa.ExtensionArray):
        column = column.storage
    kind, t = column.type, pa.types
    if t.is_dictionary(kind) or t.is_run_end_encoded(kind):
        return _literals(column.cast(kind.value_type))
    if is_nested(kind):
        texts = _literal("", nested_texts(column))
    elif t.is_floating(kind):
        texts = _float_literals(column)
    elif t.is_boolean(kind):
        texts = plain_texts(column, "TRUE/FALSE")
    elif t.is_integer(kind) or t.is_decimal(kind) or t.is_null(kind):
        texts = plain_texts(column)
    elif t.is_timestamp(kind):
        zoned = kind.tz is not None
        texts = _literal("TIMESTAMP WITH TIME ZONE " if zoned else "TIMESTAMP ", plain_texts(column, " |-|+00:00"))
    elif t.is_date(kind):
        texts = _literal("DATE ", plain_texts(column))
    elif t.is_time(kind):
        texts = _literal("TIME ", plain_texts(column))
    elif t.is_duration(kind) or t.is_interval(kind):
        texts = _literal("INTERVAL ", plain_texts(column))
    else:
        binary = t.is_binary(kind) or t.is_large_binary(kind) or t.is_fixed_size_binary(kind) or t.is_binary_view(kind)
        texts = _literal("X" if binary else "", plain_texts(column))
    return texts.cast(_WIDE).fill_null("NULL")


def _float_literals(column: Any) -> Any:
    """Write approximate numbers as such, with an exponent; what has no literal is cast from text."""
    texts = plain_texts(column).cast(_WIDE)
    exact = pc.invert(pc.match_substring(texts, "e"))
    numbers = pc.if_else(exact, pc.binary_join_element_wise(texts, pa.scalar("e0", _WIDE), pa.scalar("", _WIDE)), texts)
    odd = pc.replace_substring_regex(texts, "^(.*)$", r"CAST('\1' AS DOUBLE PRECISION)")
    return pc.if_else(pc.is_finite(column), numbers, odd)


def _literal(before: str, texts: Any) -> Any:
    doubled = pc.replace_substring(texts.cast(_WIDE), "'", "''")
    start, end = pa.scalar(before + "'", _WIDE), pa.scalar("'", _WIDE)
    return pc.binary_join_element_wise(start, doubled, end, pa.scalar("", _WIDE))


def _sql_type(kind: Any) -> str:
    t = pa.types
    if isinstance(kind, pa.BaseExtensionType):
        return _sql_type(kind.storage_type)
    if t.is_dictionary(kind) or t.is_run_end_encoded(kind):
        return _sql_type(kind.value_type)
    if str(kind) in _TYPES:
        return _TYPES[str(kind)]
    if t.is_decimal(kind):
        return f"DECIMAL({max(kind.precision, kind.scale)}, {max(kind.scale, 0)})"
    if t.is_timestamp(kind):
        return "TIMESTAMP WITH TIME ZONE" if kind.tz else "TIMESTAMP"
    if t.is_time(kind):
        return "TIME"
    if t.is_duration(kind) or t.is_interval(kind):
        return "INTERVAL"
    if t.is_binary(kind) or t.is_large_binary(kind) or t.is_fixed_size_binary(kind) or t.is_binary_view(kind):
        return "BLOB"
    return "VARCHAR"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
