"""Units that Parquet does not know, taken from the Arrow schema that Arrow's own writers leave in a file.

Parquet has no seconds and no dates in milliseconds. Arrow writes milliseconds and days instead, notes what it was, and
reads what it wrote: so a column would come back in another type than it had.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import pyarrow as pa

_KEY = b"ARROW:schema"


def with_units(schema: pa.Schema, metadata: dict[bytes, bytes] | None) -> pa.Schema:
    """Give the schema of a file the units that its writer had."""
    try:
        noted = pa.ipc.read_schema(pa.py_buffer(base64.b64decode((metadata or {})[_KEY])))
    except (KeyError, binascii.Error, pa.ArrowException, OSError):
        return schema
    if noted.names != schema.names:
        return schema
    fields = [f.with_type(_unit(f.type, n.type)) for f, n in zip(schema, noted, strict=True)]
    return pa.schema(fields, schema.metadata)


def _unit(read: Any, noted: Any) -> Any:
    """Take the noted type where it is the one read, in seconds or as a date in milliseconds; inside of others too."""
    t = pa.types
    if t.is_dictionary(noted) and not t.is_dictionary(read):
        noted = noted.value_type
    if t.is_time32(noted) and t.is_time32(read):
        return noted
    if t.is_timestamp(noted) and t.is_timestamp(read) and noted.unit == "s" and noted.tz == read.tz:
        return noted
    if t.is_date64(noted) and t.is_date(read):
        return noted
    if t.is_list(read) and t.is_list(noted):
        return pa.list_(_child(read.value_field, noted.value_field))
    if t.is_large_list(read) and t.is_large_list(noted):
        return pa.large_list(_child(read.value_field, noted.value_field))
    if t.is_fixed_size_list(read) and t.is_fixed_size_list(noted) and read.list_size == noted.list_size:
        return pa.list_(_child(read.value_field, noted.value_field), read.list_size)
    if t.is_map(read) and t.is_map(noted):
        return pa.map_(_child(read.key_field, noted.key_field), _child(read.item_field, noted.item_field))
    if t.is_struct(read) and t.is_struct(noted) and [f.name for f in read] == [f.name for f in noted]:
        return pa.struct([_child(a, b) for a, b in zip(read, noted, strict=True)])
    return read


def _child(read: Any, noted: Any) -> Any:
    return read.with_type(_unit(read.type, noted.type))
