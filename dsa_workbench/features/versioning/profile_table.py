"""A table's columns in numbers: the sketches of its chunks, merged. What has no sketch in the store is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from dsa_workbench.columns.sketch import Sketch, merge, sketch
from dsa_workbench.core.model.table_profile import ColumnProfile
from dsa_workbench.features.versioning.read_table import StoredTable
from dsa_workbench.files.writing.plain_text import moment_texts

BINS = 16


def profile_table(table: StoredTable, columns: Sequence[str] | None) -> tuple[ColumnProfile, ...]:
    """Profile some columns of a table, or all, from the sketches that are stored.

    A chunk of a column whose sketch is not stored, or does not hold its long texts, is read; a few are held at a time.
    Either way the numbers are the same.

    Raises
    ------
    NotFound
        One of the columns does not exist.
    """
    names = table.schema.names if columns is None else tuple(columns)
    schema = table.arrow_schema(names)
    parts = table.sketches(names)
    unknown: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for place, found in enumerate(parts):
        unread = tuple(i for i, part in enumerate(found) if part is None or part.ends is None)
        if unread:
            unknown[unread].append(place)
    for chunks, places in unknown.items():
        for i, batch in zip(chunks, table.read_chunks([names[p] for p in places], chunks), strict=True):
            for place, array in zip(places, batch.columns, strict=True):
                parts[place][i] = sketch(array)
    types = {c.name: c.type for c in table.schema.columns}
    return tuple(
        tell(field, types[field.name], merge([sketch(pa.array([], field.type)), *(s for s in found if s is not None)]))
        for field, found in zip(schema, parts, strict=True)
    )


def tell(field: Any, type_text: str, whole: Sketch) -> ColumnProfile:
    """Put a column's profile together from its merged sketch."""
    low, high = (_ticked(field.type, end) for end in whole.ends or (None, None))
    quartiles = tuple(_ticked(field.type, whole.quantile(share)) for share in (0.25, 0.5, 0.75))
    return ColumnProfile(
        field.name, type_text, whole.rows, whole.nulls, whole.distinct, low, high,
        quartiles if len(whole.points) else (), tuple(whole.histogram(BINS).tolist()),
    )  # fmt: skip


def _ticked(kind: Any, ticks: Any) -> Any:
    """Give a time from its ticks as text; other values as they are."""
    if not pa.types.is_temporal(kind) or ticks is None:
        return ticks
    # Without the zone: the text is in UTC, and no database of zones is asked.
    plain = pa.timestamp(kind.unit) if pa.types.is_timestamp(kind) else kind
    top = (1 << kind.bit_width - 1) - 1
    # A quartile is a float, which may round beyond what the type holds.
    whole = pa.array([min(int(ticks), top)], pa.int32() if kind.bit_width == 32 else pa.int64())
    return moment_texts(whole.view(plain))[0].as_py()
