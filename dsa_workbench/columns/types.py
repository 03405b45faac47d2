"""Type texts: our own names of Arrow types, which manifests store and segment ids hash (docs/format.md, section 2).

Only what a value *is* counts, not how Arrow lays it out: 32- and 64-bit offsets and views are one type,
dictionaries and run-ends stand for their values, the names of list and map children are fixed.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

import pyarrow as pa

from dsa_workbench.columns.extensions import extension_metadata
from dsa_workbench.core.model.schema import Column, Schema
from dsa_workbench.errors import InvalidInput

_SIMPLE: dict[str, Any] = {
    "null": pa.null(),
    "bool": pa.bool_(),
    "int8": pa.int8(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "uint8": pa.uint8(),
    "uint16": pa.uint16(),
    "uint32": pa.uint32(),
    "uint64": pa.uint64(),
    "float16": pa.float16(),
    "float32": pa.float32(),
    "float64": pa.float64(),
    "date32": pa.date32(),
    "date64": pa.date64(),
    "time32[s]": pa.time32("s"),
    "time32[ms]": pa.time32("ms"),
    "time64[us]": pa.time64("us"),
    "time64[ns]": pa.time64("ns"),
    "duration[s]": pa.duration("s"),
    "duration[ms]": pa.duration("ms"),
    "duration[us]": pa.duration("us"),
    "duration[ns]": pa.duration("ns"),
    "interval[month_day_nano]": pa.month_day_nano_interval(),
    "string": pa.string(),
    "binary": pa.binary(),
}
_TEXTS = {arrow: text for text, arrow in _SIMPLE.items()}
_DECIMALS = {32: pa.decimal32, 64: pa.decimal64, 128: pa.decimal128, 256: pa.decimal256}
_DECIMAL = re.compile(r"decimal(32|64|128|256)\((\d+), (-?\d+)\)")
_TIMESTAMP = re.compile(r"timestamp\[(s|ms|us|ns)(?:, ([^\]]+))?\]")
_FIXED_BINARY = re.compile(r"fixed_binary\[(\d+)\]")

# Written by tools into files, they change with the tool's version and say nothing about the data.
_DROPPED_METADATA = ("PARQUET:", "ARROW:schema", "pandas")


@lru_cache(maxsize=4096)
def normal_type(arrow: Any) -> Any:
    """Give the type that is stored for an Arrow type: one layout for each kind of value."""
    t = pa.types
    if isinstance(arrow, pa.BaseExtensionType):
        return normal_type(arrow.storage_type)
    if t.is_dictionary(arrow) or t.is_run_end_encoded(arrow):
        return normal_type(arrow.value_type)
    if t.is_large_string(arrow) or t.is_string_view(arrow):
        return pa.string()
    if t.is_large_binary(arrow) or t.is_binary_view(arrow):
        return pa.binary()
    if t.is_list(arrow) or t.is_large_list(arrow) or t.is_list_view(arrow) or t.is_large_list_view(arrow):
        return pa.list_(_child("item", arrow.value_field))
    if t.is_fixed_size_list(arrow):
        return pa.list_(_child("item", arrow.value_field), arrow.list_size)
    if t.is_map(arrow):
        return pa.map_(_child("key", arrow.key_field), _child("value", arrow.item_field))
    if t.is_struct(arrow):
        return pa.struct([_child(f.name, f) for f in arrow])
    if t.is_union(arrow):
        raise InvalidInput(
            f"The type {arrow} cannot be stored.",
            hint="Turn the union into one column for each of its types.",
        )
    return arrow


def _child(name: str, field: Any) -> Any:
    return pa.field(name, normal_type(field.type), field.nullable)


@lru_cache(maxsize=4096)
def type_text(arrow: Any) -> str:
    """Name an Arrow type in our own words.

    Raises
    ------
    InvalidInput
        Values of the type cannot be stored.
    """
    arrow = normal_type(arrow)
    t = pa.types
    if arrow in _TEXTS:
        return _TEXTS[arrow]
    if t.is_decimal(arrow):
        return f"decimal{arrow.bit_width}({arrow.precision}, {arrow.scale})"
    if t.is_timestamp(arrow):
        return f"timestamp[{arrow.unit}, {arrow.tz}]" if arrow.tz else f"timestamp[{arrow.unit}]"
    if t.is_fixed_size_binary(arrow):
        return f"fixed_binary[{arrow.byte_width}]"
    if t.is_fixed_size_list(arrow):
        return f"fixed_list<{_field_text(arrow.value_field)}>[{arrow.list_size}]"
    if t.is_list(arrow):
        return f"list<{_field_text(arrow.value_field)}>"
    if t.is_map(arrow):
        return f"map<{_field_text(arrow.key_field)}, {_field_text(arrow.item_field)}>"
    if t.is_struct(arrow):
        return f"struct<{', '.join(_field_text(f) for f in arrow)}>"
    raise InvalidInput(f"The type {arrow} cannot be stored.", hint="Cast the column to another type first.")


def _field_text(field: Any) -> str:
    null = "" if field.nullable else " not null"
    return f"{json.dumps(field.name, ensure_ascii=False)}: {type_text(field.type)}{null}"


@lru_cache(maxsize=4096)
def parse_type(text: str) -> Any:
    """Give the Arrow type of a type text.

    Raises
    ------
    InvalidInput
        The text names no type.
    """
    arrow, rest = _parse(text, text)
    if rest:
        raise _unknown(text)
    return arrow


def _unknown(text: str) -> InvalidInput:
    return InvalidInput(f"{text!r} is not a type.", hint="Types are written as in int64, string or decimal128(10, 2).")


def _parse(text: str, whole: str) -> tuple[Any, str]:
    for kind in ("list<", "fixed_list<", "map<", "struct<"):
        if text.startswith(kind):
            return _parse_nested(kind, text[len(kind) :], whole)
    if match := _DECIMAL.match(text):
        return _DECIMALS[int(match[1])](int(match[2]), int(match[3])), text[match.end() :]
    if match := _TIMESTAMP.match(text):
        return pa.timestamp(match[1], match[2]), text[match.end() :]
    if match := _FIXED_BINARY.match(text):
        return pa.binary(int(match[1])), text[match.end() :]
    word = re.match(r"[a-z]+\d*(\[[a-z_]+\])?", text)
    if word is None or word[0] not in _SIMPLE:
        raise _unknown(whole)
    return _SIMPLE[word[0]], text[word.end() :]


def _parse_nested(kind: str, text: str, whole: str) -> tuple[Any, str]:
    fields = []
    while not text.startswith(">"):
        field, text = _parse_field(text.removeprefix(", "), whole)
        fields.append(field)
    text = text[1:]
    if kind == "struct<":
        return pa.struct(fields), text
    if kind == "map<" and len(fields) == 2:
        return pa.map_(*fields), text
    if kind == "list<" and len(fields) == 1:
        return pa.list_(fields[0]), text
    size = re.match(r"\[(\d+)\]", text)
    if kind == "fixed_list<" and len(fields) == 1 and size:
        return pa.list_(fields[0], int(size[1])), text[size.end() :]
    raise _unknown(whole)


def _parse_field(text: str, whole: str) -> tuple[Any, str]:
    try:
        name, end = json.JSONDecoder().raw_decode(text)
    except ValueError as err:
        raise _unknown(whole) from err
    if not isinstance(name, str) or not text.startswith(": ", end):
        raise _unknown(whole)
    arrow, rest = _parse(text[end + 2 :], whole)
    required = rest.startswith(" not null")
    return pa.field(name, arrow, not required), rest.removeprefix(" not null")


def model_schema(arrow: Any) -> Schema:
    """Give our schema of an Arrow schema."""
    return Schema(tuple(_model_column(f) for f in arrow), _pairs(arrow.metadata))


def _model_column(field: Any) -> Column:
    metadata = dict(_pairs(field.metadata))
    if isinstance(field.type, pa.BaseExtensionType):
        metadata |= extension_metadata(field.type)
    return Column(field.name, type_text(field.type), field.nullable, tuple(sorted(metadata.items())))


def _pairs(metadata: Any) -> tuple[tuple[str, str], ...]:
    if not metadata:
        return ()
    texts = ((k.decode("utf-8", "replace"), v.decode("utf-8", "replace")) for k, v in metadata.items())
    return tuple(sorted((k, v) for k, v in texts if not k.startswith(_DROPPED_METADATA)))


def arrow_field(column: Column) -> Any:
    """Give the Arrow field of a column, of its storage type."""
    return pa.field(column.name, parse_type(column.type), column.nullable, dict(column.metadata) or None)


def arrow_schema(schema: Schema) -> Any:
    """Give the Arrow schema of our schema: storage types, with all metadata."""
    return pa.schema([arrow_field(c) for c in schema.columns], dict(schema.metadata) or None)
