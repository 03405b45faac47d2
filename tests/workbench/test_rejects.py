"""Rows that do not fit: left out, told, written aside, corrected and imported again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.workbench import Workbench


def rows(wb: Workbench, spec: str = "s") -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in wb.read(spec).to_arrow().to_pylist()]


def put(folder: Path, text: str, name: str = "f.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


BAD = "id,qty,city\n1,2,Ulm\n2,x,Bonn\n3,4\n,5,Kiel\n1,9,Trier\n6,7,\n"


def test_a_file_with_rows_that_do_not_fit_is_refused_whole_unless_they_may_be_left_out(
    wb: Workbench, tmp_path: Path
) -> None:
    path = put(tmp_path, BAD)
    with pytest.raises(ImportRejected, match="line 4: 2 cells"):
        wb.import_file(path, "s", key="id", types={"qty": "int"})
    with pytest.raises(ImportRejected, match="line 4: 2 cells"):
        wb.import_file(path, "s", key="id", types={"qty": "int"}, rejects="refuse")
    done = wb.import_file(path, "s", key="id", types={"qty": "int"}, rejects="skip")
    assert rows(wb) == [(1, 2, "Ulm"), (6, 7, None)]
    told = done.rejects.to_arrow().select(["row", "line", "column", "value", "reason", "cells.city"])
    assert [tuple(r.values()) for r in told.to_pylist()] == [
        (2, 3, "qty", "x", "qty is not an int64", "Bonn"),
        (3, 4, None, "3,4", "2 cells, but the first row has 3", None),
        (4, 5, "id", None, "the key column id is empty", "Kiel"),
        (5, 6, "id", "1", "id = 1 is the key of row 1 already", "Trier"),
    ]
    assert len(done.rejects) == 4
    assert "4 rows were left out, the first is row 2, line 3: qty is not an int64 ('x')." in done.notes
    assert (done.report.count("rows read"), done.report.count("rows left out")) == (6, 4)


def test_rejects_are_written_corrected_and_imported_again(wb: Workbench, tmp_path: Path) -> None:
    aside = tmp_path / "aside.csv"
    wb.import_file(put(tmp_path, BAD), "s", key="id", types={"qty": "int"}, rejects_to=aside)
    frame = pd.read_csv(aside, dtype=str, keep_default_na=False)
    assert list(frame.columns) == ["id", "qty", "city", "dsa:row", "dsa:line", "dsa:column", "dsa:value", "dsa:reason"]
    frame["id"], frame["qty"] = ["2", "3", "4", "5"], ["1", "4", "5", "9"]
    frame.to_csv(aside, index=False)
    done = wb.import_file(aside, "s", mode="append")
    assert done.summary["data"]["added"] == 4
    assert wb.read("s").columns == ("id", "qty", "city")
    assert [row[0] for row in rows(wb)] == [1, 6, 2, 3, 4, 5]


def test_the_file_of_rejects_is_written_as_the_file_was(wb: Workbench, tmp_path: Path) -> None:
    text = 'a;b;c\n1;1,5;"x;y"\n2;oops;"say ""no"""\n3;;""\n'
    done = wb.import_file(put(tmp_path, text), "s", types={"b": "float"}, decimal=",", rejects_to=tmp_path / "r.csv")
    assert rows(wb) == [(1, 1.5, "x;y"), (3, None, "")]
    assert (tmp_path / "r.csv").read_text() == (
        'a;b;c;dsa:row;dsa:line;dsa:column;dsa:value;dsa:reason\n'
        '2;oops;"say ""no""";2;3;b;oops;b is not a double\n'
    )  # fmt: skip
    assert done.rejects.to_csv(tmp_path / "again.csv") == [tmp_path / "again.csv"]
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "r.csv").read_bytes()


def test_an_append_leaves_out_what_is_not_of_the_tables_types_and_keys(wb: Workbench, tmp_path: Path) -> None:
    wb.import_file(put(tmp_path, "id,qty\n1,2\n2,3\n"), "s", key="id")
    done = wb.import_file(put(tmp_path, "id,qty\n3,4\n4,05\n1,7\n5,6.5\n6,\n3,3\n"), "s", mode="append", rejects="skip")
    assert rows(wb) == [(1, 2), (2, 3), (3, 4), (6, None)]
    assert done.rejects.to_pandas()[["row", "reason", "text"]].values.tolist() == [
        [2, "qty is not an int64, as in the table", "4,05"],
        [3, "id = 1 is the key of row 1 of the table", "1,7"],
        [4, "qty is not an int64, as in the table", "5,6.5"],
        [6, "id = 3 is the key of row 1 already", "3,3"],
    ]
    with pytest.raises(ImportRejected, match=r"row 2, column qty: '05' is no int64"):
        wb.import_file(put(tmp_path, "id,qty\n9,4\n8,05\n"), "s", mode="append")


