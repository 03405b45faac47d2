"""A table written in parts has the chunks of one that is written in one go, wherever the parts begin."""

from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsa_workbench.columns.types import model_schema
from dsa_workbench.errors import ImportRejected
from dsa_workbench.features.versioning.memory_segments import MemorySegments
from dsa_workbench.features.versioning.table_parts import PartJoiner, PartLayout, PartUnfit, write_part
from dsa_workbench.features.versioning.write_table import TableInput, write_table

WINDOW = 4


def in_one_go(table: Any, key: tuple[str, ...], by: tuple[str, ...]) -> Any:
    source = TableInput(model_schema(table.schema), lambda: iter(table.to_batches()), key, by)
    return write_table(source, MemorySegments(), window=WINDOW)


def in_parts(table: Any, key: tuple[str, ...], by: tuple[str, ...], borders: list[int], batch: int) -> Any:
    store = MemorySegments()
    layout = PartLayout(model_schema(table.schema), key, by, "The table", WINDOW)
    joiner = PartJoiner(layout, store)
    ends = [0, *sorted(borders), table.num_rows]
    for i, (start, stop) in enumerate(pairwise(ends)):
        batches = iter(table.slice(start, stop - start).to_batches(max_chunksize=batch))
        ahead = iter(table.slice(stop).to_batches(max_chunksize=batch))
        joiner.add(write_part(layout, batches, ahead, store, is_first=i == 0))
    chunks = joiner.finish()
    assert not store.missing([oid for chunk in chunks for oid in chunk.segments])
    return chunks


@settings(max_examples=300)
@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=250) | st.lists(st.integers(), min_size=1, max_size=250),
    st.lists(st.integers(0, 250), max_size=6),
    st.integers(1, 60),
)
def test_parts_do_not_show(values: list[int], borders: list[int], batch: int) -> None:
    values = [v % 2**62 for v in values]
    table = pa.table({"a": values, "b": [str(v) * (v % 4) for v in values]})
    cuts = [min(b, len(values)) for b in borders]
    whole = in_one_go(table, (), ("a", "b"))
    assert in_parts(table, (), ("a", "b"), cuts, batch) == whole


@given(st.integers(1, 300), st.lists(st.integers(0, 300), max_size=6), st.integers(0, 3))
def test_a_key_is_checked_over_all_parts(rows: int, borders: list[int], repeats: int) -> None:
    repeats = min(repeats, rows // 2)
    ids = [i if i < rows - repeats else i - rows + repeats for i in range(rows)]
    table = pa.table({"id": ids, "b": [i % 7 for i in ids]})
    cuts = [min(b, rows) for b in borders]
    if repeats:
        told = []
        for write in (lambda: in_one_go(table, ("id",), ("id",)), lambda: in_parts(table, ("id",), ("id",), cuts, 50)):
            with pytest.raises(ImportRejected) as refused:
                write()
            told.append((refused.value.message, refused.value.details))
        assert told[0] == told[1]
    else:
        assert in_parts(table, ("id",), ("id",), cuts, 50) == in_one_go(table, ("id",), ("id",))


def test_a_part_with_an_empty_key_is_left_to_whoever_reads_all_rows() -> None:
    table = pa.table({"id": [1, None, 3]})
    with pytest.raises(PartUnfit, match="empty"):
        in_parts(table, ("id",), ("id",), [1], 50)
