"""Rows that do not fit are left out and told: the same ones whatever the blocks and the threads."""

from __future__ import annotations

import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.rejects import RejectLog
from dsa_workbench.files.source import ReadOptions, open_tables, read_all
from dsa_workbench.files.text.delimited import DelimitedTable
from dsa_workbench.files.values.convert import cast_given, parse_type
from dsa_workbench.files.values.misfits import cast_exactly, cast_leniently, find_misfits

TYPES = {"n": "int", "d": "date"}

cells = st.tuples(
    st.sampled_from(["1", "22", "+3", "", " 4 ", "x", "1.5", "99999999999999999999", '"5"', '"a\nb"']),
    st.sampled_from(["2026-01-01", "", "2026-02-30", "soon", '"2026-03-01"']),
    st.sampled_from(["text", '"two\nlines"', "", '""', "7", 'a "b" c']),
)
lines = st.one_of(
    cells.map(",".join), cells.map(lambda row: ",".join(row[:2])), cells.map(lambda row: ",".join([*row, "8", "9"]))
)


def read(data: bytes, block_bytes: int, threads: int) -> tuple[pa.Table, pa.Table]:
    log = RejectLog()
    options = ReadOptions(
        types=TYPES, rejects=log, block_bytes=block_bytes, threads=threads, delimiter=",", quote='"', header=True,
        escape="", comment="",
    )  # fmt: skip
    (table,) = open_tables(io.BytesIO(data), options)
    rows = read_all(table)
    return rows, log.of("data").combine_chunks()


@given(st.lists(lines, min_size=1, max_size=12), st.integers(8, 200), st.integers(1, 3))
def test_blocks_and_threads_change_neither_rows_nor_rejects(rows: list[str], block_bytes: int, threads: int) -> None:
    data = ("n,d,t\n" + "\n".join(rows) + "\n").encode()
    whole, rejects = read(data, 1 << 20, 1)
    parts, same = read(data, block_bytes, threads)
    assert parts.equals(whole)
    assert same.equals(rejects)
    assert len(whole) + len(rejects) == len(rows)
    assert rejects["text"].to_pylist() == [rows[i] for i in rejects["row"].to_pylist()]


@pytest.mark.parametrize(
    "kind",
    ["int", "int8", "float", "float32", "decimal(5, 2)", "bool", "date", "time", "timestamp", "timestamp[us, UTC]"],
)
@given(
    texts=st.lists(
        st.one_of(
            st.none(),
            st.text("0123456789+-.eEx: TZ/infatyr", max_size=12),
            st.dates().map(str),
            st.datetimes().map(str),
            st.integers(-300, 300).map(str),
            st.floats().map(str),
            st.sampled_from(["yes", "NO", "2026-02-30", "1e400", "12:60:00", "2026-01-01T10:00:00Z", " 7 "]),
        ),
        max_size=12,
    )
)
def test_all_misfits_are_those_that_would_be_refused_alone(kind: str, texts: list[str | None]) -> None:
    column, wanted = pa.array(texts, pa.string()), parse_type(kind)
    alone = [cast_given(column.slice(i, 1), wanted)[0] is None for i in range(len(column))]
    assert find_misfits(column, wanted).tolist() == alone
    array, wrong = cast_leniently(column, wanted)
    assert (wrong is None) == (not any(alone))
    fine = pa.array([not bad for bad in alone], pa.bool_())
    kept = cast_given(column.filter(fine), wanted)[0]
    assert kept is not None
    assert array.filter(fine).cast(pa.string()).equals(kept.cast(pa.string()))  # as texts, for NaN equals nothing


def test_what_is_added_must_be_written_as_the_type_is() -> None:
    array, wrong = cast_exactly(pa.array(["7", "07", None, "", "+7", "7.0", "x"]), pa.int64())
    assert array.to_pylist() == [7, None, None, None, None, None, None]
    assert wrong is not None
    assert wrong.tolist() == [False, True, False, False, True, True, True]
    array, wrong = cast_exactly(pa.array(["1.5", "1.555", "x"]), pa.decimal128(5, 2))
    assert wrong is not None
    assert wrong.tolist() == [False, True, True]


def test_a_reject_says_where_it_stands_and_holds_its_row() -> None:
    data = b'n,d,t\n1,2026-01-01,"a\nb"\n\nx,2026-02-30,"c\nd"\n2,2026-01-01\n3,,e\n'
    rows, rejects = read(data, 1 << 20, 1)
    assert rows["n"].to_pylist() == [1, 3]
    assert rejects.to_pylist() == [
        {
            "row": 1, "line": 5, "column": "n", "value": "x", "reason": "n is not an int64; d is not a date32[day]",
            "text": 'x,2026-02-30,"c\nd"', "cells": ["x", "2026-02-30", "c\nd"],
        },
        {
            "row": 2, "line": 7, "column": None, "value": "2,2026-01-01",
            "reason": "2 cells, but the first row has 3", "text": "2,2026-01-01", "cells": ["2", "2026-01-01"],
        },
    ]  # fmt: skip


def test_rows_with_bytes_of_another_encoding_are_left_out_where_the_encoding_is_given() -> None:
    data = "n,t\n1,ä\n2,?\n3,b\n".encode().replace(b"?", b"\xe4")
    log = RejectLog()
    (table,) = open_tables(io.BytesIO(data), ReadOptions(encoding="utf-8", rejects=log))
    assert read_all(table)["t"].to_pylist() == ["ä", "b"]
    assert log.of("data").select(["row", "line", "reason"]).to_pylist() == [
        {"row": 1, "line": 3, "reason": "byte 0xe4 is not UTF-8"}
    ]


def test_rows_that_end_in_a_delimiter_are_judged_without_it() -> None:
    # Beyond what the first look sees, so that how rows end is beyond doubt.
    head = 20_000
    data = b"a,b\n" + b"0,1,\n" * head + b"3,4,\n5,6,7,\n8,9\n10,11,x\n12,13,\n"
    log = RejectLog()
    (table,) = open_tables(io.BytesIO(data), ReadOptions(rejects=log))
    assert isinstance(table, DelimitedTable)
    assert table.found.layout.trailing
    assert read_all(table).slice(head).to_pylist() == [{"a": a, "b": a + 1} for a in (3, 8, 12)]
    assert log.of("data")["row"].to_pylist() == [head + 1, head + 3]
    assert log.of("data")["text"].to_pylist() == ["5,6,7,", "10,11,x"]


def test_the_report_names_the_row_of_the_file_that_made_a_column_text() -> None:
    log = RejectLog()
    (table,) = open_tables(io.BytesIO(b"n,m\nx,1\ny,2\n3,4\n5,word\n"), ReadOptions(types={"n": "int"}, rejects=log))
    assert read_all(table)["m"].to_pylist() == ["4", "word"]
    assert "m is text, not int64: row 4 holds 'word'." in table.notes


def test_more_rejects_than_allowed_refuse_the_file() -> None:
    log = RejectLog(most=1, label="f.csv")
    (table,) = open_tables(io.BytesIO(b"n,m\nx,1\ny,2\n"), ReadOptions(types={"n": "int"}, rejects=log))
    with pytest.raises(ImportRejected, match="more rows than 1 do not fit; the first is row 1: n is not an int64"):
        read_all(table)
