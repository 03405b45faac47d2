"""The tasks of `benchmarks.workbooks`: reading a large sheet alone, without a store."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.orders import make_orders
from dsa_workbench.files.source import open_tables, read_all

Outcome = dict[str, Any]
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_DAYS = 25_569
"""The serial number of the first of January 1970."""
_DAY = 86_400
_SLICE = 10_000


def make_workbook(folder: Path, rows: int) -> Outcome:
    """Write the table of orders as Excel does: shared strings, dates as numbers with a style."""
    table = make_orders(rows)
    shared: dict[str, int] = {}
    with zipfile.ZipFile(folder / "orders.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            sheet.write(_row(1, [_text(name, shared) for name in table.column_names]))
            for start in range(0, rows, _SLICE):
                piece = table.slice(start, _SLICE)
                columns = [_cells(column, shared) for column in piece.columns]
                for i, cells in enumerate(zip(*columns, strict=True), start=start + 2):
                    sheet.write(_row(i, cells))
            sheet.write(b"</sheetData></worksheet>")
        strings = "".join(f"<si><t>{_escaped(text)}</t></si>" for text in shared)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">{strings}</sst>')
        formats = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>'
        archive.writestr("xl/styles.xml", f'<styleSheet xmlns="{_MAIN}">{formats}</styleSheet>')
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="Orders" sheetId="1" r:id="r0"/></sheets></workbook>',
        )
        archive.writestr("_rels/.rels", _relations(("officeDocument", "xl/workbook.xml")))
        parts = (
            ("worksheet", "worksheets/sheet1.xml"),
            ("sharedStrings", "sharedStrings.xml"),
            ("styles", "styles.xml"),
        )
        archive.writestr("xl/_rels/workbook.xml.rels", _relations(*parts))
        archive.writestr("[Content_Types].xml", _content_types())
    return {"bytes": (folder / "orders.xlsx").stat().st_size}


def read_ours(folder: Path, rows: int) -> Outcome:
    """Read it into Arrow."""
    started = time.perf_counter()
    [table] = open_tables(folder / "orders.xlsx")
    assert read_all(table).num_rows == rows
    return {"seconds": time.perf_counter() - started}


def read_by_calamine(folder: Path, rows: int) -> Outcome:
    """Read it with pandas and calamine."""
    started = time.perf_counter()
    assert len(pd.read_excel(folder / "orders.xlsx", engine="calamine")) == rows
    return {"seconds": time.perf_counter() - started}


def read_by_openpyxl(folder: Path, rows: int) -> Outcome:
    """Read it with openpyxl, row by row, and keep nothing."""
    import openpyxl

    started = time.perf_counter()
    book = openpyxl.load_workbook(folder / "orders.xlsx", read_only=True, data_only=True)
    assert sum(1 for _ in book["Orders"].iter_rows(values_only=True)) == rows + 1
    return {"seconds": time.perf_counter() - started}


def _row(number: int, cells: Any) -> bytes:
    letters = "ABCDEFGHIJKL"
    body = "".join(f'<c r="{letter}{number}"{cell}</c>' for letter, cell in zip(letters, cells, strict=True) if cell)
    return f'<row r="{number}" spans="1:12">{body}</row>'.encode()


def _cells(column: Any, shared: dict[str, int]) -> list[str]:
    values = column.to_pylist()
    kind = str(column.type)
    if kind == "string":
        return ["" if value is None else _text(value, shared) for value in values]
    if kind == "bool":
        return [f' t="b"><v>{int(value)}</v>' for value in values]
    if kind.startswith("timestamp"):
        seconds = column.cast("int64").to_pylist()
        return [f' s="1"><v>{_DAYS + value / _DAY!r}</v>' for value in seconds]
    return ["" if value is None else f"><v>{value!r}</v>" for value in values]


def _text(value: str, shared: dict[str, int]) -> str:
    return f' t="s"><v>{shared.setdefault(value, len(shared))}</v>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _relations(*targets: tuple[str, str]) -> str:
    each = "".join(f'<Relationship Id="r{i}" Type="{_OFFICE}/{k}" Target="{t}"/>' for i, (k, t) in enumerate(targets))
    return f'<Relationships xmlns="{_RELATIONS}">{each}</Relationships>'


def _content_types() -> str:
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {"workbook.xml": "sheet.main", "worksheets/sheet1.xml": "worksheet", "styles.xml": "styles",
             "sharedStrings.xml": "sharedStrings"}  # fmt: skip
    each = "".join(f'<Override PartName="/xl/{part}" ContentType="{main}.{kind}+xml"/>' for part, kind in parts.items())
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{rels}{each}</Types>'


WORKBOOK_TASKS = {task.__name__: task for task in (make_workbook, read_ours, read_by_calamine, read_by_openpyxl)}
