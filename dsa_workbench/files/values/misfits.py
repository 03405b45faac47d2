"""Finds all values of a column that do not fit a type, with Arrow's kernels: a value is judged by itself alone.

Arrow's casts stop at the first value that they refuse. So the distinct values are looked at: what a pattern rules out
for sure needs no cast, and the few that are left are told apart by halves.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.files.values.classify import value_forms
from dsa_workbench.files.values.convert import cast_given, cast_proved
from dsa_workbench.files.values.forms import held_forms, is_found

Bools = npt.NDArray[np.bool_]


def cast_leniently(texts: pa.StringArray, kind: pa.DataType) -> tuple[pa.Array, Bools | None]:
    """Convert texts to a type that the user gave: values, null where one does not fit, and which these are if any."""
    array, _ = cast_given(texts, kind)
    if array is not None:
        return array, None
    wrong = find_misfits(texts, kind)
    array, first = cast_given(pc.if_else(pa.array(wrong), None, texts), kind)
    assert array is not None, f"{texts[first]!r} fits {kind} alone and not among others"  # noqa: S101 - each was cast
    return array, wrong


def find_misfits(texts: pa.StringArray, kind: pa.DataType) -> Bools:
    """Tell which texts `cast_given` refuses; null and blank texts fit every type."""
    coded = texts.dictionary_encode()
    values = coded.dictionary
    bad = np.zeros(len(values), bool)
    sure = _ruled_out(pc.utf8_trim_whitespace(values), kind)
    bad[sure] = True
    _halve(values, kind, np.flatnonzero(~bad), bad)
    return _spread(coded, bad)


def find_inexact(texts: pa.StringArray, kind: pa.DataType) -> Bools:
    """Tell which texts are not exactly a value of a type, in the way in which types are found: 02139 is no number."""
    coded = texts.dictionary_encode()
    values = coded.dictionary
    there = np.flatnonzero(pc.binary_length(values).to_numpy(zero_copy_only=False))
    bad = np.zeros(len(values), bool)
    if is_found(kind):
        forms = value_forms(values.take(pa.array(there)))
        bad[there] = (forms & ~int(held_forms(kind))) != 0
        return _spread(coded, bad)
    array, wrong = cast_leniently(values, kind)
    bad |= wrong if wrong is not None else False
    if not pa.types.is_decimal(kind):
        again = pc.fill_null(pc.not_equal(array.cast(pa.string()), values), False)
        bad[there] |= again.to_numpy(zero_copy_only=False)[there]
    return _spread(coded, bad)


def cast_exactly(texts: pa.StringArray, kind: pa.DataType) -> tuple[pa.Array, Bools | None]:
    """Convert texts that are exactly values of a type; null where one is not, and which these are if any."""
    wrong = find_inexact(texts, kind)
    if wrong.any():
        texts = pc.if_else(pa.array(wrong), None, texts)
    array = cast_proved(texts, kind) if is_found(kind) else cast_given(texts, kind)[0]
    return array, wrong if wrong.any() else None


def cast_values(array: pa.Array, kind: pa.DataType) -> tuple[pa.Array, Bools | None]:
    """Convert values of one type to another as far as nothing is lost; null where it is, and which these are if any."""
    if pa.types.is_string(array.type):
        return cast_exactly(array, kind)
    try:
        return array.cast(kind), None
    except pa.ArrowInvalid:
        pass
    bad = np.zeros(len(array), bool)
    _halve_values(array, kind, np.arange(len(array)), bad)
    return pc.if_else(pa.array(bad), pa.scalar(None, array.type), array).cast(kind), bad


def _spread(coded: pa.DictionaryArray, bad: Bools) -> Bools:
    if not bad.any():
        return np.zeros(len(coded), bool)
    there = pa.array(bad).take(coded.indices)
    spread: Bools = pc.fill_null(there, False).to_numpy(zero_copy_only=False)
    return spread


def _ruled_out(trimmed: pa.StringArray, kind: pa.DataType) -> Bools:
    """Tell which texts surely do not fit, by a pattern that all fitting ones match."""
    t = pa.types
    pattern = ""
    if t.is_boolean(kind):
        pattern = "^(?i:true|t|yes|y|1|false|f|no|n|0)$"
    elif t.is_integer(kind):
        pattern = r"^\+?-?[0-9]+$"
    elif t.is_floating(kind):
        pattern = "^[-+0-9.eEinfatyINFATY()]+$"
    elif t.is_decimal(kind):
        pattern = "^[-+0-9.eE]+$"
    elif t.is_date(kind) or t.is_timestamp(kind):
        pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    elif t.is_time(kind):
        pattern = "^[0-9]{2}"
    if not pattern:
        return np.zeros(len(trimmed), bool)
    fits = pc.match_substring_regex(trimmed, pattern)
    fine = pc.or_(fits, pc.equal(pc.binary_length(trimmed), 0))
    out: Bools = ~pc.fill_null(fine, True).to_numpy(zero_copy_only=False)
    return out


def _halve(values: pa.StringArray, kind: pa.DataType, places: npt.NDArray[np.int64], bad: Bools) -> None:
    """Mark the values at these places that do not convert."""
    work = [places]
    while work:
        part = work.pop()
        if not len(part) or cast_given(values.take(pa.array(part)), kind)[0] is not None:
            continue
        if len(part) == 1:
            bad[part] = True
            continue
        middle = len(part) // 2
        work += [part[:middle], part[middle:]]


def _halve_values(array: pa.Array, kind: pa.DataType, places: npt.NDArray[np.int64], bad: Bools) -> None:
    work = [places]
    while work:
        part = work.pop()
        try:
            array.take(pa.array(part)).cast(kind)
        except pa.ArrowInvalid:
            if len(part) == 1:
                bad[part] = True
                continue
            middle = len(part) // 2
            work += [part[:middle], part[middle:]]
