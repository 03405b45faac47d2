"""Workbooks that would take all memory, never end, or are none: refused with a sentence."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.source import ReadOptions, open_tables, read_all
from dsa_workbench.files.workbooks import lost_in_xlsb, lost_in_xlsx
from dsa_workbench.files.workbooks.lost_in_xlsb import survey_xlsb
from dsa_workbench.files.workbooks.ole import MAGIC, read_streams
from tests.files.workbooks import numbers, ods, package, record, xlsx

PLAIN = ReadOptions(header=False, skip_rows=0)


def test_a_sheet_that_is_nearly_all_empty_is_refused_before_it_is_laid_out(tmp_path: Path) -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r{}"XFD1048576"><v>1</v></c></row>'
    for name, sign in (("a", "="), ("b", " = ")):
        with pytest.raises(ImportRejected, match=r"reaches to S!XFD1048576, but only 2 of its 17,179,869,184 cells"):
            open_tables(xlsx(tmp_path / f"{name}.xlsx", far.format(sign)))
    cell = '<table:table-cell office:value-type="float" office:value="1"/>'
    apart = (
        f'<table:table-row>{cell}</table:table-row><table:table-row table:number-rows-repeated="999998"/>'
        f'<table:table-row><table:table-cell table:number-columns-repeated="999"/>{cell}</table:table-row>'
    )
    with pytest.raises(ImportRejected, match=r"reaches to S!ALL1000000, but only 2 of its 1,000,000,000 cells"):
        open_tables(ods(tmp_path / "a.ods", apart))


def test_cells_that_are_repeated_to_gigabytes_are_refused(tmp_path: Path) -> None:
    row = (
        '<table:table-row table:number-rows-repeated="{}"><table:table-cell office:value-type="string" '
        'table:number-columns-repeated="2"><text:p>{}</text:p></table:table-cell></table:table-row>'
    )
    with pytest.raises(ImportRejected, match="its cells repeat what they hold to 2,012,800,000 bytes"):
        open_tables(ods(tmp_path / "a.ods", row.format(100_000, "x" * 10_000)))
    [table] = open_tables(ods(tmp_path / "b.ods", row.format(100_000, "x")), PLAIN)
    assert (table.schema.names, read_all(table).num_rows) == (["c1", "c2"], 100_000)


def test_texts_shared_to_gigabytes_are_refused_in_xlsb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost_in_xlsb, "_MOST", 150)
    sheet = record(0, numbers(0, *[0] * 4)) + record(7, numbers(0, 0, 0)) * 2
    parts = {"sheet.bin": sheet, "texts.bin": record(19, b"x" * 100)}
    with (
        zipfile.ZipFile(io.BytesIO(package(parts))) as archive,
        pytest.raises(ValueError, match="repeat long texts to 200 bytes"),
    ):
        survey_xlsb(archive, "sheet.bin", "texts.bin")


def test_empty_cells_with_a_style_do_not_count(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row><row r="1048576"><c r="A1048576" s="1"/></row>'
    [table] = open_tables(xlsx(tmp_path / "a.xlsx", rows), PLAIN)
    assert read_all(table).to_pydict() == {"c1": [1]}


def test_a_part_that_blows_up_is_refused(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", " " * 51_000_000)
    assert path.stat().st_size < 200_000
    with pytest.raises(ImportRejected, match=r"sheet1.xml in it is .* bytes that unpack to 51,"):
        open_tables(path)


def test_long_texts_that_many_cells_share_are_refused(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>{i % 2}</v></c></row>' for i in range(1, 200_001))
    shared = f"<si><t>short</t></si><si><t>{'long ' * 6_000}</t></si>"
    path = xlsx(tmp_path / "a.xlsx", rows, shared=shared)
    assert path.stat().st_size < 2_000_000
    with pytest.raises(ImportRejected, match="its cells repeat long texts to 3,010,800,000 bytes"):
        open_tables(path)
    few = xlsx(tmp_path / "b.xlsx", rows.replace("<v>1</v>", "<v>0</v>"), shared=shared)
    assert read_all(open_tables(few)[0]).num_rows == 199_999


def test_a_row_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost_in_xlsx, "_LONGEST_ROW", 1 << 20)
    with pytest.raises(ImportRejected, match="a row of it is longer"):
        open_tables(xlsx(tmp_path / "a.xlsx", '<row r="1">' + '<c r="A1"/>' * 300_000))


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"a;b\n1;2\n", "give it the ending .csv"),
        (b"<html><table>", "a page of HTML"),
        (b"\0\1\2", "begins as none does"),
    ],
)
def test_what_has_the_wrong_name_is_told_what_it_is(head: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(head)
    with pytest.raises(ImportRejected, match=said):
        open_tables(tmp_path / "a.xlsx")


def test_the_name_does_not_decide(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook["Sheet"]["A1"], workbook["Sheet"]["A2"] = "a", 1
    workbook.save(tmp_path / "a.xlsx")
    (tmp_path / "a.xlsx").rename(tmp_path / "a.xls")
    assert read_all(open_tables(tmp_path / "a.xls")[0]).to_pydict() == {"a": [1]}


def compound(name: str, chain: int = 0xFFFFFFFE) -> bytes:
    """Write a compound file with one small stream; `chain` is the sector after its first."""
    header = bytearray(512)
    header[:8] = MAGIC
    struct.pack_into("<HH", header, 30, 9, 6)
    struct.pack_into("<I4xIII", header, 48, 1, 4096, 2, 1)
    struct.pack_into("<II", header, 68, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    fat = struct.pack("<128I", 0xFFFFFFFD, *[0xFFFFFFFE] * 127)

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = title.encode("utf-16-le")
        return struct.pack("<64sHBBIII36xII4x", text, len(text) + 2, kind, 1, *[0xFFFFFFFF] * 2, child, start, size)

    directory = entry("Root Entry", 5, 1, 3, 64) + entry(name, 2, 0xFFFFFFFF, 0, 64)
    minis = struct.pack("<128I", chain, *[0xFFFFFFFF] * 127)
    return bytes(header) + fat + directory.ljust(512, b"\0") + minis + b"content".ljust(512, b"\0")


def test_streams_of_a_compound_file_are_found() -> None:
    assert read_streams(compound("Workbook"), ("workbook",))["workbook"].startswith(b"content")
    assert read_streams(compound("Other"), ("workbook",)) == {}


def test_a_chain_that_bites_its_tail_ends() -> None:
    assert len(read_streams(compound("Workbook", chain=0), ("workbook",))["workbook"]) == 64


def test_an_encrypted_package_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(compound("EncryptedPackage"))
    with pytest.raises(ImportRejected, match=r"a\.xlsx is encrypted with a password"):
        open_tables(tmp_path / "a.xlsx")


@given(st.binary(max_size=3000), st.integers(0, 4))
def test_no_compound_file_breaks_the_reader(junk: bytes, seed: int) -> None:
    data = bytearray(compound("Workbook"))
    for at, byte in zip(range(30 + seed, len(data), 97), junk, strict=False):
        data[at] = byte
    try:
        found = read_streams(bytes(data), ("workbook",))
    except ValueError:
        return
    assert all(len(stream) <= len(data) for stream in found.values())
