"""Parquet with every type, foreign files, and files that are made to do harm."""

from __future__ import annotations

import datetime as dt
import io
import json
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dsa_workbench.columns.canonical import encode
from dsa_workbench.columns.layout import normalize
from dsa_workbench.errors import DsaError, ImportRejected
from dsa_workbench.files.columnar import parquet
from dsa_workbench.files.columnar.foreign import inspect_parquet
from dsa_workbench.files.source import ReadOptions, open_tables, read_all
from dsa_workbench.files.stream import open_input
from dsa_workbench.workbench import Workbench


def every_type() -> pa.Table:
    return pa.table(
        {
            "null": pa.nulls(2),
            "half": pa.array([np.float16(1.5), None], pa.float16()),
            **{f"u{w}": pa.array([2**w - 1, None], getattr(pa, f"uint{w}")()) for w in (8, 16, 32, 64)},
            **{f"i{w}": pa.array([-(2 ** (w - 1)), None], getattr(pa, f"int{w}")()) for w in (8, 16, 32, 64)},
            "d32": pa.array([Decimal("1.10"), None], pa.decimal32(9, 2)),
            "d64": pa.array([Decimal("1.10"), None], pa.decimal64(18, 2)),
            "d128": pa.array([Decimal("-1.10"), None], pa.decimal128(38, 2)),
            "d256": pa.array([Decimal("1.10"), None], pa.decimal256(76, 30)),
            "date": pa.array([dt.date(2026, 3, 29), None]),
            "t32": pa.array([5_400_000, None], pa.time32("ms")),
            "t64": pa.array([123, None], pa.time64("ns")),
            **{f"ts_{u}": pa.array([1, None], pa.timestamp(u)) for u in ("ms", "us", "ns")},
            "zoned": pa.array([1, None], pa.timestamp("us", "America/St_Johns")),
            "duration": pa.array([1, None], pa.duration("ns")),
            "binary": pa.array([b"\x00\xff", None]),
            "fixed": pa.array([b"abc", None], pa.binary(3)),
            "big": pa.array(["x", None], pa.large_string()),
            "view": pa.array(["x" * 20, None], pa.string_view()),
            "word": pa.array(["x", None]).dictionary_encode(),
            "list": pa.array([[[1], None, []], None], pa.list_(pa.list_(pa.int8()))),
            "fixed_list": pa.array([[1, 2], None], pa.list_(pa.int16(), 2)),
            "map": pa.array([[("k", [1.5])], None], pa.map_(pa.string(), pa.list_(pa.float32()))),
            "struct": pa.array([{"a": {"b": None}}, None], pa.struct([("a", pa.struct([("b", pa.string())]))])),
            "uuid": pa.array([uuid.UUID(int=7).bytes, None], pa.uuid()),
            "json": pa.array(['{"a": 1}', None], pa.json_()),
        }
    )


def write(table: pa.Table, **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    file.seek(0)
    return file


@pytest.mark.parametrize("version", ["1.0", "2.4", "2.6"])
def test_every_type_is_imported_and_read_back(version: str, wb: Workbench) -> None:
    table = every_type()
    if version != "2.6":
        table = table.drop(["ts_ns"])
    file = write(table, version=version)
    wb.import_file(file, "every")
    expected = pq.ParquetFile(file).read()
    assert wb.read("every").to_arrow().to_pylist() == expected.to_pylist()


def test_int96_keeps_its_nanoseconds(wb: Workbench) -> None:
    table = pa.table({"t": pa.array([1, 2**60, None], pa.timestamp("ns"))})
    wb.import_file(write(table, use_deprecated_int96_timestamps=True), "t")
    found = wb.read("t").to_arrow()
    assert found["t"].cast(pa.int64()).to_pylist() == [1, 2**60, None]


@pytest.mark.parametrize(
    "options", [{"write_page_index": True}, {"data_page_version": "2.0"}, {"compression": "BROTLI"}]
)
def test_ways_of_writing_change_nothing(options: dict[str, Any]) -> None:
    table = pa.table({"a": list(range(1000)), "s": [f"text {i % 7}" for i in range(1000)]})
    assert read_all(open_tables(write(table, **options))[0]) == table


def test_a_row_group_with_long_rows_comes_in_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BATCH_BYTES", 100_000)
    table = pa.table({"s": [f"{i:05}" * 2000 for i in range(100)]})
    [source] = open_tables(write(table, use_dictionary=False))
    sizes = [batch.num_rows for batch in source.batches()]
    assert sum(sizes) == 100
    assert max(sizes) <= 10


def test_a_file_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "HUGE_BYTES", 1_000_000)
    table = pa.table({"s": ["x" * 1_000_000] * 3})
    file = write(table, use_dictionary=False, compression="zstd")
    with pytest.raises(ImportRejected, match=r"b\.parquet has [\d,]+ bytes, of which a row group would make 3,000"):
        open_tables(file, name="b.parquet")
    file.seek(0)
    assert read_all(open_tables(file, ReadOptions(huge=True))[0]) == table


