"""Parquet, Arrow and tables in memory; and the way out."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.files.source import open_tables, read_all
from dsa_workbench.files.writing import write_batches

TABLE = pa.table(
    {
        "i": pa.array([1, None, 3], pa.int16()),
        "f": [1.0, float("nan"), None],
        "s": ["a,b", "", None],
        "d": pa.array([Decimal("1.10"), None, None], pa.decimal128(10, 2)),
        "t": pa.array([0, 1, None], pa.timestamp("ns", "Europe/Berlin")),
        "l": pa.array([[1], [], None], pa.list_(pa.int64())),
        "m": pa.array(["x", "y", "x"]).dictionary_encode(),
    }
)


def test_parquet_comes_back_with_all_its_types(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    assert write_batches(TABLE.to_batches(), TABLE.schema, path).rows == 3
    [source] = open_tables(path)
    assert source.schema == TABLE.schema
    assert read_all(source).equals(TABLE) or read_all(source).to_pylist()[0] == TABLE.to_pylist()[0]
    assert read_all(open_tables(io.BytesIO(path.read_bytes()))[0]).num_rows == 3


def test_many_row_groups_stream(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": range(200_000)}), path, row_group_size=10_000)
    [source] = open_tables(path)
    assert max(b.num_rows for b in source.batches()) <= 65_536
    assert read_all(source)["a"].to_pylist() == list(range(200_000))


def test_damaged_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": range(1000)}), path)
    whole = path.read_bytes()
    for broken in (whole[:-9], whole[:200], b"PAR1", b"a,b\n1,2\n"):
        path.write_bytes(broken)
        with pytest.raises(ImportRejected, match=r"t.parquet is not a Parquet file"):
            read_all(open_tables(path)[0])


def test_arrow_files_and_streams(tmp_path: Path) -> None:
    feather.write_feather(TABLE, tmp_path / "t.feather", compression="zstd")
    assert read_all(open_tables(tmp_path / "t.feather")[0]).schema == TABLE.schema
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, TABLE.schema) as writer:
        writer.write_table(TABLE)
    [source] = open_tables(io.BytesIO(sink.getvalue()))
    assert read_all(source).num_rows == read_all(source).num_rows == 3
    (tmp_path / "bad.arrow").write_bytes(sink.getvalue()[:100])
    with pytest.raises(ImportRejected, match=r"bad.arrow is not an Arrow file"):
        read_all(open_tables(tmp_path / "bad.arrow")[0])


def test_pandas_index_names_and_nulls() -> None:
    frame = pd.DataFrame({"a": [1.5, np.nan], 7: ["x", None]})
    [source] = open_tables(frame)
    assert read_all(source).to_pydict() == {"a": [1.5, None], "7": ["x", None]}
    assert any("not text" in note for note in source.notes)
    indexed = pd.DataFrame({"v": [1, 2]}, index=pd.Index(["x", "y"], name="k"))
    assert read_all(open_tables(indexed)[0]).to_pydict() == {"k": ["x", "y"], "v": [1, 2]}
    unnamed = pd.DataFrame({"index": [1]}, index=["x"])
    assert read_all(open_tables(unnamed)[0]).schema.names == ["index_", "index"]
    assert read_all(open_tables(pd.DataFrame({"a": [1]}).iloc[:0])[0]).num_rows == 0


def test_row_labels_that_a_filter_leaves_behind_stay_out() -> None:
    frame = pd.DataFrame({"a": [3, 1, 2]})
    [source] = open_tables(frame.sort_values("a"))
    assert read_all(source).to_pydict() == {"a": [1, 2, 3]}
    assert source.notes == ("the row labels of the frame have no name and stay out; name its index to keep them.",)
    [source] = open_tables(frame.iloc[1:])
    assert (read_all(source).to_pydict(), source.notes) == ({"a": [1, 2]}, ())
    [source] = open_tables(frame.set_index(pd.Index([7, 8, 9], name="n")))
    assert read_all(source).column_names == ["n", "a"]


def test_pandas_mixtures_and_doubles_are_refused() -> None:
    frame = pd.DataFrame({"a": pd.Series([None, 1, "x"], dtype=object)})
    with pytest.raises(ImportRejected, match=r"column 'a' holds values of several types: row 3 is 'x' \(str\)"):
        open_tables(frame)
    with pytest.raises(ImportRejected, match="more than once: 'a'"):
        open_tables(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(ImportRejected, match="more than once"):
        open_tables(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]))


def test_polars_eager_and_lazy() -> None:
    frame = pl.DataFrame({"a": [1, None], "s": ["x", "y"], "f": [float("nan"), None]})
    for thing in (frame, frame.lazy()):
        table = read_all(open_tables(thing)[0])
        assert table["a"].to_pylist() == [1, None]
        assert table["f"].null_count == 1


def test_readers_are_read_once() -> None:
    reader = pa.RecordBatchReader.from_batches(TABLE.schema, TABLE.to_batches())
    [source] = open_tables(reader)
    assert read_all(source).num_rows == 3
    with pytest.raises(InvalidInput, match="read already"):
        read_all(source)
    assert read_all(open_tables(TABLE.to_batches()[0])[0]).num_rows == 3


def test_a_dict_gives_a_table_for_each_key() -> None:
    tables = open_tables({"x": pl.DataFrame({"a": [1]}), "y": io.BytesIO(b"a,b\n1,2\n")})
    assert [t.name for t in tables] == ["x", "y"]
    assert [read_all(t).num_rows for t in tables] == [1, 1]
    with pytest.raises(InvalidInput, match="empty"):
        open_tables({})


def test_csv_text_is_exact(tmp_path: Path) -> None:
    table = pa.table(
        {
            "a": pa.array([1, None], pa.int64()),
            "s": ['x"y', ""],
            "q": ["a,b", None],
            "f": [1.0, 1e22],
            "t": pa.array([dt.time(1, 2, 3), dt.time(1, 2, 3, 500_000)]),
            "z": pa.array([0, 1_500_000], pa.timestamp("us", "Europe/Berlin")),
            "b": pa.array([b"\x01", None]),
            "l": pa.array([[1], None]),
        }
    )
    path = tmp_path / "out.csv"
    assert write_batches(table.to_batches(), table.schema, path).rows == 2
    assert path.read_text() == (
        "a,s,q,f,t,z,b,l\n"
        '1,"x""y","a,b",1.0,01:02:03,1970-01-01 00:00:00Z,01,[1]\n'
        ',"",,1.0e+22,01:02:03.500000,1970-01-01 00:00:01.500000Z,,\n'
    )
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


def test_import_and_export_give_the_same_text() -> None:
    text = 'pk,t\n2,""\n3,\n4,"a\nb"\n'
    [source] = open_tables(io.BytesIO(text.encode()))
    out = io.BytesIO()
    write_batches(source.batches(), source.schema, out, "csv")
    assert out.getvalue().decode() == text


def test_a_failed_export_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")

    def broken() -> object:
        yield TABLE.to_batches()[0]
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        write_batches(broken(), TABLE.schema, path)  # type: ignore[arg-type] # a generator of batches
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_batches([], TABLE.schema, tmp_path / "no" / "where.csv")
    with pytest.raises(InvalidInput, match="is a folder"):
        write_batches([], TABLE.schema, tmp_path, "parquet")
