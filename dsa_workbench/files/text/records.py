"""Cuts a stream of CSV bytes into blocks that end where a record ends, so that blocks can be parsed apart.

A newline inside quotes ends no record. Where every opening quote stands at the beginning of a cell, counting quotes
is enough: an even number of them before a newline means that it ends a record. Otherwise (``5" pipe`` in an
unquoted cell) a regular expression reads the quoted cells one by one, with the rules of Arrow's parser: a quote
opens a cell only at its beginning, two quotes inside are one, and after the closing quote all is plain up to the
next separator.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.tables import MIB


@dataclass(frozen=True, slots=True)
class Dialect:
    r"""How a file of delimited text is written; `newline` is what is searched for, b"\n" unless there is only b"\r"."""

    delimiter: str = ","
    quote: str | None = '"'
    newline: bytes = b"\n"
    escape: str | None = None
    """What takes the meaning from the character behind it; quotes in quotes may be doubled all the same."""
    comment: str | None = None
    """What begins a line that is no row."""
    blanks: bool = False
    """Whether blanks behind a delimiter are no part of the cell, so that a quote may stand behind them."""
    runs: bool = False
    """Whether several delimiters in a row are one, as in columns that are lined up with blanks."""
    guarded: bool = False
    """Whether only the line end that was given ends rows, and others pass as stand-ins (`line_ends`)."""

    @property
    def is_plain(self) -> bool:
        """Say whether Arrow's parser can take the bytes as they are."""
        return self.comment is None and not self.blanks and not self.runs and self.escape != "\0"


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records: the bytes, the line at which they begin (from 1), and their place in the decoded file."""

    data: memoryview
    line: int
    offset: int
    position: int
    """How far the file itself was read, for progress."""


def cut_blocks(
    chunks: Iterable[tuple[bytes, int]],
    dialect: Dialect,
    *,
    label: str,
    limit: int,
    line: int = 1,
    offset: int = 0,
) -> Iterator[Block]:
    """Cut a stream of (bytes, position in the file) at record borders.

    Raises
    ------
    ImportRejected
        A record is longer than `limit` bytes, which means that a quote was never closed.
    """
    rest: list[bytes] = []
    held = 0
    position = 0
    for chunk, position in chunks:
        if not chunk:
            continue
        rest.append(chunk)
        held += len(chunk)
        # Look again only once the held bytes have doubled, so that a long record is not scanned for every chunk.
        if len(rest) > 1 and held < 2 * len(rest[0]) and held < limit:
            continue
        data = rest[0] if len(rest) == 1 else b"".join(rest)
        border = last_border(data, dialect)
        if not border:
            if held > limit:
                raise unclosed(label, line, limit)
            rest = [data]
            continue
        block = memoryview(data)[:border]
        yield Block(block, line, offset, position)
        line += count_byte(block, dialect.newline)
        offset += border
        rest = [data[border:]] if border < len(data) else []
        held -= border
    if held:
        yield Block(memoryview(ended(b"".join(rest), dialect, label, line)), line, offset, position)


def ended(data: bytes, dialect: Dialect, label: str, line: int) -> bytes:
    """Give the last bytes of a file with the line end that may be missing; they begin with a record, in `line`.

    Raises
    ------
    ImportRejected
        A quote in them is never closed.
    """
    # Arrow takes an unquoted empty cell at the very end for a quoted one unless a line end follows.
    for text in (data, data + dialect.newline):
        border = last_border(text, dialect)
        if border == len(text):
            return text
    raise unclosed(label, line + count_byte(data[:border], dialect.newline), None)


def count_byte(data: bytes | memoryview, byte: bytes) -> int:
    """Count a byte; numpy does it four times faster than bytes.count."""
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == byte[0]))


def unclosed(label: str, line: int, limit: int | None) -> ImportRejected:
    """Say that a record does not end: not at all, or not within so many bytes."""
    what = "has a quote that is never closed" if limit is None else f"is longer than {limit / MIB:,.0f} MiB"
    return ImportRejected(
        f"{label}: the row that begins in line {line:,} {what}.",
        hint="Close the quote, or import the file with quote=None if quotes mean nothing in it.",
        file=label,
        line=line,
    )


def last_border(data: bytes, dialect: Dialect) -> int:
    """Find the index just after the last newline that ends a record; 0 where there is none.

    `data` begins where a record begins.
    """
    newline = data.rfind(dialect.newline)
    if newline < 0:
        return 0
    escaped = _escapes_all(dialect) and (dialect.escape or "").encode() in data
    if dialect.quote is None or dialect.quote.encode() not in data:
        return _border_by_cells(data, dialect.newline, quoted_cell(dialect)) if escaped else newline + 1
    quote = dialect.quote.encode()
    quotes = np.flatnonzero(np.frombuffer(data, np.uint8) == quote[0])
    special = [c for c in (dialect.escape, dialect.comment) if c is not None and c.encode() in data]
    if not special and _is_tidy(data, quotes, dialect):
        inside = len(quotes) % 2
        end = len(data)
        while newline >= 0:
            inside ^= data.count(quote, newline, end) % 2
            if not inside:
                return newline + 1
            end = newline
            newline = data.rfind(dialect.newline, 0, newline)
        return 0
    return _border_by_cells(data, dialect.newline, quoted_cell(dialect))


def first_border(data: bytes, dialect: Dialect) -> int:
    """Find the index just after the first record; the whole length where it does not end."""
    at = 0
    while (newline := data.find(dialect.newline, at)) >= 0:
        if last_border(data[: newline + 1], dialect) == newline + 1:
            return newline + 1
        at = newline + 1
    return len(data)


def _is_tidy(data: bytes, quotes: npt.NDArray[np.int64], dialect: Dialect) -> bool:
    """Say whether counting quotes is enough: every opening one stands after a separator, or doubles a closing one."""
    opening = quotes[::2]
    if len(opening) and opening[0] == 0:
        opening = opening[1:]
    array = np.frombuffer(data, np.uint8)
    before = array[opening - 1]
    fine = (before == ord(dialect.delimiter)) | (before == array[quotes[0]]) | (before == 10) | (before == 13)
    return bool(fine.all())


def _escapes_all(dialect: Dialect) -> bool:
    """Say whether the escape takes the meaning from line ends and delimiters too, as it does for Arrow."""
    return dialect.escape not in (None, "", "\0")


@lru_cache(maxsize=16)
def quoted_cell(dialect: Dialect) -> re.Pattern[bytes]:
    """Make a pattern for quoted cells, and for what else may hold line ends or quotes: comments, escaped characters.

    The group `open` matches where a quoted cell is never closed.
    """
    d, q, e = (re.escape((c or "").encode()) for c in (dialect.delimiter, dialect.quote, dialect.escape))
    parts = []
    if dialect.comment is not None:
        parts.append(rb"(?:\A|(?<=[\r\n]))" + re.escape(dialect.comment.encode()) + rb"[^\r\n]*+")
    if q:
        start = rb"(?:\A|(?<=[" + d + rb"\r\n]))" + (rb" *+" if dialect.blanks or dialect.runs else b"")
        inner = rb"[^" + q + e + rb"]|" + (e + rb"[\s\S]|" if e else b"") + q + q
        parts.append(start + q + rb"(?:" + inner + rb")*+(?:" + q + rb"|(?P<open>))")
    if _escapes_all(dialect):
        # A quote behind an escaped delimiter stands in the middle of a cell.
        parts.append(e + rb"[\s\S]" + (q + b"?+" if q else b""))
    return re.compile(rb"|".join(parts))


def _border_by_cells(data: bytes, line_end: bytes, pattern: re.Pattern[bytes]) -> int:
    last = 0
    previous_end = 0
    quotes = "open" in pattern.groupindex
    for cell in pattern.finditer(data):
        newline = data.rfind(line_end, previous_end, cell.start())
        if newline >= 0:
            last = newline + 1
        if quotes and cell.group("open") is not None:
            return last
        previous_end = cell.end()
    newline = data.rfind(line_end, previous_end)
    return newline + 1 if newline >= 0 else last


def record_starts(data: memoryview, dialect: Dialect, *, blank_lines: bool) -> npt.NDArray[np.int64]:
    """Find where each record begins, to tell a person its line; blank lines are records only where asked."""
    return record_spans(data, dialect, blank_lines=blank_lines)[0]


def record_spans(
    data: memoryview, dialect: Dialect, *, blank_lines: bool
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Find where each record begins and where the next line does; blank lines are records only where asked."""
    array = np.frombuffer(data, np.uint8)
    ends_line = (array == 10) | (array == 13)
    ends_line[:-1] &= (array[:-1] != 13) | (array[1:] != 10)
    borders = np.flatnonzero(ends_line) + 1
    if dialect.quote is not None or _escapes_all(dialect):
        spans = [c.span() for c in quoted_cell(dialect).finditer(data)]
        if spans:
            begin, end = np.array(spans, np.int64).T
            cell = np.searchsorted(begin, borders - 1, "right") - 1
            borders = borders[(cell < 0) | (borders > end[cell])]
    starts: npt.NDArray[np.int64] = np.concatenate([np.zeros(1, np.int64), borders])
    starts = starts[starts < len(data)]
    ends = np.append(starts[1:], len(data))
    if blank_lines and dialect.comment is None:
        return starts, ends
    first = array[starts]
    filled = (first != 10) & (first != 13)
    if dialect.comment is not None:
        filled &= first != ord(dialect.comment)
    return starts[filled], ends[filled]
