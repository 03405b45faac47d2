"""The two equalities (docs/format.md tells identity; this file tells value).

*Identity* is equality of type and bits: it decides segment ids. *Value* is what a person means by "nothing changed":
NaN equals NaN, null equals null and nothing else, -0.0 equals 0.0, numbers are equal by value whatever their type,
timestamps by instant whatever their unit and zone; text byte for byte; lists, maps and structs by their parts.
`columns.comparable` lists the families of types that have values in common.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.columns.codes import chunks_of, comparable

Mask = npt.NDArray[np.bool_]


def same_form(a: Any, b: Any) -> Mask:
    """Tell for each row whether both arrays hold the same bits; all False where the types differ."""
    if a.type != b.type:
        return np.zeros(len(a), np.bool_)
    if bits_are_values(a.type):
        return _equal(a, b)
    return _equal(*_comparable_pair(a, b, form=True))


def equal_values(a: Any, b: Any) -> Mask:
    """Tell for each row whether two arrays (or chunked arrays) of any types hold equal values."""
    if a.type == b.type and bits_are_values(a.type):
        return _equal(a, b)
    return _equal(*_comparable_pair(a, b, form=False))


def _comparable_pair(a: Any, b: Any, *, form: bool) -> tuple[Any, Any]:
    left, right = chunks_of(a), chunks_of(b)
    if not left or not right:
        return pa.nulls(len(a)), pa.nulls(len(b))
    made = comparable([*left, *right], form=form)
    return pa.chunked_array(made[: len(left)]), pa.chunked_array(made[len(left) :])


def bits_are_values(arrow: Any) -> bool:
    """Tell whether two values of a type are equal exactly where their bits are."""
    t = pa.types
    return bool(
        t.is_integer(arrow)
        or t.is_string(arrow)
        or t.is_large_string(arrow)
        or t.is_boolean(arrow)
        or t.is_date32(arrow)
        or t.is_timestamp(arrow)
        or t.is_time(arrow)
        or t.is_duration(arrow)
        or (t.is_decimal(arrow) and arrow.scale >= 0)  # Arrow compares no negative scales
        or t.is_binary(arrow)
        or t.is_large_binary(arrow)
    )


def _equal(a: Any, b: Any) -> Mask:
    if pa.types.is_null(a.type):
        return np.ones(len(a), np.bool_)
    equal = pc.equal(a, b)
    if equal.null_count:
        equal = pc.or_(equal.fill_null(False), pc.and_(a.is_null(), b.is_null()))
    out: Mask = equal.to_numpy() if isinstance(equal, pa.ChunkedArray) else equal.to_numpy(zero_copy_only=False)
    return out
