"""How much memory the texts of an .xlsx sheet take, once each cell has its own.

A text that many cells share is stored once in the file. calamine gives every cell a copy: a few kilobytes of file can
be gigabytes of text.
"""

from __future__ import annotations

import re
import zipfile

import numpy as np

_CHUNK = 1 << 20
_MOST = 2 << 30
_LONG = 256
"""Bytes; shorter texts cannot do much harm in a file whose size is bounded."""
_END = re.compile(rb"</(?:\w+:)?si>")
_INDEX = re.compile(rb"\bt=[\"']s[\"'][^>]*>\s*<(?:\w+:)?v>(\d{1,9})<")


def check_texts(archive: zipfile.ZipFile, part: str, shared: str | None, filled: int) -> None:
    """Refuse a sheet whose texts would take more than 2 GB.

    Raises
    ------
    ValueError
        They would.
    """
    if shared is None or filled * archive.getinfo(shared).file_size < _MOST:
        return
    data = archive.read(shared)
    if all(data.find(b"si>", at, at + _LONG) >= 0 for at in range(0, len(data), _LONG)):
        return
    ends = np.array([0, *(match.end() for match in _END.finditer(data))])
    lengths = np.diff(ends)
    if not len(lengths) or filled * int(lengths.max()) < _MOST:
        return
    total, held = 0, b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            whole, cut, rest = (held + chunk).rpartition(b"</c>" if b"</c>" in chunk else b"c>")
            held = rest
            used = np.array(_INDEX.findall(whole + cut), dtype=np.int64)
            total += int(lengths[used[used < len(lengths)]].sum())
    if total > _MOST:
        raise ValueError(f"its cells repeat long texts to {total:,} bytes in all")
