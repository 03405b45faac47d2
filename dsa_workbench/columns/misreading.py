"""Texts as they come out when their bytes are read in the wrong encoding.

UTF-8 read as a code page of one byte a sign makes two or three signs of every letter beyond ASCII (`é` becomes `Ã©`).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.columns.comparable import validity

CODE_PAGES = ("cp1252", "latin-1", "mac-roman", "cp437", "cp850")
"""Encodings as which UTF-8 is often read, the likeliest first."""
LOST = {"�": "the sign for what cannot be read (U+FFFD)", "?": "a question mark"}
"""What programs write in place of a letter that they cannot read or write."""
_BEYOND_ASCII = r"[^\x00-\x7f]"


def misread(texts: Any, code_page: str) -> Any:
    """Give texts (an array or chunked array of strings) as their UTF-8 bytes read in a code page."""
    pieces = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
    return pa.chunked_array([_misread(p.cast(pa.large_string()), code_page) for p in pieces], pa.large_string())


def without_letters(texts: Any, sign: str) -> Any:
    """Give texts with a sign in place of every letter beyond ASCII."""
    return pc.replace_substring_regex(texts, _BEYOND_ASCII, sign)


def _misread(array: Any, code_page: str) -> Any:
    signs, widths = _table(code_page)
    _, bounds, data = array.buffers()
    offsets = np.frombuffer(bounds, np.int64, len(array) + 1, 8 * array.offset)
    held = data.to_pybytes() if data is not None else b""
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(widths[np.frombuffer(held, np.uint8)])])
    read = held.decode("latin-1").translate(signs).encode()
    buffers = [validity(array), pa.py_buffer(ends[offsets]), pa.py_buffer(read)]
    return pa.Array.from_buffers(pa.large_string(), len(array), buffers)


@cache
def _table(code_page: str) -> tuple[dict[int, str], npt.NDArray[np.int64]]:
    """Give the sign of each byte, and how many bytes of UTF-8 it takes; what a code page lacks is a control sign."""
    signs = {}
    for byte in range(256):
        try:
            signs[byte] = bytes([byte]).decode(code_page)
        except UnicodeDecodeError:
            signs[byte] = chr(byte)
    return signs, np.array([len(signs[byte].encode()) for byte in range(256)], np.int64)
