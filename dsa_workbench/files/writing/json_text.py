"""Arrow columns as JSON texts, without a loop over rows.

Numbers keep all their digits, decimals too; floats have a point, so that they come back as floats. JSON has no NaN and
no infinity: they become null, and are counted. Moments are ISO 8601, bytes hexadecimal; a map with texts for keys is an
object, any other a list of pairs.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from json.encoder import encode_basestring
from math import isfinite
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.files.writing.plain_text import plain_texts

_WIDE = pa.large_string()
_SPECIAL = r'["\\\x00-\x1f]'
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_BOOLEANS = {None: "null", False: "false", True: "true"}
FEW = 1000
"""Rows up to which a loop over them is faster than the calls that take its place: 100 rows of 12 columns in 0.25 ms
and not in 0.85."""
_FIRST, _LAST = np.datetime64("0001-01-01"), np.datetime64("9999-12-31")
_DIGITS = {"ms": 3, "us": 6, "ns": 9}
_OTHERS = [c for c in map(chr, range(32)) if c not in _SHORT]


class JsonTexts:
    """Turns columns into JSON texts; `lost` counts the numbers that JSON does not have."""

    def __init__(self) -> None:
        self.lost = 0

    def of(self, column: Any) -> Any:
        """Give one JSON text for each row; null is the text null."""
        texts = self._values(column)
        return pc.if_else(column.is_valid(), texts, pa.scalar("null", _WIDE)).fill_null("null")

    def _values(self, column: Any) -> Any:
        kind, t = column.type, pa.types
        if isinstance(kind, pa.BaseExtensionType):
            return self._values(column.storage)
        if t.is_dictionary(kind) or t.is_run_end_encoded(kind):
            return self._values(column.cast(kind.value_type))
        if t.is_struct(kind):
            return self._struct(column)
        if t.is_map(kind):
            return self._map(column)
        if t.is_list(kind) or t.is_large_list(kind) or t.is_fixed_size_list(kind) or t.is_list_view(kind):
            lengths = pc.list_value_length(column).fill_null(0).to_numpy(zero_copy_only=False)
            return _wrapped("[", _joined(lengths, self.of(column.flatten())), "]")
        if t.is_floating(kind):
            finite = pc.is_finite(column)
            self.lost += len(column) - column.null_count - (pc.sum(finite).as_py() or 0)
            return pc.if_else(finite, plain_texts(column), "null").cast(_WIDE)
        if t.is_boolean(kind) or t.is_integer(kind) or t.is_decimal(kind) or t.is_null(kind):
            return plain_texts(column).cast(_WIDE)
        return escaped(plain_texts(column, "T|-|Z" if t.is_timestamp(kind) else ""))

    def _struct(self, column: Any) -> Any:
        parts: list[Any] = []
        for field, child in zip(column.type, column.flatten(), strict=True):
            parts += [
                _scalar(("," if parts else "") + json.dumps(field.name, ensure_ascii=False) + ":"),
                self.of(child),
            ]
        if not parts:
            return pa.array(["{}"] * len(column), _WIDE)
        return pc.binary_join_element_wise(_scalar("{"), *parts, _scalar("}"), _scalar(""))

    def _map(self, column: Any) -> Any:
        # Taken apart by hand: a cast to a list of pairs spoils items that are lists of nulls, or ends the process.
        edges = column.offsets.to_numpy()
        lengths = np.where(column.is_valid().to_numpy(zero_copy_only=False), np.diff(edges), 0)
        ends = np.cumsum(lengths)
        places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(edges[:-1] - (ends - lengths), lengths)
        # The texts are taken, not the items: Arrow takes no views, and nothing that holds them.
        first, last = (int(edges[0]), int(edges[-1])) if len(edges) else (0, 0)
        inside = (child.slice(first, last - first) for child in (column.keys, column.items))
        texts = (self.of(child).take(pa.array(places - first)) for child in inside)
        parts = [next(texts), _scalar(":"), next(texts)]
        if pa.types.is_string(column.type.key_type) or pa.types.is_large_string(column.type.key_type):
            pairs = pc.binary_join_element_wise(*parts, _scalar(""))
            return _wrapped("{", _joined(lengths, pairs), "}")
        parts[1] = _scalar(",")
        pairs = pc.binary_join_element_wise(_scalar("["), *parts, _scalar("]"), _scalar(""))
        return _wrapped("[", _joined(lengths, pairs), "]")


def beyond_doubles(kind: Any) -> bool:
    """Say whether a type has numbers that a reader who takes every number for a double would round."""
    wide = pa.types.is_int64(kind) or pa.types.is_uint64(kind)
    return bool(wide or pa.types.is_decimal(kind))


def json_rows(batch: Any, *, as_text: Callable[[Any], bool] = lambda kind: False) -> bytes:
    """Write the rows of a batch as JSON arrays with commas between; columns of some types come as texts."""
    if not batch.num_rows:
        return b""
    if batch.num_rows <= FEW:
        return _few_rows(batch, as_text)
    texts = JsonTexts()
    columns: list[Any] = []
    for column in batch.columns:
        written = texts.of(column)
        if as_text(column.type):
            written = pc.if_else(column.is_valid(), _wrapped('"', written, '"'), "null")
        columns.append(written)
    if not columns:
        return b",".join([b"[]"] * batch.num_rows)
    lines = pc.binary_join_element_wise(*columns, _scalar(","))
    joined = _joined([batch.num_rows], _wrapped("[", lines, "]"))
    whole: bytes = joined[0].as_buffer().to_pybytes()
    return whole


def _few_rows(batch: Any, as_text: Callable[[Any], bool]) -> bytes:
    """Do the same row by row."""
    columns: list[list[str]] = []
    for column in batch.columns:
        texts = _few_texts(column)
        if as_text(column.type):
            texts = [text if text == "null" else f'"{text}"' for text in texts]
        columns.append(texts)
    rows = map(",".join, zip(*columns, strict=True)) if columns else [""] * batch.num_rows
    return ("[" + "],[".join(rows) + "]").encode()


def _few_texts(column: Any) -> list[str]:
    kind, t = column.type, pa.types
    if t.is_integer(kind):
        return ["null" if v is None else str(v) for v in _listed(column)]
    if t.is_boolean(kind):
        return [_BOOLEANS[v] for v in column.to_pylist()]
    if t.is_string(kind) or t.is_large_string(kind):
        return ["null" if v is None else encode_basestring(v) for v in column.to_pylist()]
    if t.is_float64(kind):
        return [repr(v) if v is not None and isfinite(v) else "null" for v in _listed(column)]
    if t.is_timestamp(kind) or t.is_date32(kind):
        return _few_moments(column)
    texts: list[str] = JsonTexts().of(column).to_pylist()
    return texts


def _few_moments(column: Any) -> list[str]:
    """Have numpy write moments of years with four digits; it takes a fifth of the time of Arrow's many calls."""
    timestamps = pa.types.is_timestamp(column.type)
    if len(column) and not column.null_count:
        values = column.to_numpy(zero_copy_only=False)
        if values.min() >= _FIRST and values.max() <= _LAST:
            zeros = "." + "0" * _DIGITS.get(np.datetime_data(values.dtype)[0], 0)
            end = 'Z"' if timestamps and column.type.tz is not None else '"'
            return [f'"{text.removesuffix(zeros)}{end}' for text in np.datetime_as_string(values).tolist()]
    moments = plain_texts(column, "T|-|Z" if timestamps else "").to_pylist()
    return ["null" if v is None else f'"{v}"' for v in moments]


