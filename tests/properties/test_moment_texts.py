"""Moments of any year as texts, against Python's calendar, whose 400 years repeat for ever."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from dsa_workbench.files.writing import json_text
from dsa_workbench.files.writing.plain_text import plain_texts

CYCLE_DAYS, CYCLE_YEARS = 146_097, 400
PARTS = {"s": 1, "ms": 10**3, "us": 10**6}
counts = st.integers(-(2**63), 2**63 - 1) | st.integers(-(10**18), 10**18) | st.integers(-(10**10), 10**10)


def expected(count: int, unit: str) -> str:
    seconds, rest = divmod(count, PARTS[unit])
    cycles, day = divmod(seconds // 86_400, CYCLE_DAYS)
    moment = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=day, seconds=seconds % 86_400)
    # 1970 is 30 years before the cycle that begins in 2000.
    moment -= timedelta(days=10_957)
    year = moment.year + cycles * CYCLE_YEARS
    shown = f"{year:04}" if year >= 0 else f"-{-year:04}"
    digits = f".{rest:0{len(str(PARTS[unit])) - 1}}" if rest else ""
    return f"{shown}{moment:-%m-%d %H:%M:%S}{digits}"


@given(counts, st.sampled_from(list(PARTS)), st.sampled_from([None, "UTC", "Asia/Tokyo"]))
@example(-(2**63), "us", None)
@example(-(2**63), "s", "UTC")
@example(2**63 - 1, "us", "UTC")
def test_moments_of_any_year_are_written(count: int, unit: str, zone: str | None) -> None:
    column = pa.array([count, None, 0], pa.int64()).cast(pa.timestamp(unit, zone))
    end = "" if zone is None else "Z"
    assert plain_texts(column).to_pylist() == [expected(count, unit) + end, None, "1970-01-01 00:00:00" + end]
    for part in (column, column[:1]):
        batch = pa.RecordBatch.from_arrays([part], ["at"])
        [told, *_] = json.loads(b"[" + json_text.json_rows(batch) + b"]")
        assert told == [expected(count, unit).replace(" ", "T") + end]


@given(st.integers(-(2**31), 2**31 - 1))
@example(11_248_738)
def test_days_of_any_year_are_written(day: int) -> None:
    column = pa.array([day, None], pa.int32()).cast(pa.date32())
    text = expected(day * 86_400, "s").removesuffix(" 00:00:00")
    assert plain_texts(column).to_pylist() == [text, None]
    assert json.loads(json_text.json_rows(pa.RecordBatch.from_arrays([column[:1]], ["on"]))) == [text]