def test_text_that_is_no_text_is_named() -> None:
    raw = pa.py_buffer(np.array([0, 2, 4], np.int32))
    bad = pa.Array.from_buffers(pa.string(), 2, [None, raw, pa.py_buffer(b"ok\xff\xfe")])
    [source] = open_tables(write(pa.table({"a": [1, 2], "s": bad})), name="x.parquet")
    with pytest.raises(ImportRejected, match=r"x\.parquet, row 2, column 's': a text is not UTF-8"):
        read_all(source)


def test_repeated_names_are_numbered() -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], names=["a", "a_2", "a"])
    [source] = open_tables(write(table))
    assert source.schema.names == ["a", "a_2", "a_3"]
    assert read_all(source).to_pylist() == [{"a": 1, "a_2": 2, "a_3": 3}]
    assert source.notes == ("column 3 has the repeated name 'a': it is 'a_3'.",)


@pytest.mark.parametrize("tenth", range(10))
def test_a_file_that_is_cut_off_is_refused(tenth: int) -> None:
    whole = write(every_type()).getvalue()
    with pytest.raises(ImportRejected, match=r"cut\.parquet"):
        read_all(open_tables(io.BytesIO(whole[: max(4, len(whole) * tenth // 10)]), name="cut.parquet")[0])


def test_any_flipped_byte_is_read_or_refused() -> None:
    whole = write(pa.table({"a": list(range(50)), "s": ["x", None] * 25})).getvalue()
    refused = 0
    for at in range(4, len(whole) - 8, 7):
        broken = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        try:
            read_all(open_tables(io.BytesIO(broken), name="x.parquet")[0])
        except ImportRejected as err:
            refused += "x.parquet" in str(err)
    assert refused


def test_metadata_that_ends_a_process_ends_a_child(corpora: Path) -> None:
    folder = corpora / "parquet" / "parquet-testing"
    with pytest.raises(ImportRejected, match=r"ended the process that did|cannot be looked at"):
        inspect_parquet(open_input(folder / "encrypt_columns_plaintext_footer.parquet.encrypted"))
    found = inspect_parquet(open_input(io.BytesIO((folder / "alltypes_plain.parquet").read_bytes())))
    assert found["rows"] == 8
    assert found["codecs"] == ["UNCOMPRESSED"]


# ------------------------------------------------------------------------------------- the corpora


def files(corpora: Path) -> Iterator[tuple[str, Path]]:
    oracle = json.loads((corpora / "oracle" / "parquet.json").read_text())
    for name in oracle:
        if (corpora / name).is_file() and not name.endswith(".csv"):
            yield name, corpora / name


def read_by_pyarrow(path: Path) -> pa.Table | None:
    """Read a file as pyarrow does; None where it cannot."""
    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError, ValueError, OverflowError):
        return None
    return table


REFUSED = {"large_string_map.brotli.parquet", "invalid_utf8_dba.parquet"}
"""Two gigabytes in four kilobytes, of which pyarrow says after half a minute and four gigabytes that it cannot read
them; and text that is no UTF-8, which it hands out unseen."""
SOUND = {"ARROW-GH-43605.parquet"}
"""Stands among the bad files, and every engine reads it."""


def stored_bytes(column: pa.ChunkedArray) -> bytes:
    """Give the canonical bytes of a column: equal for equal values, NaN and values that Python has not among them."""
    parts = column.combine_chunks()
    return encode(normalize(parts if isinstance(parts, pa.Array) else pa.concat_arrays(parts.chunks)))


@pytest.mark.corpora
def test_what_pyarrow_reads_is_stored_and_comes_back(corpora: Path, wb: Workbench) -> None:
    stored = 0
    for number, (name, path) in enumerate(files(corpora)):
        expected = None if path.name in REFUSED else read_by_pyarrow(path)
        if expected is None:
            with pytest.raises(DsaError, match=path.name.replace("+", ".")):
                [read_all(source) for source in open_tables(path)]
            continue
        wb.import_file(path, f"f{number}")
        found = wb.read(f"f{number}").to_arrow()
        assert found.num_columns == expected.num_columns, name
        for one, other in zip(found.columns, expected.columns, strict=True):
            # Seconds and dates in milliseconds, which Parquet does not know, come back as their writer had them.
            told = other.cast(one.type) if pa.types.is_temporal(one.type) else other
            assert stored_bytes(one) == stored_bytes(told), name
        stored += 1
    assert stored > 100


@pytest.mark.corpora
def test_bad_files_are_refused(corpora: Path) -> None:
    bad = sorted((corpora / "parquet" / "parquet-testing-bad").glob("*.parquet"))
    assert bad
    for path in bad:
        if path.name in SOUND:
            continue
        with pytest.raises(ImportRejected, match=path.name):
            read_all(open_tables(path)[0])
