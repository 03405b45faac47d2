"""Rows end where the user says: other carriage returns and line feeds are part of the cells, and come out the same."""

from __future__ import annotations

import io
import itertools
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.files.explain import explain
from dsa_workbench.files.source import ReadOptions, open_tables, read_all
from dsa_workbench.files.text.line_ends import guarded
from dsa_workbench.workbench import Workbench

if TYPE_CHECKING:
    import pyarrow as pa

ENDS = ("\n", "\r\n", "\r")
CELL = st.text(st.sampled_from(["a", "\r", "\n", "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3", "é", " ", "'"]), max_size=6)


def read(data: bytes, **told: object) -> pa.Table:
    [table] = open_tables(io.BytesIO(data), ReadOptions(**told))  # type: ignore[arg-type]
    return read_all(table)


def fits(cell: str, end: str) -> bool:
    """Say whether a cell can stand without quotes, at the end of a row too."""
    return bool(cell) and end not in f"{cell}{end}"[:-1] and end not in f"x{cell}"


ROWS = st.lists(st.tuples(CELL, CELL), min_size=1, max_size=20)
TEXT = st.text(st.sampled_from("a\r\n\ufdd0\ufdd1,é"), max_size=60)


@given(ROWS, st.sampled_from(ENDS), st.integers(1, 90), st.booleans())
def test_any_cells_come_back_whatever_ends_the_rows(
    rows: list[tuple[str, str]], end: str, block: int, quoted: bool
) -> None:
    if not quoted:
        rows = [row for row in rows if all(fits(cell, end) for cell in row)]
    mark = '"' if quoted else ""
    text = f"one,two{end}" + "".join(",".join(f"{mark}{cell}{mark}" for cell in row) + end for row in rows)
    told = {"line_end": end, "types": "text", "header": True, "skip_rows": 0, "delimiter": ",", "comment": ""}
    table = read(text.encode(), block_bytes=block, quote='"' if quoted else None, encoding="utf-8", **told)
    assert list(zip(*table.to_pydict().values(), strict=True)) == rows


@given(TEXT, st.sampled_from(ENDS), st.lists(st.integers(0, 99)))
def test_where_the_stream_is_cut_does_not_matter(text: str, end: str, cuts: list[int]) -> None:
    data = text.encode()
    places = sorted({0, len(data), *(c for c in cuts if c < len(data))})
    pieces = [(data[a:b], b) for a, b in itertools.pairwise(places)]
    whole = b"".join(part for part, _ in guarded(iter([(data, len(data))]), end))
    assert b"".join(part for part, _ in guarded(iter(pieces), end)) == whole
    assert b"".join(part for part, _ in guarded(iter(pieces), None)) == data


def test_rows_of_a_windows_file_keep_the_line_feeds_in_their_cells() -> None:
    data = b"id,note\r\n1,first\nsecond\r\n2,a\rb\r\n3,\r\n"
    assert read(data, line_end="\r\n").to_pydict() == {"id": [1, 2, 3], "note": ["first\nsecond", "a\rb", None]}
    with pytest.raises(ImportRejected, match=r"line 3: 1 cells.*line_end='\\r\\n' \(--line-end crlf\)"):
        read(data)


def test_a_carriage_return_before_the_line_feed_belongs_to_the_cell_where_line_feeds_end_rows() -> None:
    assert read(b"id,note\n1,x\r\n2,y\n", line_end="\n").to_pydict() == {"id": [1, 2], "note": ["x\r", "y"]}


def test_without_the_option_the_characters_of_stand_ins_are_characters_like_others() -> None:
    data = "id,note\n1,\ufdd0\ufdd1\n2,\ufdd0\ufdd2\n".encode()
    for told in ({}, {"line_end": "\n"}):
        assert read(data, **told)["note"].to_pylist() == ["\ufdd0\ufdd1", "\ufdd0\ufdd2"]


def test_names_lines_and_rejects_are_those_of_the_file(wb: Workbench) -> None:
    data = b"id,no\nte\r\n1,a\nb\r\nx,c\nd\r\n3,e\r\n"
    done = wb.import_file(io.BytesIO(data), "notes", line_end="\r\n", types={"id": "int"}, header=True, rejects="skip")
    assert wb.read("notes").to_arrow().to_pydict() == {"id": [1, 3], "no\nte": ["a\nb", "e"]}
    assert done.rejects is not None
    [reject] = done.rejects.to_arrow().to_pylist()
    assert (reject["line"], reject["value"], reject["text"]) == (3, "x", "x,c\nd")


@pytest.mark.parametrize("end", ENDS)
def test_the_bytes_come_back_where_the_import_was_exact(wb: Workbench, tmp_path: Path, end: str) -> None:
    rng = random.Random(end)
    rows = [f"{i},{''.join(rng.choice('ab ') for _ in range(5))}" for i in range(200)]
    clean = end.join(["id,note", *rows, ""]).encode()
    stray = clean.replace(b"a ", {"\n": b"a\r", "\r": b"a\n", "\r\n": b"a\r"}[end])
    assert stray != clean
    for data in (clean, stray):
        wb.import_file(io.BytesIO(data), "notes", line_end=end, exact=True)
        out = io.BytesIO()
        wb.export("notes", out, exact=True)
        assert out.getvalue() == data
    assert wb.check().ok


def test_an_explanation_says_which_line_end_was_given(tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_bytes(b"id,note\r\n1,a\nb\r\n2,c\r\n")
    [told] = explain(path, ReadOptions(line_end="\r\n"))
    [ends] = [s for s in told.settings if s.name == "line ends"]
    assert ends.given
    assert ends.value == r"'\r\n'"
    assert told.sample == (("1", "a\nb"), ("2", "c"))


def test_a_line_end_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"line_end=';' cannot be used.*--line-end lf, crlf, cr"):
        read(b"a;b;", line_end=";")


def test_the_offset_of_a_byte_that_is_not_utf8_is_that_in_the_file() -> None:
    data = b"\xef\xbb\xbfid,note\r\n1,a\nb\n\r\n2,\xff\r\n"
    with pytest.raises(ImportRejected, match=r"line 3: byte 0xff at offset 22 is not UTF-8"):
        read(data, line_end="\r\n")
    assert data.index(b"\xff") == 22