def test_an_upsert_leaves_out_empty_keys_and_repeats_that_differ(wb: Workbench, tmp_path: Path) -> None:
    wb.import_file(put(tmp_path, "id,qty\n1,2\n2,3\n"), "s", key="id")
    text = "id,qty\n2,7\n,1\n2,7\n2,8\n5,5\n"
    with pytest.raises(ImportRejected, match="row 2: the key column id is empty"):
        wb.import_file(put(tmp_path, text), "s", mode="upsert")
    done = wb.import_file(put(tmp_path, text), "s", mode="upsert", rejects="skip")
    assert rows(wb) == [(1, 2), (2, 7), (5, 5)]
    assert done.rejects.to_pandas()[["row", "reason"]].values.tolist() == [
        [2, "the key column id is empty"],
        [4, "id = 2 is the key of row 1 already"],
    ]


def test_row_numbers_are_those_of_the_file_whatever_was_left_out_before(wb: Workbench, tmp_path: Path) -> None:
    text = "id,qty\nx,1\n1,1\ny,1\n1,2\n2,2,2\n\n2,3\n2,4\n"
    done = wb.import_file(put(tmp_path, text), "s", key="id", types={"id": "int"}, rejects="skip")
    assert rows(wb) == [(1, 1), (2, 3)]
    assert done.rejects.to_pandas()[["row", "line", "reason", "text"]].values.tolist() == [
        [1, 2, "id is not an int64", "x,1"],
        [3, 4, "id is not an int64", "y,1"],
        [4, 5, "id = 1 is the key of row 2 already", "1,2"],
        [5, 6, "3 cells, but the first row has 2", "2,2,2"],
        [7, 9, "id = 2 is the key of row 6 already", "2,4"],
    ]


@pytest.mark.parametrize("form", ["frame", "parquet", "arrow"])
def test_tables_with_types_of_their_own_leave_out_bad_keys_too(wb: Workbench, tmp_path: Path, form: str) -> None:
    table = pa.table({"id": [1, None, 2, 1], "price": [1.5, 2.5, None, 3.5]})
    source: Any = table
    if form == "frame":
        source = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    if form == "parquet":
        source = tmp_path / "f.parquet"
        pq.write_table(table, source)
    with pytest.raises(ImportRejected, match="row 2: the key column id is empty"):
        wb.import_file(source, "s", key="id")
    done = wb.import_file(source, "s", key="id", rejects="skip")
    assert rows(wb) == [(1, 1.5), (2, None)]
    assert done.rejects.to_pandas()[["row", "reason", "text"]].values.tolist() == [
        [2, "the key column id is empty", ",2.5"],
        [4, "id = 1 is the key of row 1 already", "1,3.5"],
    ]


def test_composite_keys_are_checked_as_a_whole(wb: Workbench, tmp_path: Path) -> None:
    done = wb.import_file(put(tmp_path, "a,b,c\n1,1,x\n1,2,y\n1,1,z\n1,,w\n"), "s", key=["a", "b"], rejects="skip")
    assert rows(wb) == [(1, 1, "x"), (1, 2, "y")]
    assert done.rejects.to_pandas()["reason"].tolist() == [
        "a, b = 1, 1 is the key of row 1 already",
        "the key column b is empty",
    ]


def test_a_bound_refuses_a_file_with_too_many(wb: Workbench, tmp_path: Path) -> None:
    path = put(tmp_path, "id,q\n1,x\n1,2\n1,3\n")
    with pytest.raises(ImportRejected, match="more rows than 1 do not fit"):
        wb.import_file(path, "s", key="id", types={"q": "int"}, rejects="skip", max_rejects=1)
    assert not wb.datasets()


def test_options_that_contradict_each_other_are_refused(wb: Workbench, tmp_path: Path) -> None:
    path = put(tmp_path, "a\n1\n")
    with pytest.raises(InvalidInput, match="leaves no rows"):
        wb.import_file(path, "s", rejects="refuse", rejects_to=tmp_path / "r.csv")
    with pytest.raises(InvalidInput, match="'drop' is no way with rejects"):
        wb.import_file(path, "s", rejects="drop")


