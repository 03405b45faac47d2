"""What is written is what is read: every format, all types, any table."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import lzma
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pytest
import python_calamine
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dsa_workbench.errors import InvalidInput, Unsupported
from dsa_workbench.features.versioning.get_data import Selection
from dsa_workbench.features.versioning.incoming import Mode, plan_table
from dsa_workbench.features.versioning.manifests import build_manifest
from dsa_workbench.features.versioning.memory_segments import MemorySegments
from dsa_workbench.features.versioning.read_table import StoredTable
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.features.versioning.write_table import write_table
from dsa_workbench.files.source import ReadOptions, open_tables, read_all
from dsa_workbench.files.writing import (
    FORMATS,
    TableToWrite,
    WriteOptions,
    Written,
    format_of,
    sheet_cells,
    workbook,
    write_batches,
    write_workbook,
)
from dsa_workbench.files.writing.json_text import nested_texts
from tests.properties.strategies import tables


def stored(source: Any) -> StoredTable:
    """Bring a table into the form of the store, in memory."""
    table = plan_table(source, None, mode=Mode.REPLACE, key=None, rename={}).table
    segments = MemorySegments()
    built = build_manifest(table.schema, table.key, table.chunk_by, write_table(table, segments))
    pages = [p.body for p in built.pages], [p.stats for p in built.pages]
    return StoredTable(built.manifest, *pages, segments, SegmentCache(0))


def write(rows: pa.Table, format: str, **options: Any) -> bytes:
    out = io.BytesIO()
    write_batches(rows.to_batches(), rows.schema, out, format, WriteOptions(**options))
    return out.getvalue()


@settings(max_examples=150)
@given(tables(), st.sampled_from(["parquet", "arrow", "arrows"]))
def test_any_table_comes_back_the_same(table: pa.Table, format: str) -> None:
    before = stored(open_tables(table)[0])
    rows = Selection(before)
    out = io.BytesIO()
    try:
        write_batches(rows.batches(), rows.schema, out, format)
    except Unsupported:
        assert format == "parquet"
        return
    assert stored(open_tables(io.BytesIO(out.getvalue()))[0]).manifest == before.manifest


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=6)
LOOKS = st.sampled_from(
    ["", "1", "02139", "1e5", "true", "2026-03-01", "NA", "#x", " a ", "'", "=1+1", "a,b", '"', "\n"]
)
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.floats(allow_nan=False, allow_infinity=False),
    pa.string(): st.one_of(TEXT, LOOKS),
    pa.bool_(): st.booleans(),
    pa.date32(): st.dates(),
    pa.timestamp("us"): st.datetimes(),
    pa.timestamp("us", "UTC"): st.datetimes(),
    pa.time64("us"): st.times(),
}


@st.composite
def csv_tables(draw: st.DrawFn) -> pa.Table:
    """Draw a table of the types that a CSV is read as; a value that shows its type stands in each column."""
    height = draw(st.integers(1, 8))
    columns = {}
    for i in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(sorted(VALUES, key=str)))
        cells = draw(st.lists(st.one_of(st.none(), VALUES[kind]), min_size=height, max_size=height))
        sure = "x" if kind == pa.string() else draw(VALUES[kind])
        cells[draw(st.integers(0, height - 1))] = sure
        columns[f"c{i}"] = pa.array(cells, kind)
    return pa.table(columns)


WAYS: list[dict[str, str]] = [{}, {"quote": "all"}, {"delimiter": ";"}, {"line_end": "\r\n"}, {"encoding": "utf-16"}]


@settings(max_examples=300)
@given(csv_tables(), st.sampled_from(WAYS))
def test_any_table_that_csv_can_hold_comes_back_the_same(table: pa.Table, how: dict[str, str]) -> None:
    read = ReadOptions(skip_rows=0, header=True, comment="", quote='"', escape="", delimiter=how.get("delimiter", ","))
    [source] = open_tables(io.BytesIO(write(table, "csv", **how)), read)
    assert read_all(source).to_pylist() == table.to_pylist()
    assert stored(open_tables(read_all(source))[0]).manifest == stored(open_tables(table)[0]).manifest


@settings(max_examples=200)
@given(csv_tables(), st.sampled_from([64, 1 << 20]))
def test_any_table_that_a_csv_gives_comes_back_from_json_lines(table: pa.Table, block: int) -> None:
    [source] = open_tables(io.BytesIO(write(table, "jsonl")), ReadOptions(block_bytes=block))
    assert read_all(source).to_pylist() == table.to_pylist()
    assert not source.findings  # type: ignore[attr-defined]
    assert stored(open_tables(read_all(source))[0]).manifest == stored(open_tables(table)[0]).manifest


@settings(max_examples=100)
@example(pa.table({"0": pa.array([[("k", "v")], None], pa.map_(pa.string(), pa.string_view()))}), "csv")
@given(tables(max_rows=12), st.sampled_from(FORMATS))
def test_any_table_is_written_or_refused(table: pa.Table, format: str) -> None:
    try:
        data = write(table, format)
    except (Unsupported, InvalidInput):
        return
    if format == "jsonl":
        rows = [json.loads(line) for line in data.decode().split("\n")[:-1]]
        assert [list(row) for row in rows] == [table.column_names] * table.num_rows
    elif format == "xlsx":
        sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        assert sheet.height == table.num_rows + 1 or not table.num_rows or None in table.to_pylist()[-1].values()
    else:
        assert data or not table.num_rows


moment = dt.datetime.fromisoformat
TABLE = pa.table(
    {
        "i": pa.array([1, None, 2**60], pa.int64()),
        "s": pa.array(["x;y", "", "=1+1\t\x01 <&> _x0041_"]),
        "f": pa.array([1.0, float("nan"), 1e22]),
        "d": pa.array([Decimal("1.50"), None, Decimal("123456789012345678.25")], pa.decimal128(20, 2)),
        "t": pa.array([moment("2026-03-01 10:00:00.500"), None, moment("1700-01-01")]),
        "z": pa.array([moment("2026-03-01"), None, None], pa.timestamp("us", "Europe/Berlin")),
        "day": pa.array([dt.date(2026, 3, 1), None, dt.date(1900, 1, 1)]),
        "o": pa.array([dt.time(12), None, dt.time(23, 59, 59)]),
        "b": pa.array([True, None, False]),
        "x": pa.array([b"\x01\xff", None, b""]),
        "l": pa.array([[1, None], None, []], pa.list_(pa.int64())),
        "st": pa.array([{"a": 1, "b": 'q"\n'}, None, {"a": None, "b": None}]),
        "m": pa.array([[("k", Decimal("1.5"))], None, []], pa.map_(pa.string(), pa.decimal128(5, 1))),
        "span": pa.array([dt.timedelta(days=1, seconds=1.5), None, -dt.timedelta(seconds=0.25)]),
    }
)


def test_json_lines_keep_digits_and_nesting() -> None:
    out = io.BytesIO()
    done = write_batches(TABLE.to_batches(), TABLE.schema, out, "jsonl")
    assert done == Written(3, len(out.getvalue()), ("1 NaN or infinite numbers were written as null: JSON has none.",))
    first, second, third = (json.loads(line, parse_float=Decimal) for line in out.getvalue().decode().splitlines())
    assert first == {
        "i": 1, "s": "x;y", "f": Decimal("1.0"), "d": Decimal("1.50"), "t": "2026-03-01T10:00:00.500000",
        "z": "2026-03-01T00:00:00Z", "day": "2026-03-01", "o": "12:00:00", "b": True, "x": "01ff", "l": [1, None],
        "st": {"a": 1, "b": 'q"\n'}, "m": {"k": Decimal("1.5")}, "span": "PT86401.5S",
    }  # fmt: skip
    assert set(second.values()) == {None, ""}
    assert (third["i"], third["s"], third["d"]) == (2**60, TABLE["s"][2].as_py(), Decimal("123456789012345678.25"))
    assert (third["l"], third["m"], third["span"]) == ([], {}, "PT-0.25S")


@pytest.mark.parametrize("size", [1, 2, 500])
def test_sql_is_run_by_a_database(size: int) -> None:
    table = TABLE.drop_columns(["x", "span", "m", "f"]).append_column("f", pa.array([0.1, None, 1e-300]))
    table = table.rename_columns([n if n != "s" else 'odd "name", x' for n in table.column_names])
    text = write(table, "sql", sql_create=True, sql_rows=size, table='my "table"').decode()
    assert text.count("INSERT INTO") == -(-3 // size)
    connection = duckdb.connect()
    connection.execute("set TimeZone='UTC'")
    for statement in text.split(";\n")[:-1]:
        connection.execute(statement)
    back = connection.sql('select * from "my ""table"""').to_arrow_table()
    assert back.column_names == table.column_names
    for name in set(table.column_names) - {"l", "st"}:
        assert back[name].cast(table[name].type).to_pylist() == table[name].to_pylist(), name
    assert back["l"].to_pylist() == ["[1,null]", None, "[]"]


