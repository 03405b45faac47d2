"""Brings a block that Arrow's parser cannot read into a form that it can, without moving a line.

Comments become blank lines, blanks that pad cells go, runs of blanks become one. Quoted cells stay as they are, but
where a zero byte stands before a quote, for which Arrow has no sign: there the quote is doubled.
"""

from __future__ import annotations

import re
from functools import lru_cache

from dsa_workbench.files.text.records import Dialect, quoted_cell

MARK = b"\xef\xbb\xbf"


def cleaned(data: memoryview, dialect: Dialect) -> bytes | memoryview:
    """Give the same records in plain form."""
    if dialect.is_plain:
        return data
    text = bytes(data)
    if dialect.quote is None or dialect.quote.encode() not in text:
        return _padding(dialect).sub(lambda m: _replacement(m, dialect), text) if _padding_parts(dialect) else data
    return _all_cells(dialect).sub(lambda m: _replacement(m, dialect), text)


def without_marks(data: memoryview) -> tuple[memoryview, bool]:
    """Leave out byte order marks at the beginning of lines, where files were put together; and say whether."""
    whole = data.obj
    # One byte is looked for ten times as fast as three, and most files have none.
    if not isinstance(whole, bytes) or whole.find(MARK[:1]) < 0 or whole.find(MARK) < 0:
        return data, False
    text = re.sub(rb"(\A|(?<=[\r\n]))" + MARK, b"", bytes(data))
    return memoryview(text), len(text) < len(data)


def _replacement(match: re.Match[bytes], dialect: Dialect) -> bytes:
    kind = match.lastgroup
    if kind == "comment":
        return b""
    if kind == "run":
        return dialect.delimiter.encode()
    if kind == "edge":
        return b""
    found = match[0]
    if dialect.escape == "\0":
        found = re.sub(
            rb"\0(.)", lambda m: m[1] * 2 if m[1].decode() == dialect.quote else m[1], found, flags=re.DOTALL
        )
    return found.lstrip(b" ") if dialect.blanks or dialect.runs else found


@lru_cache(maxsize=16)
def _padding(dialect: Dialect) -> re.Pattern[bytes]:
    return re.compile(b"|".join(_padding_parts(dialect)))


@lru_cache(maxsize=16)
def _all_cells(dialect: Dialect) -> re.Pattern[bytes]:
    parts = _padding_parts(dialect)
    comment = [p for p in parts if b"<comment>" in p]
    others = [p for p in parts if b"<comment>" not in p]
    return re.compile(b"|".join([*comment, b"(?P<cell>" + quoted_cell(dialect).pattern + b")", *others]))


def _padding_parts(dialect: Dialect) -> list[bytes]:
    parts = []
    if dialect.comment is not None:
        parts.append(rb"(?P<comment>(?:\A|(?<=[\r\n]))" + re.escape(dialect.comment.encode()) + rb"[^\r\n]*+)")
    if dialect.runs:
        d = re.escape(dialect.delimiter.encode())
        parts.append(rb"(?P<edge>(?:\A|(?<=[\r\n]))" + d + rb"++|" + d + rb"++(?=[\r\n]|\Z))")
        parts.append(rb"(?P<run>" + d + rb"++)")
    elif dialect.blanks:
        parts.append(rb"(?P<edge>(?<=[" + re.escape(dialect.delimiter.encode()) + rb"]) ++)")
    return parts
