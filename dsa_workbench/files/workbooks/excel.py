"""Workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods): every sheet a table.

python-calamine reads the cells, formulas by the value that was saved with them, and xlrd those of .xls. What calamine
does not tell is found in the file first, see `lost_cells`; what it cannot open, openpyxl may. How a sheet becomes a
table is told in `sheets`.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO
from xml.etree import ElementTree as ET
from xml.parsers import expat

import python_calamine as calamine
import xlrd

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import DsaError, ImportRejected, InvalidInput
from dsa_workbench.files.stream import Input, unpacked
from dsa_workbench.files.tables import ArrowSource, ProgressHook, ReadOptions, TableSource
from dsa_workbench.files.workbooks.long_texts import check_texts
from dsa_workbench.files.workbooks.lost_cells import Lost
from dsa_workbench.files.workbooks.lost_in_ods import survey_ods
from dsa_workbench.files.workbooks.lost_in_xlsb import survey_xlsb
from dsa_workbench.files.workbooks.lost_in_xlsx import survey_xlsx
from dsa_workbench.files.workbooks.ole import MAGIC, read_streams
from dsa_workbench.files.workbooks.packages import open_package, parts_of
from dsa_workbench.files.workbooks.sheets import Grid, open_sheet
from dsa_workbench.files.workbooks.slow_xlsx import slow_grids
from dsa_workbench.files.workbooks.xls import grid_of, open_xls, other_sheets

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".xla", ".xlam", ".ods")
OLE_MAGIC = MAGIC
ZIP_MAGIC = b"PK\x03\x04"

_BEFORE_EXCEL_5 = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
_XLRD_GIVES_UP = (
    struct.error, AssertionError, AttributeError, LookupError, TypeError,
    UnicodeError, MemoryError, OverflowError, RecursionError, ZeroDivisionError,
)  # fmt: skip
"""What a damaged .xls file makes xlrd raise, beside its own error."""
_SAVE_AGAIN = "Open it in Excel or LibreOffice and save it again as .xlsx."


@dataclass(frozen=True, slots=True)
class Entry:
    """A sheet as its workbook lists it; `read` reads its cells, and is None where it has none, as a chart."""

    name: str
    hidden: bool
    read: Callable[[], Grid] | None


def is_workbook(file: Input) -> bool:
    """Say whether a file is a zip archive that holds a workbook."""
    if not file.head.startswith(ZIP_MAGIC):
        return False
    with unpacked(file).open_raw() as raw:
        try:
            names = zipfile.ZipFile(raw).namelist()
        except zipfile.BadZipFile:
            return False
    return any(name.startswith("xl/") or name == "content.xml" for name in names)


def open_excel(file: Input, options: ReadOptions, *, progress: ProgressHook | None = None) -> list[TableSource]:
    """Open the sheets of a workbook, all of them or those of `options.sheets`.

    Raises
    ------
    ImportRejected
        It is no workbook, is encrypted or damaged, or holds no cells.
    InvalidInput
        A chosen sheet is not there.
    """
    tables: list[ArrowSource] = []
    skipped: list[str] = []
    with file.open_raw() as raw, _translated(file.label):
        listed, skipped = list_sheets(raw, file)
        entries = _chosen(listed, options, file.label)
        for number, entry in enumerate(entries):
            if progress is not None:
                progress(Progress(f"reading sheet {entry.name}", 0, number, len(entries)))
            if entry.read is None:
                skipped.append(f"{entry.name!r} is no sheet of cells and was skipped.")
                continue
            grid = entry.read()
            notes = [f"sheet {entry.name!r} is hidden."] if entry.hidden else []
            table = open_sheet(grid, options, file.label, notes)
            if table is not None:
                tables.append(table)
            elif lost := grid.lost.notes(entry.name):
                skipped.append(f"sheet {entry.name!r} holds no values and was skipped: {' '.join(lost)}")
            else:
                skipped.append(f"sheet {entry.name!r} is empty and was skipped.")
    if not tables:
        below = f" below the first {options.skip_rows:,} rows of its sheets" if options.skip_rows else ""
        raise ImportRejected(
            f"{file.label} holds no cells{below}. {' '.join(skipped)}".strip(),
            hint="Give a smaller skip_rows." if below else "Check that the right workbook was saved.",
            file=file.label,
        )
    return [tables[0].noting(skipped), *tables[1:]]


def list_sheets(raw: BinaryIO, file: Input) -> tuple[list[Entry], list[str]]:
    """List the sheets of a workbook that is open, and say what is left out.

    Raises
    ------
    ImportRejected
        It is no workbook or encrypted; a damaged one raises what its reader raises.
    """
    if file.head.startswith(ZIP_MAGIC):
        return _package_entries(raw, file), []
    if file.head.startswith((OLE_MAGIC, *_BEFORE_EXCEL_5)):
        return _xls_entries(raw, file)
    raise ImportRejected(f"{file.label} is not a workbook: it {_what_it_is(file.head)}", file=file.label)


def _what_it_is(head: bytes) -> str:
    start = head[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml")):
        return f"is a page of HTML or XML, as some programs save it under that name. {_SAVE_AGAIN}"
    if b"\0" not in head:
        return "is a text. If it is a table, give it the ending .csv."
    return f"begins as none does. {_SAVE_AGAIN}"


def _package_entries(raw: BinaryIO, file: Input) -> list[Entry]:
    with open_package(raw, file.start, file.label) as archive:
        if "content.xml" in archive.NameToInfo:
            surveys = _ods_surveys(archive, file.label)
            return _calamine_entries(raw, file, surveys.__getitem__)
        parts = parts_of(archive)

    def survey(sheet: str) -> Lost:
        part = parts.sheets.get(sheet)
        if part is None:
            raise ValueError(f"the part of sheet {sheet!r} is missing")
        with open_package(raw, file.start, file.label) as archive:
            if part.endswith(".bin"):
                return survey_xlsb(archive, part, parts.texts)
            lost = survey_xlsx(archive, part, parts.styles, parts.texts)
            check_texts(archive, part, parts.texts, lost.filled)
            return lost

    try:
        return _calamine_entries(raw, file, survey)
    except calamine.PasswordError:
        raise
    except calamine.CalamineError:
        if any(part.endswith(".bin") for part in parts.sheets.values()):
            raise
        for sheet in parts.sheets:
            survey(sheet).check_size(sheet, file.label)
        raw.seek(file.start)
        return [Entry(name, hidden, read) for name, hidden, read in slow_grids(raw)]


def _ods_surveys(archive: zipfile.ZipFile, label: str) -> dict[str, Lost]:
    if b"manifest:encryption-data" in archive.read("META-INF/manifest.xml"):
        raise _encrypted(label)
    surveys = survey_ods(archive)
    for sheet, lost in surveys.items():
        lost.check_size(sheet, label)
    return surveys


def _calamine_entries(raw: BinaryIO, file: Input, survey: Callable[[str], Lost]) -> list[Entry]:
    raw.seek(file.start)
    workbook = calamine.CalamineWorkbook.from_filelike(raw)

    def reader(name: str) -> Callable[[], Grid]:
        def read() -> Grid:
            lost = survey(name)
            lost.check_size(name, file.label)
            sheet = workbook.get_sheet_by_name(name)
            lost.merged = len(sheet.merged_cell_ranges or ()) or lost.merged
            left = sheet.start[1] if sheet.start is not None else 0
            rows = sheet.iter_rows() if sheet.start is not None else iter(())
            return Grid(name, left, _replaced(rows, lost, left) if lost.replaced else rows, lost)

        return read

    return [
        Entry(
            sheet.name,
            sheet.visible != calamine.SheetVisibleEnum.Visible,
            reader(sheet.name) if sheet.typ == calamine.SheetTypeEnum.WorkSheet else None,
        )
        for sheet in workbook.sheets_metadata
    ]


def _replaced(rows: Iterator[Sequence[Any]], lost: Lost, left: int) -> Iterator[Sequence[Any]]:
    """Put right what calamine gives as something else."""
    for number, row in enumerate(rows):
        yield [lost.replaced.get((number, left + i), cell) for i, cell in enumerate(row)]


def _xls_entries(raw: BinaryIO, file: Input) -> tuple[list[Entry], list[str]]:
    data = raw.read()
    if data.startswith(OLE_MAGIC):
        streams = read_streams(data, ("encryptedpackage", "workbook", "book"))
        if "encryptedpackage" in streams:
            raise _encrypted(file.label)
        data = streams.get("workbook") or streams.get("book") or b""
    try:
        book = open_xls(data)
        grids = [grid_of(book, number) for number in range(book.nsheets)]
        hidden = [bool(book.sheet_by_index(number).visibility) for number in range(book.nsheets)]
    except xlrd.XLRDError as err:
        if "encrypted" in str(err):
            raise _encrypted(file.label) from err
        raise ValueError(str(err)) from err
    except _XLRD_GIVES_UP as err:
        raise ValueError(f"its records make no sense ({type(err).__name__})") from err
    others = other_sheets(book)
    skipped = [f"{others} sheet(s) without cells, such as charts, were skipped."] if others else []
    return [Entry(g.name, h, partial(_given, g)) for g, h in zip(grids, hidden, strict=True)], skipped


def _given(grid: Grid) -> Grid:
    return grid


def _chosen(sheets: Sequence[Entry], options: ReadOptions, label: str) -> list[Entry]:
    if options.sheets is None:
        return list(sheets)
    by_name = {sheet.name: sheet for sheet in sheets}
    missing = [name for name in options.sheets if name not in by_name]
    if missing:
        raise InvalidInput(
            f"{label} has no sheet {', '.join(map(repr, missing))}.",
            hint=f"Its sheets are {', '.join(map(repr, by_name))}.",
            file=label,
        )
    return [by_name[name] for name in options.sheets]


def _encrypted(label: str) -> ImportRejected:
    return ImportRejected(
        f"{label} is encrypted with a password.", hint="Save it without one, and import that.", file=label
    )


@contextmanager
def _translated(label: str) -> Iterator[None]:
    try:
        yield
    except DsaError:
        raise
    except calamine.PasswordError as err:
        raise _encrypted(label) from err
    except (
        calamine.CalamineError, zipfile.BadZipFile, zlib.error, ET.ParseError, expat.ExpatError,
        OSError, ValueError, LookupError, EOFError, NotImplementedError, RuntimeError, struct.error,
    ) as err:  # fmt: skip
        said = " ".join(str(err).split())[:200]
        raise ImportRejected(
            f"{label} is not a workbook that can be read: {said}.", hint=_SAVE_AGAIN, file=label
        ) from err
    except BaseException as err:
        # A bug in the Rust reader surfaces as a BaseException of this name; all others pass.
        if type(err).__name__ != "PanicException":
            raise
        raise ImportRejected(
            f"{label} is damaged: the reader of workbooks gave up on it.", hint=_SAVE_AGAIN, file=label
        ) from err