def _listed(column: Any) -> list[Any]:
    found: list[Any] = column.to_pylist() if column.null_count else column.to_numpy().tolist()
    return found


def nested_texts(column: Any) -> Any:
    """Give the values of a nested column as JSON texts, nulls as nulls."""
    return pc.if_else(column.is_valid(), JsonTexts().of(column), pa.scalar(None, _WIDE))


def escaped(texts: Any) -> Any:
    """Put texts into quotes, with JSON's escapes."""
    texts = texts.cast(_WIDE)
    if pc.any(pc.match_substring_regex(texts, _SPECIAL)).as_py():
        for sign, short in _SHORT.items():
            texts = pc.replace_substring(texts, sign, short)
        if pc.any(pc.match_substring_regex(texts, r"[\x00-\x1f]")).as_py():
            for sign in _OTHERS:
                texts = pc.replace_substring(texts, sign, f"\\u{ord(sign):04x}")
    return _wrapped('"', texts, '"')


def _joined(lengths: Any, texts: Any) -> Any:
    """Join the texts of each list's elements with commas; there are as many for each as `lengths` says."""
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return pc.binary_join(pa.LargeListArray.from_arrays(pa.array(offsets), texts), _scalar(","))


def _wrapped(before: str, texts: Any, after: str) -> Any:
    return pc.binary_join_element_wise(_scalar(before), texts, _scalar(after), _scalar(""))


def _scalar(text: str) -> Any:
    return pa.scalar(text, _WIDE)
