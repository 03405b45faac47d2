"""Cells of every kind, and where the table of a sheet begins."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest

from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.explain import explain
from dsa_workbench.files.source import ReadOptions, TableSource, open_tables, read_all
from dsa_workbench.files.workbooks.lost_in_xlsb import survey_xlsb
from dsa_workbench.files.workbooks.xls import moment_of
from tests.files.workbooks import numbers, ods, package, record, xlsx

PLAIN = ReadOptions(header=False, skip_rows=0)


def column(*cells: str) -> str:
    """Write a column of cells; `{}` in each stands for its address."""
    return "".join(f'<row r="{i}">{cell.format(f"A{i}")}</row>' for i, cell in enumerate(cells, start=1))


def number(value: float, style: int = 0) -> str:
    return f'<c r="{{}}" s="{style}"><v>{value}</v></c>'


def only(path: Path, options: ReadOptions = PLAIN) -> tuple[Any, TableSource]:
    """Give the values of the first column of the only sheet, and the sheet."""
    [table] = open_tables(path, options)
    return read_all(table).column(0).to_pylist(), table


def book(path: Path, *rows: list[Any]) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "S"
    for row in rows:
        sheet.append(row)
    workbook.save(path)
    return path


# Cells ------------------------------------------------------------------------------------------------------------


def test_dates_know_both_epochs(tmp_path: Path) -> None:
    cells = column(number(1, 1), number(59, 1), number(61, 1), number(43831.75, 5))
    moments, _ = only(xlsx(tmp_path / "a.xlsx", cells))
    assert [str(m) for m in moments] == [
        "1900-01-01 00:00:00", "1900-02-28 00:00:00", "1900-03-01 00:00:00", "2020-01-01 18:00:00",
    ]  # fmt: skip
    moments, _ = only(xlsx(tmp_path / "b.xlsx", cells, epoch_1904=True))
    assert [str(m) for m in moments] == [
        "1904-01-02 00:00:00", "1904-02-29 00:00:00", "1904-03-02 00:00:00", "2024-01-02 18:00:00",
    ]  # fmt: skip


@pytest.mark.parametrize("serial", [0.25, 1, 1.5, 58.5, 59, 60, 61, 43831, 43831.75, 2958465])
@pytest.mark.parametrize("epoch", [0, 1])
def test_xls_has_the_dates_of_xlsx(serial: float, epoch: int, tmp_path: Path) -> None:
    [value], _ = only(xlsx(tmp_path / "a.xlsx", column(number(serial, 5)), epoch_1904=bool(epoch)))
    assert moment_of(serial, epoch) == value


def test_iso_dates_of_strict_workbooks_are_dates(tmp_path: Path) -> None:
    texts = ("2026-03-01T10:11:12", "2026-03-02T10:11:12.5Z", "2026-03-03T10:11:12+02:00")
    moments, table = only(xlsx(tmp_path / "a.xlsx", column(*(f'<c r="{{}}" t="d"><v>{t}</v></c>' for t in texts))))
    assert table.schema.types == [pa.timestamp("us")]
    assert [m.isoformat() for m in moments] == [
        "2026-03-01T10:11:12", "2026-03-02T10:11:12.500000", "2026-03-03T10:11:12",
    ]  # fmt: skip
    days, table = only(xlsx(tmp_path / "b.xlsx", column('<c r="{}" t="d"><v>2026-03-01T00:00:00</v></c>')))
    assert table.schema.types == [pa.date32()]
    assert days == [dt.date(2026, 3, 1)]


def test_durations_may_be_longer_than_a_day(tmp_path: Path) -> None:
    durations, table = only(xlsx(tmp_path / "a.xlsx", column(number(1.5, 2), number(0.25, 2), number(-2, 2))))
    assert table.schema.types == [pa.duration("us")]
    assert durations == [dt.timedelta(hours=36), dt.timedelta(hours=6), dt.timedelta(days=-2)]
    texts, _ = only(tmp_path / "a.xlsx", ReadOptions(header=False, types="text"))
    assert texts == ["36:00:00", "6:00:00", "-48:00:00"]


def test_a_negative_number_is_no_date(tmp_path: Path) -> None:
    assert only(xlsx(tmp_path / "a.xlsx", column(number(-0.5, 3), number(-1, 1))))[0] == [-0.5, -1]


def test_numbers_are_what_is_stored_however_they_are_shown(tmp_path: Path) -> None:
    shares, table = only(xlsx(tmp_path / "a.xlsx", column(number(0.1, 4), number(0.30000000000000004, 4))))
    assert shares == [0.1, 0.30000000000000004]
    assert table.schema.types == [pa.float64()]
    assert only(xlsx(tmp_path / "b.xlsx", column(number(3), number(2**53))))[1].schema.types == [pa.int64()]
    assert only(xlsx(tmp_path / "c.xlsx", column(number(3), number(2**54))))[1].schema.types == [pa.float64()]


def test_texts_are_whole(tmp_path: Path) -> None:
    shared = (
        "<si><r><rPr><b/></rPr><t>bold</t></r><r><t xml:space='preserve'> and not</t></r></si>"
        "<si><t>漢字</t><rPh sb='0' eb='2'><t>カンジ</t></rPh></si>"
        "<si><t xml:space='preserve'>  kept  </t></si><si><t>a_x000D_\nb_x005F_x0041_</t></si>"
    )
    cells = [f'<c r="{{}}" t="s"><v>{i}</v></c>' for i in range(4)]
    cells.append('<c r="{}" t="inlineStr"><is><t>in &amp; line</t></is></c>')
    cells.append('<c r="{}" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>')
    texts, _ = only(xlsx(tmp_path / "a.xlsx", column(*cells), shared=shared))
    assert texts == ["bold and not", "漢字", "  kept  ", "a\r\nb_x0041_", "in & line", "ab"]


def test_numbers_stored_as_text_stay_text_and_are_told(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", ["zip", "qty"], ["02139", "7"], ["10001", "8"])
    [table] = open_tables(path)
    assert table.schema.types == [pa.string(), pa.string()]
    assert [n for n in table.notes if "stored as text" in n] == [
        "'qty' holds numbers that are stored as text, from S!B2 on, and stays text."
    ]
    assert read_all(open_tables(path, ReadOptions(types={"qty": "int"}))[0])["qty"].to_pylist() == [7, 8]


def test_null_tokens_hold_for_cells_and_not_for_names(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", ["qty", "NA"], [1, "NA"], ["-", "x"])
    assert read_all(open_tables(path)[0]).to_pydict() == {"qty": ["1", "-"], "NA": ["NA", "x"]}
    [table] = open_tables(path, ReadOptions(null_tokens=("NA", "-")))
    assert read_all(table).to_pydict() == {"qty": [1, None], "NA": [None, "x"]}


def test_a_long_column_is_typed_on_every_cell(tmp_path: Path) -> None:
    rows = [[i, dt.date(2026, 3, 1), None] for i in range(40_000)]
    path = book(tmp_path / "a.xlsx", ["n", "day", "late"], *rows, ["x", dt.datetime(2026, 3, 2, 1), 1.5])  # noqa: DTZ001
    [table] = open_tables(path)
    data = read_all(table)
    assert data.num_rows == 40_001
    assert data.schema.types == [pa.string(), pa.timestamp("us"), pa.float64()]
    assert data["n"][39_999].as_py() == "39999"
    assert any("S!A40002 holds 'x' (text)" in note for note in table.notes)


# Errors, formulas, merged cells -----------------------------------------------------------------------------------

ERRORS_XLSX = column('<c r="{}"><v>1</v></c>', '<c r="{}" t="e"><f>1/0</f><v>#DIV/0!</v></c>', '<c r="{}"><v>2</v></c>')
ERRORS_ODS = """
<table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row>
<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="float" office:value="0"
  table:formula="of:=1/0"><text:p>#DIV/0!</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="string" office:string-value="" calcext:value-type="error"
  table:formula="of:=NA()"><text:p>#N/A</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="float" office:value="2"/></table:table-row>
