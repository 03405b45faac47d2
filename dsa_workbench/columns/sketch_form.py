"""The stored form of a segment's sketch (docs/format.md, section 12)."""

from __future__ import annotations

import struct
import threading
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import zstandard

from dsa_workbench.columns.sketch import BUCKETS, GROUPS, REGISTERS, Sketch, group_sizes
from dsa_workbench.errors import StoreCorrupt

FORM = 1
LONGEST_END = 128
"""Bytes of a least or greatest value that are kept; of longer ones the segment has to be asked."""
_LEVEL = 3
_FEW = 128
"""Registers that are listed one by one; of more, all are given."""
_EXACT = float(1 << 53)
_HEAD = struct.Struct("<BBIII")  # form, flags, rows, nulls, values that have points
_DENSE, _SPARSE, _BUCKETS, _WHOLE, _ENDS, _LONG_ENDS = 1, 2, 4, 8, 16, 32

_local = threading.local()


def pack_sketch(sketch: Sketch) -> bytes:
    """Give the stored form of the sketch of one segment, that is, one that was not merged."""
    compressor = getattr(_local, "compressor", None)
    if compressor is None:
        compressor = _local.compressor = zstandard.ZstdCompressor(level=_LEVEL)
    packed: bytes = compressor.compress(_written(sketch))
    return packed


def is_sketch_of(packed: bytes, sketch: Sketch) -> bool:
    """Say whether a stored form is that of a sketch, however it was compressed; one of another `FORM` is not judged."""
    try:
        body = _decompressed(packed)
    except zstandard.ZstdError:
        return False
    return body == _written(sketch) if not body or body[0] == FORM else True


def _written(sketch: Sketch) -> bytes:
    flags, parts = 0, []
    if sketch.ends:
        ends = [_end_bytes(end) for end in sketch.ends]
        if max(map(len, ends)) > LONGEST_END:
            flags |= _LONG_ENDS
        else:
            flags |= _ENDS
            parts += [bytes([len(end)]) + end for end in ends]
    if sketch.registers is not None:
        places = np.flatnonzero(sketch.registers)
        flags |= _SPARSE if len(places) <= _FEW else _DENSE
        if len(places) <= _FEW:
            parts += [bytes([len(places)]), _planes(places.astype("<u2")), sketch.registers[places].tobytes()]
        else:
            parts.append(sketch.registers.tobytes())
    if sketch.buckets is not None:
        flags |= _BUCKETS
        parts.append(_planes(sketch.buckets.astype("<u4")))
    points = sketch.points + 0.0
    if len(points) and bool((np.abs(points) < _EXACT).all()) and bool((points == np.rint(points)).all()):
        flags |= _WHOLE
        parts.append(_planes(np.diff(points.astype("<i8"), prepend=0)))
    else:
        parts.append(_planes(points.astype("<f8")))
    return _HEAD.pack(FORM, flags, sketch.rows, sketch.nulls, int(sketch.weights.sum())) + b"".join(parts)


def unpack_sketch(packed: bytes, kind: Any) -> Sketch | None:
    """Read what `pack_sketch` gave, for a segment of the Arrow type `kind`; None where its form is not known.

    Raises
    ------
    StoreCorrupt
        The bytes are none of it.
    """
    try:
        body = _decompressed(packed)
        return _read(body, kind) if body[0] == FORM else None
    except (zstandard.ZstdError, struct.error, ValueError, IndexError, ArithmeticError) as err:
        raise StoreCorrupt(
            f"A stored sketch of a column cannot be read ({err}).", hint="Run wb.check(), and restore from a backup."
        ) from err


def _decompressed(packed: bytes) -> bytes:
    decompressor = getattr(_local, "decompressor", None)
    if decompressor is None:
        decompressor = _local.decompressor = zstandard.ZstdDecompressor()
    body: bytes = decompressor.decompress(packed)
    return body


def _read(body: bytes, kind: Any) -> Sketch:
    _, flags, rows, nulls, counted = _HEAD.unpack_from(body)
    at = _HEAD.size

    def take(size: int) -> bytes:
        nonlocal at
        at += size
        if at > len(body):
            raise ValueError("it is cut short")
        return body[at - size : at]

    ends: tuple[Any, ...] | None = None if flags & _LONG_ENDS else ()
    if flags & _ENDS:
        ends = tuple(_end_value(take(take(1)[0]), kind) for _ in range(2))
    registers = None
    if flags & _DENSE:
        registers = np.frombuffer(take(REGISTERS), np.uint8)
    elif flags & _SPARSE:
        few = take(1)[0]
        registers = np.zeros(REGISTERS, np.uint8)
        places = _joined(take(2 * few), "<u2")
        registers[places] = np.frombuffer(take(few), np.uint8)
    buckets = _joined(take(4 * BUCKETS), "<u4").astype(np.int64) if flags & _BUCKETS else None
    raw = take(8 * min(GROUPS, counted))
    points = np.cumsum(_joined(raw, "<i8")).astype(np.float64) if flags & _WHOLE else _joined(raw, "<f8")
    if at != len(body):
        raise ValueError("it is too long")
    return Sketch(rows, nulls, registers, points, group_sizes(counted), ends, buckets)


def _planes(values: npt.NDArray[Any]) -> bytes:
    return np.ascontiguousarray(values.view(np.uint8).reshape(-1, values.itemsize).T).tobytes()


def _joined(raw: bytes, form: str) -> npt.NDArray[Any]:
    width = np.dtype(form).itemsize
    return np.ascontiguousarray(np.frombuffer(raw, np.uint8).reshape(width, -1).T).view(form)[:, 0]


def _end_bytes(end: Any) -> bytes:
    if isinstance(end, bytes):
        return end
    return (repr(end) if isinstance(end, float) else str(end)).encode()


def _end_value(raw: bytes, kind: Any) -> Any:
    t = pa.types
    if t.is_binary(kind) or t.is_fixed_size_binary(kind):
        return raw
    text = raw.decode()
    if t.is_string(kind):
        return text
    if t.is_boolean(kind):
        return text == "True"
    if t.is_floating(kind):
        return float(text)
    return Decimal(text) if t.is_decimal(kind) else int(text)
