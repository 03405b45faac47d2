"""One sheet -> one table, whatever format the workbook has: where it begins, its names, its columns with types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, zip_longest
from typing import Any

import pyarrow as pa

from dsa_workbench.errors import InvalidInput
from dsa_workbench.files.header import column_names, numbered
from dsa_workbench.files.tables import ArrowSource, ReadOptions
from dsa_workbench.files.text.shape import Record
from dsa_workbench.files.workbooks.cells import Cells, Column, address, as_text, is_blank
from dsa_workbench.files.workbooks.heading import SAMPLE_ROWS, Heading, find_heading
from dsa_workbench.files.workbooks.lost_cells import Lost

BATCH_ROWS = 65_536
_RUN_ROWS = 16_384


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a sheet: rows from the sheet's first on, each from column `left` (from 0) on, None where blank.

    `lost` is complete once all rows were read.
    """

    name: str
    left: int
    rows: Iterator[Sequence[Any]]
    lost: Lost = field(default_factory=Lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSource(ArrowSource):
    """A sheet as a table, with what led to it."""

    heading: Heading
    reasons: tuple[str, ...]
    """For each column why it is text; nothing where it is of the type that its cells have."""


def open_sheet(grid: Grid, options: ReadOptions, label: str, notes: Sequence[str]) -> SheetSource | None:
    """Read a sheet into columns; None where no cell holds anything.

    Raises
    ------
    ImportRejected
        A cell does not fit a type that was given.
    InvalidInput
        A type was given for a column that is not there.
    """
    sample = _sample(grid.rows)
    heading = find_heading(_records(sample), options.header, options.skip_rows)
    table = sample[heading.start :]
    if not table:
        return None
    names_at, top = table[0]
    body = chain(_with_gaps(table[heading.header :], names_at + heading.header), grid.rows)
    columns, length, blank = _columns(_without(body, options.null_tokens))
    head = [None if is_blank(cell) else as_text(cell) for cell in top] if heading.header else []
    used = [i for i in range(max(len(columns), len(head))) if _at(head, i) or (i < len(columns) and columns[i].seen)]
    named, changes = column_names([_at(head, i) for i in used]) if heading.header else (numbered(len(used)), [])
    where = f"{label}, sheet {grid.name!r}"
    first_row = names_at + heading.header + 1
    types = _types(options, named, where)
    built = [
        (columns[i] if i < len(columns) else _nothing(length)).build(
            Column(where, grid.name, name, grid.left + i, first_row), length, types.get(name)
        )
        for name, i in zip(named, used, strict=True)
    ]
    data = pa.Table.from_arrays([array for array, _ in built], names=named)
    said = [*notes, *grid.lost.notes(grid.name), *_told(grid, options, heading, sample, names_at)]
    said += [f"sheet {grid.name!r}: {change}" for change in changes]
    said += [note for _, decided in built for note in decided]
    if blank:
        said.append(f"{blank:,} blank row(s) between others in sheet {grid.name!r} are kept, as rows of nulls.")

    def read() -> Iterator[pa.RecordBatch]:
        yield from data.to_batches(max_chunksize=BATCH_ROWS)

    reasons = tuple(" ".join(decided) for _, decided in built)
    return SheetSource(grid.name, label, data.schema, read, tuple(said), first_row, heading=heading, reasons=reasons)


def _sample(rows: Iterator[Sequence[Any]]) -> list[tuple[int, Sequence[Any]]]:
    """Take the first rows that hold anything, each with its number from 0."""
    return list(islice(((i, row) for i, row in enumerate(rows) if not _is_blank_row(row)), SAMPLE_ROWS))


def _is_blank_row(row: Sequence[Any]) -> bool:
    """Say whether no cell holds anything; most rows are settled by the first test, which 0 and False do not pass."""
    return not any(row) and all(map(is_blank, row))


def _records(sample: Sequence[tuple[int, Sequence[Any]]]) -> list[Record]:
    """Give rows as texts, all of one width, without the columns that none of them uses."""
    width = max((len(row) for _, row in sample), default=0)
    used = [i for i in range(width) if any(i < len(row) and not is_blank(row[i]) for _, row in sample)]
    return [
        Record(line, ["" if i >= len(row) or is_blank(row[i]) else as_text(row[i]) for i in used])
        for line, row in sample
    ]


def _with_gaps(sample: Sequence[tuple[int, Sequence[Any]]], line: int) -> Iterator[Sequence[Any]]:
    """Give rows with the blank ones between them again, from row `line` on."""
    for number, row in sample:
        while line < number:
            yield ()
            line += 1
        yield row
        line += 1


def _without(rows: Iterator[Sequence[Any]], tokens: Sequence[str]) -> Iterator[Sequence[Any]]:
    """Make blanks of the texts that stand for null; the empty text does anyway."""
    blanks = frozenset(tokens) - {""}
    return (tuple(None if cell in blanks else cell for cell in row) for row in rows) if blanks else rows


def _columns(body: Iterator[Sequence[Any]]) -> tuple[list[Cells], int, int]:
    """Read rows into columns; also the number of rows down to the last that holds anything, and of blank ones."""
    columns: list[Cells] = []
    total = length = blank = held = 0
    while run := list(islice(body, _RUN_ROWS)):
        values = list(zip_longest(*run))
        columns += [_nothing(total) for _ in range(len(values) - len(columns))]
        for i, cells in enumerate(columns):
            cells.add(values[i] if i < len(values) else [None] * len(run))
        for row in run:
            total += 1
            if any(row) or not _is_blank_row(row):
                length, blank, held = total, blank + held, 0
            else:
                held += 1
    return columns, length, blank


def _nothing(length: int) -> Cells:
    cells = Cells()
    cells.add([None] * length)
    return cells


def _at(head: Sequence[str | None], place: int) -> str | None:
    return head[place] if place < len(head) else None


def _told(
    grid: Grid, options: ReadOptions, heading: Heading, sample: Sequence[tuple[int, Sequence[Any]]], names_at: int
) -> list[str]:
    """Say which rows were left out, and where the header was found."""
    notes = []
    if heading.start:
        first = next(as_text(cell) for cell in sample[0][1] if not is_blank(cell))
        keep = "" if options.skip_rows is not None else "; skip_rows=0 (--skip-rows 0) keeps them"
        notes.append(
            f"{names_at:,} row(s) above the table in sheet {grid.name!r} were left out, "
            f"the first text is {first!r:.60}{keep}."
        )
    if heading.header and names_at > 0:
        notes.append(f"the header is row {names_at + 1} ({address(grid.name, names_at, grid.left)}).")
    if not heading.header and options.header is None:
        notes.append(
            f"sheet {grid.name!r} has no header, since {heading.reason}; the columns are named c1, c2 and so on. "
            "header=True (--header) takes the first row as names."
        )
    return notes


def _types(options: ReadOptions, names: Sequence[str], where: str) -> dict[str, str]:
    if options.types is None:
        return {}
    if isinstance(options.types, str):
        return dict.fromkeys(names, options.types)
    missing = [name for name in options.types if name not in names]
    if missing:
        raise InvalidInput(
            f"{where} has no column {', '.join(map(repr, missing))} to give a type to.",
            hint=f"Its columns are {', '.join(map(repr, names[:30]))}.",
        )
    return dict(options.types)