def test_what_was_left_out_stands_in_the_commit(wb: Workbench, tmp_path: Path) -> None:
    wb.import_file(put(tmp_path, BAD), "s", key="id", types={"qty": "int"}, rejects="skip")
    assert wb.log("s")[0].summary["data"]["report"] == [
        {"what": "rows left out", "effect": "lost", "count": 4, "example": "qty is not an int64"}
    ]


def test_cells_of_a_workbook_that_do_not_fit_are_left_out(wb: Workbench, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["id", "qty", "city"], [1, 2, "Ulm"], [2, "two", "Bonn"], [3, 4, "Kiel"], [3, 5, "Trier"]):
        sheet.append(row)
    book.save(tmp_path / "b.xlsx")
    options: dict[str, Any] = {"key": "id", "types": {"qty": "int"}}
    with pytest.raises(ImportRejected, match="two"):
        wb.import_file(tmp_path / "b.xlsx", "s", **options)
    done = wb.import_file(tmp_path / "b.xlsx", "s", rejects_to=tmp_path / "r.csv", **options)
    assert rows(wb) == [(1, 2, "Ulm"), (3, 4, "Kiel")]
    assert done.rejects.to_pandas()[["row", "line", "column", "reason", "text"]].values.tolist() == [
        [2, 3, "qty", "qty is not an int64", "2,two,Bonn"],
        [4, 5, "id", "id = 3 is the key of row 3 already", "3,5,Trier"],
    ]
    aside = (tmp_path / "r.csv").read_text().replace("two", "2").replace("3,5,Trier", "4,5,Trier")
    (tmp_path / "r.csv").write_text(aside)
    wb.import_file(tmp_path / "r.csv", "s", mode="append")
    assert [row[:2] for row in rows(wb)] == [(1, 2), (3, 4), (2, 2), (4, 5)]


ROWS = [
    ("id", "qty", "city"),
    (1, "5", "Ulm"),
    (2, "x", "Bonn"),
    (),
    (3, "7", "Rom"),
    (4, "y", "Oslo"),
    (3, "8", "Köln"),
]


def sheet(path: Path, rows: Sequence[tuple[Any, ...]], above: int) -> Path:
    """Write a workbook whose table begins below a title."""
    book = openpyxl.Workbook()
    for number, row in enumerate(rows, start=1 + above):
        for column, value in enumerate(row, start=1):
            book.active.cell(number, column, value)
    if above:
        book.active["A1"] = "Report"
    book.save(path)
    return path


def test_rejected_rows_of_a_sheet_are_told_by_the_rows_of_the_sheet(wb: Workbench, tmp_path: Path) -> None:
    path, bad = sheet(tmp_path / "b.xlsx", ROWS, 3), tmp_path / "bad.csv"
    done = wb.import_file(path, "s", table="t", key="id", types={"qty": "int"}, rejects_to=bad)
    rows = done.rejects.to_pandas()
    assert list(zip(rows["row"], rows["line"], strict=True)) == [(2, 6), (3, 7), (5, 9), (6, 10)]
    assert "the first is row 2, line 6: qty is not an int64 ('x')" in done.notes[0]
    marks = pd.read_csv(bad)
    assert list(zip(marks["dsa:row"], marks["dsa:line"], strict=True)) == [(2, 6), (3, 7), (5, 9), (6, 10)]


def test_refusals_of_a_sheet_say_which_row_of_the_sheet_it_is(wb: Workbench, tmp_path: Path) -> None:
    path = sheet(tmp_path / "b.xlsx", ROWS, 3)
    with pytest.raises(ImportRejected, match="cell Sheet!B6, column 'qty': 'x' does not fit int64"):
        wb.import_file(path, "s", types={"qty": "int"})
    with pytest.raises(ImportRejected, match=r"row 3: the key column id.* is row 7 of the sheet 'Sheet'"):
        wb.import_file(path, "s", key="id")
    wb.commit(pd.DataFrame({"id": [9], "qty": [1], "city": ["Ulm"]}), "s", table="t", key="id")
    with pytest.raises(ImportRejected, match=r"row 2, column qty: 'x' is no int64.* is row 6 of the sheet 'Sheet'"):
        wb.import_file(path, "s", table="t", mode="append")


def test_a_sheet_without_a_header_has_lines_too(wb: Workbench, tmp_path: Path) -> None:
    path = sheet(tmp_path / "b.xlsx", [(1, 5), (2, 6), (1, 7)], 0)
    done = wb.import_file(path, "s", key="c1", header=False, rejects="skip")
    assert done.rejects.to_pandas()[["row", "line"]].to_numpy().tolist() == [[3, 3]]
