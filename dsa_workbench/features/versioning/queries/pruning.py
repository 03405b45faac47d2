"""Chunks that a condition can match, by their statistics: the others need not be fetched.

Each chunk becomes a fragment of a dataset that is never opened, with what its statistics guarantee; Arrow's own
simplification of expressions decides which can match.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.fs

from dsa_workbench.columns.stats import PREFIX
from dsa_workbench.core.model.manifest import ColumnStats
from dsa_workbench.features.versioning.read_table import StoredTable

_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def mentioned(names: Sequence[str], expression: Any) -> list[str]:
    """List the columns that an expression may need: those whose names stand in it."""
    text = str(expression)
    return [name for name in names if name in text]


def matching_chunks(table: StoredTable, expression: Any, *, floats: bool) -> list[int]:
    """List the chunks in which a row may match an expression that binds to the table's schema.

    NaN takes no part in statistics. With `floats` the bounds of floats are used all the same: right where no row
    with NaN can match, as in the comparisons that DuckDB hands down.
    """
    schema = table.arrow_schema(mentioned(table.schema.names, expression))
    form, nowhere = ds.ParquetFileFormat(), pyarrow.fs.LocalFileSystem()
    fragments = [
        form.make_fragment(str(i), filesystem=nowhere, partition_expression=guarantee)
        for i, guarantee in enumerate(_guarantees(table, schema, floats=floats))
    ]
    found = ds.FileSystemDataset(fragments, schema, form, filesystem=nowhere).get_fragments(filter=expression)
    return sorted(int(fragment.path) for fragment in found)


def _guarantees(table: StoredTable, schema: Any, *, floats: bool) -> Iterator[Any]:
    columns = [(table.schema.index(field.name), field) for field in schema]
    for chunk in table.chunks_with_stats:
        known = pc.scalar(True)
        for index, field in columns:
            if floats or not pa.types.is_floating(field.type):
                known = known & _guarantee(pc.field(field.name), field.type, chunk.stats[index], chunk.rows)
        yield known


def _guarantee(column: Any, kind: Any, stats: ColumnStats, rows: int) -> Any:
    """Say what holds for all rows of a chunk, in terms that Arrow simplifies with."""
    if stats.nulls == rows:
        return column.is_null()
    known = pc.scalar(True) if stats.nulls else column.is_valid()
    if stats.minimum is None or stats.maximum is None:
        return known
    low, high = _value(kind, stats.minimum), _value(kind, stats.maximum)
    terms = [column >= low if low is not None else None, _below(column, kind, high) if high is not None else None]
    for term in terms:
        if term is not None:
            known = known & (term | column.is_null() if stats.nulls else term)
    return known


def _value(kind: Any, text: str) -> Any:
    """Read a bound back; None where it says nothing."""
    t = pa.types
    if t.is_string(kind):
        return _text(bytes.fromhex(text).rstrip(b"\0"))
    if t.is_binary(kind):
        return pa.scalar(bytes.fromhex(text).rstrip(b"\0"), kind)
    if t.is_boolean(kind):
        return pa.scalar(text == "True")
    if t.is_decimal(kind):
        return pa.scalar(Decimal(text), kind)
    if t.is_floating(kind):
        return pa.scalar(float(text), pa.float64()).cast(kind)
    if t.is_temporal(kind):
        return pa.array([int(text)], pa.int32() if kind.bit_width == 32 else pa.int64()).view(kind)[0]
    return pa.scalar(int(text), kind)


def _text(prefix: bytes) -> Any:
    """Cut a prefix where a character may have been cut."""
    return pa.scalar(prefix.decode("utf-8", "ignore"), pa.string())


def _below(column: Any, kind: Any, high: Any) -> Any:
    """Say that a column does not pass its greatest value, of which texts and binaries keep the first bytes."""
    t = pa.types
    if t.is_string(kind):
        after = _next_text(high.as_py())
        return None if after is None else column < pa.scalar(after, kind)
    if t.is_binary(kind):
        padded = high.as_py().ljust(PREFIX, b"\0")
        if padded == b"\xff" * PREFIX:
            return None
        return column < pa.scalar((int.from_bytes(padded, "big") + 1).to_bytes(PREFIX, "big"), kind)
    return column <= high


def _next_text(prefix: str) -> str | None:
    """Give the least text that is greater than all that begin with a prefix; None where there is none."""
    while prefix:
        point = ord(prefix[-1]) + 1
        if point in _SURROGATES:
            point = _SURROGATES.stop
        if point <= _LAST:
            return prefix[:-1] + chr(point)
        prefix = prefix[:-1]
    return None
