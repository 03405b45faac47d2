"""Real workbooks: each is read or refused with the right sentence, and cells are what Excel and other readers see."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import python_calamine as calamine

from dsa_workbench.errors import DsaError, ImportRejected
from dsa_workbench.files.source import ReadOptions, TableSource, open_tables, read_all
from dsa_workbench.files.stream import open_input
from dsa_workbench.files.workbooks.cells import as_text
from dsa_workbench.files.workbooks.excel import list_sheets
from tests.excel_display import is_shown

pytestmark = pytest.mark.corpora

ERRORS = {"#N/A", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!"}
AS_IT_STANDS = ReadOptions(header=False, skip_rows=0)
Rows = list[list[Any]]


def oracle(corpora: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((corpora / "oracle" / "excel.json").read_text())
    return told


def has_wrong_checksum(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive, pytest.raises(zipfile.BadZipFile, match="CRC"):
        archive.read("_rels/.rels")
    return True


def has_broken_relations(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive, pytest.raises(ET.ParseError):
        ET.fromstring(archive.read("_rels/.rels"))
    return True


DAMAGED: dict[str, Callable[[Path], bool]] = {
    "clusterfuzz-testcase-minimized-POIXSSFFuzzer-5265527465181184.xlsx": has_wrong_checksum,
    "xlsx-corrupted.xlsx": has_broken_relations,
}
"""One of the readers reads these; a part that leads to the sheets is broken in both."""


@pytest.mark.filterwarnings("ignore")
def test_every_workbook_is_read_or_rightly_refused(corpora: Path, capfd: pytest.CaptureFixture[str]) -> None:
    read = empty = locked = broken = 0
    for name, told in oracle(corpora).items():
        path = corpora / name
        try:
            for table in open_tables(path):
                read_all(table)
        except DsaError as err:
            said = str(err)
            assert path.name in said
            errors = " ".join(told["errors"].values())
            if "assword" in errors or "encrypted" in errors:
                assert "encrypted with a password" in said, name
                locked += 1
            elif told["readers"] and path.name not in DAMAGED:
                assert "holds no cells" in said, name
                assert not any(sheet.get("nonempty") for sheet in told["sheets"].values()), name
                empty += 1
            else:
                assert "is not a workbook" in said or "is damaged" in said or "only 1 of its" in said, name
                assert path.name not in DAMAGED or DAMAGED[path.name](path)
                broken += 1
        else:
            read += 1
            assert told["readers"], name
    assert min(read, empty, locked, broken) > 0
    assert read > 350
    capfd.readouterr()


def cells_of(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each sheet's cells by their addresses as the oracle writes them."""
    file = open_input(path)
    with file.open_raw() as raw:
        for entry in list_sheets(raw, file)[0]:
            if entry.read is None:
                continue
            grid = entry.read()
            yield (
                entry.name,
                {
                    f"{row},{column}": value
                    for row, values in enumerate(grid.rows, start=1)
                    for column, value in enumerate(values, start=grid.left + 1)
                    if value is not None
                },
            )


def is_agreed(value: Any, agreed: Any) -> bool:
    """Compare as exactly as the oracle tells: numbers to 12 digits, moments to a second, texts without returns."""
    if isinstance(value, str) and isinstance(agreed, str):
        return re.sub("\r|_x000D_", "", value) == re.sub("\r|_x000D_", "", agreed)
    if isinstance(value, bool) or isinstance(agreed, bool):
        return value is agreed
    if isinstance(value, (int, float)):
        if value != value:
            return bool(agreed == "nan")
        return isinstance(agreed, (int, float)) and abs(value - agreed) <= 1e-11 * abs(value)
    if isinstance(value, dt.timedelta):
        return abs(value.total_seconds() - float(agreed[2:-1])) <= 1
    day = dt.date(2000, 1, 1)
    if isinstance(value, dt.time):
        value, agreed = dt.datetime.combine(day, value), f"{day}{agreed}"
    elif type(value) is dt.date:
        value = dt.datetime.combine(value, dt.time())
    return abs(value - dt.datetime.fromisoformat(agreed).replace(tzinfo=None)) <= dt.timedelta(seconds=1)


@pytest.mark.filterwarnings("ignore")
def test_cells_are_those_on_which_readers_agree(corpora: Path) -> None:
    compared = 0
    for name, told in oracle(corpora).items():
        if not told["readers"] or Path(name).name in DAMAGED:
            continue
        sheets = dict(cells_of(corpora / name))
        for sheet, about in told["sheets"].items():
            for place, agreed in (about.get("agreed_cells") or about.get("agreed_cells_first") or {}).items():
                compared += 1
                value = sheets[sheet].get(place)
                assert is_agreed(value, agreed), (name, sheet, place, value, agreed)
    assert compared > 6_500


# What Excel wrote as CSV ------------------------------------------------------------------------------------------


