"""JSON in every form: nothing that stands in a file is lost, and what is wrong is found."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import itertools
import json
import math
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.files.source import ReadOptions, TableSource, open_tables, read_all
from dsa_workbench.workbench import Workbench


def opened(text: str | bytes, name: str = "t.json", **options: Any) -> TableSource:
    data = text if isinstance(text, bytes) else text.encode()
    [source] = open_tables(io.BytesIO(data), ReadOptions(**options), name=name)
    return source


def read(text: str | bytes, **options: Any) -> pa.Table:
    return read_all(opened(text, **options))


ROWS = [{"a": 1, "b": "x"}, {"a": None, "b": "y"}]


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"b":"x"}\n{"a":null,"b":"y"}\n',
        '{"a":1,"b":"x"}\r\n\r\n{"a":null,"b":"y"}',
        '{"a":1,"b":"x"}{"a":null,"b":"y"}',
        '[{"a":1,"b":"x"},{"a":null,"b":"y"}]',
        json.dumps(ROWS, indent=2),
        "\n".join(json.dumps(row, indent=2) for row in ROWS),
        '\ufeff{"a":1,"b":"x"}\n{"a":null,"b":"y"}\n',
        '{"a":1,"b":"x"}\n{"a":null,"b":"y"}\n'.encode("utf-16"),
        '[{"a":1,"b":"x"},{"a":null,"b":"y"}]'.encode("utf-16-be"),
        gzip.compress(b'{"a":1,"b":"x"}\n{"a":null,"b":"y"}\n'),
    ],
    # Of their own: what gzip gives holds the time, and each worker would call the test something else.
    ids=map(str, itertools.count()),
)
@pytest.mark.parametrize("block", [1, 3, 4096])
def test_every_form_gives_the_same_rows(text: str | bytes, block: int) -> None:
    table = read(text, block_bytes=block)
    assert table.to_pylist() == ROWS
    assert table.schema == pa.schema([("a", pa.int64()), ("b", pa.string())])


moment = dt.datetime.fromisoformat


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ("1 2", pa.int64(), [1, 2]),
        ("1 2.5", pa.float64(), [1.0, 2.5]),
        ("1.0 -0.0", pa.float64(), [1.0, -0.0]),
        ("1e5 2E-3", pa.float64(), [1e5, 2e-3]),
        (f"{2**63 - 1} {-(2**63)}", pa.int64(), [2**63 - 1, -(2**63)]),
        (f"{2**63} 1", pa.decimal128(19, 0), [Decimal(2**63), Decimal(1)]),
        (f"{10**60} null", pa.decimal256(61, 0), [Decimal(10**60), None]),
        (f"{10**80} 1", pa.string(), [str(10**80), "1"]),
        (f"{2**53 + 1} 1.5", pa.string(), [str(2**53 + 1), "1.5"]),
        ("0.30000000000000004 1", pa.float64(), [0.1 + 0.2, 1.0]),
        ("0.1234567890123456789 1", pa.decimal128(20, 19), [Decimal("0.1234567890123456789"), Decimal(1)]),
        ("0.1234567890123456789 0.5", pa.string(), ["0.1234567890123456789", "0.5"]),
        ("true false", pa.bool_(), [True, False]),
        ("true 1", pa.string(), ["true", "1"]),
        ("null null", pa.string(), [None, None]),
        ('"2026-03-01" "12"', pa.string(), ["2026-03-01", "12"]),
        ('"2026-03-01" null', pa.date32(), [dt.date(2026, 3, 1), None]),
        ('"2026-02-30" null', pa.string(), ["2026-02-30", None]),
        ('"2026-03-01" ""', pa.string(), ["2026-03-01", ""]),
        ('"2026-03-01" "2026-03-01T10:00:00"', pa.string(), ["2026-03-01", "2026-03-01T10:00:00"]),
        ('"2026-03-01T10:00:00.5" null', pa.timestamp("us"), [moment("2026-03-01T10:00:00.500"), None]),
        ('"10:00:00" "23:59:59.25"', pa.time64("us"), [dt.time(10), dt.time(23, 59, 59, 250_000)]),
        ('"1" "2"', pa.string(), ["1", "2"]),
        ('"true" "false"', pa.string(), ["true", "false"]),
        ('["2026-03-01"] []', pa.list_(pa.field("item", pa.string())), [["2026-03-01"], []]),
        ('"x" 1.50', pa.string(), ["x", "1.5"]),
        ('"x" {"k":[1,"é"]}', pa.string(), ["x", '{"k":[1,"é"]}']),
        ("[1,null] [2.5]", pa.list_(pa.field("item", pa.float64())), [[1.0, None], [2.5]]),
        ("[] null", pa.list_(pa.field("item", pa.null())), [[], None]),
        ("[[1],[]] []", pa.list_(pa.field("item", pa.list_(pa.field("item", pa.int64())))), [[[1], []], []]),
        ("1e400 1", pa.string(), ["1E+400", "1"]),
    ],
)
def test_types_change_no_value(values: str, kind: pa.DataType, expected: list[Any]) -> None:
    table = read("\n".join(f'{{"v":{value}}}' for value in values.split(" ")))
    assert table.schema.field("v").type == kind
    assert table["v"].to_pylist() == expected


@pytest.mark.parametrize("block", [10, 10_000])
def test_moments_are_found_as_in_a_csv(block: int) -> None:
    moments = ["2026-03-01T10:00:00.000Z", "2026-03-01T10:00:00+02:00", None]
    source = opened("\n".join(json.dumps({"at": m}) for m in moments), block_bytes=block)
    table = read_all(source)
    assert table.schema.field("at").type == pa.timestamp("us", "UTC")
    assert [v and v.hour for v in table["at"].to_pylist()] == [10, 8, None]
    assert {(f.what, f.count, f.column) for f in source.findings} == {
        ("moments written otherwise", 2, "at"), ("moments of other zones are in UTC", 1, "at"),
    }  # fmt: skip


@pytest.mark.parametrize("block", [10, 10_000])
def test_the_text_that_makes_dates_texts_is_named(block: int) -> None:
    source = opened('{"day":"2026-03-01"}\n' * 70 + '{"day":"n/a"}\n{"day":"2026-03-02"}', block_bytes=block)
    assert read_all(source)["day"].to_pylist() == ["2026-03-01"] * 70 + ["n/a", "2026-03-02"]
    assert source.notes == ('day is text, not date32[day]: row 71 holds "n/a".',)


def test_objects_are_structs_with_all_their_members() -> None:
    table = read('{"o":{"x":1}}\n{"o":null}\n{"o":{"y":[{"z":"t"}],"x":2.5}}\n{}')
    assert table["o"].to_pylist() == [
        {"x": 1.0, "y": None}, None, {"x": 2.5, "y": [{"z": "t"}]}, None,
    ]  # fmt: skip


def test_columns_stand_in_the_order_in_which_keys_appear() -> None:
    source = opened('{"b":1}\n{"c":2,"a":3}\n{"a":4,"b":5}')
    assert read_all(source).column_names == ["b", "c", "a"]
    assert "members that objects do not have are null there: b (1), c (2), a (1)." in source.notes


@pytest.mark.parametrize("block", [10, 1000])
def test_the_last_value_decides_and_is_named(block: int) -> None:
    source = opened('{"v":1}\n' * 50 + '{"v":"x"}\n', block_bytes=block)
    table = read_all(source)
    assert table["v"].to_pylist() == ["1"] * 50 + ["x"]
    assert 'v is text: row 1 holds a whole number, row 51 a text, "x".' in source.notes


@pytest.mark.parametrize("block", [10, 1000])
def test_a_mixture_deep_inside_is_named_by_its_path(block: int) -> None:
    source = opened('{"o":{"l":[1,2]}}\n{"o":{"l":[]}}\n{"o":{"l":[3,true]}}', block_bytes=block)
    assert read_all(source)["o"].to_pylist() == [{"l": ["1", "2"]}, {"l": []}, {"l": ["3", "true"]}]
    assert "o.l[] is text: row 1 holds a whole number, row 3 a boolean, true." in source.notes


def test_nan_is_a_float_with_a_note() -> None:
    source = opened('{"v":1}\n{"v":NaN}\n{"v":-Infinity}')
    one, nan, infinite = read_all(source)["v"].to_pylist()
    assert (one, math.isnan(nan), infinite) == (1.0, True, -math.inf)
    assert "v holds NaN in row 2, which is no JSON, and was taken as a float." in source.notes


def test_exact_decimals_keep_their_digits() -> None:
    table = read('{"v":1.50}\n{"v":22}\n{"v":0.125}', decimals="exact")
    assert table.schema.field("v").type == pa.decimal128(5, 3)
    assert table["v"].to_pylist() == [Decimal("1.500"), Decimal("22.000"), Decimal("0.125")]


def test_given_types_are_kept_to() -> None:
    text = '{"d":"2026-03-01","n":"12","o":{"k":1},"z":7}\n{"d":null,"n":5,"o":null,"z":8}'
    table = read(text, types={"d": "date", "n": "int", "o": "text"})
    assert table.to_pylist() == [
        {"d": dt.date(2026, 3, 1), "n": 12, "o": '{"k":1}', "z": 7}, {"d": None, "n": 5, "o": None, "z": 8},
    ]  # fmt: skip
    assert read(text, types="text").schema.types == [pa.string()] * 4
    with pytest.raises(ImportRejected, match=r"t\.json, line 3 \(row 2\), column 'v': 'x' is not int64"):
        read('{"v":1}\n\n{"v":"x"}', types={"v": "int"})
    with pytest.raises(InvalidInput, match="no column 'q'"):
        read('{"v":1}', types={"q": "int"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "t.json is empty"),
        (" \n ", "t.json is empty"),
        ("[]", "t.json holds no objects"),
        ("{}", "its objects have no members"),
        ('[{"a":1}', r"line 1, column 9 \(row 2\): the array is not closed"),
        ('[{"a":1}{"a":2}]', r"line 1, column 9 \(row 2\): a comma must stand before '{'"),
        ('[{"a":1}]\n{"a":2}', r"line 2, column 1 \(row 2\): '{' follows the end of the array"),
        ('[{"a":1},]', r"line 1, column 10 \(row 2\): Expecting value"),
        ("[1,2]", r"line 1, column 2 \(row 1\): a number stands where an object must"),
        ('{"a":1}\n[2]', r"line 2, column 1 \(row 2\): an array stands where an object must"),
        ('{"a":1}\nnull', r"line 2, column 1 \(row 2\): null stands where an object must"),
        ('{"a":1}\n\n{"a": nope}', r"line 3, column 7 \(row 2\): Expecting value"),
        ('{"a":1\n"b":2}', r"line 2, column 1 \(row 1\): Expecting ',' delimiter"),
        ('{"a":[1\n2]}', r"line 2, column 1 \(row 1\): Expecting ',' delimiter"),
        ('{"a":1}\n{"a":', r"line 2, column 6 \(row 2\): it is cut off"),
        ('{"a":1}\n{"a":"x', r"line 2, column 6 \(row 2\): it is cut off \(Unterminated string"),
        ('{"a":"x\n"}', r"line 1, column 8 \(row 1\): Invalid control character"),
        ('{"a":1}\n{"a":1,"b":2,"a":3}', r"line 2, column 1 \(row 2\): the key 'a' stands twice"),
        ('{"a":{"k":1,"k":1}}', "the key 'k' stands twice"),
        ('{"a":"\\ud800"}', r"line 1 \(row 1\), column 'a': a text holds \\ud800 alone"),
        (b'{"a":1}\n{"a":"\xe9"}', r"line 2: byte 0xe9 is not utf-8"),
        ('{"a":' + "[" * 100_000, "nested too deeply"),
    ],
)
@pytest.mark.parametrize("block", [7, 1 << 20])
def test_what_is_wrong_is_named(text: str | bytes, said: str, block: int) -> None:
    with pytest.raises(ImportRejected, match=said):
        read(text, block_bytes=block)


def test_an_object_without_end_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(ImportRejected, match=r"row 1\): an object is longer than 1 MiB"):
        read('{"a":"' + "x" * 3_000_000, max_record_bytes=1 << 20, block_bytes=1 << 16)


def test_a_map_in_disguise_stays_text() -> None:
    rows = [{"m": {f"k{i}": i}} for i in range(1500)]
    source = opened("\n".join(map(json.dumps, rows)))
    assert read_all(source)["m"][7].as_py() == '{"k7":7}'
    assert any("its objects have 1,500 different keys" in note for note in source.notes)


def test_json_is_known_by_its_bytes_unless_the_name_says_csv() -> None:
    assert opened('{"a": 1}\n', name="export").schema.names == ["a"]
    assert opened('[ {"a": 1} ]', name="export.txt").schema.names == ["a"]
    assert opened('{"a": 1}\n{"a": 2}\n', name="x.csv").schema.names == ['{"a": 1}']


def test_json_has_no_sheets() -> None:
    with pytest.raises(InvalidInput, match=r"t\.json is no workbook"):
        opened('{"a": 1}', sheets=["A"])


def test_a_given_encoding_is_used() -> None:
    assert read('{"a":"é"}'.encode("cp1252"), encoding="cp1252")["a"].to_pylist() == ["é"]
    with pytest.raises(InvalidInput, match="no encoding 'klingon'"):
        read("{}", encoding="klingon")


@pytest.mark.parametrize("form", ["lines", "array"])
@pytest.mark.parametrize("tenth", range(10))
def test_a_file_that_is_cut_off_is_refused_or_ends_between_rows(form: str, tenth: int) -> None:
    rows = [{"id": i, "name": f"näme {i}", "tags": [i, None]} for i in range(97)]
    whole = ("\n".join(map(json.dumps, rows)) if form == "lines" else json.dumps(rows)).encode()
    cut = whole[: len(whole) * tenth // 10]
    try:
        table = read(cut, block_bytes=64)
    except ImportRejected as err:
        table = None
        assert "t.json" in str(err)  # noqa: PT017 - which of the two it is depends on where the cut falls
    # Lines that are all whole are a whole file; an array is never.
    assert (table is None) or (form == "lines" and table.to_pylist() == rows[: table.num_rows])


# ------------------------------------------------------------------------------------ properties

FINITE = st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
LEAVES = st.sampled_from([st.integers(-(2**63), 2**63 - 1), FINITE, st.booleans(), TEXT])


@st.composite
def columns(draw: st.DrawFn, depth: int = 2) -> st.SearchStrategy[Any]:
    """Draw a strategy for the values of one column: one type, nulls among them."""
    form = draw(st.sampled_from(["leaf", "leaf", "list", "struct"])) if depth else "leaf"
    if form == "leaf":
        return st.none() | draw(LEAVES)
    if form == "list":
        return st.none() | st.lists(draw(columns(depth - 1)), max_size=3)
    members = {name: draw(columns(depth - 1)) for name in draw(st.lists(TEXT, min_size=1, max_size=3, unique=True))}
    return st.none() | st.fixed_dictionaries(members)


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, Any]]:
    members = {name: draw(columns()) for name in draw(st.lists(TEXT, min_size=1, max_size=4, unique=True))}
    return draw(st.lists(st.fixed_dictionaries(members), min_size=1, max_size=8))


@given(tables(), st.integers(1, 200), st.booleans())
def test_what_python_writes_comes_back(rows: list[dict[str, Any]], block: int, ascii_only: bool) -> None:
    text = "\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in rows)
    assert read(text, block_bytes=block).to_pylist() == rows


@given(tables())
def test_what_arrow_holds_comes_back(rows: list[dict[str, Any]]) -> None:
    table = pa.Table.from_pylist(rows)
    text = json.dumps(table.to_pylist())
    assert read(text).to_pylist() == table.to_pylist()


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), ANY, min_size=1), min_size=1, max_size=8), st.integers(1, 99))
def test_blocks_change_nothing(rows: list[dict[str, Any]], block: int) -> None:
    text = "\n".join(map(json.dumps, rows))
    whole, pieces = opened(text), opened(text, block_bytes=block)
    one, other = read_all(whole), read_all(pieces)
    assert one.schema == other.schema
    assert repr(one.to_pylist()) == repr(other.to_pylist())
    assert whole.notes == pieces.notes


def test_an_import_has_one_tree_whatever_the_form(wb: Workbench) -> None:
    rows = [{"id": i, "o": {"x": i / 4}, "l": [str(i)] * (i % 3)} for i in range(500)]
    forms = ["\n".join(map(json.dumps, rows)), json.dumps(rows), json.dumps(rows, indent=1)]
    trees = {wb.import_file(io.BytesIO(f.encode()), f"d{i}", key="id").commit.tree for i, f in enumerate(forms)}
    assert len(trees) == 1
    assert wb.read("d0").to_arrow().to_pylist() == rows


def test_a_contract_holds_for_json_too(wb: Workbench) -> None:
    wb.import_file(io.BytesIO(b'{"zip":"02139"}\n{"zip":1234}'), "z", types={"zip": "text"})
    wb.import_file(io.BytesIO(b'{"zip":1}\n{"zip":2}'), "z")
    assert wb.read("z").to_arrow()["zip"].to_pylist() == ["1", "2"]
