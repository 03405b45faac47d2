"""CSV as people have it: dialects, encodings, headers, ragged rows, contracts, compression, and what is refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import DsaError, ImportRejected, InvalidInput
from dsa_workbench.files.source import ReadOptions, TableSource, open_tables, read_all


def opened(data: bytes | str, name: str = "orders.csv", **options: object) -> TableSource:
    raw = data.encode() if isinstance(data, str) else data
    [source] = open_tables(io.BytesIO(raw), ReadOptions(**options), name=name)
    return source


def rows(data: bytes | str, **options: object) -> list[dict[str, object]]:
    return read_all(opened(data, **options)).to_pylist()


def test_null_and_empty_text_are_kept_apart() -> None:
    data = 't,u\n"""""",1\n"",2\n,3\n" ",4\n'
    assert [row["t"] for row in rows(data)] == ['""', "", None, " "]


def test_na_is_text_unless_it_is_named_as_null() -> None:
    assert rows("a,b\nNA,1\n")[0]["a"] == "NA"
    assert rows('a,b\nNA,1\n"NA",\n', null_tokens=("", "NA")) == [{"a": None, "b": 1}, {"a": "NA", "b": None}]


def test_quoted_empty_cells_of_a_number_column_are_null_with_a_note() -> None:
    source = opened('n,m\n"1",x\n"",y\n')
    assert read_all(source).to_pydict() == {"n": [1, None], "m": ["x", "y"]}
    assert any("quoted empty" in note for note in source.notes)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found_and_told(delimiter: str) -> None:
    source = opened(
        f"a{delimiter}b\n1{delimiter}x,y;z\n2{delimiter}q\n".replace("x,y;z", "x" if delimiter in ",;" else "x,y;z")
    )
    assert source.schema.names == ["a", "b"]
    assert any("separated" in note for note in source.notes) == (delimiter != ",")


def test_a_given_delimiter_wins_and_a_bad_one_is_refused() -> None:
    assert opened("a:b,c\n1:2,3\n", delimiter=":").schema.names == ["a", "b,c"]
    with pytest.raises(InvalidInput, match="delimiter='ab'"):
        opened("a\n1\n", delimiter="ab")


def test_header_names_are_trimmed_and_made_unique() -> None:
    source = opened("pk, date,date,,Date\n1,2,3,4,5\n")
    assert source.schema.names == ["pk", "date", "date_2", "c4", "Date"]
    assert len(source.notes) == 2


def test_a_file_without_header_gets_numbered_columns() -> None:
    assert rows("1,x\n2,y\n", header=False) == [{"c1": 1, "c2": "x"}, {"c1": 2, "c2": "y"}]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("block", [7, 1 << 20])
def test_unicode_encodings_are_found(encoding: str, block: int) -> None:
    text = "naïve,b\nZürich,1\n東京,2\n" + "x,3\n" * 50
    assert rows(text.encode(encoding), block_bytes=block)[:2] == [
        {"naïve": "Zürich", "b": 1},
        {"naïve": "東京", "b": 2},
    ]


def test_what_is_not_utf8_is_read_as_windows_1252_with_a_note() -> None:
    source = opened("city,n\nZürich €\x81,1\n".encode("latin-1", "replace").replace(b"?", b"\x80"))
    assert read_all(source)["city"].to_pylist() == ["Zürich €\x81"]
    assert "windows-1252" in source.notes[0]


def test_a_bad_byte_far_down_is_found_too() -> None:
    data = b"a,b\n" + b"x,1\n" * 100_000 + b"\x85,2\n"
    source = opened(data, block_bytes=50_000)
    assert read_all(source)["a"][-1].as_py() == "…"
    assert any("line 100,002 holds byte 0x85" in note for note in source.notes)
    with pytest.raises(ImportRejected, match=r"line 100,002: byte 0x85 at offset 400,004 is not UTF-8"):
        read_all(opened(data, block_bytes=50_000, encoding="utf-8"))


def test_a_wrong_or_unknown_encoding_is_refused() -> None:
    with pytest.raises(ImportRejected, match="not ascii text"):
        opened("ä,b\n".encode(), encoding="ascii")
    with pytest.raises(InvalidInput, match="no encoding 'klingon'"):
        opened("a,b\n", encoding="klingon")


@pytest.mark.parametrize(("row", "found"), [("2", 1), ("2,3,4", 3)])
def test_ragged_rows_are_refused_with_line_and_counts(row: str, found: int) -> None:
    with pytest.raises(ImportRejected, match=rf"orders.csv, line 6: {found} cells, but the first row has 2") as caught:
        opened(f'a,b\n\n1,"x\ny"\n\n{row}\n5,6\n')
    assert caught.value.details["line"] == 6
    assert "ragged='fill'" in caught.value.hint


def test_ragged_rows_can_be_filled_and_long_ones_get_columns() -> None:
    source = opened("a,b\n1,2\n3\n4,5,6\n7,8\n", ragged="fill")
    assert read_all(source).to_pylist() == [
        {"a": 1, "b": 2, "c3": None},
        {"a": 3, "b": None, "c3": None},
        {"a": 4, "b": 5, "c3": 6},
        {"a": 7, "b": 8, "c3": None},
    ]
    assert any("line 4 has 3 cells" in note for note in source.notes)


def test_a_long_row_far_down_adds_a_column() -> None:
    data = "a,b\n" + "1,2\n" * 10_000 + "1,2,3\n" + "1,2\n" * 100_000
    table = read_all(opened(data, ragged="fill", block_bytes=10_000))
    assert table.num_rows == 110_001
    assert table["c3"].null_count == 110_000


def test_blank_lines_are_rows_only_in_a_table_of_one_column() -> None:
    assert rows("\n\na,b\n\n1,2\n\n") == [{"a": 1, "b": 2}]
    assert rows("a\n\n1\n\n") == [{"a": None}, {"a": 1}, {"a": None}]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("block", [3, 1 << 20])
def test_line_ends(end: str, block: int) -> None:
    data = end.join(["a,b", '1,"x\ny"' if end != "\r" else "1,x", "2,y"]) + end
    assert len(rows(data, block_bytes=block)) == 2


def test_stray_quotes_do_not_swallow_rows() -> None:
    data = 'size,n\n5" pipe,1\n6" pipe,2\n"a\nb"c"d,3\n7" pipe,4\n'
    for block in (1, 5, 20, 1000):
        assert [r["size"] for r in rows(data, block_bytes=block)] == ['5" pipe', '6" pipe', 'a\nbc"d', '7" pipe']


def test_a_quote_that_never_closes_is_refused_with_its_line() -> None:
    with pytest.raises(ImportRejected, match="begins in line 3 has a quote that is never closed"):
        opened('a,b\n1,2\n3,"x\n4,5\n')
    endless = 'a,b\n1,"' + "x\n" * 200_000
    with pytest.raises(ImportRejected, match="line 2 is longer than"):
        opened(endless, block_bytes=1000, max_record_bytes=100_000)
    assert len(rows('a,b\n1,2\n3,"x\n4,5\n', quote=None)) == 3


def test_a_record_longer_than_the_block_is_read() -> None:
    long = "x" * 50_000
    assert rows(f'a,b\n1,"{long}\n{long}"\n2,y\n', block_bytes=100)[0]["b"] == f"{long}\n{long}"


def test_empty_files_and_bare_headers() -> None:
    for data in (b"", b"\xef\xbb\xbf", b"\n\n"):
        with pytest.raises(ImportRejected, match=r"is empty|no rows"):
            opened(data)
    source = opened("a,b\n")
    assert read_all(source).schema == pa.schema([("a", pa.string()), ("b", pa.string())])


def test_binary_junk_is_refused() -> None:
    with pytest.raises(ImportRejected, match="does not look like text"):
        opened(bytes(range(256)) * 20)


def test_given_types_are_a_contract() -> None:
    data = "id,day,ok,price\n007,2026-03-01,yes,1.10\n+8,,no,\n"
    types = {"id": "int", "day": "date", "ok": "bool", "price": "decimal(10, 2)"}
    table = read_all(opened(data, types=types))
    assert table.schema.types == [pa.int64(), pa.date32(), pa.bool_(), pa.decimal128(10, 2)]
    assert table["id"].to_pylist() == [7, 8]
    assert read_all(opened(data, types="text")).schema.types == [pa.string()] * 4


@pytest.mark.parametrize("block", [20, 1 << 20])
def test_a_value_that_breaks_the_contract_is_named(block: int) -> None:
    data = 'id,qty\n"a\nb",1\n' + "x,2\n" * 100 + "y,many\n"
    source = opened(data, types={"qty": "int"}, block_bytes=block)
    with pytest.raises(ImportRejected, match=r"orders.csv, line 104, column 'qty': 'many' is not an int64") as caught:
        read_all(source)
    assert caught.value.details["row"] == 102
    with pytest.raises(InvalidInput, match="no column 'zip'"):
        opened(data, types={"zip": "text"})
    with pytest.raises(InvalidInput, match="no type 'nmber'"):
        opened(data, types={"qty": "nmber"})


@pytest.mark.parametrize(
    ("pack", "suffix"),
    [(gzip.compress, "gz"), (bz2.compress, "bz2"), (lzma.compress, "xz"), (zstandard.compress, "zst")],
)
def test_compressed_files_are_read_and_damaged_ones_refused(pack: object, suffix: str, tmp_path: Path) -> None:
    import random

    values = random.Random(7).sample(range(10**9), 50_000)
    packed = pack(("a,b\n" + "".join(f"{v},x\n" for v in values)).encode())  # type: ignore[operator] # a plain function
    path = tmp_path / f"orders.csv.{suffix}"
    path.write_bytes(packed)
    assert read_all(open_tables(path)[0])["a"].to_pylist() == values
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(ImportRejected, match=f"orders.csv.{suffix}"):
        read_all(open_tables(path)[0])


def test_paths_that_cannot_be_read_are_explained(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="There is no file"):
        open_tables(tmp_path / "nothing.csv")
    with pytest.raises(InvalidInput, match="is a folder"):
        open_tables(tmp_path)
    with pytest.raises(InvalidInput, match="no table and no file"):
        open_tables(7)
    with pytest.raises(DsaError):
        open_tables("a\0b")


def test_file_objects_are_read_from_where_they_stand_and_text_too() -> None:
    file = io.BytesIO(b"skip this\na,b\n1,2\n")
    file.readline()
    [source] = open_tables(file)
    assert read_all(source).to_pylist() == [{"a": 1, "b": 2}]
    assert read_all(source).num_rows == 1
    assert read_all(open_tables(io.StringIO("a,b\n1,ä\n"))[0])["b"].to_pylist() == ["ä"]


class Pipe(io.RawIOBase):
    """A stream that cannot be wound back."""

    def __init__(self, data: bytes) -> None:
        self._left = data

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # the buffer of RawIOBase is wider
        n = min(len(buffer), len(self._left), 100)
        buffer[:n], self._left = self._left[:n], self._left[n:]
        return n


def test_a_pipe_is_read_twice_if_need_be() -> None:
    data = b"zip,n\n" + b"12345,1\n" * 50_000 + b"02139,1\n" + b"12345,1\n" * 50_000
    [source] = open_tables(Pipe(data), ReadOptions(block_bytes=10_000))
    assert read_all(source)["zip"][50_000].as_py() == "02139"


def test_progress_counts_rows_and_bytes() -> None:
    seen: list[Progress] = []
    data = b"a,b\n" + b"1,2\n" * 10_000
    [source] = open_tables(io.BytesIO(data), ReadOptions(block_bytes=5_000), progress=seen.append)
    read_all(source)
    assert seen[-1].rows == 10_000
    assert seen[-1].bytes_done == seen[-1].bytes_total == len(data)
    assert [p.rows for p in seen] == sorted(p.rows for p in seen)


def test_threads_are_gone_when_a_reader_stops_early() -> None:
    import threading

    before = threading.active_count()
    batches = opened(b"a,b\n" + b"1,2\n" * 100_000, block_bytes=10_000, threads=3).batches()
    next(iter(batches))
    batches.close()  # type: ignore[attr-defined] # it is a generator
    assert threading.active_count() == before
