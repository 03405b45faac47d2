"""Whatever bytes are taken for a table come back, and a regular file costs nothing to remember."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dsa_workbench.errors import DsaError, InvalidInput, StoreCorrupt
from dsa_workbench.files.originals import original_of, restored
from dsa_workbench.files.source import ReadOptions, open_tables, read_all


def remember(source: Any, **options: Any) -> tuple[pa.Table, pa.Schema, list[pa.RecordBatch]]:
    [table] = open_tables(source, ReadOptions(**options))
    original = original_of(table)
    rows = read_all(table)
    return rows, original.schema, list(original.batches())


def back(source: Any, size: int = 7, **options: Any) -> bytes:
    rows, schema, entries = remember(source, **options)
    return b"".join(text for text, _ in restored(schema, entries, rows.to_batches(max_chunksize=size)))


def entries_of(data: bytes, **options: Any) -> list[dict[str, Any]]:
    return pa.Table.from_batches(remember(io.BytesIO(data), **options)[2]).to_pylist()


FILES = {
    "plain": b"a,b\n1,x\n2,y\n",
    "no last line end": b"a,b\n1,x\n2,y",
    "windows": b"a,b\r\n1,x\r\n2,y\r\n",
    "mixed line ends": b"a,b\r\n1,x\n2,y\r\n3,z\n",
    "old mac": b"a,b\r1,x\r2,y\r",
    "mark": b"\xef\xbb\xbfa,b\n1,x\n",
    "all quoted": b'"a","b"\n"1","x"\n"2",""\n',
    "some quoted": b'a,b\n"1",x\n2,"y"\n3,"z,""z"\n',
    "zeros behind the point": b"a,b\n1.50,x\n2.25,y\n3.00,z\n",
    "whole among floats": b"a,b\n1,x\n2.5,y\n3,z\n",
    "exponents": b"a\n1e5\n1.0E-7\n0.5\n",
    "negative zero": b"a,b\n-0.0,1\n0.0,2\n-0.00,3\n",
    "thirds": b"a,b\n0.10,1\n0.100,2\n.5,3\n5.,4\n",
    "capital booleans": b"a,b\nTRUE,1\nFALSE,2\nTrue,3\n",
    "moments": b"t,u\n2026-03-01T10:00:00Z,2026-03-01 10:00:00.500\n2026-03-01T10:00:01Z,2026-03-01 10:00:00.000\n",
    "offsets": b"t\n2026-03-01T10:00:00+02:00\n2026-03-01T10:00:00+01:00\n",
    "times": b"t,a\n10:00:00,1\n10:00:00.50,2\n",
    "blank lines": b"\n\na,b\n\n1,x\n\n\n2,y\n\n\n",
    "comments": b"# hello\n# world\na,b\n1,x\n# why\n2,y\n#end\n",
    "title": b"Report of March\n\na,b,c\n1,2,3\n4,5,6\n7,8,9\n",
    "separator line": b"sep=;\na;b\n1;2\n",
    "decimal comma": b"a;b\n1,50;x\n1.234,75;y\n12.345.678,00;z\n",
    "blanks behind commas": b'a, b, c\n1, "x, y", 3\n2, "z", 4\n',
    "lined up": b"a   b   c\n1   2   3\n10  20  30\n100 200 300\n",
    "trailing delimiter": b"a,b\n1,x,\n2,y,\n3,z,\n",
    "backslashes": b'a,b\n1,"x \\" y"\n2,"z"\n',
    "apostrophes": b"a;b\n'x;1';2\n'y;2';3\n",
    "latin": "a,b\nÜber,1\nStraße,2\n".encode("cp1252"),
    "undefined in windows": b"a,b\nx\x81\xfcber,1\n",
    "utf-16": "a,b\nÜ,1\nß,2\n".encode("utf-16"),
    "utf-16 big": b"\xfe\xff" + "a,b\nÜ,1\n".encode("utf-16-be"),
    "quotes inside": b'a,b\n5" pipe,1\n3" nail,2\n',
    "line ends in quotes": b'a,b\n"x\ny",1\n"x\r\ny",2\n',
    "only a header": b"a,b\n",
    "header and blank lines": b"a,b\n\n\n",
    "no header": b"1,2\n3,4\n5,6\n",
    "one column": b"a\n1\n\n3\n",
    "marks inside": b"\xef\xbb\xbfa,b\n1,x\n\xef\xbb\xbf2,y\n",
    "padded": b"a,b\n 1 ,x\n2 , y\n",
    "zip codes": b"zip,n\n02139,1\n12345,2\n",
}


@pytest.mark.parametrize("name", FILES)
def test_files_come_back(name: str) -> None:
    assert back(io.BytesIO(FILES[name])) == FILES[name]


@pytest.mark.parametrize("block", [4, 5, 13, 40])
@pytest.mark.parametrize("name", FILES)
def test_files_come_back_whatever_the_blocks(name: str, block: int) -> None:
    assert back(io.BytesIO(FILES[name]), block_bytes=block, threads=2) == FILES[name]


NUMBERS = ["1", "-7", "02139", "7.20", "7.2", ".5", "1e5", "-0", '"1"', "true", "TRUE", " 3"]
TEXTS = ["", '""', "NA", "a", '"a"', '"a""b"', '"x,y"', '"l\nm"', '"l\r\nm"', "é", "#x"]
MOMENTS = ["2026-03-01", "2026-03-01 10:00:00", "2026-03-01T10:00:00.250Z"]
ODD = st.sampled_from([*NUMBERS, *TEXTS, *MOMENTS])
LINE = st.one_of(
    st.lists(ODD, min_size=1, max_size=4).map(",".join),
    st.sampled_from(["", "", "# note", "a,b,c", " ", ";", "'"]),
)
ENDS = st.sampled_from(["\n", "\r\n", "\n", "\r"])


@st.composite
def wild(draw: st.DrawFn) -> bytes:
    width = draw(st.integers(1, 3))
    row = st.lists(ODD, min_size=width, max_size=width).map(",".join)
    lines = draw(st.lists(draw(st.sampled_from([row, st.one_of(row, row, row, LINE)])), max_size=12))
    end = draw(st.one_of(st.just(None), ENDS))
    text = ",".join(f"h{i}" for i in range(width)) if draw(st.booleans()) else ""
    for line in lines:
        text += (end or draw(ENDS)) + line
    text += draw(st.sampled_from(["", "\n", "\r\n", "\n\n"]))
    mark, encoding = draw(
        st.sampled_from([("", "utf-8"), ("", "utf-8"), ("\ufeff", "utf-8"), ("\ufeff", "utf-16-le"), ("", "cp1252")])
    )
    return (mark + text).encode(encoding, "replace")


@settings(max_examples=300)
@example(b"\n\xe9", 4, "error", None)
@given(wild(), st.integers(4, 60), st.sampled_from(["error", "fill"]), st.sampled_from([None, "text"]))
def test_any_bytes_that_are_taken_come_back(data: bytes, block: int, ragged: str, types: str | None) -> None:
    try:
        read_all(open_tables(io.BytesIO(data), ReadOptions(ragged=ragged, types=types))[0])
    except DsaError:
        return
    assert back(io.BytesIO(data), block_bytes=block, ragged=ragged, types=types) == data


@given(
    st.lists(st.text(alphabet="ァア表ソ高髙—−a1,\n", max_size=6), max_size=8),
    st.sampled_from(["cp932", "gb18030", "big5"]),
)
def test_code_pages_come_back(rows: list[str], encoding: str) -> None:
    data = ("h,i\n" + "\n".join(rows)).encode(encoding, "ignore")
    try:
        read_all(open_tables(io.BytesIO(data), ReadOptions(encoding=encoding, ragged="fill"))[0])
    except DsaError:
        return
    assert back(io.BytesIO(data), encoding=encoding, ragged="fill") == data


@pytest.mark.parametrize("code", [b"\x87\x90", b"\xed\x40", b"\xfa\x4a"])
def test_a_character_with_two_codes_comes_back_as_it_was(code: bytes) -> None:
    """Shift-JIS has some twice: what Python reads it does not write back."""
    data = b"a,b\n" + code + b",1\n"
    assert back(io.BytesIO(data), encoding="cp932") == data


def test_a_regular_file_has_no_entries_but_its_header() -> None:
    rows = b"".join(
        b'%d;"name %d";%d,%02d;2026-03-01T10:00:%02d.000Z;TRUE\r\n' % (i, i, i, i % 100, i % 60) for i in range(500)
    )
    data = b'id;"name";price;at;ok\r\n' + rows
    assert [e["rows"] for e in entries_of(data)] == [0]
    odd = data.replace(b'"name 77"', b"name 77").replace(b"400,00;", b"400;")
    assert [(e["skip"], e["rows"]) for e in entries_of(odd)] == [(0, 0), (77, 1), (322, 1)]
    assert back(io.BytesIO(odd)) == odd


def test_a_table_that_is_not_the_one_that_was_read_is_refused() -> None:
    rows, schema, entries = remember(io.BytesIO(b"a,b\n1,x\n2,y\n"))
    with pytest.raises(StoreCorrupt, match="not those that were imported"):
        list(restored(schema, entries, rows.slice(1).to_batches()))


def test_only_text_has_an_original(tmp_path: Path) -> None:
    [table] = open_tables(pa.table({"a": [1]}))
    with pytest.raises(InvalidInput, match="no delimited text"):
        original_of(table)


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a,b\n1,x\n2,y\n")
    [table] = open_tables(path)
    original = original_of(table)
    read_all(table)
    path.write_bytes(b"a,b\n1,x\n3,zz\n")
    assert len(original.schema) == 3
    with pytest.raises(DsaError, match="was changed while it was read"):
        list(original.batches())


@pytest.mark.corpora
def test_every_csv_of_the_corpora_comes_back(corpora: Path) -> None:
    paths = sorted(p for folder in ("csv", "histories") for p in (corpora / folder).rglob("*") if p.is_file())
    taken, wrong = 0, []
    for path in paths:
        data = path.read_bytes()
        if path.suffix in {".json", ".md"} or len(data) > 3_000_000:
            continue
        for options in ({}, {"ragged": "fill"}):
            try:
                [table] = open_tables(path, ReadOptions(**options))
                original = original_of(table)
                rows = read_all(table)
            except DsaError:
                continue
            taken += 1
            plain = b"".join(chunk for chunk, _ in table.text.file.chunks(1 << 20))
            if b"".join(t for t, _ in restored(original.schema, original.batches(), rows.to_batches())) != plain:
                wrong.append(str(path))
    assert not wrong
    assert taken > 500
