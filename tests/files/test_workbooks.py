"""Workbooks: every sheet a table, nothing lost in silence."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.files.source import ReadOptions, open_tables, read_all
from dsa_workbench.files.workbooks.cells import address

NOON = dt.datetime(2026, 3, 1, 12, 30)  # noqa: DTZ001 - workbooks know no zones


@pytest.fixture
def book(tmp_path: Path) -> Path:
    workbook = openpyxl.Workbook()
    orders = workbook.active
    assert orders is not None
    orders.title = "Orders"
    for row in [
        ["id", "price", "paid", "day", "moment", "at", "code", " note "],
        [1, 1.5, True, dt.date(2026, 3, 1), NOON, dt.time(1, 2, 3), 7, "a"],
        [2, 2, False, dt.date(2026, 3, 2), dt.date(2026, 3, 2), None, "x7", "#N/A"],
        [3, None, None, None, None, None, None, "=1/0"],
    ]:
        orders.append(row)
    hidden = workbook.create_sheet("Hidden")
    hidden.sheet_state = "hidden"
    hidden["C3"], hidden["C4"] = "only", "x"
    workbook.create_sheet("Empty")
    path = tmp_path / "book.xlsx"
    workbook.save(path)
    return path


def test_each_sheet_is_a_table_with_types(book: Path) -> None:
    orders, hidden = open_tables(book)
    table = read_all(orders)
    assert (orders.name, hidden.name) == ("Orders", "Hidden")
    assert dict(zip(table.schema.names, table.schema.types, strict=True)) == {
        "id": pa.int64(),
        "price": pa.float64(),
        "paid": pa.bool_(),
        "day": pa.date32(),
        "moment": pa.timestamp("us"),
        "at": pa.time64("us"),
        "code": pa.string(),
        "note": pa.string(),
    }
    assert table["code"].to_pylist() == ["7", "x7", None]
    assert table["note"].to_pylist() == ["a", None, None]
    assert table["moment"].to_pylist()[:2] == [NOON, dt.datetime(2026, 3, 2)]  # noqa: DTZ001 - as above
    assert read_all(hidden).to_pydict() == {"only": ["x"]}
    assert orders.locate(0) == "row 2"


def test_what_is_lost_or_assumed_is_told(book: Path) -> None:
    orders, hidden = open_tables(book)
    notes = "\n".join(orders.notes)
    assert "1 cell(s) with an error such as #N/A are null, the first is Orders!H3." in notes
    assert "1 formula(s) have no saved value and are null, the first is Orders!H4" in notes
    assert "Orders!G3 holds 'x7'" in notes
    assert "'Empty' is empty and was skipped" in notes
    assert any("hidden" in note for note in hidden.notes)
    assert any("Hidden!C3" in note for note in hidden.notes)


def test_sheets_can_be_chosen(book: Path) -> None:
    assert [s.name for s in open_tables(book, ReadOptions(sheets=["Hidden"]))] == ["Hidden"]
    with pytest.raises(InvalidInput, match=r"no sheet 'Ordres'.*Its sheets are 'Orders', 'Hidden', 'Empty'"):
        open_tables(book, ReadOptions(sheets=["Ordres"]))
    with pytest.raises(InvalidInput, match="no sheets"):
        open_tables(io.BytesIO(b"a,b\n1,2\n"), ReadOptions(sheets=["Orders"]))


def test_given_types_hold_for_cells(book: Path) -> None:
    only = ("Orders",)
    [orders] = open_tables(book, ReadOptions(sheets=only, types="text"))
    assert read_all(orders)["id"].to_pylist() == ["1", "2", "3"]
    assert read_all(orders)["paid"].to_pylist() == ["TRUE", "FALSE", None]
    with pytest.raises(ImportRejected, match=r"cell Orders!G3, column 'code': 'x7' does not fit int64"):
        open_tables(book, ReadOptions(sheets=only, types={"code": "int"}))


def test_file_objects_and_wrong_names_work(book: Path) -> None:
    assert [s.name for s in open_tables(io.BytesIO(book.read_bytes()))] == ["Orders", "Hidden"]


@pytest.mark.parametrize(
    "junk", [b"a,b\n1,2\n", b"PK\x03\x04 and no more", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)]
)
def test_what_is_no_workbook_is_refused_by_name(junk: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.xlsx"
    path.write_bytes(junk)
    with pytest.raises(ImportRejected, match=r"bad.xlsx is not a workbook"):
        open_tables(path)


def test_a_workbook_without_cells_is_refused(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "none.xlsx")
    with pytest.raises(ImportRejected, match="holds no cells"):
        open_tables(tmp_path / "none.xlsx")


def test_addresses_are_those_of_a_sheet() -> None:
    assert [address("S", 0, c) for c in (0, 25, 26, 701, 702)] == ["S!A1", "S!Z1", "S!AA1", "S!ZZ1", "S!AAA1"]
