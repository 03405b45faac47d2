r"""Rows that end where the user says, and nowhere else: other carriage returns and line feeds are part of the cells.

Arrow's parser ends a row at each of them. So those that end none pass it as stand-ins, two noncharacters each, and are
put back into the cells that it gives. A stand-in's first character that is in the file itself gets one of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

_FIRST = "\ufdd0"
_STAND_INS = {"\r": "\ufdd0\ufdd1", "\n": "\ufdd0\ufdd2", _FIRST: "\ufdd0\ufdd3"}
_MARK = _FIRST.encode()
_BYTES = {char.encode(): stand_in.encode() for char, stand_in in _STAND_INS.items()}
_STRAY = {
    "\n": re.compile(rb"\r|" + _MARK),
    "\r\n": re.compile(rb"\r(?!\n)|(?<!\r)\n|" + _MARK),
    "\r": re.compile(rb"\n|" + _MARK),
}
LINE_ENDS = tuple(_STRAY)
_CUT = re.compile(rb"(?:\xef\xb7?|\r)\Z")
"""What the next chunk may continue: the mark, or a pair."""


def newline_of(end: str) -> bytes:
    """Give the byte that stands at the end of each row and nowhere else."""
    return end[-1].encode()


def guarded(chunks: Iterator[tuple[bytes, int]], end: str | None) -> Iterator[tuple[bytes, int]]:
    """Put stand-ins into a stream of UTF-8 (with how far the file was read); without an `end` it passes as it is."""
    if end is None:
        yield from chunks
        return
    stray, rest, position = _STRAY[end], b"", 0
    for chunk, position in chunks:
        data = rest + chunk
        cut = _CUT.search(data)
        data, rest = (data[: cut.start()], data[cut.start() :]) if cut else (data, b"")
        yield stray.sub(lambda m: _BYTES[m[0]], data), position
    if rest:
        yield stray.sub(lambda m: _BYTES[m[0]], rest), position


def put_back(column: pa.StringArray) -> pa.StringArray:
    """Give a column of cells with the characters that stand-ins stood for."""
    for char, stand_in in _STAND_INS.items():
        column = pc.replace_substring(column, stand_in, char)
    return column


def text_of(cell: str) -> str:
    """Give a text with the characters that stand-ins stood for."""
    for char, stand_in in _STAND_INS.items():
        cell = cell.replace(stand_in, char)
    return cell


def has_stand_ins(data: bytes | memoryview) -> bool:
    """Say whether a guarded text holds stand-ins."""
    return _MARK in bytes(data)
