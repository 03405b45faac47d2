"""CSV and its kin out."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from dsa_workbench.errors import InvalidInput
from dsa_workbench.files.writing.options import WriteOptions
from dsa_workbench.files.writing.render import Look, render_batch, render_header

_LINE_ENDS = ("\n", "\r\n", "\r")


def write_delimited(
    batches: Iterator[pa.RecordBatch], schema: pa.Schema, sink: Any, options: WriteOptions
) -> list[str]:
    """Write batches as delimited text.

    Raises
    ------
    InvalidInput
        An option cannot be used, or a character is not in the encoding: names its row and column.
    """
    look = look_of(options)
    encoder = _encoder(options.encoding)
    row = 0
    if options.header:
        names = pa.RecordBatch.from_arrays([pa.array([name]) for name in schema.names], schema.names)
        sink.write(_encoded(render_header(schema.names, look), encoder, options, names, None))
    for batch in batches:
        sink.write(_encoded(render_batch(batch, look), encoder, options, batch, row))
        row += batch.num_rows
    if encoder is not None:
        sink.write(encoder.encode("", final=True))
    return []


def rendered(batches: Iterable[pa.RecordBatch], options: WriteOptions) -> bytes:
    """Give rows as text in UTF-8, without a header; errors are those of `look_of`."""
    look = look_of(options)
    return b"".join(render_batch(batch, look) for batch in batches)


def rendered_header(names: Sequence[str], options: WriteOptions) -> bytes:
    """Give the header as text in UTF-8, nothing where there is none; errors are those of `look_of`."""
    return render_header(list(names), look_of(options)) if options.header else b""


def look_of(options: WriteOptions) -> Look:
    """Turn options into a look.

    Raises
    ------
    InvalidInput
        A sign is not one ASCII character, or two are the same.
    """
    delimiter = options.delimiter or (";" if options.decimal == "," else ",")
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
        raise InvalidInput(f"delimiter={delimiter!r} cannot be used.", hint="Give one ASCII character, such as ';'.")
    if options.decimal not in (".", ","):
        raise InvalidInput(f"decimal={options.decimal!r} cannot be used.", hint="It is a point or a comma.")
    if options.quote not in ("needed", "all"):
        raise InvalidInput(f"quote={options.quote!r} cannot be used.", hint="It is 'needed' or 'all'.")
    if options.line_end not in _LINE_ENDS:
        raise InvalidInput(f"line_end={options.line_end!r} cannot be used.", hint=r"It is '\n', '\r\n' or '\r'.")
    if any(c in options.null for c in ('"', "\r", "\n", delimiter)):
        raise InvalidInput(
            f"null={options.null!r} cannot be used: it would need quotes.", hint="Give a word such as 'NA'."
        )
    return Look(
        delimiter=delimiter, line_end=options.line_end, null=options.null, decimal=options.decimal,
        quote_all=options.quote == "all", guard=options.guard_formulas,
    )  # fmt: skip


def _encoder(name: str) -> codecs.IncrementalEncoder | None:
    try:
        info = codecs.lookup(name)
        memoryview(codecs.encode("a,b\n", name))  # some codecs turn text into text
    except (LookupError, TypeError, ValueError) as err:
        hint = "Common ones are utf-8, utf-8-sig, utf-16, cp1252 and latin-1."
        raise InvalidInput(f"There is no encoding {name!r}.", hint=hint) from err
    return None if info.name == "utf-8" else codecs.getincrementalencoder(name)("strict")


def _encoded(
    text: bytes,
    encoder: codecs.IncrementalEncoder | None,
    options: WriteOptions,
    batch: pa.RecordBatch,
    row: int | None,
) -> bytes:
    if encoder is None:
        return text
    try:
        return encoder.encode(text.decode())
    except UnicodeEncodeError as err:
        raise _foreign(err, options, batch, row) from err


def _foreign(err: UnicodeEncodeError, options: WriteOptions, batch: pa.RecordBatch, row: int | None) -> InvalidInput:
    """Find the first cell, row by row, that holds a character which the encoding does not have."""
    char = err.object[err.start]
    hint = "Export it in utf-8, or utf-8-sig for spreadsheets, or correct the text."
    for i, values in enumerate(zip(*(column.to_pylist() for column in batch.columns), strict=True)):
        for name, value in zip(batch.schema.names, values, strict=True):
            if char in str(value):
                where = "the header" if row is None else f"row {row + i + 1:,}, column {name!r}"
                return InvalidInput(
                    f"{where}: {options.encoding} has no character {char!r} (U+{ord(char):04X}).", hint=hint,
                    row=None if row is None else row + i + 1, column=name, value=value,
                )  # fmt: skip
    return InvalidInput(f"{options.encoding} has no character {char!r} (U+{ord(char):04X}).", hint=hint)
