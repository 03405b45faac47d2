"""Second witnesses, for the files whose shipped truth contradicts what the file itself holds.

Each is an independent reader that looks at the file: Python's csv module, told the dialect that the file was made with;
openpyxl; xlrd. What it reads is as right as the truth, for every tool alike. The page lists them with the reasons.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import xlrd
from openpyxl.utils.datetime import WINDOWS_EPOCH, to_excel
from openpyxl.utils.escape import unescape

from benchmarks.fidelity.truth import Records, Truth


@dataclass(frozen=True, slots=True)
class Witness:
    """Who is heard, and why the truth is doubted."""

    name: str
    why: str
    read: Callable[[Path], Truth]

    def hear(self, path: Path) -> Truth:
        """Read the file."""
        return self.read(path)


def _csv(*, header: bool, **dialect: Any) -> Callable[[Path], Truth]:
    def read(path: Path) -> Truth:
        text = path.read_bytes().decode("utf-8", errors="replace")
        try:
            records = [list(row) for row in csv.reader(io.StringIO(text, newline=""), strict=True, **dialect) if row]
        except csv.Error:
            return Truth("Python's csv module", unreadable=True)
        return Truth("Python's csv module", records, header=header)

    return read


def _filled(rows: Iterable[Iterable[Any]]) -> Records:
    kept = ([cell for cell in row if cell is not None and cell != ""] for row in rows)
    return [row for row in kept if row]


def _openpyxl(path: Path) -> Truth:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions, which hold no cells
        book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=True)

    def value(cell: Any) -> Any:
        # Before its first day Excel knows no dates: what openpyxl makes one of is a negative number.
        return to_excel(cell) if isinstance(cell, dt.datetime) and cell < WINDOWS_EPOCH else cell

    rows = {s.title: s.iter_rows(values_only=True) for s in book.worksheets}
    return _sheets("openpyxl", {name: _filled(map(value, row) for row in cells) for name, cells in rows.items()})


def _xlrd(path: Path) -> Truth:
    book = xlrd.open_workbook(file_contents=path.read_bytes(), logfile=io.StringIO())

    def value(cell: Any) -> Any:
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return None  # as in the judge: an error has no value
        if cell.ctype == xlrd.XL_CELL_DATE:
            return xlrd.xldate_as_datetime(cell.value, book.datemode)
        return bool(cell.value) if cell.ctype == xlrd.XL_CELL_BOOLEAN else cell.value

    return _sheets("xlrd", {s.name: _filled(map(value, row) for row in s.get_rows()) for s in book.sheets()})


def _shared_strings(path: Path) -> Truth:
    """Read a first sheet of nothing but shared texts from its XML, and their escapes by openpyxl's rule."""
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(path) as archive:
        texts = [
            unescape("".join(t.text or "" for t in item.iter(f"{main}t")))
            for item in ET.fromstring(archive.read("xl/sharedStrings.xml")).iter(f"{main}si")
        ]
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
        rows = [[texts[int(v.text or "")] for v in row.iter(f"{main}v")] for row in sheet.iter(f"{main}row")]
        name = re.search(r'<sheet [^>]*name="([^"]*)"', archive.read("xl/workbook.xml").decode())
    assert name is not None
    return _sheets("openpyxl's rule of escapes", {name[1]: _filled(rows)})


def _sheets(source: str, found: Mapping[str, Records]) -> Truth:
    return Truth(source, sheets={name: (rows,) for name, rows in found.items()})


DISPUTED: dict[str, Witness] = {
    "csv/csv-spectrum/location_coordinates.csv": Witness(
        "Python's csv module",
        "the JSON that is shipped with it has another telephone number than the file.",
        _csv(header=True),
    ),
    "csv/duckdb/auto/single_quote_backslash.csv": Witness(
        "Python's csv module, told the quotes and the escape",
        "the engines that agree take apostrophes for text; here some are escaped, so the others are quotes, and three "
        "rows without a header come out.",
        _csv(header=False, delimiter="|", quotechar="'", escapechar="\\", doublequote=False),
    ),
    "csv/duckdb/unquoted_escape/mixed.csv": Witness(
        "Python's csv module, told the escape",
        "the engines that agree know no escapes outside quotes; with them there are the four rows that the file was "
        "made for.",
        _csv(header=True, escapechar="\\", doublequote=False),
    ),
    "csv/duckdb-fuzz/null_padding/34.csv": Witness(
        "Python's csv module, told the delimiter, which refuses it",
        "a fuzzer's two lines of control characters, with bars and a quote that is never closed; the engines take the "
        "first line for a header, whatever it holds.",
        _csv(header=True, delimiter="|"),
    ),
    "excel/poi/DateFormatTests.xlsx": Witness(
        "openpyxl", "the text that is shipped with it is older: rows 43 to 46 of the sheet are not in it.", _openpyxl
    ),
    "excel/poi/MatchFunctionTestCaseData.xls": Witness(
        "xlrd",
        "Excel calculated the formulas anew when it wrote the text; the file holds the results of before.",
        _xlrd,
    ),
    "excel/poi/bug60858.xlsx": Witness(
        "openpyxl",
        "the file holds U+00C3 U+00BC; Excel's text is in Windows-1252, where these are the bytes of an ü in UTF-8, "
        "and the judge reads it as that.",
        _openpyxl,
    ),
    "excel/poi/excelant.xls": Witness(
        "xlrd", "Excel calculated the formula anew when it wrote the text; the file holds #VALUE!.", _xlrd
    ),
    "excel/readxl/new_line_errors.xlsx": Witness(
        "openpyxl's rule of escapes, on the text of the file",
        "the file holds `_x005F_x000D_`, which stands for the letters `_x000D_` (ECMA-376, ST_Xstring); the readers "
        "that agree take them for a line end.",
        _shared_strings,
    ),
}
"""By the path in the corpora."""
