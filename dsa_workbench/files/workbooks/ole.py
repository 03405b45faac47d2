"""The compound file that an .xls workbook, or an encrypted one of any kind, lies in: a small file system.

xlrd has a reader of its own, which runs for ever where a damaged file's chain of sectors bites its own tail. Here each
chain is at most as long as its table, and what lies outside of the file is not there.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator, Sequence

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512
_ENTRY = 128
_STREAM = 2
_NEGATIVE, _SPECIAL = 1 << 31, (1 << 32) - 4
"""Sector numbers from the one up to the other cannot be; those above stand for an end or nothing."""


def read_streams(data: bytes, wanted: Sequence[str]) -> dict[str, bytes]:
    """Give the streams with these names (in lower case) that lie in the root of a compound file.

    Raises
    ------
    ValueError
        The header or the directory makes no sense.
    """
    if len(data) < _HEADER:
        raise ValueError("it is cut off")
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if not (7 <= shift <= 20 and mini_shift <= shift):
        raise ValueError("its sectors have no possible size")
    directory, cutoff, mini_table = struct.unpack_from("<I4xII", data, 48)
    fat = _table(data, _fat_sectors(data, 1 << shift), 1 << shift)

    def read(start: int) -> bytes:
        return b"".join(_sector(data, number, 1 << shift) for number in _chain(fat, start))

    entries = read(directory)
    if len(entries) < _ENTRY:
        raise ValueError("its directory is missing")
    minis = array("I", _whole(read(mini_table)))
    found = {}
    container: bytes | None = None
    for name, start, size in _streams(entries):
        if name not in wanted or name in found:
            continue
        if size >= cutoff:
            found[name] = read(start)[:size]
            continue
        container = read(struct.unpack_from("<I", entries, 116)[0]) if container is None else container
        width = 1 << mini_shift
        found[name] = b"".join(container[n * width : (n + 1) * width] for n in _chain(minis, start))[:size]
    return found


def _streams(entries: bytes) -> Iterator[tuple[str, int, int]]:
    """Walk the tree of the root's members: name, first sector, size."""
    count = len(entries) // _ENTRY
    waiting, seen = [struct.unpack_from("<I", entries, 76)[0]], set()
    while waiting:
        number = waiting.pop()
        if number >= count or number in seen:
            continue
        seen.add(number)
        at = number * _ENTRY
        length, kind = struct.unpack_from("<HB", entries, at + 64)
        waiting += struct.unpack_from("<II", entries, at + 68)
        if kind == _STREAM:
            name = entries[at : at + min(max(length - 2, 0), 62)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", entries, at + 116)
            yield name.lower(), start, size


def _fat_sectors(data: bytes, size: int) -> list[int]:
    """List the sectors that hold the table of sectors; those beyond 109 are listed in sectors of their own."""
    listed = list(struct.unpack_from("<109I", data, 76))
    (more,) = struct.unpack_from("<I", data, 68)
    seen: set[int] = set()
    while more not in seen and (sector := _sector(data, more, size)):
        seen.add(more)
        *numbers, more = array("I", _whole(sector))
        listed += numbers
    return listed


def _table(data: bytes, sectors: Sequence[int], size: int) -> array[int]:
    table = array("I")
    for number in dict.fromkeys(sectors):
        if _NEGATIVE <= number < _SPECIAL:
            raise ValueError(f"its table of sectors leads to {number - (1 << 32)}")
        table.frombytes(_whole(_sector(data, number, size)))
    return table


def _sector(data: bytes, number: int, size: int) -> bytes:
    return data[_HEADER + number * size : _HEADER + (number + 1) * size]


def _chain(table: array[int], start: int) -> Iterator[int]:
    for _ in range(len(table)):
        if start >= len(table):
            return
        yield start
        start = table[start]


def _whole(data: bytes) -> bytes:
    return data[: len(data) // 4 * 4]
