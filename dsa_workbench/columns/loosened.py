"""Equality of value, loosened by a profile.

A *normal form* is a value of the same type that stands for all values that an exact rule takes for the same: it is
what rows may be paired by. Tolerances have none: they are asked of two cells at a time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.columns.equality import Mask, equal_values
from dsa_workbench.core.model.profile import Rules

_SPACE = r"[\s\x0b\x1c-\x1f\x{85}\p{Z}]+"
"""White space as Unicode has it; a class of RE2 knows ASCII alone."""
_EDGES = f"^{_SPACE}|{_SPACE}$"
_WIDEST = 76
_EXACT = pa.decimal256(76, 38)


def normal_form(column: Any, rules: Rules) -> Any:
    """Give the normal forms of an array or chunked array; what no exact rule speaks of comes back as it is."""
    t = pa.types
    arrow = column.type
    if t.is_string(arrow) or t.is_large_string(arrow) or t.is_string_view(arrow):
        return _text(column, rules)
    if rules.decimal_scale is None:
        return column
    if t.is_decimal(arrow):
        return _rounded_decimals(column, rules.decimal_scale)
    if t.is_floating(arrow):
        return _rounded_floats(column, rules.decimal_scale)
    return column


def equal_under(a: Any, b: Any, rules: Rules) -> Mask:
    """Tell for each row whether two arrays of any types hold what the rules take for the same."""
    equal = equal_values(normal_form(a, rules), normal_form(b, rules)) if rules.normalise else equal_values(a, b)
    if not rules.tolerate or not _is_number(a.type) or not _is_number(b.type):
        return equal
    floating = pa.types.is_floating(a.type) or pa.types.is_floating(b.type)
    return equal | _near(_floats(a), _floats(b), rules) if floating else equal


def _text(column: Any, rules: Rules) -> Any:
    if not rules.normalise:
        return column
    if pa.types.is_string_view(column.type):
        column = column.cast(pa.large_string())
    out = _spaced(column, rules.whitespace)
    if rules.null_tokens:
        # Tokens are held against what stands there under the same rules.
        tokens = _spaced(pa.array(rules.null_tokens, column.type), rules.whitespace)
        held, against = (_folded(out), _folded(tokens)) if rules.case else (out, tokens)
        out = pc.if_else(pc.is_in(held, value_set=against), pa.scalar(None, column.type), out)
    return _folded(out) if rules.case else out


def _spaced(texts: Any, how: str) -> Any:
    if how == "ignore":
        return pc.replace_substring_regex(texts, _SPACE, "")
    if how == "exact":
        return texts
    texts = pc.replace_substring_regex(texts, _EDGES, "")
    return pc.replace_substring_regex(texts, _SPACE, " ") if how == "collapse" else texts


def _folded(texts: Any) -> Any:
    # By way of the upper case: both forms of the Greek sigma have one.
    return pc.utf8_lower(pc.utf8_upper(texts))


def _rounded_decimals(column: Any, places: int) -> Any:
    digits, scale = column.type.precision, column.type.scale
    # A type of 76 digits has no room for a carry, and is compared as it is.
    if scale <= places or digits >= _WIDEST:
        return column
    return pc.round(column.cast(pa.decimal256(digits + 1, scale)), ndigits=places, round_mode="half_towards_infinity")


def _rounded_floats(column: Any, places: int) -> Any:
    """Round floats as people read them, by their shortest digits: 2.675 is 2.68, whatever its bits."""
    floats = column.cast(pa.float64())
    size = pc.abs(floats)
    # From 1e21 on a float is whole; what is smaller than 1e-21 rounds to nothing.
    some = pc.fill_null(pc.and_(pc.greater_equal(size, 1e-21), pc.less(size, 1e21)), False)
    texts = pc.if_else(some, floats.cast(pa.string()), "0")
    rounded = pc.round(texts.cast(_EXACT), ndigits=places, round_mode="half_towards_infinity")
    small = pc.fill_null(pc.less(size, 1e-21), False)
    rest = pc.if_else(small, 0.0, floats)
    # By way of text, for Arrow turns a decimal into a float near it, not into the nearest.
    return pc.if_else(some, rounded.cast(pa.string()).cast(pa.float64()), rest)


def _is_number(arrow: Any) -> bool:
    t = pa.types
    return bool(t.is_integer(arrow) or t.is_floating(arrow) or t.is_decimal(arrow))


def _floats(column: Any) -> npt.NDArray[np.float64]:
    """Give numbers as floats; a null is a NaN that is not near to anything."""
    floats = column.cast(pa.float64(), safe=False)
    return np.asarray(floats.to_numpy() if isinstance(floats, pa.ChunkedArray) else floats.to_numpy(False), np.float64)


def _near(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], rules: Rules) -> Mask:
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.abs(a - b)
        room = np.maximum(rules.float_tolerance, rules.relative_tolerance * np.maximum(np.abs(a), np.abs(b)))
        near: Mask = np.isfinite(a) & np.isfinite(b) & (apart <= room)
    return near
