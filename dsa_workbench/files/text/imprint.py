"""What a file of delimited text was, apart from the table in it: so that two files of one table can be told apart.

Digests are taken of the text in steps, each forgetting one thing more: the encoding, the line ends, what stands above
the table, quotes and delimiters. The first step at which two files agree proves what they differ in.
"""

from __future__ import annotations

from typing import Any

from blake3 import blake3

from dsa_workbench.files.text.delimited import DelimitedTable
from dsa_workbench.files.text.detect import to_utf8

MOST_BYTES = 16 << 20
"""Of a larger file only its own digest is taken: the steps hold all of the text in memory."""
STEPS = ("digest", "text", "lines", "table", "cells")
_CHUNK = 1 << 20
_BREAK = b"\x1f"


def imprint(table: Any) -> dict[str, Any] | None:
    """Describe the file that a table was read from, once all of it was read; None where it is no delimited text."""
    inner = table
    while not isinstance(inner, DelimitedTable) and hasattr(inner, "table"):
        inner = inner.table
    if not isinstance(inner, DelimitedTable):
        return None
    file, found = inner.text.file, inner.found
    size, digest = _digest(inner)
    out: dict[str, Any] = {
        "size": size,
        "compression": file.compression or "none",
        "encoding": inner.text.encoding,
        "byte order mark": "yes" if found.bom else "no",
        "delimiter": found.layout.dialect.delimiter,
        "quote": found.layout.dialect.quote or "none",
        "lines above the table": found.preamble,
        "digest": digest,
    }
    text = _text(inner)
    return out if text is None else out | _steps(text, inner)


def _digest(table: DelimitedTable) -> tuple[int, str]:
    """Give the size of the file and its digest, which who cut it into slices may have taken."""
    if table.digest is not None and table.text.file.size is not None:
        return table.text.file.size, table.digest
    raw = blake3()
    size = 0
    with table.text.file.open_raw() as stream:
        while chunk := stream.read(_CHUNK):
            raw.update(chunk)
            size += len(chunk)
    return size, raw.hexdigest()


def _text(table: DelimitedTable) -> bytes | None:
    """Read the file as UTF-8 without a byte order mark; None where it is too large."""
    parts, size = [], 0
    for part, _ in to_utf8(table.text.file.chunks(_CHUNK), table.text.encoding, table.found.bom, table.label):
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES:
            return None
    return b"".join(parts)


def _steps(text: bytes, table: DelimitedTable) -> dict[str, Any]:
    dialect = table.found.layout.dialect
    lines = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n")
    body = lines.split(b"\n", _first_line(table))[-1].lstrip(b"\n")
    cells = body.replace((dialect.quote or "").encode(), b"") if dialect.quote else body
    return {
        "line ends": _line_ends(text),
        "text": blake3(text).hexdigest(),
        "lines": blake3(lines).hexdigest(),
        "table": blake3(body).hexdigest(),
        "cells": blake3(cells.replace(dialect.delimiter.encode(), _BREAK)).hexdigest(),
    }


def _first_line(table: DelimitedTable) -> int:
    """Count the lines above the table, blank ones among them too."""
    shape = table.found.candidates[0].shape
    above = shape.rows[0].line if shape.preamble and shape.rows else 0
    return above + table.found.separator_line


def _line_ends(text: bytes) -> str:
    both = text.count(b"\r\n")
    kinds = {"CRLF": both, "LF": text.count(b"\n") - both, "CR": text.count(b"\r") - both}
    return " and ".join(name for name, number in kinds.items() if number) or "none"
