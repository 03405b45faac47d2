"""Arrays from the packed forms of segments (`columns.packing`; docs/format.md, section 4).

Most of the cost is memory: numbers stay as narrow as their planes for as long as they can, and are widened once.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns import layout
from dsa_workbench.columns.packing import DECIMALS, DICTIONARY, FIXED_TEXT, HEAD, INTS, TEXT
from dsa_workbench.errors import StoreCorrupt

_CORRUPT_HINT = "Run wb.check(), and restore from a backup."


def unpack(parts: list[bytes], kind: Any, rows: int, window: slice | None = None) -> Any:
    """Give the array of a packed form, or of a window of its rows alone.

    Raises
    ------
    StoreCorrupt
        The bytes are none, or not of this type and number of rows.
    """
    body = parts[0] if parts else b""
    form = body[0] if body else 0
    asked = slice(0, rows) if window is None else window
    count = asked.stop - asked.start
    try:
        if form == INTS:
            values, width, bitmap = _ints(body, rows, asked)
            return _ints_array(values, width, bitmap, kind, count)
        if form == DECIMALS:
            values, _, bitmap = _ints(body[2:], rows, asked)
            return _from_buffers(kind, count, bitmap, [values / 10.0 ** body[1]])
        if form == DICTIONARY:
            return _coded_text(parts, kind, rows, asked)
        if form == FIXED_TEXT:
            return _fixed_text(_fixed_words(parts, rows, asked), kind, count)
        if form == TEXT:
            # Its bytes are not copied, so that all of it costs no more than its lengths.
            lengths, _, bitmap = _ints(body[1:], rows, slice(0, rows))
            return _text_array(lengths, bitmap, parts[1], kind, rows)[asked]
    except (struct.error, ValueError, IndexError, pa.ArrowException) as err:
        raise StoreCorrupt(f"A packed segment cannot be read ({err}).", hint=_CORRUPT_HINT) from err
    raise StoreCorrupt(f"A packed segment names a form {form} that is none.", hint=_CORRUPT_HINT)


def _ints(body: bytes, rows: int, window: slice) -> tuple[npt.NDArray[Any], int, Any]:
    """Give values in 32 bits where that is enough for them or for their type, else in 64; their type's width; nulls."""
    _, width, planes, flags, least, factor = HEAD.unpack_from(body)
    data = np.frombuffer(body, dtype=np.uint8)[HEAD.size :]
    bitmap, valid, count = None, None, rows
    if flags & 1:
        size = (rows + 7) // 8
        bitmap, data = pa.py_buffer(data[:size].tobytes()), data[size:]
        valid = layout.bits(bitmap, 0, rows).view(np.bool_)
        count = int(np.count_nonzero(valid))
    if len(data) != planes * count or planes > 8:
        raise StoreCorrupt("A packed segment does not have the length of its rows.", hint=_CORRUPT_HINT)
    low, high = window.start, window.stop
    if valid is not None and high - low < rows:
        low = int(np.count_nonzero(valid[: window.start]))
        valid = valid[window]
        high = low + int(np.count_nonzero(valid))
        bitmap = layout.pack_bits(valid.view(np.uint8))
    elif valid is not None:
        high = count
    steps = bool(flags & 2)
    numbers = _join_planes(data.reshape(planes, count)[:, 0 if steps else low : high])
    most = least + factor * ((1 << 8 * planes) - 1)
    # What is beyond the width of the type is cut off in the end, so that it need not be reckoned with.
    small = planes <= 4 and (width <= 4 or (not steps and least >= -(1 << 31) and most < 1 << 31))
    signed: Any = np.int32 if small else np.int64
    if steps:
        numbers = np.cumsum(_unfolded(numbers), dtype=signed)[low:]
    elif numbers.itemsize == signed().itemsize:
        numbers = numbers.view(signed)
    else:
        numbers = numbers.astype(signed)
    if factor != 1:
        numbers *= _wrapped(factor, signed)
    if least:
        numbers += _wrapped(least, signed)
    if valid is not None:
        spread = np.zeros(len(valid), dtype=signed)
        spread[valid] = numbers
        numbers = spread
    return numbers, width, bitmap


