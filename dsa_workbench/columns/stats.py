"""Statistics of a segment: nulls, least and greatest value (docs/format.md, section 6).

Numbers and times are given as integers or shortest floats in text; text and binary as the hexadecimal of their first
`PREFIX` bytes, filled up with zeros: bounds are compared prefix with prefix. NaN takes no part.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import zstandard

from dsa_workbench.columns import layout
from dsa_workbench.columns.bounds import bounds
from dsa_workbench.core.model.manifest import ColumnStats
from dsa_workbench.errors import StoreCorrupt

PREFIX = 8


def column_stats(array: Any, ends: tuple[Any, ...] | None = None) -> ColumnStats:
    """Count nulls and find the bounds of an array of a normal type.

    `ends` is what `bounds.bounds` gives of it, where the caller has it.
    """
    kind, t = array.type, pa.types
    nulls = array.null_count
    if len(array) == nulls or t.is_nested(kind):
        return ColumnStats(nulls)
    if t.is_string(kind) or t.is_binary(kind):
        # What begins the least text is the least of what begins any.
        return ColumnStats(nulls, *map(_prefix, bounds(array) if ends is None else ends))
    if t.is_integer(kind) or t.is_boolean(kind) or (t.is_temporal(kind) and not t.is_interval(kind)):
        return ColumnStats(nulls, *map(str, bounds(array) if ends is None else ends))
    if t.is_decimal(kind):
        # Arrow compares no short decimals.
        short = t.is_decimal32(kind) or t.is_decimal64(kind)
        found = pc.min_max(array.cast(pa.decimal128(kind.precision, kind.scale)) if short else array)
        return ColumnStats(nulls, str(found["min"].as_py()), str(found["max"].as_py()))
    if t.is_floating(kind):
        return ColumnStats(nulls, *_float_bounds(array))
    return ColumnStats(nulls)


def _float_bounds(array: Any) -> tuple[str | None, str | None]:
    values = layout.doubles(array.drop_null().to_numpy(zero_copy_only=False))
    values = values[~np.isnan(values)]
    return (repr(float(values.min())), repr(float(values.max()))) if len(values) else (None, None)


def _prefix(text: str | bytes) -> str:
    raw = text.encode() if isinstance(text, str) else text
    return raw[:PREFIX].ljust(PREFIX, b"\0").hex()


def count_empty(array: Any) -> int:
    """Count the empty texts in an array or a chunked array; none where it is no text."""
    if isinstance(array, pa.ChunkedArray):
        return sum(count_empty(chunk) for chunk in array.chunks)
    if not pa.types.is_string(array.type) or not len(array):
        return 0
    nothing = layout.is_empty(array)
    return int(np.count_nonzero(nothing & layout.validity(array) if array.null_count else nothing))


def pack_stats(chunks: Sequence[Sequence[ColumnStats]]) -> bytes:
    """Give the stored form of a page's statistics: JSON under zstd, a list a chunk, in it a list a column."""
    rows = [[_to_json(c) for c in columns] for columns in chunks]
    return zstandard.compress(json.dumps(rows, separators=(",", ":")).encode(), 3)


def unpack_stats(body: bytes) -> list[tuple[ColumnStats, ...]]:
    """Read what `pack_stats` gave.

    Raises
    ------
    StoreCorrupt
        The bytes are none of it.
    """
    try:
        rows = json.loads(zstandard.decompress(body))
        return [tuple(ColumnStats(*c) for c in columns) for columns in rows]
    except (zstandard.ZstdError, ValueError, TypeError) as err:
        raise StoreCorrupt(
            f"Statistics of a page cannot be read ({err}).", hint="Run wb.check(), and restore from a backup."
        ) from err


def _to_json(stats: ColumnStats) -> list[Any]:
    return [stats.nulls] if stats.minimum is None else [stats.nulls, stats.minimum, stats.maximum]
