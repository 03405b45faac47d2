"""What reads leave in memory."""

from __future__ import annotations

import pyarrow as pa

from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.workbench import Workbench


def test_reading_all_of_a_large_table_pushes_nothing_out_of_the_cache(wb: Workbench) -> None:
    wb.commit(pa.table({"n": range(200_000)}), "numbers")
    wb._cache = SegmentCache(1_000_000)
    assert wb.read("numbers", limit=10).to_arrow().num_rows == 10
    held = set(wb._cache._arrays)
    assert held
    assert wb.read("numbers").to_arrow()["n"].to_pylist() == list(range(200_000))
    assert set(wb._cache._arrays) == held
