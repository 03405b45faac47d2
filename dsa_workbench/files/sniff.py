"""The first look at a file of delimited text: how it is written, and what its columns are called."""

from __future__ import annotations

from dataclasses import dataclass

from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.files.detect import (
    CP1252,
    SAMPLE_BYTES,
    check_text,
    guess_delimiter,
    guess_utf16,
    is_utf8,
    known_encoding,
    split_bom,
    to_utf8,
)
from dsa_workbench.files.header import column_names, numbered
from dsa_workbench.files.parse import Layout, first_cells
from dsa_workbench.files.records import Dialect, count_byte, first_border, unclosed
from dsa_workbench.files.stream import Input
from dsa_workbench.files.tables import ReadOptions

_DELIMITER_NAMES = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True)
class Found:
    """What the first look found: `skipped` bytes of UTF-8 stand before the first row, which begins in line `lines`."""

    layout: Layout
    names: list[str]
    encoding: str
    bom: int
    skipped: int
    lines: int
    notes: tuple[str, ...]


def sniff(file: Input, options: ReadOptions) -> Found:
    """Find encoding, delimiter and header, as far as the options do not say them.

    Raises
    ------
    ImportRejected
        The file is empty, is no text, or its first row does not end.
    InvalidInput
        An option cannot be used.
    """
    if not file.head:
        raise ImportRejected(f"{file.label} is empty.", hint="Check that the right file was given.", file=file.label)
    encoding, bom = _encoding(file, options)
    notes = [] if encoding == "utf-8" else [encoding_note(encoding)]
    data = _first_records(file, options, encoding, bom)
    newline = b"\n" if b"\n" in data or b"\r" not in data else b"\r"
    delimiter = options.delimiter or guess_delimiter(data[:SAMPLE_BYTES].decode(errors="ignore"), options.quote) or ","
    if options.delimiter is None and delimiter in _DELIMITER_NAMES:
        notes.append(f"cells are separated by {_DELIMITER_NAMES[delimiter]}.")
    _check_byte("delimiter", delimiter)
    _check_byte("quote", options.quote)
    dialect = Dialect(delimiter, options.quote, newline)
    blank = len(data) - len(data.lstrip(b"\r\n"))
    first = data[blank : blank + first_border(data[blank:], dialect)]
    if not first:
        raise ImportRejected(
            f"{file.label} holds no rows.", hint="Check that the right file was given.", file=file.label
        )
    cells = first_cells(first, dialect, file.label)
    layout = Layout(file.label, dialect, len(cells), options.null_tokens, options.ragged == "fill")
    if options.header is False:
        skipped = blank if len(cells) > 1 else 0
        names = numbered(len(cells))
    else:
        skipped = blank + len(first)
        names, changes = column_names(cells)
        notes += changes
    return Found(layout, names, encoding, bom, skipped, 1 + count_byte(data[:skipped], newline), tuple(notes))


def encoding_note(encoding: str, line: int | None = None, byte: int = 0) -> str:
    """Say which encoding was assumed, and what in the file made it so."""
    why = f" (line {line:,} holds byte 0x{byte:02x})" if line is not None else ""
    what = f"the text is not UTF-8{why}; it was read" if encoding == CP1252 else "the text was read"
    return f"{what} as {encoding}; another encoding can be named with encoding=."


def _encoding(file: Input, options: ReadOptions) -> tuple[str, int]:
    """Give the encoding, and how many bytes of a byte order mark to skip."""
    marked, bom = split_bom(file.head)
    if options.encoding:
        encoding = known_encoding(options.encoding)
    elif marked is not None:
        encoding = marked
    else:
        encoding = guess_utf16(file.head) or "utf-8"
        check_text(file.head, encoding, file.label)
        if encoding == "utf-8" and not is_utf8(file.head):
            encoding = CP1252
    # These codecs read the mark themselves.
    return encoding, 0 if encoding in ("utf-16", "utf-32") else bom


def _first_records(file: Input, options: ReadOptions, encoding: str, bom: int) -> bytes:
    """Read until the first record surely ends, which a header of thousands of columns may delay."""
    data = b""
    for chunk, _ in to_utf8(file.chunks(SAMPLE_BYTES), encoding, bom, file.label):
        data += chunk
        if len(data) >= SAMPLE_BYTES and (b"\n" in data[:-1] or b"\r" in data[:-1]):
            break
        if len(data) > options.max_record_bytes:
            raise unclosed(file.label, 1, options.max_record_bytes)
    return data


def _check_byte(option: str, value: str | None) -> None:
    if value is not None and (len(value) != 1 or not value.isascii() or value in "\r\n"):
        raise InvalidInput(
            f"{option}={value!r} cannot be used.", hint="Give one ASCII character, such as ';' or '\\t'."
        )