def _wrapped(number: int, kind: Any) -> Any:
    """Give a number modulo the size of a type."""
    bits = 8 * kind().itemsize
    return kind((number + (1 << bits - 1)) % (1 << bits) - (1 << bits - 1))


def _join_planes(octets: npt.NDArray[np.uint8]) -> npt.NDArray[Any]:
    """Put byte planes (planes, rows) together, in the narrowest unsigned type that holds them."""
    planes, rows = octets.shape
    if planes > 4:
        low, high = (_join_planes(half).astype(np.uint64) for half in (octets[:4], octets[4:]))
        joined: npt.NDArray[Any] = (high << np.uint64(32)) | low
        return joined
    if planes <= 1:
        return octets[0] if planes else np.zeros(rows, np.uint8)
    kind: Any = np.uint16 if planes == 2 else np.uint32
    whole: npt.NDArray[Any] = octets[0].astype(kind)
    for i in range(1, planes):
        whole |= octets[i].astype(kind) << kind(8 * i)
    return whole


def _unfolded(numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Give the steps that zigzag codes stand for, in a signed type of the same width."""
    one = numbers.dtype.type(1)
    signs = -(numbers & one)
    folded: npt.NDArray[Any] = (numbers >> one) ^ signs
    return folded.view(f"i{numbers.itemsize}")


def _ints_array(values: npt.NDArray[Any], width: int, bitmap: Any, kind: Any, rows: int) -> Any:
    if kind.byte_width != width:
        raise StoreCorrupt(f"A packed segment of {width}-byte values is read as {kind}.", hint=_CORRUPT_HINT)
    narrow = values.astype(f"<i{width}", copy=False)
    return _from_buffers(kind, rows, bitmap, [narrow])


def _coded_text(parts: list[bytes], kind: Any, rows: int, window: slice) -> Any:
    body = parts[0]
    _, count = struct.unpack_from("<BI", body)
    codes, _, bitmap = _ints(body[5:], rows, window)
    rows = len(codes)
    if parts[1][:1] == bytes([FIXED_TEXT]) and bitmap is None:
        if rows and codes.min() < 0:
            raise StoreCorrupt("A packed text segment has a code below 0.", hint=_CORRUPT_HINT)
        return _fixed_text(np.take(_fixed_words(parts[1:], count, slice(0, count)), codes), kind, rows)
    indices = _ints_array(codes, 4, bitmap, pa.int32(), rows)
    return pa.DictionaryArray.from_arrays(indices, unpack(parts[1:], kind, count)).dictionary_decode()


def _fixed_words(parts: list[bytes], rows: int, window: slice) -> npt.NDArray[np.void]:
    """Give words of one length, one void value each."""
    planes = [np.frombuffer(part, dtype=np.uint8, count=rows)[window] for part in parts[1:]]
    words: npt.NDArray[np.void] = np.stack(planes, axis=1).view(f"V{len(planes)}")[:, 0]
    return words


def _fixed_text(words: npt.NDArray[np.void], kind: Any, rows: int) -> Any:
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(words.itemsize)
    return _from_buffers(kind, rows, None, [offsets, words.view(np.uint8)])


def _text_array(lengths: npt.NDArray[Any], bitmap: Any, body: bytes, kind: Any, rows: int) -> Any:
    if (rows and lengths.min() < 0) or lengths.sum(dtype=np.int64) != len(body):
        raise StoreCorrupt("A packed text segment does not have the length it claims.", hint=_CORRUPT_HINT)
    offsets = np.zeros(rows + 1, dtype=np.int32)
    np.cumsum(lengths, dtype=np.int32, out=offsets[1:])
    return _from_buffers(kind, rows, bitmap, [offsets, pa.py_buffer(body)])


def _from_buffers(kind: Any, rows: int, bitmap: Any, parts: list[Any]) -> Any:
    buffers = [bitmap, *(pa.py_buffer(p) if isinstance(p, np.ndarray) else p for p in parts)]
    return pa.Array.from_buffers(kind, rows, buffers)
