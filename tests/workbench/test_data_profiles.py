"""Columns in numbers, at any version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.columns.layout import normalize
from dsa_workbench.columns.sketch import merge, sketch
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.services.interfaces import StoredSegment
from dsa_workbench.core.services.postgres.segments import PostgresSegmentStore
from dsa_workbench.errors import NotFound
from dsa_workbench.features.versioning.profile_table import tell
from dsa_workbench.workbench import Workbench
from tests.properties.strategies import arrays, types


def test_a_profile_tells_the_columns_at_a_version(wb: Workbench) -> None:
    rows = 40_000
    random = np.random.default_rng(4)
    qty = random.normal(100, 15, rows)
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=int(d)) for d in random.integers(0, 90, rows)]
    city = [None if i % 4 == 0 else f"<b>{i % 7}" for i in range(rows)]
    wb.commit(pa.table({"qty": qty, "day": days, "<i>": city, "tags": [[1]] * rows}), "sales")
    wb.commit(pa.table({"qty": [1.0], "day": days[:1]}), "sales")
    found = wb.profile("sales@main~1")
    assert (found.rows, found["<i>"].nulls, found["<i>"].distinct) == (rows, rows // 4, 7)
    assert (found["qty"].minimum, found["qty"].maximum) == (qty.min(), qty.max())
    assert np.abs(np.array(found["qty"].quartiles) - np.quantile(qty, [0.25, 0.5, 0.75])).max() < 2
    assert (found["day"].minimum, found["day"].maximum) == ("2026-01-01", "2026-03-31")
    assert found["tags"].distinct is None
    assert found["tags"].quartiles == ()
    assert sum(found["qty"].histogram) == rows
    assert found.to_arrow().num_rows == len(found.to_pandas()) == len(found.to_dict()["columns"]) == 4
    html = found._repr_html_()
    assert "<b>0" not in html
    assert "█" in html
    assert "█" in repr(found)
    assert [c.name for c in wb.profile("sales", "qty").columns] == ["qty"]
    with pytest.raises(NotFound):
        wb.profile("sales", "gone")


def test_values_of_every_kind_and_none_at_all_are_profiled(wb: Workbench) -> None:
    when = pa.array([1, 2**60], pa.timestamp("ns", "Europe/Berlin"))
    table = pa.table(
        {
            "when": when,
            "nan": [float("nan"), None],
            "none": pa.nulls(2),
            "flag": [True, False],
            "dec": pa.array([1, 2], pa.decimal128(9, 2)),
            "took": pa.array([1, 5], pa.duration("s")),
            "half": pa.array([1, 2], pa.float16()),
            "raw": pa.array([b"ab", b"cd"], pa.binary(2)),
        }
    )
    wb.commit(table, "kinds")
    found = wb.profile("kinds")
    assert found["when"].minimum == "1970-01-01 00:00:00.000000001"
    assert found["nan"].minimum is None
    assert found["none"].nulls == 2
    assert found["raw"].maximum == b"cd"
    assert "kinds" in repr(found)
    wb.commit(table.slice(0, 0), "empty")
    assert wb.profile("empty")["when"].quartiles == ()


def test_a_profile_reads_no_segment_and_says_the_same_without_sketches(
    wb: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = 40_000
    texts = [None if i % 9 == 0 else f"customer {i * 7919 % 20011}" for i in range(rows)]
    long = ["x" * 200] + ["y"] * (rows - 1)
    wb.commit(pa.table({"id": range(rows), "text": texts, "long": long, "tags": [[i % 3] for i in range(rows)]}), "t")
    read: list[int] = []
    fetch = PostgresSegmentStore.get_many

    def counted(store: PostgresSegmentStore, ids: Sequence[ObjectId]) -> dict[ObjectId, StoredSegment]:
        read.append(len(ids))
        return fetch(store, ids)

    monkeypatch.setattr(PostgresSegmentStore, "get_many", counted)
    found = wb.profile("t", ["id", "text", "tags"])
    assert read == []
    whole = wb.profile("t")
    assert sum(read) == 1
    assert whole["long"].minimum == "x" * 200
    with wb.store.database.raw() as connection:
        connection.execute("UPDATE dsa.segments SET sketch = NULL")
    assert wb.profile("t", ["id", "text", "tags"]) == found
    assert wb.profile("t") == whole
    assert sum(read) > 3


@given(st.data(), types())
def test_any_type_is_told(data: Any, kind: Any) -> None:
    array = normalize(data.draw(arrays(kind, 9)))
    told = tell(pa.field("c", array.type), "type", merge([sketch(array)]))
    assert (told.rows, told.nulls) == (9, array.null_count)
    assert (told.minimum is None) == (told.maximum is None)


def test_moments_beyond_the_years_of_other_programs_are_told(wb: Workbench) -> None:
    ends = pa.array([-(2**63) + 1, 2**63 - 1], pa.int64())
    wb.commit(pa.table({"at": ends.cast(pa.timestamp("us")), "z": ends.cast(pa.timestamp("us", "UTC"))}), "far")
    told = ("-290308-12-21 19:59:05.224193", "294247-01-10 04:00:54.775807")
    for column in ("at", "z"):
        assert (wb.profile("far")[column].minimum, wb.profile("far")[column].maximum) == told
