"""What people expect of imports and diffs, a test a rule; docs/expectations.md says them in words.

Rules that other tests hold stand there with the name of the test.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest

from dsa_workbench.errors import ImportRejected, InvalidInput, NotFound
from dsa_workbench.workbench import Workbench

Put = Callable[[str | bytes], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Give a way to write a file; each has the same name."""

    def write(content: str | bytes) -> Path:
        path = tmp_path / "file.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def rows(wb: Workbench, spec: str = "s") -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in wb.read(spec).to_arrow().to_pylist()]


def test_types_are_found_and_blanks_around_names_trimmed(wb: Workbench, put: Put) -> None:
    wb.import_file(
        put(
            "pk, str, int, bool, float, date, time, ts\n"
            "0,abc,123,false,3.14,2020-02-02,12:12:12.12,2020-02-02 12:12:12\n"
        ),
        "s",
    )
    schema = wb.read("s").schema
    assert schema.names == ["pk", "str", "int", "bool", "float", "date", "time", "ts"]
    assert [str(t) for t in schema.types] == [
        "int64", "string", "int64", "bool", "double", "date32[day]", "time64[us]", "timestamp[us]",
    ]  # fmt: skip


def test_names_that_differ_in_case_are_two_columns(wb: Workbench, put: Put) -> None:
    wb.import_file(put("pk,abc,Abc\n1,2,3\n"), "s")
    assert wb.read("s").columns == ("pk", "abc", "Abc")


def test_empty_and_quoted_empty_are_told_apart_and_come_out_as_they_came(
    wb: Workbench, put: Put, tmp_path: Path
) -> None:
    text = 'pk,t,n\n1,"""""",1\n2,"",\n3,,3\n4, ,4\n'
    wb.import_file(put(text), "s")
    assert [row[1] for row in rows(wb)] == ['""', "", None, " "]
    wb.export("s", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == text


def test_an_append_is_whole_or_not_at_all_and_changes_no_row(wb: Workbench, put: Put) -> None:
    wb.import_file(put("pk,c\n1,1\n"), "s", key="pk")
    for content in ("pk,c\n2,1\n2,2\n", "pk,c\n3,3\n1,2\n"):
        with pytest.raises(ImportRejected, match="key pk"):
            wb.import_file(put(content), "s", mode="append")
    assert rows(wb) == [(1, 1)]


def test_upserts_by_subsets_of_columns_keep_the_others(wb: Workbench, put: Put) -> None:
    wb.import_file(put("pk,c1,c2,c3\n1,,,\n"), "s", key="pk", types="int")
    for content in ("pk,c1\n1,1\n", "pk,c2\n1,2\n", "pk,c3\n1,3\n"):
        wb.import_file(put(content), "s", mode="upsert")
    assert rows(wb) == [(1, 1, 2, 3)]


def test_a_replace_without_a_column_drops_it_and_the_commit_says_so(wb: Workbench, put: Put) -> None:
    wb.import_file(put("pk,c1,c2\n1,1,1\n2,2,2\n"), "s", key="pk")
    wb.import_file(put("pk,c2\n1,1\n"), "s")
    assert rows(wb) == [(1, 1)]
    assert "c1" in repr(wb.show("s"))
    assert rows(wb, "s~1") == [(1, 1, 1), (2, 2, 2)]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-8", b""),
    ],
)
def test_columns_are_matched_by_name_in_any_order_and_encoding(
    wb: Workbench, put: Put, encoding: str, mark: bytes
) -> None:
    wb.import_file(put("pk,a,b\n1,ä,x\n"), "s", key="pk")
    wb.import_file(put(mark + "b,pk,a\ny,2,ö\n".encode(encoding)), "s", mode="append")
    assert rows(wb) == [(1, "ä", "x"), (2, "ö", "y")]


def test_a_column_that_is_missing_in_an_append_is_empty_and_named(wb: Workbench, put: Put) -> None:
    wb.import_file(put("pk,a,b\n1,1,1\n"), "s", key="pk")
    done = wb.import_file(put("pk,a\n2,2\n"), "s", mode="append")
    assert rows(wb)[1] == (2, 2, None)
    assert any("has no b: left empty" in note for note in done.notes)


