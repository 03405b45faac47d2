"""Workbooks out, row by row, by XlsxWriter: it keeps rows in files of the system's temporary folder, not in memory.

What a workbook cannot hold as it is becomes text, and is told: whole numbers beyond 2**53, decimals of more than 15
digits, NaN, moments outside of 1900 to 9999.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from xlsxwriter.exceptions import FileCreateError

from dsa_workbench.errors import InvalidInput
from dsa_workbench.files.writing.options import WriteOptions
from dsa_workbench.files.writing.plain_sheet import PlainSheet, PlainWorkbook
from dsa_workbench.files.writing.sheet_cells import LONGEST_TEXT, Cells, SheetCells, units
from dsa_workbench.files.writing.sheet_names import sheet_names

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_BYTES = 1_900_000_000
"""XML of one sheet: above two gigabytes a zip archive needs a form that Excel does not open."""
_STEP = 1 << 16
"""Cells that are values of Python at a time."""


def write_sheets(
    tables: Sequence[tuple[str, pa.Schema, Iterator[pa.RecordBatch]]], sink: Any, options: WriteOptions
) -> list[str]:
    """Write a sheet for each table; return what could not be written as it is.

    Raises
    ------
    InvalidInput
        A text is too long for a cell, or a table has too many columns; too many rows where `overflow` refuses them.
    """
    with TemporaryDirectory(prefix="dsa-workbook-") as name:
        folder = Path(name)
        # Packed there too, and copied then: a sink need not be seekable, and XlsxWriter holds none that fails.
        book = PlainWorkbook(folder / "packed.xlsx", folder)
        try:
            notes = _Sheets(book, folder, options).write(tables)
            book.close()
        except FileCreateError as err:
            raise err.args[0] from None  # what the disk said
        finally:
            for sheet in book.worksheets():
                sheet.release()
        with (folder / "packed.xlsx").open("rb") as packed:
            shutil.copyfileobj(packed, sink, 1 << 20)
    return notes


class _Sheets:
    """The sheets of one workbook: how they look, and how they got their names."""

    def __init__(self, book: PlainWorkbook, folder: Path, options: WriteOptions) -> None:
        self._book, self._folder, self._options = book, folder, options
        self._style = cache(lambda text: book.add_format({"num_format": text}))
        self._bold = book.add_format({"bold": True})
        self._names = sheet_names()

    def write(self, tables: Sequence[tuple[str, pa.Schema, Iterator[pa.RecordBatch]]]) -> list[str]:
        """Write the tables; return notes."""
        notes: list[str] = []
        for name, schema, batches in tables:
            _check_names(name, schema)
            cells, rows = SheetCells(name, schema, self._style), _Rows(batches)
            titles: list[str] = []
            while not titles or rows.left():
                if titles and self._options.overflow == "refuse":
                    raise _too_long(name)
                titles.append(self._names.send(name))
                self._write_sheet(self._book.add_worksheet(titles[-1]), cells, rows)
            if titles[0] != name and len(tables) > 1:
                notes.append(f"the table {name!r} is the sheet {titles[0]!r}.")
            if len(titles) > 1:
                notes.append(f"{name} fills {len(titles)} sheets: {', '.join(titles)}.")
            notes += cells.notes
        return notes

    def _write_sheet(self, sheet: PlainSheet, cells: SheetCells, rows: _Rows) -> None:
        row = 0
        if self._options.header:
            sheet.freeze_panes(1, 0)
            for i, name in enumerate(cells.schema.names):
                sheet.write_string(0, i, name, self._bold)
            row = 1
        step = max(1, _STEP // max(1, len(cells.schema)))
        before = _size(self._folder)
        while row < MOST_ROWS and _size(self._folder) - before < MOST_BYTES and rows.left():
            batch = rows.take(min(MOST_ROWS - row, step))
            _write_rows(sheet, cells.of(batch), row)
            row += batch.num_rows
        sheet.release()


def _write_rows(sheet: PlainSheet, columns: list[Cells], first: int) -> None:
    """Write rows from one on, left to right: XlsxWriter keeps none that lies behind."""
    ways = {
        "text": sheet.write_text,
        "number": sheet.write_number,
        "boolean": sheet.write_boolean,
        "mixed": sheet.write_text_or_number,
    }
    ready = [(i, ways[column.kind], column.style) for i, column in enumerate(columns)]
    for row, values in enumerate(zip(*(column.values for column in columns), strict=True), first):
        for value, (i, write, style) in zip(values, ready, strict=True):
            if value is not None:
                write(row, i, value, style)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def _check_names(table: str, schema: pa.Schema) -> None:
    """Refuse columns that no sheet holds."""
    if len(schema.names) > MOST_COLUMNS:
        raise InvalidInput(
            f"{table} has {len(schema.names):,} columns, and a sheet of Excel at most {MOST_COLUMNS:,}.",
            hint="Choose some with columns= (--columns), or export it as CSV or Parquet.",
        )
    for i, name in enumerate(schema.names, 1):
        if units(name) > LONGEST_TEXT:
            raise InvalidInput(
                f"{table}: the name of column {i:,} has {units(name):,} characters, "
                f"and a cell of Excel holds {LONGEST_TEXT:,}.",
                hint="Leave the column out with columns= (--columns), or export as CSV or Parquet.",
            )


def _too_long(name: str) -> InvalidInput:
    return InvalidInput(
        f"{name} has more rows than a sheet of Excel, which holds {MOST_ROWS:,} with the header.",
        hint="Let it go on in further sheets (overflow='sheets'), choose rows with where=, or export it as Parquet.",
    )


class _Rows:
    """Batches of which a part may be taken."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self._held = pa.RecordBatch.from_arrays([], names=[])

    def left(self) -> bool:
        """Say whether there are more rows."""
        while not self._held.num_rows:
            following = next(self._batches, None)
            if following is None:
                return False
            self._held = following
        return True

    def take(self, most: int) -> pa.RecordBatch:
        """Take rows, at most so many; `left` has said that there are some."""
        taken = self._held.slice(0, most)
        self._held = self._held.slice(most)
        return taken
