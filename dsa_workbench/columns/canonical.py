"""Canonical bytes: one sequence of bytes for a column of a chunk, defined by us (docs/format.md, section 3).

Every part begins at a multiple of 8 bytes. A node is::

    flags     8 bytes: 1 if there is a null, else 0, little-endian uint64
    validity  one byte a row, 1 = value, only where flags is 1
    values    by type: fixed width little-endian, nulls zeroed; text and binary: lengths as uint32 (null = 0), then
              the bytes; lists: lengths as uint32, then the node of all elements; structs: a node for each child;
              children are given for the rows that are not null only

The bytes of -0.0 and of NaN payloads are kept: identity is bit for bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from blake3 import blake3

from dsa_workbench.columns import layout
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.errors import StoreCorrupt

_SEGMENT = b"dsa segment 1\n"
_ALIGN = 8


def segment_id(type_text: str, rows: int, body: bytes) -> ObjectId:
    """Hash a segment: 32 bytes of BLAKE3 over a fixed prefix, the type text, the row count and canonical bytes."""
    head = _SEGMENT + type_text.encode() + b"\n" + rows.to_bytes(8, "little")
    return ObjectId(blake3(head).update(body).digest())


def encode(array: Any) -> bytes:
    """Give the canonical bytes of an array of a normal type."""
    parts: list[bytes | memoryview] = []
    _encode(array, parts)
    return b"".join(parts)


def _encode(array: Any, parts: list[bytes | memoryview]) -> None:
    kind, t = array.type, pa.types
    if t.is_null(kind):
        return
    nulls = array.null_count
    valid = layout.validity(array) if nulls else None
    parts.append((1 if nulls else 0).to_bytes(_ALIGN, "little"))
    if valid is not None:
        _append(parts, valid)
    if t.is_string(kind) or t.is_binary(kind):
        _encode_text(array, valid, parts)
    elif t.is_list(kind) or t.is_map(kind):
        _encode_list(array, valid, parts)
    elif t.is_fixed_size_list(kind):
        present = array.drop_null() if nulls else array
        size = kind.list_size
        _encode(present.values.slice(present.offset * size, len(present) * size), parts)
    elif t.is_struct(kind):
        present = array.drop_null() if nulls else array
        for i in range(kind.num_fields):
            _encode(present.field(i), parts)
    elif t.is_boolean(kind):
        values = layout.bits(array.buffers()[1], array.offset, len(array)) if len(array) else np.zeros(0, np.uint8)
        _append(parts, values if valid is None else values & valid)
    else:
        values = layout.fixed_bytes(array, kind.byte_width)
        _append(parts, values if valid is None else np.where(valid[:, None], values, np.uint8(0)))


def _append(parts: list[bytes | memoryview], values: npt.NDArray[Any]) -> None:
    parts.append(np.ascontiguousarray(values).data.cast("B") if values.size else b"")
    if short := -values.nbytes % _ALIGN:
        parts.append(bytes(short))


def _encode_text(array: Any, valid: layout.Bools | None, parts: list[bytes | memoryview]) -> None:
    offsets, data = layout.text_parts(array)
    lengths = np.diff(offsets).astype(np.uint32)
    if valid is not None and lengths[~valid].any():
        data = data[np.repeat(valid, lengths)]
        lengths[~valid] = 0
    _append(parts, lengths)
    _append(parts, data)


def _encode_list(array: Any, valid: layout.Bools | None, parts: list[bytes | memoryview]) -> None:
    offsets = np.asarray(array.offsets, dtype=np.int64)
    lengths = np.diff(offsets).astype(np.uint32)
    keep = None
    if valid is not None and lengths[~valid].any():
        keep = np.repeat(valid, lengths)
        lengths[~valid] = 0
    _append(parts, lengths)
    children = [array.keys, array.items] if pa.types.is_map(array.type) else [array.values]
    for child in children:
        # Arrow gives `values` whole, and `keys` and `items` too: the offsets say which part is ours.
        child = child.slice(offsets[0], offsets[-1] - offsets[0])
        _encode(child if keep is None else child.filter(pa.array(keep)), parts)


def decode(body: bytes, kind: Any, rows: int) -> Any:
    """Give the array that `encode` made these bytes of.

    Raises
    ------
    StoreCorrupt
        The bytes do not have the length that the type and the rows ask for.
    """
    reader = _Reader(pa.py_buffer(body))
    array = _decode(reader, kind, rows)
    if reader.at != reader.size:
        raise StoreCorrupt(f"A segment of {kind} has {reader.size - reader.at} bytes too many.", hint=_RESTORE)
    return array


_RESTORE = "Run wb.check() to see what is damaged, and restore the store from a backup."


class _Reader:
    """A place in canonical bytes; buffers it hands out share their memory."""

    def __init__(self, buffer: Any) -> None:
        self.buffer, self.size, self.at = buffer, buffer.size, 0

    def take(self, size: int) -> Any:
        if self.at + size > self.size:
            raise StoreCorrupt(f"A segment ends {self.at + size - self.size} bytes too early.", hint=_RESTORE)
        part = self.buffer.slice(self.at, size)
        self.at += size + -size % _ALIGN
        return part

    def array(self, dtype: Any, count: int) -> npt.NDArray[Any]:
        return np.frombuffer(self.take(np.dtype(dtype).itemsize * count), dtype=dtype, count=count)


def _decode(reader: _Reader, kind: Any, rows: int) -> Any:
    t = pa.types
    if t.is_null(kind):
        return pa.nulls(rows)
    flags = int(reader.array("<u8", 1)[0])
    valid = reader.array(np.uint8, rows) if flags & 1 else None
    bitmap = layout.pack_bits(valid) if valid is not None else None
    nulls = rows - int(np.count_nonzero(valid)) if valid is not None else 0
    if t.is_string(kind) or t.is_binary(kind):
        offsets, total = _offsets(reader, rows)
        return pa.Array.from_buffers(kind, rows, [bitmap, offsets, reader.take(total)], nulls)
    if t.is_list(kind) or t.is_map(kind):
        offsets, total = _offsets(reader, rows)
        if t.is_map(kind):
            entries = [_decode(reader, kind.key_type, total), _decode(reader, kind.item_type, total)]
            fields = [kind.key_field, kind.item_field]
            child = pa.StructArray.from_arrays(entries, fields=fields)
        else:
            child = _decode(reader, kind.value_type, total)
        return pa.Array.from_buffers(kind, rows, [bitmap, offsets], nulls, children=[child])
    if t.is_fixed_size_list(kind):
        child = _spread(_decode(reader, kind.value_type, (rows - nulls) * kind.list_size), valid, kind.list_size)
        return pa.Array.from_buffers(kind, rows, [bitmap], nulls, children=[child])
    if t.is_struct(kind):
        children = [_spread(_decode(reader, f.type, rows - nulls), valid, 1) for f in kind]
        return pa.Array.from_buffers(kind, rows, [bitmap], nulls, children=children)
    if t.is_boolean(kind):
        return pa.Array.from_buffers(kind, rows, [bitmap, layout.pack_bits(reader.array(np.uint8, rows))], nulls)
    return pa.Array.from_buffers(kind, rows, [bitmap, reader.take(rows * kind.byte_width)], nulls)


def _offsets(reader: _Reader, rows: int) -> tuple[Any, int]:
    lengths = reader.array("<u4", rows)
    offsets = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:], dtype=np.int64)
    total = int(offsets[-1])
    if total > np.iinfo(np.int32).max:
        raise StoreCorrupt(f"A segment claims {total} bytes or elements, more than one can have.", hint=_RESTORE)
    return pa.py_buffer(offsets.astype(np.int32)), total


def _spread(child: Any, valid: npt.NDArray[Any] | None, times: int) -> Any:
    """Put the children of present rows at their places; a null parent's children are null."""
    if valid is None:
        return child
    wanted = np.repeat(valid.astype(np.bool_), times)
    places = np.cumsum(wanted) - 1
    return child.take(pa.array(places, mask=~wanted))
