"""The first look at a file of delimited text: how it is written, and what its columns are called."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.files.header import column_names, numbered
from dsa_workbench.files.stream import Input
from dsa_workbench.files.tables import DETECT, ReadOptions
from dsa_workbench.files.text.detect import (
    CP1252,
    SAMPLE_BYTES,
    check_text,
    guess_utf16,
    is_utf8,
    known_encoding,
    split_bom,
    to_utf8,
)
from dsa_workbench.files.text.dialects import Candidate, Fixed, find_dialect, heading_above
from dsa_workbench.files.text.encodings import Guess, guess_encodings, high_lines
from dsa_workbench.files.text.line_ends import LINE_ENDS, guarded, newline_of, text_of
from dsa_workbench.files.text.numerals import Numerals, find_numerals
from dsa_workbench.files.text.parse import Layout, first_cells
from dsa_workbench.files.text.records import Dialect, count_byte, ended, first_border, unclosed
from dsa_workbench.files.text.shape import Shape

NAMES = {
    ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks", ":": "colons", "^": "carets",
    "~": "tildes",
}  # fmt: skip
_SEPARATOR = re.compile(rb'"?sep=([^\r\n])"?(?:\r\n|\n|\r)', re.IGNORECASE)


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
    header: bool
    numerals: Numerals | None
    encodings: tuple[Guess, ...]
    candidates: tuple[Candidate, ...]
    preamble: int
    separator_line: bool


def sniff(file: Input, options: ReadOptions) -> Found:
    """Find encoding, dialect, header and what stands above it, as far as the options do not say them.

    Raises
    ------
    ImportRejected
        The file is empty, is no text, or its first row does not end.
    InvalidInput
        An option cannot be used.
    """
    if not file.head:
        raise ImportRejected(f"{file.label} is empty.", hint="Check that the right file was given.", file=file.label)
    check_options(options)
    encoding, bom, guesses = _encoding(file, options)
    notes = [] if encoding == "utf-8" else [encoding_note(encoding)]
    data = _first_records(file, options, encoding, bom)
    whole = len(data) < SAMPLE_BYTES
    separator = _SEPARATOR.match(data) if options.delimiter is None else None
    skipped = separator.end() if separator else 0
    given = separator[1].decode(errors="replace") if separator else options.delimiter
    if given == "\\":
        given = "\t"
    sample = data[skipped : skipped + SAMPLE_BYTES].decode(errors="surrogateescape")
    quote = None if options.quote == DETECT else options.quote or ""
    fixed = Fixed(given, quote, options.escape, options.comment, options.skip_rows)
    candidates = find_dialect(sample, fixed, whole=whole)
    best = candidates[0]
    dialect = _with_newline(best.dialect, data[:SAMPLE_BYTES], options.line_end)
    notes += _dialect_notes(dialect, options, separator is not None)
    skipped += _above(sample, best, options)
    if best.shape.preamble and options.skip_rows is None:
        lines = 1 + best.shape.preamble[-1].line - best.shape.preamble[0].line
        notes.append(f"{lines} line(s) above the table were left out; skip_rows=0 (--skip-rows 0) keeps them.")
    body = data[skipped:]
    skipped += _blank(body, dialect)
    body = data[skipped:]
    first = body[: first_border(body, dialect)]
    if not first:
        raise ImportRejected(
            f"{file.label} holds no rows.", hint="Check that the right file was given.", file=file.label
        )
    ended(first, dialect, file.label, 1 + count_byte(data[:skipped], dialect.newline))
    cells = first_cells(first, dialect, file.label)
    header = best.shape.header if options.header is None else options.header
    trailing = best.shape.trailing and options.ragged != "fill"
    width = len(best.shape.rows[1].cells) if trailing and not header else len(cells)
    layout = Layout(
        file.label, dialect, width + (trailing and header), options.null_tokens, options.ragged == "fill", trailing
    )
    if header:
        skipped += len(first)
        names, changes = column_names(cells)
        notes += changes
    else:
        above, sign = heading_above(sample, best)
        above = [text_of(cell) for cell in above] if dialect.guarded else above
        names = column_names(above)[0] if options.header is None and above else numbered(width - trailing)
        if options.header is None and above:
            said = NAMES.get(sign, repr(sign))
            notes.append(f"the names in the line above the first row are separated by {said}, unlike the rows.")
        elif options.header is None:
            notes.append(f"there is no header: {best.shape.reason}; header=True (--header) takes the first row for it.")
    numerals = find_numerals(names, [r.cells for r in best.shape.rows[1:]], dialect.delimiter, options)
    if numerals is not None and options.decimal is None:
        notes.append(numerals.note())
    return Found(
        layout, names, encoding, bom, skipped, 1 + count_byte(data[:skipped], dialect.newline), tuple(notes), header,
        numerals, tuple(guesses), tuple(candidates), len(best.shape.preamble), separator is not None,
    )  # fmt: skip


def encoding_note(encoding: str, line: int | None = None, byte: int = 0) -> str:
    """Say which encoding was assumed, and what in the file made it so."""
    why = f" (line {line:,} holds byte 0x{byte:02x})" if line is not None else ""
    guessed = not encoding.startswith("utf")
    what = f"the text is not UTF-8{why}; it was read" if guessed else "the text was read"
    return f"{what} as {encoding}; another encoding can be named with encoding=."


def guess_from(file: Input) -> list[Guess]:
    """Guess the encoding of a file that is not UTF-8 from all the lines that show it."""
    return guess_encodings(high_lines(chunk for chunk, _ in file.chunks(1 << 20)))


def check_options(options: ReadOptions) -> None:
    """Refuse options that no file can be read with.

    Raises
    ------
    InvalidInput
        A sign is not one ASCII character, or two signs are the same.
    """
    signs = {
        "delimiter": options.delimiter,
        "quote": None if options.quote == DETECT else options.quote,
        "escape": options.escape,
        "comment": options.comment,
        "decimal": options.decimal,
        "thousands": options.thousands,
    }
    for option, value in signs.items():
        if value and (len(value) != 1 or not value.isascii() or value in "\r\n"):
            raise InvalidInput(
                f"{option}={value!r} cannot be used.", hint="Give one ASCII character, such as ';' or '\\t'."
            )
    if options.delimiter == "":
        raise InvalidInput("delimiter='' cannot be used.", hint="Give one ASCII character, such as ';' or '\\t'.")
    told = [v for k, v in signs.items() if v and k not in ("decimal", "thousands")]
    if len(set(told)) != len(told):
        raise InvalidInput(
            "Two of delimiter, quote, escape and comment are the same sign.", hint="Give each a sign of its own."
        )
    if options.line_end is not None and options.line_end not in LINE_ENDS:
        raise InvalidInput(
            f"line_end={options.line_end!r} cannot be used.",
            hint=r"Give '\n', '\r\n' or '\r' (--line-end lf, crlf, cr).",
        )
    if options.decimal and options.decimal == options.thousands:
        raise InvalidInput("decimal= and thousands= are the same sign.", hint="Give each a sign of its own.")
    if options.skip_rows is not None and options.skip_rows < 0:
        raise InvalidInput(f"skip_rows={options.skip_rows} cannot be used.", hint="Give a number of lines, from 0.")


def _encoding(file: Input, options: ReadOptions) -> tuple[str, int, list[Guess]]:
    """Give the encoding, how many bytes of a byte order mark to skip, and what else it might be."""
    marked, bom = split_bom(file.head)
    guesses: list[Guess] = []
    if options.encoding:
        encoding = known_encoding(options.encoding)
    elif marked is not None:
        encoding = marked
    else:
        encoding = guess_utf16(file.head) or "utf-8"
        check_text(file.head, encoding, file.label)
        if encoding == "utf-8" and not is_utf8(file.head, whole=file.is_whole):
            guesses = guess_from(file)
            encoding = guesses[0].encoding
    # These codecs read the mark themselves.
    return encoding, 0 if encoding in ("utf-16", "utf-32") else bom, guesses


def _first_records(file: Input, options: ReadOptions, encoding: str, bom: int) -> bytes:
    """Read until the first record surely ends, which a header of thousands of columns may delay."""
    data = b""
    decoded = to_utf8(file.chunks(SAMPLE_BYTES), encoding, bom, file.label)
    for chunk, _ in guarded(decoded, options.line_end):
        data += chunk
        if len(data) >= SAMPLE_BYTES and (b"\n" in data[:-1] or b"\r" in data[:-1]):
            break
        if len(data) > options.max_record_bytes:
            raise unclosed(file.label, 1, options.max_record_bytes)
    return data


def _with_newline(dialect: Dialect, data: bytes, given: str | None) -> Dialect:
    """Find the line end: a line feed, unless there are only carriage returns outside of quotes."""
    if given is not None:
        return replace(dialect, newline=newline_of(given), guarded=True)
    newline = b"\n"
    if b"\r" in data:
        quote = (dialect.quote or '"').encode()
        bare = re.sub(re.escape(quote) + rb"[^" + re.escape(quote) + rb"]*" + re.escape(quote), b"", data)
        returns = len(re.findall(rb"\r(?!\n)", bare))
        if b"\n" not in bare or (returns > 1 and b"\r\n" not in bare and returns > 3 * bare.count(b"\n")):
            newline = b"\r"
    return replace(dialect, newline=newline)


def _above(sample: str, best: Candidate, options: ReadOptions) -> int:
    """Count the bytes above the first row of the table."""
    line = best.shape.rows[0].line if best.shape.preamble and best.shape.rows else options.skip_rows or 0
    if not line:
        return 0
    ends = [m.end() for m in re.finditer(r"\r\n|\n|\r", sample)]
    end = ends[min(line, len(ends)) - 1] if ends else 0
    return len(sample[:end].encode(errors="surrogateescape"))


def _blank(body: bytes, dialect: Dialect) -> int:
    """Count the bytes of blank lines and comments above the first row."""
    at = 0
    while True:
        at += len(body[at:]) - len(body[at:].lstrip(b"\r\n"))
        if dialect.comment is None or not body[at:].startswith(dialect.comment.encode()):
            return at
        end = body.find(dialect.newline, at)
        if end < 0:
            return len(body)
        at = end + 1


def _dialect_notes(dialect: Dialect, options: ReadOptions, said: bool) -> list[str]:
    notes = []
    if said:
        notes.append(f"the first line says that cells are separated by {dialect.delimiter!r}.")
    elif options.delimiter is None and dialect.delimiter != ",":
        notes.append(f"cells are separated by {NAMES.get(dialect.delimiter, repr(dialect.delimiter))}.")
    if options.quote == DETECT and dialect.quote != '"':
        notes.append("cells stand in apostrophes." if dialect.quote else "quotes mean nothing in this file.")
    if options.escape is None and dialect.escape:
        notes.append(f"quotes in cells are written as {dialect.escape + (dialect.quote or '')!r}.")
    if options.comment is None and dialect.comment:
        notes.append(f"lines that begin with {dialect.comment} are comments; comment='' (--comment none) keeps them.")
    if dialect.blanks:
        notes.append("blanks behind delimiters were left out.")
    return notes


__all__ = ["CP1252", "Found", "Shape", "encoding_note", "guess_from", "sniff"]
