"""Several files as one table: patterns, folders, lists, URLs, and schemas that meet."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import fsspec
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.errors import ImportRejected, InvalidInput, Unsupported
from dsa_workbench.files.sets.folding import adapted, common_type
from dsa_workbench.files.sets.gather import natural
from dsa_workbench.files.sets.remote import is_url, shown_url
from dsa_workbench.files.source import ReadOptions, TableSource, open_tables, read_all
from dsa_workbench.workbench import Workbench


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "s1.csv").write_text("a,b\n1,x\n")
    (tmp_path / "s2.csv").write_text("a,b\n2,y\n")
    (tmp_path / "s10.csv").write_text("b,a,c\nz,3,true\n")
    return tmp_path


def opened(source: Any, **options: Any) -> TableSource:
    [table] = open_tables(source, ReadOptions(**options))
    return table


def rows(source: Any, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_all(opened(source, **options)).to_pylist()
    return found


ALL = [{"a": 1, "b": "x", "c": None}, {"a": 2, "b": "y", "c": None}, {"a": 3, "b": "z", "c": True}]


def test_a_pattern_a_folder_and_a_list_are_one_table_in_natural_order(data: Path) -> None:
    assert rows(f"{data}/s*.csv") == rows(data) == rows([f"{data}/s{i}.csv" for i in (1, 2, 10)]) == ALL
    assert rows(f"{data}/s{{1,10}}.csv") == [ALL[0], ALL[2]]
    assert rows([data / "s10.csv", data / "s[12].csv"]) == [ALL[2], ALL[0], ALL[1]]
    one, other = opened(data).notes
    assert one == "3 files were read as one table, s1.csv to s10.csv."
    assert other == "c is not in s1.csv and 1 more: null there."


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(data: Path) -> None:
    (data / "s[1].csv").write_text("a\n7\n")
    assert rows(data / "s[1].csv") == [{"a": 7}]


def test_names_of_files_become_a_column(data: Path) -> None:
    assert [r["source"] for r in rows(data, filename="source")] == ["s1.csv", "s2.csv", "s10.csv"]
    assert rows(data / "s1.csv", filename="f") == [{"a": 1, "b": "x", "f": "s1.csv"}]
    with pytest.raises(InvalidInput, match="has a column 'a' already"):
        opened(data, filename="a")


def test_folders_called_key_value_are_columns(tmp_path: Path) -> None:
    for year, month in ((2025, "12"), (2026, "01"), (2026, "__HIVE_DEFAULT_PARTITION__")):
        folder = tmp_path / f"year={year}" / f"month={month}"
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"v": [year]}), folder / "part-0.parquet")
    (tmp_path / "_SUCCESS").write_text("")
    (tmp_path / "year=2026" / ".hidden.crc").write_text("x")
    table = read_all(opened(tmp_path))
    assert table.to_pylist() == [
        {"v": 2025, "year": 2025, "month": "12"},
        {"v": 2026, "year": 2026, "month": "01"},
        {"v": 2026, "year": 2026, "month": None},
    ]
    assert rows(f"{tmp_path}/**/*.parquet", types={"year": "text"})[0]["year"] == "2025"
    assert rows(tmp_path, types="text")[1] == {"v": 2026, "year": "2026", "month": "01"}


def test_a_column_that_files_see_differently_is_text_as_it_stands_in_them(data: Path) -> None:
    (data / "s2.csv").write_text("a,b\n7.50,y\n")
    assert [r["a"] for r in rows(data)] == [1.0, 7.5, 3.0]
    (data / "s1.csv").write_text("a,b\n02139,x\n")
    source = opened(data)
    assert [r["a"] for r in read_all(source).to_pylist()] == ["02139", "7.50", "3"]
    assert "a is text: s1.csv has string, s2.csv double." in source.notes
    (data / "s1.csv").write_text("a,b\n1,x\n")
    (data / "s2.csv").write_text("a,b\ntrue,y\n")
    source = opened(data)
    assert [r["a"] for r in read_all(source).to_pylist()] == ["1", "true", "3"]
    assert "a is text: s1.csv has int64, s2.csv bool." in source.notes


def test_a_column_that_is_empty_in_one_file_has_the_type_of_the_others(data: Path) -> None:
    (data / "s1.csv").write_text("a,b\n,x\n")
    (data / "s2.csv").write_text('a,b\n"",y\n')
    source = opened(data)
    assert read_all(source)["a"].to_pylist() == [None, None, 3]
    assert source.schema.field("a").type == pa.int64()
    (data / "s10.csv").unlink()
    assert [(r["a"], r["b"]) for r in rows(data)] == [(None, "x"), ("", "y")]


CELLS = st.sampled_from(
    ["", "1", "-7", "02139", "1.50", ".5", "true", "2026-03-01", "2026-03-01 10:00", "x", '""', "1e5"]
)


@given(st.lists(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4), min_size=1, max_size=4), st.integers(1, 99))
def test_a_table_cut_into_files_is_the_same_table(parts: list[list[tuple[str, str]]], block: int) -> None:
    options = ReadOptions(block_bytes=block, header=True, skip_rows=0, delimiter=",", quote='"', escape="", comment="")
    files = ["k,a,b\n" + "".join(f"r,{a},{b}\n" for a, b in part) for part in parts]
    whole = files[0] + "".join(text.split("\n", 1)[1] for text in files[1:])
    [one] = open_tables(io.BytesIO(whole.encode()), options)
    [other] = open_tables([io.BytesIO(text.encode()) for text in files], options)
    expected, found = read_all(one), read_all(other)
    assert found.schema == expected.schema
    assert found.to_pylist() == expected.to_pylist()


def test_a_value_late_in_one_file_makes_the_column_text_in_all(data: Path) -> None:
    (data / "s1.csv").write_text("a,b\n" + "1.50,2\n" * 2000 + "x,2\n" + "1.50,2\n" * 40_000)
    (data / "s2.csv").write_text("a,b\n2.50,2\n")
    (data / "s10.csv").write_text("a,b\n3.50,2\n")
    source = opened(data, block_bytes=1000)
    found = read_all(source)["a"].to_pylist()
    assert (found[0], found[2000], found[-2:]) == ("1.50", "x", ["2.50", "3.50"])
    assert any("row 2,001 holds 'x'" in note for note in source.notes)
    assert source.locate(42_001) == "s2.csv, row 1"


def test_whole_numbers_that_no_float_holds_are_not_bent(tmp_path: Path) -> None:
    (tmp_path / "s1.csv").write_text(f"a\n1\n{2**53 + 1}\n")
    (tmp_path / "s2.csv").write_text("a\n1.50\n")
    assert [r["a"] for r in rows(f"{tmp_path}/*.csv")] == ["1", str(2**53 + 1), "1.50"]
    pq.write_table(pa.table({"a": [1, 2**53 + 1]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"a": [1.5]}), tmp_path / "2.parquet")
    with pytest.raises(ImportRejected, match=r"1\.parquet, row 2, column 'a': 9007199254740993 cannot be double"):
        rows(f"{tmp_path}/*.parquet")


def test_types_are_given_to_a_column_that_one_file_has(data: Path) -> None:
    assert rows(data / "s1.csv", filename="f", types={"a": "text"}) == [{"a": "1", "b": "x", "f": "s1.csv"}]
    assert [r["c"] for r in rows(data, types={"c": "text"})] == [None, None, "true"]


def test_types_that_are_said_must_agree(tmp_path: Path) -> None:
    for name, kind, unit in (("1.pq", pa.int32(), "ms"), ("2.pq", pa.int64(), "us")):
        pq.write_table(pa.table({"a": pa.array([1], kind), "t": pa.array([1], pa.timestamp(unit))}), tmp_path / name)
    schema = opened(tmp_path).schema
    assert schema.types == [pa.int64(), pa.timestamp("us")]
    pq.write_table(pa.table({"a": ["x"]}), tmp_path / "3.pq")
    with pytest.raises(ImportRejected, match=r"the column 'a' is int64 in 1\.pq, and string in 3\.pq"):
        opened(tmp_path)


def test_structs_of_json_files_have_the_members_of_all(tmp_path: Path) -> None:
    (tmp_path / "1.jsonl").write_text('{"o":{"x":1},"l":[1]}\n{"o":null}\n')
    (tmp_path / "2.jsonl").write_text('{"o":{"y":[{"z":2.5}]},"l":[0.5]}\n')
    (tmp_path / "3.jsonl").write_text('{"o":{"y":[{"w":true}]}}\n')
    assert [r["o"] for r in rows(tmp_path)] == [
        {"x": 1, "y": None}, None,
        {"x": None, "y": [{"z": 2.5, "w": None}]}, {"x": None, "y": [{"z": None, "w": True}]},
    ]  # fmt: skip
    assert [r["l"] for r in rows(tmp_path)] == [[1.0], None, [0.5], None]


@pytest.mark.parametrize("block", [20, 1 << 20])
def test_members_that_are_null_in_one_json_file_have_the_type_of_the_others(tmp_path: Path, block: int) -> None:
    (tmp_path / "1.jsonl").write_text('{"n":null,"day":null,"o":null,"none":null}\n' * 3)
    (tmp_path / "2.jsonl").write_text('{"n":1,"day":"2026-03-01","o":{"x":[1]},"none":null}\n' * 3)
    table = read_all(opened(tmp_path, block_bytes=block))
    assert table.schema.types == [
        pa.int64(), pa.date32(), pa.struct({"x": pa.list_(pa.field("item", pa.int64()))}), pa.string(),
    ]  # fmt: skip
    assert [r["n"] for r in table.to_pylist()] == [None] * 3 + [1] * 3


def test_dates_of_one_json_file_are_texts_beside_other_texts(tmp_path: Path) -> None:
    (tmp_path / "1.jsonl").write_text('{"day":"2026-03-01"}\n')
    (tmp_path / "2.jsonl").write_text('{"day":"soon"}\n')
    assert [r["day"] for r in rows(tmp_path)] == ["2026-03-01", "soon"]


def test_workbooks_meet_sheet_by_sheet(tmp_path: Path) -> None:
    for month, sheets in (("jan", ("A", "B")), ("feb", ("A",))):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name in sheets:
            book.create_sheet(name).append(["n"])
            book[name].append([month + name])
        book.save(tmp_path / f"{month}.xlsx")
    tables = {t.name: read_all(t)["n"].to_pylist() for t in open_tables(tmp_path)}
    assert tables == {"A": ["febA", "janA"], "B": ["janB"]}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("zz*.csv", r"zz\*\.csv: no file fits it"),
        ("empty", "empty is a folder without a file to import"),
        ("mixed", r"mixed holds files of several kinds: CSV \(a\.csv\), JSON \(b\.json\)"),
    ],
)
def test_sets_that_are_none_are_refused(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "mixed").mkdir()
    (tmp_path / "mixed" / "a.csv").write_text("a\n1\n")
    (tmp_path / "mixed" / "b.json").write_text('{"a":1}')
    with pytest.raises(InvalidInput, match=said):
        open_tables(tmp_path / name)
    with pytest.raises(InvalidInput, match="The list of files is empty"):
        open_tables([])


def test_what_is_wrong_names_the_file_and_the_row(data: Path) -> None:
    (data / "s2.csv").write_text("a,b\n2,y\n3,z,4\n")
    with pytest.raises(ImportRejected, match=r"s2\.csv, line 3: 3 cells"):
        rows(data)
    (data / "s2.csv").write_text("a,b\n2,y\nx,y\n")
    with pytest.raises(ImportRejected, match=r"s2\.csv, line 3, column 'a': 'x' is not an int64"):
        rows(data, types={"a": "int"})
    with pytest.raises(InvalidInput, match="no column 'q' to give a type to"):
        rows(data, types={"q": "int"})


def test_two_imports_of_a_set_are_one_tree_and_read_back(data: Path, wb: Workbench) -> None:
    one = wb.import_file(f"{data}/s*.csv", "one")
    two = wb.import_file(data, "two")
    assert one.commit.tree == two.commit.tree
    assert one.message == "Import s*.csv"
    assert not wb.import_file(f"{data}/s*.csv", "one").created
    assert wb.read("one").to_arrow().to_pylist() == ALL
    assert wb.import_file([data / "s1.csv", io.BytesIO(b"a,b\n9,q\n")], "three").message == "Import 2 files"
    assert wb.read("three").to_arrow()["a"].to_pylist() == [1, 9]


def test_a_contract_holds_for_sets(data: Path, wb: Workbench) -> None:
    wb.import_file(data, "d", types={"a": "text"})
    wb.import_file(data, "d", mode="append")
    assert wb.read("d").to_arrow()["a"].to_pylist() == ["1", "2", "3"] * 2


# ------------------------------------------------------------------------------------------ URLs


@pytest.fixture
def bucket() -> str:
    files = fsspec.filesystem("memory")
    files.pipe("/bucket/2026-1.csv", b"a\n1\n")
    files.pipe("/bucket/2026-10.csv", b"a\n10\n")
    files.pipe("/bucket/2026-2.csv", b"a\n2\n")
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [5]}), sink)
    files.pipe("/pq/x.parquet", sink.getvalue())
    return "memory://bucket"


def test_urls_are_read_like_paths(bucket: str, data: Path) -> None:
    assert rows(f"{bucket}/2026-1.csv") == [{"a": 1}]
    assert [r["a"] for r in rows(f"{bucket}/*.csv")] == [1, 2, 10]
    assert [r["a"] for r in rows(bucket)] == [1, 2, 10]
    assert [r["f"] for r in rows(f"{bucket}/2026-{{1,2}}.csv", filename="f")] == ["2026-1.csv", "2026-2.csv"]
    assert rows("memory://pq/x.parquet") == [{"a": 5}]
    assert rows((data / "s1.csv").as_uri()) == [{"a": 1, "b": "x"}]
    assert rows([f"{bucket}/2026-1.csv", data / "s2.csv"]) == [{"a": 1, "b": None}, {"a": 2, "b": "y"}]


@pytest.mark.parametrize(
    ("url", "said", "kind"),
    [
        ("memory://bucket/none.csv", "memory://bucket/none.csv is not there", InvalidInput),
        ("klingon://x/y.csv", "the protocol 'klingon' is not known", InvalidInput),
    ],
)
def test_urls_that_cannot_be_read_say_why(url: str, said: str, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=said):
        open_tables(url)


def test_what_a_url_keeps_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://ann:pass%40word@example.org/d/x.csv?X-Signature=hush#f"

    def fail(url: str, **options: Any) -> None:
        raise RuntimeError(f"401 for {url}")

    monkeypatch.setattr(fsspec.core, "url_to_fs", fail)
    with pytest.raises(InvalidInput) as caught:
        open_tables(url)
    assert str(caught.value).startswith("https://example.org/d/x.csv cannot be read (RuntimeError).")
    assert caught.value.__cause__ is None
    assert shown_url("s3://key:secret@bucket/x") == "s3://bucket/x"


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(url: str, **options: Any) -> None:
        raise ImportError("Install s3fs")

    monkeypatch.setattr(fsspec.core, "url_to_fs", fail)
    with pytest.raises(Unsupported, match=r'pip install "dsa-workbench\[s3\]"'):
        open_tables("s3://bucket/x.csv")


def test_the_message_of_a_commit_shows_no_secret(bucket: str, wb: Workbench) -> None:
    assert wb.import_file(f"{bucket}/2026-1.csv", "m").message == "Import 2026-1.csv"


def test_paths_are_no_urls() -> None:
    assert not any(map(is_url, (r"C:\data\x.csv", "/a/b:c.csv", "a b.csv", "x.csv")))
    assert all(map(is_url, ("s3://b/x", "memory://x", "simplecache::https://h/x", "zip://a.csv::/x.zip")))


# -------------------------------------------------------------------------------------- the folds


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (pa.null(), pa.date32(), pa.date32()),
        (pa.int8(), pa.int32(), pa.int32()),
        (pa.uint32(), pa.int8(), pa.int64()),
        (pa.uint64(), pa.int8(), pa.decimal128(20, 0)),
        (pa.int16(), pa.float32(), pa.float64()),
        (pa.float32(), pa.float64(), pa.float64()),
        (pa.decimal128(5, 2), pa.decimal128(6, 4), pa.decimal128(7, 4)),
        (pa.decimal128(5, 2), pa.int64(), pa.decimal128(22, 2)),
        (pa.decimal128(38, 0), pa.decimal128(38, 38), pa.decimal256(76, 38)),
        (pa.decimal128(5, 2), pa.float64(), None),
        (pa.timestamp("s", "UTC"), pa.timestamp("ns", "Asia/Tokyo"), pa.timestamp("ns", "UTC")),
        (pa.timestamp("s"), pa.timestamp("s", "UTC"), None),
        (pa.time32("s"), pa.time64("us"), pa.time64("us")),
        (pa.large_string(), pa.string(), pa.string()),
        (pa.string(), pa.int64(), None),
        (pa.bool_(), pa.int64(), None),
        (pa.list_(pa.int8()), pa.list_(pa.string()), None),
    ],
)
def test_types_meet_where_nothing_is_lost(a: pa.DataType, b: pa.DataType, expected: pa.DataType | None) -> None:
    assert common_type(a, b) == common_type(b, a) == expected


def test_values_are_adapted_under_slices_and_nulls() -> None:
    narrow = pa.array([[{"x": 1}], None, [], [{"x": None}, None]], pa.list_(pa.struct([("x", pa.int8())]))).slice(1)
    wide = pa.list_(pa.field("item", pa.struct([("y", pa.string()), ("x", pa.int64())])))
    assert adapted(narrow, wide).to_pylist() == [None, [], [{"y": None, "x": None}, None]]
    assert adapted(pa.array([1, None]), pa.decimal128(22, 2)).to_pylist() == [Decimal("1.00"), None]


def test_natural_order() -> None:
    names = ["x10", "x9", "x1/a", "x", "10", "9", "X2"]
    assert sorted(names, key=natural) == ["9", "10", "X2", "x", "x1/a", "x9", "x10"]