"""


def test_errors_are_null_with_a_count_and_the_first_address(tmp_path: Path) -> None:
    values, table = only(xlsx(tmp_path / "a.xlsx", ERRORS_XLSX))
    assert values == [1, None, 2]
    assert "1 cell(s) with an error such as #N/A are null, the first is S!A2." in table.notes
    values, table = only(ods(tmp_path / "a.ods", ERRORS_ODS))
    assert values == [1, None, None, None, 2]
    assert "3 cell(s) with an error such as #N/A are null, the first is S!A2." in table.notes


def test_errors_in_xlsb_are_counted() -> None:
    sheet = b"".join(
        [
            record(0, numbers(0, *[0] * 4)), record(5, numbers(0, 0, 0, 0)), record(1, numbers(7, 0)),
            record(0, numbers(6, *[0] * 4)), record(3, numbers(2, 0) + b"\x07"), record(11, numbers(3, 0) + b"\x2a"),
            record(176, numbers(0, 1, 0, 1)),
        ]
    )  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(package({"sheet.bin": sheet}))) as archive:
        lost = survey_xlsb(archive, "sheet.bin")
    assert (lost.errors, lost.first_error, lost.merged) == (2, (6, 2), 1)
    assert (lost.filled, lost.last_row, lost.last_column) == (3, 6, 3)


def test_formulas_without_a_value_are_told_from_empty_texts(tmp_path: Path) -> None:
    cells = (
        '<c r="{}"><f>1+1</f><v>2</v></c>',
        '<c r="{}"><f>1+1</f><v></v></c>',
        '<c r="{}" t="str"><f>""</f><v></v></c>',
    )
    values, table = only(xlsx(tmp_path / "a.xlsx", column(*cells, number(3))))
    assert values == [2, None, None, 3]
    assert any(
        note.startswith("1 formula(s) have no saved value and are null, the first is S!A2") for note in table.notes
    )


def test_merged_cells_keep_their_value_once(tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(book(tmp_path / "a.xlsx", ["a", "b"], [1, 2], [3, 4]))
    workbook["S"].merge_cells("A2:B2")
    workbook.save(tmp_path / "b.xlsx")
    [table] = open_tables(tmp_path / "b.xlsx")
    assert read_all(table).to_pydict() == {"a": [1, 3], "b": [None, 4]}
    assert any(note.startswith("1 range(s) of cells in sheet 'S' are merged") for note in table.notes)


def test_a_program_that_leaves_out_addresses_is_understood(tmp_path: Path) -> None:
    rows = "<row><c><v>1</v></c><c t='e'><v>#N/A</v></c></row><row><c><v>3</v></c><c><v>4</v></c></row>"
    [table] = open_tables(xlsx(tmp_path / "a.xlsx", rows), PLAIN)
    assert read_all(table).to_pydict() == {"c1": [1, 3], "c2": [None, 4]}


# Where the table begins -------------------------------------------------------------------------------------------

REPORT: tuple[list[Any], ...] = (
    ["Sales report"],
    ["made on", dt.date(2026, 3, 1)],
    [],
    ["id", "day", "amount"],
    [1, dt.date(2026, 3, 1), 2.5],
    [2, dt.date(2026, 3, 2), 3.5],
)


def test_titles_above_the_table_are_left_out(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", *REPORT)
    [table] = open_tables(path)
    assert read_all(table)["amount"].to_pylist() == [2.5, 3.5]
    assert table.locate(0) == "row 5"
    assert "the header is row 4 (S!A4)." in table.notes
    assert any(
        "3 row(s) above the table in sheet 'S'" in n and "'Sales report'" in n and "--skip-rows 0" in n
        for n in table.notes
    )


def test_skip_rows_and_header_are_obeyed(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", *REPORT)
    [all_rows] = open_tables(path, ReadOptions(skip_rows=0))
    assert read_all(all_rows).column_names == ["Sales report", "c2", "c3"]
    assert read_all(all_rows).num_rows == 5
    [below] = open_tables(path, ReadOptions(skip_rows=4, header=False))
    assert read_all(below)["c1"].to_pylist() == [1, 2]
    [named] = open_tables(path, ReadOptions(skip_rows=4, header=True))
    assert read_all(named).column_names == ["1", "2026-03-01", "2.5"]
    with pytest.raises(ImportRejected, match=r"holds no cells below the first 99 rows.*smaller skip_rows"):
        open_tables(path, ReadOptions(skip_rows=99))


@pytest.mark.parametrize(
    "rows",
    [
        [["name"], ["anna", "x", "y"], ["bob", "x", "z"]],
        [["id", "note"], [1, None], [2, None], [3, "late"]],
        [["name", "city"], ["anna", "berlin"], ["bob", "rome"]],
        [["total", None, None], [None, 1, 2], [None, 3, 4]],
    ],
)
def test_without_evidence_the_first_row_is_the_header(rows: list[list[Any]], tmp_path: Path) -> None:
    [table] = open_tables(book(tmp_path / "a.xlsx", *rows))
    assert read_all(table).num_rows == len(rows) - 1
    assert read_all(table).column_names[0] == rows[0][0]


def test_a_table_without_names_is_seen(tmp_path: Path) -> None:
    [table] = open_tables(book(tmp_path / "a.xlsx", [1, "a"], [2, "b"]))
    assert read_all(table).to_pydict() == {"c1": [1, 2], "c2": ["a", "b"]}
    assert any("has no header" in n and "header=True (--header)" in n for n in table.notes)
    [named] = open_tables(tmp_path / "a.xlsx", ReadOptions(header=True))
    assert read_all(named).column_names == ["1", "a"]


def test_blank_rows_between_are_kept_and_told(tmp_path: Path) -> None:
    [table] = open_tables(book(tmp_path / "a.xlsx", ["a"], [1], [], [], [2], []))
    assert read_all(table)["a"].to_pylist() == [1, None, None, 2]
    assert "2 blank row(s) between others in sheet 'S' are kept, as rows of nulls." in table.notes


def test_a_workbook_is_explained(tmp_path: Path) -> None:
    [found] = explain(book(tmp_path / "a.xlsx", *REPORT, ["x", dt.date(2026, 3, 2), 3.5]))
    told = {setting.name: (setting.value, setting.override) for setting in found.settings}
    assert told["rows above the table"] == ("3", "skip_rows=3 (--skip-rows 3)")
    assert told["header"][0] == "row 4"
    assert [(c.name, c.type) for c in found.columns] == [("id", "string"), ("day", "date32[day]"), ("amount", "double")]
    assert "S!A7 holds 'x'" in found.columns[0].reason
    assert found.sample[0] == ("1", "2026-03-01", "2.5")
