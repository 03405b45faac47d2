"""Workbooks that are written hold what they were given, whatever stands in a text, and leave nothing behind."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import psutil
import pyarrow as pa
import pytest
import python_calamine
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dsa_workbench.errors import InvalidInput
from dsa_workbench.files.source import open_tables
from dsa_workbench.files.tables import ReadOptions, read_all
from dsa_workbench.files.writing import TableToWrite, WriteOptions, workbook, write_batches, write_workbook
from dsa_workbench.files.writing.sheet_names import LONGEST_NAME, sheet_names


def written(table: pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    write_batches(table.to_batches(), table.schema, out, "xlsx", WriteOptions(**options))
    return out.getvalue()


def column_by_calamine(data: bytes) -> list[Any]:
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    return [row[0] for row in sheet.to_python(skip_empty_area=False)[1:]]


def column_by_openpyxl(data: bytes) -> list[Any]:
    return [row[0].value for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(min_row=2)]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8))
@example([0.1 + 0.2, 2.0**-44, 5e-324, 1.7976931348623157e308, -0.0, 1e22, 123456789.12345679])
def test_floats_keep_all_their_digits(values: list[float]) -> None:
    data = written(pa.table({"f": values}))
    assert column_by_calamine(data) == values
    assert column_by_openpyxl(data) == values


SOME_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=4)
CELLS = {
    pa.string(): SOME_TEXT,
    pa.int64(): st.integers(-(2**53), 2**53),
    pa.float64(): st.floats(allow_nan=False, allow_infinity=False),
    pa.bool_(): st.booleans(),
    pa.date32(): st.dates(dt.date(1900, 3, 1)),
}


@st.composite
def sheets(draw: st.DrawFn) -> pa.Table:
    """Draw a table that a sheet can hold; the last row says of each column what it is."""
    columns = {}
    for i, kind in enumerate(draw(st.lists(st.sampled_from(sorted(CELLS, key=str)), min_size=1, max_size=4))):
        cells = draw(st.lists(st.none() | CELLS[kind], min_size=3, max_size=3))
        columns[f"c{i}"] = pa.array([*cells, 0.5 if kind == pa.float64() else draw(CELLS[kind])], kind)
    return pa.table(columns)


@settings(max_examples=150)
@given(sheets())
@example(pa.table({"a": ["", None, "x", ""]}))
@example(pa.table({"a": ["", "", ""], "b": [None, None, ""], "n": [1, None, None]}))
def test_what_a_sheet_can_hold_comes_back_the_same(table: pa.Table) -> None:
    [source] = open_tables(io.BytesIO(written(table)), ReadOptions(header=True, skip_rows=0))
    assert read_all(source).equals(table)


def test_an_empty_text_is_known_by_its_mark_where_texts_are_shared() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        mark, sheet = book.add_format({"quote_prefix": True}), book.add_worksheet()
        for row, (text, style) in enumerate([("a", None), ("", mark), ("", None), ("x", mark), ("y", None)]):
            sheet.write_string(row, 0, text, style)
            sheet.write_number(row, 1, row)
    [source] = open_tables(io.BytesIO(out.getvalue()), ReadOptions(header=True))
    assert read_all(source)["a"].to_pylist() == ["", None, "x", "y"]


def test_what_comes_back_as_another_type_is_told() -> None:
    table = pa.table({"price": [1.0, None, 3.0], "half": [1.0, 0.5, 2.0], "at": [dt.datetime(2026, 3, 1)] * 3})  # noqa: DTZ001
    done = write_batches(table.to_batches(max_chunksize=1), table.schema, io.BytesIO(), "xlsx")
    assert list(done.notes) == [
        "price: all numbers are whole, and a workbook does not tell them from whole numbers.",
        "at: all moments are midnights, and a workbook does not tell them from dates.",
    ]


def test_floats_of_32_bits_and_decimals_are_the_shortest_number() -> None:
    halves = pa.array([0.1, None, 16_777_216.0], pa.float32())
    assert column_by_openpyxl(written(pa.table({"f": halves}))) == [0.1, None, 16_777_216]
    prices = [Decimal("8.41"), Decimal("9.1"), Decimal("-0.07"), Decimal("9999999999999.99")]
    assert column_by_openpyxl(written(pa.table({"d": pa.array(prices, pa.decimal128(38, 2))}))) == [
        float(p) for p in prices
    ]
    tiny = pa.array([Decimal("0.00000000000000000001"), Decimal("0.00000123456789012345")], pa.decimal128(38, 20))
    assert column_by_openpyxl(written(pa.table({"d": tiny}))) == [1e-20, 0.00000123456789012345]


# What XlsxWriter would take for a formula, a link, a number, a piece of XML, or an escape of Excel.
TRAPS = st.sampled_from(
    ["=1+1", "{=1}", "http://a.example", "mailto:a", "internal:a", "12", "1e5", "<r>", "</r>", "<r><t>a</t></r>",
     "&lt;", "_x0041_", "_x0041_x0042_", "_x005F_", "\x01", "\r", "\r\n", "\n", "\t", " ", "'", '"', "]]>"]
)  # fmt: skip
# calamine gives U+FFFE and U+FFFF as the escapes that Excel has for them.
SIGNS = st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff")
TEXTS = st.lists(st.one_of(TRAPS, st.text(SIGNS, max_size=3)), max_size=4)


@settings(max_examples=300)
@given(st.lists(TEXTS.map("".join), min_size=1, max_size=5))
@example(["<r><t>a</t></r>", "<r>", "</r>", "<r>\x01&</r>", "_x0041_x0042_", "", " a ", "=1+1", "x" * 32_767])
def test_a_text_stays_the_text_that_it_was(texts: list[str]) -> None:
    assert column_by_calamine(written(pa.table({"t": [*texts, "end"]}))) == [*texts, "end"]


def test_texts_are_no_formulas_and_no_links() -> None:
    texts = ["=1+1", "+1", "@x", "https://a.example", "mailto:a@b.example", "12", "<r>=1</r>"]
    sheet = openpyxl.load_workbook(io.BytesIO(written(pa.table({"=h": texts}))))["data"]
    cells = [row[0] for row in sheet.iter_rows()]
    # openpyxl takes any text that begins with = for a formula; in the file it is an inline string.
    assert [c.value for c in cells] == ["=h", *texts]
    assert [c.hyperlink for c in cells] == [None] * 8
    assert column_by_calamine(written(pa.table({"=h": texts}))) == texts


def test_the_header_is_bold_and_stays_where_it_is() -> None:
    table = pa.table({"a": ["x"], "d": [dt.date(2026, 3, 1)]})
    sheet = openpyxl.load_workbook(io.BytesIO(written(table)))["data"]
    assert (sheet.freeze_panes, sheet["A1"].font.b, sheet["B1"].font.b, sheet["A2"].font.b) == ("A2", True, True, False)
    plain = openpyxl.load_workbook(io.BytesIO(written(table, header=False)))["data"]
    assert (plain.freeze_panes, plain["A1"].value, plain["A1"].font.b) == (None, "x", False)


def test_long_texts_in_any_part_are_refused() -> None:
    table = pa.table({"x" * 32_768: [1]})
    with pytest.raises(InvalidInput, match="the name of column 1 has 32,768 characters"):
        written(table)
    late = pa.table({"a": ["x"] * 70_000 + ["y" * 32_768]})
    with pytest.raises(InvalidInput, match="row 70,001, column 'a'"):
        written(late)


def test_a_sheet_ends_before_its_xml_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_BYTES", 20_000)
    monkeypatch.setattr(workbook, "_STEP", 256)
    numbers = list(range(2_000))
    data = written(pa.table({"n": numbers}))
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = [book.get_sheet_by_name(name).to_python()[1:] for name in book.sheet_names]
    assert len(sheets) > 2
    assert [row[0] for sheet in sheets for row in sheet] == numbers


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=5))
@example(["\U0001f600" * 31, "\U0001f600" * 20, "x" * 30 + "'y", "'", "", "History", "x" * 31 + "1", "x" * 31 + "2"])
def test_any_names_give_sheets(names: list[str]) -> None:
    out = io.BytesIO()
    table = pa.table({"n": [1]})
    write_workbook([TableToWrite(name, table.schema, table.to_batches()) for name in names], out)
    maker = sheet_names()
    wanted = [maker.send(name) for name in names]
    assert len({name.lower() for name in wanted}) == len(names)
    assert all(0 < len(name.encode("utf-16-le")) <= 2 * LONGEST_NAME for name in wanted)
    assert openpyxl.load_workbook(out).sheetnames == (wanted or ["Sheet1"])


class Broken(io.BytesIO):
    """A file on a disk that is full after some bytes."""

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > 2_000:
            raise OSError(28, "No space left on device")
        return super().write(data)


def test_many_sheets_hold_one_file_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    table, held = pa.table({"n": [1, 2]}), []

    def rows() -> Iterator[pa.RecordBatch]:
        held.append(sum(Path(f.path).is_relative_to(tmp_path) for f in psutil.Process().open_files()))
        yield from table.to_batches()

    out = io.BytesIO()
    write_workbook([TableToWrite(f"t{i}", table.schema, rows()) for i in range(20)], out)
    assert held == [1] * 20
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(out.getvalue()))
    assert [book.get_sheet_by_index(i).to_python() for i in range(20)] == [[["n"], [1], [2]]] * 20


def in_the_way(scratch: Path, table: pa.Table) -> Iterator[pa.RecordBatch]:
    """Make a folder where the workbook is to be packed, once its rows are read."""
    yield from table.to_batches()
    [folder] = scratch.iterdir()
    (folder / "packed.xlsx").mkdir()


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    table = pa.table({"t": [str(i**3) for i in range(3_000)]})
    seen: list[bool] = []

    def rows(fail: bool) -> Iterator[pa.RecordBatch]:
        yield from table.to_batches()
        seen.append(any(scratch.iterdir()))
        if fail:
            raise RuntimeError("the store is gone")

    target = tmp_path / "book.xlsx"
    write_batches(rows(False), table.schema, target)
    before = target.read_bytes()
    with pytest.raises(RuntimeError, match="the store is gone"):
        write_batches(rows(True), table.schema, target)
    with pytest.raises(OSError, match="No space left"):
        write_batches(rows(False), table.schema, Broken(), "xlsx")
    with pytest.raises(IsADirectoryError):  # what the system says, and no error of XlsxWriter's
        write_batches(in_the_way(scratch, table), table.schema, target)
    assert seen == [True] * 3
    assert list(scratch.iterdir()) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["book.xlsx", "scratch"]
    assert target.read_bytes() == before
