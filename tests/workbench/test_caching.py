"""What reads leave in memory."""

from __future__ import annotations

import pyarrow as pa

from dsa_workbench.features.versioning.segment_cache import Opened, SegmentCache
from dsa_workbench.workbench import Workbench


def test_reading_all_of_a_large_table_pushes_nothing_out_of_the_cache(wb: Workbench) -> None:
    wb.commit(pa.table({"n": range(200_000)}), "numbers")
    wb._cache = SegmentCache(1_000_000)
    assert wb.read("numbers", limit=10).to_arrow().num_rows == 10
    held = set(wb._cache._arrays)
    assert held
    assert wb.read("numbers").to_arrow()["n"].to_pylist() == list(range(200_000))
    assert set(wb._cache._arrays) == held


def test_a_page_is_the_same_from_the_store_from_what_was_opened_and_from_what_was_decoded(wb: Workbench) -> None:
    rows = 60_000
    table = pa.table({"n": range(rows), "city": [f"city {i % 90}" if i % 7 else None for i in range(rows)]})
    wb.commit(table, "t", key="n")
    for offset in (0, 31_000, rows - 50):
        wb._cache = SegmentCache(64 << 20)
        kinds = []
        for _ in range(3):
            page = wb.read("t", offset=offset, limit=100).to_arrow()
            assert page.combine_chunks().equals(table.slice(offset, 100).combine_chunks())
            kinds.append({type(held) is Opened for held in wb._cache._arrays.values()})
        assert kinds == [{True}, {False}, {False}]
        assert wb._cache.bytes == sum(held.nbytes for held in wb._cache._arrays.values())
    assert wb.read("t").to_arrow().equals(table)
