"""One block of delimited text -> one text column for each of its columns, by Arrow's parser.

An unquoted null token (by default nothing at all) is null; whatever is quoted is text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.text.cleaning import cleaned
from dsa_workbench.files.text.line_ends import has_stand_ins, put_back
from dsa_workbench.files.text.records import Block, Dialect, count_byte, record_starts


@dataclass(frozen=True, slots=True)
class Layout:
    """What is needed to parse a block."""

    label: str
    dialect: Dialect
    columns: int
    null_tokens: tuple[str, ...]
    fill: bool
    trailing: bool = False
    """Whether rows end in a delimiter with nothing behind it, and the header does not: `columns` counts the nothing."""


class Wider(Exception):
    """Rows may be filled up, and this one, which begins in `line`, has more cells than there are columns."""

    def __init__(self, columns: int, line: int) -> None:
        super().__init__(columns, line)
        self.columns = columns
        self.line = line


class BadEncoding(Exception):
    """The block is not UTF-8 at this offset of the decoded file, in this line."""

    def __init__(self, offset: int, line: int, byte: int) -> None:
        super().__init__(offset, line, byte)
        self.offset = offset
        self.line = line
        self.byte = byte


@dataclass(frozen=True, slots=True)
class Texts:
    """The columns of a block as texts, and how many rows were filled up."""

    columns: list[pa.StringArray]
    rows: int
    filled: int


@dataclass(frozen=True, slots=True)
class Ragged:
    """A record of a block, from 0, and how many cells it has: not as many as there are columns."""

    record: int
    cells: int


def parse_block(block: Block, layout: Layout, ragged: list[Ragged] | None = None) -> Texts:
    """Parse whole records; those of the wrong length go to `ragged`, in order, where it is given.

    Raises
    ------
    ImportRejected
        A row has too many or too few cells, and `fill` is off; names the line.
    Wider
        A row has too many cells, and `fill` is on.
    BadEncoding
        The bytes are not UTF-8.
    """
    if not block.data:
        return Texts([pa.array([], pa.string())] * layout.columns, 0, 0)
    bad: list[Any] = []
    try:
        table = _read(cleaned(block.data, layout.dialect), layout, bad)
    except pa.ArrowInvalid as err:
        raise _explained(block, layout, err) from err
    columns = [_flat(c) for c in table.columns]
    if layout.trailing:
        return _without_last(columns, table.num_rows, bad, block, layout, ragged)
    if not bad:
        return Texts(columns, table.num_rows, 0)
    if not layout.fill and ragged is not None:
        ragged += [Ragged(row.number - 1, row.actual_columns) for row in bad]
        return Texts(columns, table.num_rows, 0)
    if not layout.fill:
        raise _ragged(block, layout, bad[0].number, bad[0].actual_columns)
    widest = max(bad, key=lambda row: row.actual_columns)
    if widest.actual_columns > layout.columns:
        raise Wider(widest.actual_columns, record_line(block, layout, widest.number - 1))
    return _filled(columns, table.num_rows, bad, layout)


def _read(data: bytes | memoryview, layout: Layout, bad: list[Any]) -> pa.Table:
    names = [str(i) for i in range(layout.columns)]

    def skip(row: Any) -> str:
        bad.append(row)
        return "skip"

    table = pacsv.read_csv(
        pa.BufferReader(data),
        read_options=pacsv.ReadOptions(block_size=len(data) + 64, use_threads=False, column_names=names),
        parse_options=pacsv.ParseOptions(
            delimiter=layout.dialect.delimiter,
            quote_char=layout.dialect.quote or False,
            double_quote=layout.dialect.quote is not None,
            escape_char=(layout.dialect.escape or "").strip("\0") or False,
            newlines_in_values=True,
            ignore_empty_lines=layout.columns > 1 or layout.dialect.comment is not None,
            invalid_row_handler=skip,
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=list(layout.null_tokens),
        ),
    )
    if layout.dialect.guarded and has_stand_ins(data):
        return pa.table([put_back(_flat(c)) for c in table.columns], table.column_names)
    return table


def _flat(column: pa.ChunkedArray) -> pa.StringArray:
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())


def _without_last(
    columns: list[pa.StringArray],
    good: int,
    bad: Sequence[Any],
    block: Block,
    layout: Layout,
    ragged: list[Ragged] | None,
) -> Texts:
    """Drop the nothing behind the last delimiter; a row may do without that delimiter, but not have a cell there."""
    count = layout.columns - 1
    wrong = [row for row in bad if row.actual_columns != count]
    if wrong and ragged is None:
        raise _ragged(block, layout, wrong[0].number, wrong[0].actual_columns)
    short = [row for row in bad if row.actual_columns == count]
    gone = [row.number - 1 for row in wrong]
    texts = Texts(columns, good, 0) if not short else _filled(columns, good, short, layout, gone)
    last = texts.columns[-1]
    there = np.flatnonzero(pc.fill_null(pc.greater(pc.binary_length(last), 0), False).to_numpy(zero_copy_only=False))
    if len(there) and ragged is None:
        raise _ragged(block, layout, int(there[0]) + 1, layout.columns)
    kept = texts.columns[:-1]
    if ragged is None:
        return Texts(kept, texts.rows, 0)
    longer = np.delete(np.arange(texts.rows + len(gone)), gone)[there]
    ragged += [Ragged(row.number - 1, row.actual_columns) for row in wrong]
    ragged += [Ragged(record, layout.columns) for record in longer.tolist()]
    ragged.sort(key=lambda row: row.record)
    if len(there):
        fine = pa.array(np.delete(np.arange(texts.rows), there))
        kept = [column.take(fine) for column in kept]
    return Texts(kept, texts.rows - len(there), 0)


def _filled(
    columns: list[pa.StringArray], good: int, bad: Sequence[Any], layout: Layout, gone: Sequence[int] = ()
) -> Texts:
    """Put the short rows, filled with nulls, back where they stood; the records `gone` are no rows at all."""
    end = layout.dialect.delimiter
    lines = [row.text + end * (layout.columns - row.actual_columns) for row in bad]
    again: list[Any] = []
    short = _read("\n".join(lines).encode() + b"\n", layout, again)
    # Arrow counts the records of a block from 1, without blank lines.
    places = {row.number - 1 - bisect_left(gone, row.number - 1): good + i for i, row in enumerate(bad)}
    total = good + len(bad)
    plain = iter(range(good))
    order = pa.array([places[i] if i in places else next(plain) for i in range(total)])
    merged = [
        pa.concat_arrays([column, _flat(extra)]).take(order)
        for column, extra in zip(columns, short.columns, strict=True)
    ]
    return Texts(merged, total, len(bad))


def _ragged(block: Block, layout: Layout, number: int, found: int) -> ImportRejected:
    line = record_line(block, layout, number - 1)
    expected = layout.columns - layout.trailing
    at = _record_start(block, layout, number - 1)
    if layout.dialect.comment is None and bytes(block.data[at : at + 1]) == b"#":
        hint = "If lines that begin with # are comments, import it with comment='#' (--comment #)."
    elif found < expected and not layout.dialect.guarded and _mixes_line_ends(block):
        hint = (
            "If only one kind of line end ends rows and the others are part of cells, name it: line_end='\\r\\n' "
            "(--line-end crlf), say. Otherwise correct the file, or import it with ragged='fill'."
        )
    elif found < expected:
        hint = "Correct the file, or import it with ragged='fill' to fill short rows with nulls."
    else:
        hint = (
            "Correct the file: quote the cell that holds the delimiter, or give the right delimiter= "
            f"(now {layout.dialect.delimiter!r}); ragged='fill' would give the cells beyond a column of their own."
        )
    return ImportRejected(
        f"{layout.label}, line {line:,}: {found} cells, but the first row has {expected}.",
        hint=hint, file=layout.label, line=line, expected=expected, found=found,
    )  # fmt: skip


def _mixes_line_ends(block: Block) -> bool:
    array = np.frombuffer(block.data, np.uint8)
    returns, feeds = array == 13, array == 10
    pairs = np.count_nonzero(returns[:-1] & feeds[1:])
    return bool(0 < pairs < max(np.count_nonzero(returns), np.count_nonzero(feeds)))


def record_line(block: Block, layout: Layout, record: int) -> int:
    """Find the line of the file in which a record (from 0) of this block begins."""
    start = _record_start(block, layout, record)
    return block.line + count_byte(block.data[:start], layout.dialect.newline)


def _record_start(block: Block, layout: Layout, record: int) -> int:
    starts = record_starts(block.data, layout.dialect, blank_lines=layout.columns == 1)
    return int(starts[record]) if record < len(starts) else 0


def _explained(block: Block, layout: Layout, err: pa.ArrowInvalid) -> Exception:
    try:
        bytes(block.data).decode()
    except UnicodeDecodeError as wrong:
        line = block.line + count_byte(block.data[: wrong.start], layout.dialect.newline)
        return BadEncoding(block.offset + wrong.start, line, block.data[wrong.start])
    said = " ".join(str(err).split())[:200]
    return ImportRejected(
        f"{layout.label}: the rows from line {block.line:,} on cannot be parsed: {said}",
        hint="Check the delimiter and the quotes.", file=layout.label, line=block.line,
    )  # fmt: skip


class Misfit(Exception):
    """A value that does not fit the type that the user gave: column and row of the block, value, line of the file."""

    def __init__(self, column: int, row: int, value: str, line: int) -> None:
        super().__init__(column, row, value, line)
        self.column = column
        self.row = row
        self.value = value
        self.line = line


def cells_of_records(texts: Sequence[str], count: int, layout: Layout) -> list[pa.StringArray]:
    """Parse records that all have so many cells, into that many columns."""
    data = "".join(text + "\n" for text in texts).encode()
    wide = replace(layout, columns=count, trailing=False)
    block = Block(memoryview(data), 1, 0, 0)
    return [_flat(c) for c in _read(cleaned(block.data, layout.dialect), wide, []).columns]


def first_cells(record: bytes, dialect: Dialect, label: str) -> list[str | None]:
    """Parse one record of which nobody knows yet how many cells it has."""
    record += b"" if record.endswith(dialect.newline) else dialect.newline
    block = Block(memoryview(record), 1, 0, 0)
    record = bytes(cleaned(block.data, dialect))
    bad: list[Any] = []
    try:
        table = _read(record, Layout(label, dialect, 1, ("",), False), bad)
        if bad:
            table = _read(record, Layout(label, dialect, bad[0].actual_columns, ("",), False), [])
    except pa.ArrowInvalid as err:
        raise _explained(block, Layout(label, dialect, 1, ("",), False), err) from err
    return [_flat(column)[0].as_py() for column in table.columns]
