"""Workbooks out, row by row: a zip archive whose sheets are streamed, so that memory does not follow the table.

The XML of cells is put together by Arrow, a batch at a time. What a workbook cannot hold as it is becomes text, and is
told: whole numbers beyond 2**53, decimals of more than 15 digits, NaN, moments outside of 1900 to 9999.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.errors import InvalidInput
from dsa_workbench.files.writing.options import WriteOptions
from dsa_workbench.files.writing.package import PARTS, Styles, column_letters, sheet_names, workbook_parts
from dsa_workbench.files.writing.render import joined
from dsa_workbench.files.writing.sheet_cells import SheetCells, inline_text

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_BYTES = 1_900_000_000
"""XML of one sheet: above two gigabytes a zip archive needs a form that Excel does not open."""
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
)
_FROZEN = (
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
    'state="frozen"/></sheetView></sheetViews>'
)
_LEVEL = 3
"""Of deflate: twice as fast as the usual 6, for a tenth more bytes."""


def write_sheets(
    tables: Sequence[tuple[str, pa.Schema, Iterator[pa.RecordBatch]]], sink: Any, options: WriteOptions
) -> list[str]:
    """Write a sheet for each table; return what could not be written as it is.

    Raises
    ------
    InvalidInput
        A text is too long for a cell, or a table has too many columns; too many rows where `overflow` refuses them.
    """
    names = sheet_names()
    styles = Styles()
    titles: list[str] = []
    notes: list[str] = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name, schema, batches in tables:
            if len(schema.names) > MOST_COLUMNS:
                raise InvalidInput(
                    f"{name} has {len(schema.names):,} columns, and a sheet of Excel at most {MOST_COLUMNS:,}.",
                    hint="Choose some with columns= (--columns), or export it as CSV or Parquet.",
                )
            cells = SheetCells(name, schema, styles)
            rows = _Rows(batches)
            first = len(titles)
            while len(titles) == first or rows.left():
                if len(titles) > first and options.overflow == "refuse":
                    raise _too_long(name)
                titles.append(names.send(name))
                with archive.open(PARTS.sheet(len(titles)), "w") as sheet:
                    _write_sheet(sheet, cells, rows, options.header)
            if titles[first] != name and len(tables) > 1:
                notes.append(f"the table {name!r} is the sheet {titles[first]!r}.")
            if len(titles) - first > 1:
                notes.append(f"{name} fills {len(titles) - first} sheets: {', '.join(titles[first:])}.")
            notes += cells.notes
        for part, text in workbook_parts(titles, styles):
            archive.writestr(part, text)
    return notes


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


def _write_sheet(sheet: IO[bytes], cells: SheetCells, rows: _Rows, header: bool) -> None:
    head = _HEAD + (_FROZEN if header else "") + "<sheetData>"
    if header:
        names = "".join(
            f'<c r="{column_letters(i)}1" t="inlineStr" s="{Styles.HEADER}">{inline_text(name)}</c>'
            for i, name in enumerate(cells.schema.names)
        )
        head += f'<row r="1">{names}</row>'
    sheet.write(head.encode())
    row, size = 1 + header, len(head)
    while row <= MOST_ROWS and size < MOST_BYTES and rows.left():
        batch = rows.take(min(MOST_ROWS + 1 - row, 1 << 14))
        text = _rows(batch, row, cells)
        sheet.write(text)
        row += batch.num_rows
        size += len(text)
    sheet.write(b"</sheetData></worksheet>")


def _rows(batch: pa.RecordBatch, first: int, cells: SheetCells) -> bytes:
    numbers = pa.array(range(first, first + batch.num_rows)).cast(pa.large_string())
    texts = cells.of(batch, numbers)
    wide = pa.large_string()
    parts = [pa.scalar('<row r="', wide), numbers, pa.scalar('">', wide), *texts, pa.scalar("</row>", wide)]
    return joined(
        pc.binary_join_element_wise(*parts, pa.scalar("", wide), null_handling="replace", null_replacement="")
    )