def shown_by_excel(path: Path) -> Iterator[tuple[int, Rows]]:
    """Give the number of each sheet that Excel wrote as CSV, and its rows."""
    for file in sorted(Path(f"{path}.excel").glob("*.csv")):
        data = file.read_bytes()
        text = data.decode("utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "cp1252", "replace")
        found = re.search(r"\.(\d+)\.csv$", file.name)
        assert found is not None
        yield int(found[1]), [list(row) for row in csv.reader(io.StringIO(text, newline=""))]


def bare(rows: Sequence[Sequence[Any]]) -> Rows:
    """Leave out columns and rows at the ends that are blank, as an import does."""
    width = max(map(len, rows), default=0)
    rows = [[*row, *[""] * (width - len(row))] for row in rows]
    used = [i for i in range(width) if any(row[i] not in ("", None) for row in rows)]
    kept = [[row[i] for i in used] for row in rows]
    filled = [i for i, row in enumerate(kept) if any(cell not in ("", None) for cell in row)]
    return kept[filled[0] : filled[-1] + 1] if filled else []


def without_errors(rows: Sequence[Sequence[Any]]) -> Rows:
    """Make blanks of errors, and of texts that say the same; both are counted."""
    return [["" if cell in ERRORS else cell for cell in row] for row in rows]


def in_code_page(value: Any, shown: str) -> bool:
    """Say whether a text is shown with a line in the place of each letter that the code page of the CSV lacks."""

    def written(sign: str) -> str:
        try:
            return sign.encode("cp1252").decode("cp1252")
        except UnicodeEncodeError:
            return "_" * (len(sign.encode("utf-16-le")) // 2)

    return isinstance(value, str) and "_" in shown and "".join(map(written, value)) == shown


LETTERS_LOST = {
    "חישוב_נקודות_זיכוי.xlsx", "xlsx-stream-d-date-cell.xls", "xlsx-stream-d-date-cell.xlsb",
    "xlsx-stream-d-date-cell.xlsx", "phonetic_text.xls", "phonetic_text.xlsb", "phonetic_text.xlsx", "sushi.xls",
    "sushi.xlsb", "sushi.xlsx", "50779_2.xls", "27394.xls", "49273.xlsx",
    "formula_test_sjmachin.xls",
}  # fmt: skip
"""Excel wrote the CSV in a code page that lacks letters of these; checked by `in_code_page`, cell by cell."""
NOT_AS_SAVED = {
    ("44958_1.xls", 0, 1, 3): (356.10530740756263, "$379.54 "),  # a data table, calculated anew for the CSV
    ("49273.xlsx", 0, 0, 10): (12323, "_________"),  # written in Chinese numerals, which the CSV's code page lacks
    ("49273.xlsx", 0, 1, 10): (12323, "_________"),
    ("52348.xlsx", 0, 6, 6): ("0", ""),  # a format without a digit that must be shown
    ("52348.xlsx", 0, 7, 6): ("0", ""),
    ("56502.xlsx", 0, 3, 0): ("pls. update", ""),  # a function of an add-in, an error where Excel wrote the CSV
}
"""Cells that Excel shows otherwise than the file has them. The oracle's readers find our value in the file too."""
NO_NUMBER = {("49761.xls", 0, 0, 0): "2.6965E+308"}
"""Bits that are no number; Excel shows them as one that is larger than any it can hold."""
NOT_CALCULATED = {("bug60858.xlsx", 0, 1, 5): "0.00", ("bug60858.xlsx", 0, 1, 6): "0"}
"""Formulas that were saved without a value, which the import tells; Excel calculates them."""
NO_DATE = {("bug60858.xlsx", 0, 1, 12): "-1"}
"""A negative number in a format of times: Excel shows only #####."""
LONGER_SINCE = {("DateFormatTests.xlsx", 1): 42}
"""The CSV is that of an earlier version of the workbook: its rows are the first so many of ours."""
WITHOUT_CONTENT = {"empty.xlsx"}
"""The CSV files are of no length at all, though the sheets hold cells."""
CALCULATED_BY_OTHERS = {("MatchFunctionTestCaseData.xls", 1): (1, 53)}
"""A column of formulas with results that another program saved, as calamine reads them too; Excel calculates others.
The CSV is that of an earlier version, with so many rows."""
AN_ERROR_IN_THE_FILE = {("excelant.xls", 0): ("4,2", "#VALUE!", "$790.79")}
"""A function of an add-in that was not there when the file was saved, but was when Excel wrote the CSV."""
AN_ERROR_IN_EXCEL = {("56502.xlsx", 0)}
"""The other way round; the cell is listed above."""


def read_as_it_stands(path: Path) -> dict[str, TableSource]:
    """Give the sheets by their names, none where the file is refused."""
    try:
        return {table.name: table for table in open_tables(path, AS_IT_STANDS)}
    except ImportRejected:
        return {}


def is_locked(path: Path) -> bool:
    with pytest.raises(ImportRejected, match="encrypted with a password"):
        open_tables(path)
    return True


def notes_on(sheet: str, tables: dict[str, TableSource]) -> str:
    """Give what is said on a sheet; on one that is skipped, the first table says it."""
    if sheet in tables:
        return " ".join(note for note in tables[sheet].notes if not note.startswith("sheet "))
    return " ".join(note for t in tables.values() for note in t.notes if note.startswith(f"sheet {sheet!r} "))


def listed_reason(place: tuple[str, int, int, int], value: Any, text: str, notes: str, agreed: Iterable[Any]) -> Any:
    """Give the listed reason for a difference if it is true, else None."""
    if NOT_AS_SAVED.get(place) == (value, text):
        meant = float(value) if value == "0" else value
        return place if any(type(a) in (float, str) and is_agreed(meant, a) for a in agreed) else None
    if place in NO_NUMBER:
        return place if value != value and NO_NUMBER[place] == text else None
    if place in NOT_CALCULATED:
        has_note = "have no saved value" in notes
        return place if value is None and has_note and NOT_CALCULATED[place] == text else None
    if place in NO_DATE:
        return place if value == NO_DATE[place] and not text.strip("#") else None
    return place[0] if place[0] in LETTERS_LOST and in_code_page(value, text) else None


@pytest.mark.filterwarnings("ignore")
def test_cells_are_those_that_excel_shows(corpora: Path) -> None:
    told = oracle(corpora)
    entries = json.loads((corpora / "manifest.json").read_text())["entries"]
    cells = refused = 0
    listed: set[Any] = set()
    unlisted: list[Any] = []
    for path in (corpora / e["path"] for e in entries if e["category"] == "excel" and e["expected"]):
        about = told[str(path.relative_to(corpora))]
        shown = dict(shown_by_excel(path))
        tables = read_as_it_stands(path)
        if not tables:
            content = {cell for rows in shown.values() for row in bare(rows) for cell in row}
            assert content <= ERRORS | {""} or is_locked(path), path
            refused += 1
            continue
        names = [name for name, sheet in about["sheets"].items() if sheet.get("kind") == "worksheet"]
        for number, rows in shown.items():
            table, notes = tables.get(names[number]), notes_on(names[number], tables)
            ours = list(zip(*read_all(table).to_pydict().values(), strict=True)) if table is not None else []
            errors = [cell for row in rows for cell in row if cell in ERRORS]
            texts = [cell for row in ours for cell in row if cell in ERRORS]
            want, got = bare(without_errors(rows)), bare(without_errors(ours))
            counted = re.search(r"([\d,]+) cell\(s\) with an error", notes)
            if (path.name, number) in AN_ERROR_IN_THE_FILE:
                listed.add((path.name, number))
                place, error, text = AN_ERROR_IN_THE_FILE[path.name, number]
                assert about["sheets"][names[number]]["disagreements"][place] == [None, error]
                assert want.pop() == ["", text]
                errors.append(error)
            if (path.name, number) in CALCULATED_BY_OTHERS:
                listed.add((path.name, number))
                column, length = CALCULATED_BY_OTHERS[path.name, number]
                seen = calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(number).to_python()
                assert [as_text(row[column]) or None for row in seen[:length]] == [row[column] for row in ours[:length]]
                errors = [cell for row in rows for c, cell in enumerate(row) if cell in ERRORS and c != column]
                got = [[cell for c, cell in enumerate(row) if c != column] for row in got[:length]]
                want = [[cell for c, cell in enumerate(row) if c != column] for row in want[:length]]
            if path.name in WITHOUT_CONTENT:
                assert Path(f"{path}.excel", f"{path.name}.{number}.csv").stat().st_size == 0
                assert about["sheets"][names[number]]["nonempty"] > 0
                listed.add(path.name)
                continue
            if (path.name, number) in AN_ERROR_IN_EXCEL:
                listed.add((path.name, number))
                want.append(["" for _ in want[0]])
                errors.clear()
            if len(errors) != len(texts) + (int(counted[1].replace(",", "")) if counted else 0):
                unlisted.append((path.name, number, errors, notes))
            if (path.name, number) in LONGER_SINCE:
                listed.add((path.name, number))
                assert len(want) == LONGER_SINCE[path.name, number] < len(got)
                got = got[: len(want)]
            if [len(row) for row in got] != [len(row) for row in want]:
                unlisted.append((path.name, number, got[:3], want[:3]))
                continue
            for r, row in enumerate(want):
                for c, text in enumerate(row):
                    cells += 1
                    if is_shown(got[r][c], text):
                        continue
                    place = (path.name, number, r, c)
                    agreed = about["sheets"][names[number]].get("agreed_cells", {}).values()
                    if (why := listed_reason(place, got[r][c], text, notes, agreed)) is not None:
                        listed.add(why)
                    else:
                        unlisted.append((*place, got[r][c], text))
    assert not unlisted, "\n".join(map(str, unlisted))
    tables_of_reasons = (NOT_AS_SAVED, NO_NUMBER, NOT_CALCULATED, NO_DATE, LONGER_SINCE, AN_ERROR_IN_THE_FILE)
    assert listed == LETTERS_LOST.union(WITHOUT_CONTENT, AN_ERROR_IN_EXCEL, CALCULATED_BY_OTHERS, *tables_of_reasons), (
        "a reason that is not needed any more"
    )
    assert cells > 9_000
    assert 0 < refused < 60
