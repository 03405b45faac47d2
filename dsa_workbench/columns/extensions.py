"""Extension types as field metadata, which is how Arrow itself carries them between programs.

An extension column is stored as its storage type with two metadata entries. Arrow gives their text only through
its C data interface (https://arrow.apache.org/docs/format/CDataInterface.html), so it is read from there.
"""

from __future__ import annotations

import ctypes
import struct
from typing import Any

import pyarrow as pa

NAME = "ARROW:extension:name"
METADATA = "ARROW:extension:metadata"


class _ArrowSchema(ctypes.Structure):
    _fields_ = [
        ("format", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("metadata", ctypes.c_void_p),
        ("flags", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    ]


def extension_metadata(arrow: Any) -> dict[str, str]:
    """Give the two metadata entries of an extension type; none where its parameters are not text."""
    exported = _ArrowSchema()
    address = ctypes.addressof(exported)
    pa.field("x", arrow)._export_to_c(address)
    try:
        pairs = _read_pairs(exported.metadata)
    finally:
        ctypes.CFUNCTYPE(None, ctypes.c_void_p)(exported.release)(address)
    try:
        return {key: pairs[key.encode()].decode() for key in (NAME, METADATA)}
    except (KeyError, UnicodeDecodeError):
        return {}


def _read_pairs(address: int | None) -> dict[bytes, bytes]:
    pairs: dict[bytes, bytes] = {}
    if not address:
        return pairs

    def number() -> int:
        nonlocal address
        (value,) = struct.unpack("=i", ctypes.string_at(address, 4))
        address += 4
        return int(value)

    def text() -> bytes:
        nonlocal address
        size = number()
        value = ctypes.string_at(address, size)
        address += size
        return value

    for _ in range(number()):
        key = text()
        pairs[key] = text()
    return pairs


def has_extensions(schema: Any) -> bool:
    """Say whether a schema has columns that are stored without their extension type."""
    return any(f.metadata and NAME.encode() in f.metadata for f in schema)


def revive_extensions(table: Any) -> Any:
    """Give a table whose extension columns have their extension type again, where Arrow knows it."""
    if not has_extensions(table.schema):
        return table
    revived = pa.ipc.read_schema(table.schema.serialize())
    columns = [
        pa.chunked_array([f.type.wrap_array(c) for c in column.chunks], f.type)
        if isinstance(f.type, pa.BaseExtensionType)
        else column
        for f, column in zip(revived, table.columns, strict=True)
    ]
    return pa.table(columns, schema=revived)
