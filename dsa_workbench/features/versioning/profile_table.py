"""A table's columns in numbers: each chunk is sketched, and the sketches are merged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.columns.sketch import Sketch, merge, sketch
from dsa_workbench.core.model.table_profile import ColumnProfile
from dsa_workbench.features.versioning.read_table import StoredTable

BINS = 16


def profile_table(table: StoredTable, columns: Sequence[str] | None) -> tuple[ColumnProfile, ...]:
    """Profile some columns of a table, or all; their chunks are read once, and a few are held at a time.

    Raises
    ------
    NotFound
        One of the columns does not exist.
    """
    names = table.schema.names if columns is None else tuple(columns)
    schema = table.arrow_schema(names)
    parts: list[list[Sketch]] = [[sketch(pa.array([], f.type))] for f in schema]
    ends: list[list[Any]] = [[] for _ in schema]
    for batch in table.read_chunks(names, range(len(table.chunks))) if names else ():
        for array, sketches, found in zip(batch.columns, parts, ends, strict=True):
            sketches.append(sketch(array))
            found.extend(bounds(array))
    types = {c.name: c.type for c in table.schema.columns}
    return tuple(
        tell(field, types[field.name], merge(sketches), found)
        for field, sketches, found in zip(schema, parts, ends, strict=True)
    )


def tell(field: Any, type_text: str, whole: Sketch, found: list[Any]) -> ColumnProfile:
    """Put a column's profile together from its merged sketch and the bounds of its chunks."""
    low, high = (_ticked(field.type, end(found)) if found else None for end in (min, max))
    quartiles = tuple(_ticked(field.type, whole.quantile(share)) for share in (0.25, 0.5, 0.75))
    return ColumnProfile(
        field.name, type_text, whole.rows, whole.nulls, whole.distinct, low, high,
        quartiles if len(whole.points) else (), tuple(whole.histogram(BINS).tolist()),
    )  # fmt: skip


def bounds(array: Any) -> tuple[Any, ...]:
    """Give the least and the greatest value, times as ticks; nothing where there is no order or no value."""
    kind, t = array.type, pa.types
    if t.is_nested(kind) or t.is_null(kind) or t.is_interval(kind) or array.null_count == len(array):
        return ()
    if t.is_decimal(kind):
        array = array.cast(pa.decimal256(kind.precision, kind.scale))
    elif t.is_float16(kind):
        array = array.cast(pa.float32())
    elif t.is_fixed_size_binary(kind):
        array = array.cast(pa.binary())
    elif t.is_temporal(kind):
        array = array.view(pa.int32() if kind.bit_width == 32 else pa.int64())
    if t.is_floating(kind):
        array = array.filter(pc.invert(pc.is_nan(array)))
        if array.null_count == len(array):
            return ()
    found = pc.min_max(array)
    return found["min"].as_py(), found["max"].as_py()


def _ticked(kind: Any, ticks: Any) -> Any:
    """Give a time from its ticks as text; other values as they are."""
    if not pa.types.is_temporal(kind) or ticks is None:
        return ticks
    # Without the zone: the text is in UTC, and no database of zones is asked.
    plain = pa.timestamp(kind.unit) if pa.types.is_timestamp(kind) else kind
    top = (1 << kind.bit_width - 1) - 1
    # A quartile is a float, which may round beyond what the type holds.
    whole = pa.array([min(int(ticks), top)], pa.int32() if kind.bit_width == 32 else pa.int64())
    return whole.view(plain).cast(pa.string())[0].as_py()
