"""Any table through a store, and one tree for one content, whatever the way it came."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsa_workbench.columns import canonical
from dsa_workbench.columns.layout import normalize
from dsa_workbench.columns.types import model_schema
from dsa_workbench.features.versioning.manifests import build_manifest
from dsa_workbench.features.versioning.memory_segments import MemorySegments
from dsa_workbench.features.versioning.read_table import StoredTable
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.features.versioning.write_table import TableInput, write_table
from dsa_workbench.files.source import ReadOptions, open_tables
from dsa_workbench.workbench import Workbench
from tests.properties.strategies import tables

# One store serves all examples: each commits to a dataset of its own.
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)


def same(read: Any, table: Any) -> bool:
    """Say whether two tables hold the same values, bit for bit, in the type that the store gives them."""
    assert read.column_names == table.column_names
    for a, b in zip(read.columns, table.columns, strict=True):
        one, other = (normalize(pa.concat_arrays(c.chunks) if c.num_chunks else pa.array([], c.type)) for c in (a, b))
        if one.type != other.type or canonical.encode(one) != canonical.encode(other):
            return False
    return True


@SHARED
@given(table=tables())
def test_any_table_comes_back_bit_for_bit(wb: Workbench, table: Any) -> None:
    name = f"t{uuid4().hex}"
    wb.commit(table, name)
    read = wb.read(name).to_arrow()
    assert same(read, table)
    assert model_schema(read.schema) == model_schema(table.schema)
    assert not wb.diff(name, table)
    assert wb.commit(table, name).created is False
    middle = table.num_rows // 2
    assert same(wb.read(name, offset=middle, limit=5).to_arrow(), table.slice(middle, 5))


@pytest.mark.parametrize(
    ("kind", "word", "bits"),
    [(pa.float16(), np.uint16, 0x7D01), (pa.float32(), np.uint32, 0x7FA00001),
     (pa.float64(), np.uint64, 0x7FF4 << 48 | 1)],
)  # fmt: skip
def test_signalling_nans_come_back_without_a_warning(wb: Workbench, kind: Any, word: Any, bits: int) -> None:
    array = pa.Array.from_buffers(kind, 3, [None, pa.py_buffer(np.array([bits, bits, 0], word))])
    table = pa.table({"id": [1, 2, 3], "x": array})
    wb.commit(table, "s", key="id")
    assert same(wb.read("s").to_arrow(), table)
    wb.set_equality("s", float_tolerance=0.1, relative_tolerance=0.01)
    assert not wb.diff("s", table)
    changed = pa.table({"id": [1, 2, 3], "x": pa.array([1.0, 2.0, 0.0], pa.float64())})
    assert wb.diff("s", changed).summary["data"]["changed"] == 2
    assert wb.profile("s")


def manifest_of(table: Any, rows: int, encoders: int, window: int) -> tuple[Any, MemorySegments]:
    schema = model_schema(table.schema)
    store = MemorySegments()
    source = TableInput(schema, lambda: iter(table.to_batches(max_chunksize=rows)), (), schema.names)
    chunks = write_table(source, store, encoders=encoders, window=window)
    return build_manifest(schema, (), schema.names, chunks), store


@given(st.lists(st.integers(0, 50), min_size=1, max_size=300), st.integers(1, 90), st.sampled_from([1, 4]))
def test_batches_and_workers_do_not_show(values: list[int], rows: int, encoders: int) -> None:
    table = pa.table({"a": values, "b": [str(v) * (v % 4) for v in values]})
    whole, _ = manifest_of(table, 1_000, 1, 5)
    parts, store = manifest_of(table, rows, encoders, 5)
    assert parts.id == whole.id
    bodies, stats = [p.body for p in parts.pages], [p.stats for p in parts.pages]
    stored = StoredTable(parts.manifest, bodies, stats, store, SegmentCache(1 << 20))
    assert stored.read(["a", "b"], range(len(stored.chunks))).equals(table)
    assert sum(c.rows for c in stored.chunks_with_stats) == len(values)


@pytest.fixture(scope="module")
def long_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("csv") / "long.csv"
    rows = 40_000
    table = pa.table(
        {
            "id": range(rows),
            "text": [f'a "quoted", {i}\nline' if i % 1_000 == 0 else f"t{i * 7 % 1_013}" for i in range(rows)],
            "price": [None if i % 9 == 0 else i % 4_000 / 4 for i in range(rows)],
        }
    )
    csv.write_csv(table, path)
    return path


@settings(max_examples=8)
@given(block=st.integers(64 << 10, 600 << 10), threads=st.sampled_from([1, 4]))
def test_blocks_and_threads_of_a_file_do_not_show(long_csv: Path, block: int, threads: int) -> None:
    ids = set()
    for options in (ReadOptions(), ReadOptions(block_bytes=block, threads=threads)):
        (source,) = open_tables(long_csv, options)
        schema = model_schema(source.schema)
        chunks = write_table(TableInput(schema, source.batches, ("id",), ("id",)), MemorySegments(), encoders=threads)
        ids.add(build_manifest(schema, ("id",), ("id",), chunks).id)
    assert len(ids) == 1