def test_sql_writes_what_has_no_literal() -> None:
    table = pa.table({"f": [float("nan"), float("-inf")], "x": [b"\x01", None], "b": [True, None], "t": ["it's", None]})
    assert write(table, "sql").decode() == (
        'INSERT INTO "data" ("f", "x", "b", "t") VALUES\n'
        "(CAST('nan' AS DOUBLE PRECISION), X'01', TRUE, 'it''s'),\n"
        "(CAST('-inf' AS DOUBLE PRECISION), NULL, NULL, NULL);\n"
    )


# ------------------------------------------------------------------------------------------ workbooks


def sheets(data: bytes) -> dict[str, list[list[Any]]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def test_a_workbook_has_numbers_dates_and_texts_as_such() -> None:
    out = io.BytesIO()
    done = write_batches(TABLE.to_batches(), TABLE.schema, out, "xlsx")
    head, first, second, third = sheets(out.getvalue())["data"]
    assert head == TABLE.column_names
    assert first[:5] == [1.0, "x;y", 1.0, 1.5, moment("2026-03-01 10:00:00.500")]
    assert first[6:10] == [dt.date(2026, 3, 1), dt.time(12), True, "01ff"]
    assert first[13] == dt.timedelta(days=1, seconds=1.5)
    assert second == ["", "", "nan", *[""] * 11]
    assert third[:5] == [str(2**60), TABLE["s"][2].as_py(), 1e22, "123456789012345678.25", "1700-01-01 00:00:00"]
    cells = openpyxl.load_workbook(out)["data"]
    assert (cells["D2"].number_format, cells["G2"].number_format) == ("0.00", "yyyy\\-mm\\-dd")
    assert cells["A3"].value is None
    assert done.notes == (
        "z is in UTC: a workbook has no zones.",
        "i: 1 whole numbers beyond 2**53 are text.",
        "f: 1 NaN or infinite numbers are text.",
        "d: 1 decimals of more than 15 digits are text.",
        "t: 1 moments before March 1900 or after 9999 are text.",
        "day: 1 moments before March 1900 or after 9999 are text.",
        "z: all moments are midnights, and a workbook does not tell them from dates.",
    )


@given(st.lists(st.datetimes(moment("1900-03-01"), moment("9999-12-31")), min_size=1, max_size=8))
def test_moments_of_a_workbook_are_right_to_the_millisecond(moments: list[dt.datetime]) -> None:
    whole = [m.replace(microsecond=m.microsecond // 1000 * 1000) for m in moments]
    cells = sheets(write(pa.table({"t": pa.array(whole, pa.timestamp("ms"))}), "xlsx"))["data"][1:]
    for [cell], wanted in zip(cells, whole, strict=True):
        found = cell if isinstance(cell, dt.datetime) else dt.datetime.combine(cell, dt.time())
        assert abs(found - wanted) <= dt.timedelta(milliseconds=1)


def test_rows_beyond_a_sheet_go_to_others_or_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 4)
    table = pa.table({"a": list(range(7))})
    out = io.BytesIO()
    done = write_batches(table.to_batches(max_chunksize=2), table.schema, out, "xlsx")
    found = sheets(out.getvalue())
    assert list(found) == ["data", "data (2)", "data (3)"]
    assert [[row[0] for row in rows] for rows in found.values()] == [["a", 0, 1, 2], ["a", 3, 4, 5], ["a", 6]]
    assert done.notes == ("data fills 3 sheets: data, data (2), data (3).",)
    exact = table.slice(0, 3)
    assert list(sheets(write(exact, "xlsx", overflow="refuse"))) == ["data"]
    with pytest.raises(InvalidInput, match="more rows than a sheet"):
        write(table, "xlsx", overflow="refuse")


def test_what_no_cell_holds_is_refused() -> None:
    table = pa.table({"a": ["x", "\U0001f600" * 16_384]})
    with pytest.raises(InvalidInput, match="row 2, column 'a': the text has 32,768 characters"):
        write(table, "xlsx")
    assert sheets(write(pa.table({"a": ["ä" * 32_767]}), "xlsx"))["data"][1] == ["ä" * 32_767]
    wide = pa.table({f"c{i}": [i] for i in range(16_385)})
    with pytest.raises(InvalidInput, match="16,385 columns"):
        write(wide, "xlsx")
    assert sheet_cells.LONGEST_TEXT == 32_767


def test_sheets_get_names_that_they_can_have(tmp_path: Path) -> None:
    names = ["a/b", "A_b", "x" * 40, "x" * 35, "History", "'", "plan"]
    table = pa.table({"n": [1]})
    parts = [TableToWrite(name, table.schema, table.to_batches()) for name in names]
    done = write_workbook(parts, tmp_path / "book.xlsx")
    found = list(sheets((tmp_path / "book.xlsx").read_bytes()))
    assert found == ["a_b", "A_b (2)", "x" * 31, "x" * 27 + " (2)", "History (2)", "Sheet", "plan"]
    assert done.rows == 7
    assert done.notes[0] == "the table 'a/b' is the sheet 'a_b'."


# ------------------------------------------------------------------------------------------------ CSV


def test_csv_is_written_as_told() -> None:
    table = pa.table({"n": [1, None], "f": [1234.5, None], "s": ["a", ""], "t": ["x;y", "NA"]})
    told = write(table, "csv", decimal=",", line_end="\r\n", null="NA", encoding="utf-8-sig", quote="needed")
    assert told == b'\xef\xbb\xbfn;f;s;t\r\n1;1234,5;a;"x;y"\r\nNA;NA;"";"NA"\r\n'
    assert write(table, "csv", quote="all", header=False) == b'"1","1234.5","a","x;y"\n,,"","NA"\n'
    assert write(table, "tsv") == b'n\tf\ts\tt\n1\t1234.5\ta\tx;y\n\t\t""\tNA\n'
    assert write(table, "csv", decimal=",", delimiter=",").splitlines()[1] == b'1,"1234,5",a,x;y'
    marks = write(pa.table({"a": ["x"] * 3}), "csv", encoding="utf-16")
    assert marks.decode("utf-16") == "a\nx\nx\nx\n"


def test_formulas_are_guarded_in_texts_alone() -> None:
    table = pa.table({"=n": [-1], "s": ["=cmd()"], "p": ["+1"], "m": ["-1"], "a": ["@x"], "t": ["\tx"], "c": ["x=1"]})
    assert write(table, "csv", guard_formulas=True).decode() == ("'=n,s,p,m,a,t,c\n-1,'=cmd(),'+1,'-1,'@x,'\tx,x=1\n")
    assert write(table, "csv").decode().splitlines()[1] == "-1,=cmd(),+1,-1,@x,\tx,x=1"


def test_a_character_that_does_not_fit_is_named() -> None:
    table = pa.table({"a": ["x", "y", "z"], "b": ["ü", "€", "Ω"]})
    assert write(table.slice(0, 2), "csv", encoding="cp1252") == b"a,b\nx,\xfc\ny,\x80\n"
    with pytest.raises(InvalidInput, match="row 3, column 'b': cp1252 has no character 'Ω'") as err:
        write(table, "csv", encoding="cp1252")
    assert (err.value.details["row"], err.value.details["value"]) == (3, "Ω")
    with pytest.raises(InvalidInput, match="the header: ascii has no character 'é'"):
        write(pa.table({"é": [1]}), "csv", encoding="ascii")


@pytest.mark.parametrize(
    "options",
    [
        {"delimiter": '"'},
        {"delimiter": "ab"},
        {"decimal": ";"},
        {"quote": "never"},
        {"null": "a,b"},
        {"line_end": "x"},
        {"encoding": "klingon"},
        {"encoding": "rot13"},
        {"compression": "rar"},
    ],
)
def test_options_that_make_no_file_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        write(pa.table({"a": [1]}), "csv", **options)


@pytest.mark.parametrize("ending", ["gz", "zst", "bz2", "xz"])
def test_text_is_packed_by_its_ending(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"t.csv.{ending}"
    table = pa.table({"a": list(range(10_000)), "b": ["x"] * 10_000})
    done = write_batches(table.to_batches(max_chunksize=999), table.schema, path)
    assert done.bytes == path.stat().st_size < 60_000
    assert read_all(open_tables(path)[0]) == table
    assert write(table, "jsonl", compression="gz") == write(table, "jsonl", compression="gz")


def test_packing_twice_is_refused(tmp_path: Path) -> None:
    for name in ("t.parquet.gz", "t.xlsx.zst", "t.arrow.xz"):
        with pytest.raises(InvalidInput, match="compressed inside"):
            write_batches([], pa.schema([]), tmp_path / name)
    data = write(pa.table({"a": [1]}), "csv", compression="xz")
    assert lzma.decompress(data) == b"a\n1\n"
    plain = tmp_path / "t.csv.gz"
    table = pa.table({"a": [1]})
    write_batches(table.to_batches(), table.schema, plain, options=WriteOptions(compression="none"))
    assert plain.read_bytes() == b"a\n1\n"
    write_batches(table.to_batches(), table.schema, plain)
    assert gzip.decompress(plain.read_bytes()) == b"a\n1\n"


@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_table_keeps_its_columns(format: str, tmp_path: Path) -> None:
    table = TABLE.slice(0, 0)
    path = tmp_path / f"t.{format}"
    assert write_batches(table.to_batches(), table.schema, path).rows == 0
    if format in ("parquet", "arrow", "arrows"):
        assert read_all(open_tables(path)[0]).schema == table.schema
    elif format in ("csv", "tsv"):
        assert read_all(open_tables(path)[0]).column_names == table.column_names
    elif format == "xlsx":
        assert sheets(path.read_bytes()) == {"data": [table.column_names]}
    else:
        assert path.read_bytes() == b""


def test_the_format_is_that_of_the_name() -> None:
    assert [format_of(f"x.{e}") for e in ("CSV", "tsv.gz", "feather", "ndjson", "xlsx", "pq")] == [
        "csv", "tsv", "arrow", "jsonl", "xlsx", "parquet",
    ]  # fmt: skip
    with pytest.raises(InvalidInput, match="no ending"):
        format_of("x.docx")
    with pytest.raises(InvalidInput, match="'docx' cannot be written"):
        format_of("x.csv", "docx")


def test_maps_of_lists_of_nulls_are_written_wherever_they_begin() -> None:
    kind = pa.map_(pa.string(), pa.large_list(pa.null()))
    maps = pa.array([[("a", [None] * 20)], [("b", [None, None])], None, [], [("c", None), ("d", [])]], kind)
    texts = ['{"a":[' + ",".join(["null"] * 20) + "]}", '{"b":[null,null]}', None, "{}", '{"c":null,"d":[]}']
    for begin in range(len(maps)):
        assert nested_texts(maps.slice(begin)).to_pylist() == texts[begin:]


def test_what_stands_behind_a_null_map_is_not_written() -> None:
    pairs = pa.StructArray.from_arrays(
        [pa.array(["a", "b", "c"]), pa.array([1, 2, 3])],
        fields=[pa.field("key", pa.string(), nullable=False), pa.field("value", pa.int64())],
    )
    edges = pa.array([0, 2, 3], pa.int32()).buffers()[1]
    kind, second = pa.map_(pa.string(), pa.int64()), pa.py_buffer(b"\x02")
    maps = pa.MapArray.from_buffers(kind, 2, [second, edges], children=[pairs])
    assert nested_texts(maps).to_pylist() == [None, '{"c":3}']