def test_a_byte_that_is_no_utf8_is_read_in_the_code_page_it_fits(wb: Workbench, put: Put) -> None:
    done = wb.import_file(put(b"pk,t\n1,wait\x85\n"), "s")
    assert rows(wb) == [(1, "wait…")]
    assert any("cp1252" in note or "windows-1252" in note.lower() for note in done.notes)


def book(*sheets: str) -> io.BytesIO:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for n, name in enumerate(sheets):
        workbook.create_sheet(name).append(["id"])
        workbook[name].append([n])
    file = io.BytesIO()
    workbook.save(file)
    file.seek(0)
    return file


def test_a_file_object_at_its_end_says_so(wb: Workbench) -> None:
    file = io.BytesIO(b"a,b\n1,2\n")
    wb.import_file(file, "s")
    file.seek(0, io.SEEK_END)
    with pytest.raises(InvalidInput, match=r"stands at its end.*seek\(0\)"):
        wb.import_file(file, "s")


def test_a_sheet_is_a_table_of_its_name(wb: Workbench) -> None:
    wb.import_file(book("employees", "basketball"), "s", sheets="basketball")
    assert list(wb.show("s").summary) == ["basketball"]
    wb.import_file(book("employees", "basketball"), "both")
    assert rows(wb, "both:employees") == [(0,)]
    with pytest.raises(NotFound, match="has no table 'football'"):
        wb.read("both:football")


def test_a_sheet_that_is_not_there_leaves_nothing_behind(wb: Workbench) -> None:
    with pytest.raises((ImportRejected, InvalidInput, NotFound), match=r"football.*employees"):
        wb.import_file(book("employees"), "s", sheets="football")
    assert not wb.datasets()


def test_text_that_is_called_a_workbook_is_refused_by_name(wb: Workbench, tmp_path: Path) -> None:
    (tmp_path / "bad.xlsx").write_text("a,b\n1,2\n")
    with pytest.raises(ImportRejected, match=r"bad\.xlsx"):
        wb.import_file(tmp_path / "bad.xlsx", "s")
    assert not wb.datasets()


def test_all_text_and_no_key_makes_no_column_the_key(wb: Workbench, put: Put) -> None:
    wb.import_file(put("a,b\n01,2020-01-01\n"), "s", types="text")
    assert rows(wb) == [("01", "2020-01-01")]
    assert wb.read("s").key == ()


def test_content_decides_and_not_history(wb: Workbench) -> None:
    frame = pd.DataFrame({"id": [1], "n": pd.array([None], "Int64")})
    wb.commit(frame, "s", key="id")
    wb.commit(frame.assign(n=pd.array([1], "Int64")), "s")
    wb.commit(frame.assign(extra="x"), "s")
    wb.commit(frame, "s")
    assert not wb.diff("s~3", "s")
    assert wb.show("s~3").tree == wb.show("s").tree


def test_since_the_merge_base_a_diff_shows_one_side_alone(wb: Workbench) -> None:
    wb.commit(pa.table({"id": [0]}), "s", key="id")
    wb.branch("s", "dev")
    wb.commit(pa.table({"id": [0, 2]}), "s")
    wb.commit(pa.table({"id": [0, 1]}), "s", ref="dev")
    both = {"added": 1, "removed": 1, "changed": 0, "unchanged": 1}
    alone = {"added": 1, "removed": 0, "changed": 0, "unchanged": 1}
    assert wb.diff("s", "s@dev").summary == {"data": both}
    assert wb.diff("s", "s@dev", merge_base=True).summary == {"data": alone}
    assert wb.diff("s@dev", "s", merge_base=True).summary == {"data": alone}
    wb.commit(pa.table({"id": [0]}), "other")
    with pytest.raises(InvalidInput, match="no commit in common"):
        wb.diff("s", "other", merge_base=True)
    with pytest.raises(InvalidInput, match="needs two versions"):
        wb.diff("s", pa.table({"id": [0]}), merge_base=True)
