"""The least and the greatest value of an array, exact, as Python values; times as ticks."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

WIDEST = 76
"""Digits of the widest decimal: files hold decimals with more digits than their type has, and those are kept."""


def bounds(array: Any) -> tuple[Any, ...]:
    """Give the least and the greatest value, times as ticks; nothing where there is no order or no value.

    NaN takes no part; text and binary are compared by their bytes.
    """
    kind, t = array.type, pa.types
    if t.is_nested(kind) or t.is_null(kind) or t.is_interval(kind) or array.null_count == len(array):
        return ()
    if t.is_decimal(kind):
        array = array.cast(pa.decimal256(WIDEST, kind.scale))
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
