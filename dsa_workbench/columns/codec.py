"""How a segment is stored: packed by its kind of values, then under zstd (docs/format.md, section 4).

The encoding number is stored beside the blob and never hashed: a segment's id is of its canonical bytes, so
encodings may be added, and a stored segment keeps its own for ever.
"""

from __future__ import annotations

import struct
import threading
from enum import IntEnum
from typing import Any

import zstandard

from dsa_workbench.columns import canonical, packing, unpacking
from dsa_workbench.errors import StoreCorrupt, Unsupported


class Encoding(IntEnum):
    """What a blob is."""

    RAW = 0
    """Canonical bytes as they are: zstd gained nothing."""
    ZSTD = 1
    """Canonical bytes under zstd."""
    PATCH = 2
    """Reserved: base segment, row map and literal values."""
    PACKED = 3
    """The form of `columns.packing`, each part a zstd frame."""


LEVEL = 1

_local = threading.local()


def store(array: Any, body: bytes, coded: Any | None = None) -> tuple[Encoding, bytes]:
    """Encode a segment for the store, given its array and its canonical bytes.

    `coded` is what `packing.few_values` gives of the array, where the caller has it.
    """
    compressor = getattr(_local, "compressor", None)
    if compressor is None:
        compressor = _local.compressor = zstandard.ZstdCompressor(level=LEVEL)
    packed = packing.pack(array, packing.few_values(array) if coded is None else coded)
    if packed is not None:
        frames = [compressor.compress(part) for part in packed]
        head = struct.pack(f"<B{len(frames)}I", len(frames), *(len(f) for f in frames))
        return Encoding.PACKED, b"".join([head, *frames])
    blob: bytes = compressor.compress(body)
    return (Encoding.ZSTD, blob) if len(blob) < len(body) else (Encoding.RAW, body)


def load(encoding: int, blob: bytes, size: int, kind: Any, rows: int) -> Any:
    """Give the array of a stored segment; `size` counts its canonical bytes, `kind` is its Arrow type.

    Raises
    ------
    StoreCorrupt
        The blob cannot be decoded, or does not give what was written.
    Unsupported
        A newer version of the product wrote it.
    """
    return decode(encoding, opened(encoding, blob, size), kind, rows)


def opened(encoding: int, blob: bytes, size: int) -> list[bytes]:
    """Decompress a blob into its parts: the half of `load` that keeps no other thread from working.

    Raises
    ------
    StoreCorrupt, Unsupported
        As `load`.
    """
    if encoding == Encoding.PACKED:
        return _frames(blob)
    if encoding not in {Encoding.RAW, Encoding.ZSTD}:
        raise Unsupported(
            f"A segment is stored in encoding {encoding}, which this version does not know.",
            hint="Upgrade dsa-workbench: a newer version wrote this store.",
        )
    body = blob if encoding == Encoding.RAW else _decompress(blob)
    if len(body) != size:
        raise StoreCorrupt(
            f"A stored segment gives {len(body)} bytes where {size} were written.",
            hint="Run wb.check(), and restore from a backup.",
        )
    return [body]


def decode(encoding: int, parts: list[bytes], kind: Any, rows: int, window: slice | None = None) -> Any:
    """Give the array of a segment from what `opened` gave, or a window of it alone; errors are those of `load`."""
    if encoding == Encoding.PACKED:
        return unpacking.unpack(parts, kind, rows, window)
    whole = canonical.decode(parts[0], kind, rows)
    return whole if window is None else whole[window]


def _frames(blob: bytes) -> list[bytes]:
    """Take apart a packed blob: how many frames, their lengths, the frames."""
    try:
        sizes = struct.unpack_from(f"<{blob[0]}I", blob, 1)
    except (struct.error, IndexError) as err:
        raise StoreCorrupt("A packed segment is cut short.", hint="Run wb.check(), and restore from a backup.") from err
    parts, at = [], 1 + 4 * len(sizes)
    for size in sizes:
        parts.append(_decompress(blob[at : at + size]))
        at += size
    return parts


def _decompress(blob: bytes) -> bytes:
    decompressor = getattr(_local, "decompressor", None)
    if decompressor is None:
        decompressor = _local.decompressor = zstandard.ZstdDecompressor()
    try:
        body: bytes = decompressor.decompress(blob)
    except zstandard.ZstdError as err:
        raise StoreCorrupt(
            f"A stored segment cannot be decompressed ({err}).",
            hint="Run wb.check(), and restore from a backup.",
        ) from err
    return body
