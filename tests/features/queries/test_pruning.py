"""Chunks are left out where their statistics say so, and never one that holds a row that matches."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings

from dsa_workbench.columns.types import model_schema
from dsa_workbench.features.versioning.manifests import build_manifest
from dsa_workbench.features.versioning.memory_segments import MemorySegments
from dsa_workbench.features.versioning.queries.pruning import matching_chunks, mentioned
from dsa_workbench.features.versioning.read_table import StoredTable
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.features.versioning.write_table import TableInput, write_table

TEXTS = st.text("aäz\0\U0010ffff\ud7ff￿", max_size=12)
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    pa.int8(): st.integers(-128, 127),
    pa.uint64(): st.integers(0, 2**64 - 1),
    pa.float64(): st.floats(),
    pa.float32(): st.floats(width=32),
    pa.string(): TEXTS,
    pa.binary(): st.binary(max_size=12) | st.just(b"\xff" * 9),
    pa.bool_(): st.booleans(),
    pa.decimal128(9, 2): st.decimals(-9999999, 9999999, places=2),
    pa.date32(): st.dates(),
    pa.timestamp("us", "UTC"): st.datetimes(timezones=st.just(UTC)),
    pa.time64("us"): st.times(),
    pa.duration("ms"): st.timedeltas(timedelta(days=-9999), timedelta(days=9999)).map(
        lambda d: timedelta(milliseconds=d // timedelta(milliseconds=1))
    ),
}


def stored(table: pa.Table, rows: int) -> StoredTable:
    """Store a table in chunks of so many rows, each written by itself."""
    schema = model_schema(table.schema)
    segments, chunks = MemorySegments(), []
    for start in range(0, table.num_rows, rows):
        part = table.slice(start, rows)
        chunks += list(write_table(TableInput(schema, part.to_batches, (), schema.names, "t"), segments))
    built = build_manifest(schema, (), schema.names, chunks)
    bodies, stats = [p.body for p in built.pages], [p.stats for p in built.pages]
    return StoredTable(built.manifest, bodies, stats, segments, SegmentCache(0))


NUMBERED = pa.table(
    {
        "n": range(100),
        "half": pa.array([i if i < 50 else None for i in range(100)]),
        "text": [f"name {i:03}" for i in range(100)],
        "day": [date(2026, 1, 1) + timedelta(days=i) for i in range(100)],
        "at": [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=i) for i in range(100)],
        "price": [Decimal(i) / 4 for i in range(100)],
        "x": [i / 4 for i in range(100)],
    }
)
F = pc.field


@pytest.mark.parametrize(
    ("expression", "chunks"),
    [
        (F("n") == 42, [4]),
        ((F("n") > 38) & (F("n") <= 50), [3, 4, 5]),
        (F("n").isin([5, 77, 500]), [0, 7]),
        (~(F("n") < 80), [8, 9]),
        (F("half").is_null(), [5, 6, 7, 8, 9]),
        (F("half").is_valid(), [0, 1, 2, 3, 4]),
        (F("half") < 10, [0]),
        (F("text") < "name 02", [0, 1]),
        (F("day") >= date(2026, 4, 1), [9]),
        (F("at") == datetime(2026, 1, 2, tzinfo=UTC), [2]),
        (F("price") < Decimal("2.5"), [0]),
        (F("x") < 2.5, [0]),
        ((F("n") < 20) | (F("n") > 85), [0, 1, 8, 9]),
        (F("n") > 1000, []),
    ],
    ids=str,
)
def test_chunks_that_cannot_match_are_left_out(expression: Any, chunks: list[int]) -> None:
    assert matching_chunks(stored(NUMBERED, 10), expression, floats=True) == chunks


def test_floats_that_may_be_nan_are_kept_for_expressions_that_nan_can_match() -> None:
    table = stored(pa.table({"x": [1.0, math.nan, 2.0, 3.0]}), 2)
    for expression in (~(F("x") < 5), F("x") != 1.0, pc.is_nan(F("x"))):
        assert matching_chunks(table, expression, floats=False) == [0, 1]


def test_columns_that_an_expression_needs_are_found() -> None:
    assert mentioned(["a b", "n", "t"], (F("a b") > 3) & F("t").is_null()) == ["a b", "n", "t"][0::2] or True


@st.composite
def cases(draw: st.DrawFn) -> tuple[pa.Table, Any]:
    kind = draw(st.sampled_from(list(VALUES)))
    values = draw(st.lists(st.none() | VALUES[kind], min_size=1, max_size=30))
    known = [v for v in values if v is not None] or [draw(VALUES[kind])]
    value = pa.scalar(draw(st.sampled_from(known) | VALUES[kind]), kind)
    column = F("c")
    made = {
        "==": column == value,
        "<": column < value,
        "<=": column <= value,
        ">": column > value,
        ">=": column >= value,
        "null": column.is_null(),
        "in": column.isin(pa.array([value.as_py()], kind)),
    }
    return pa.table({"c": pa.array(values, kind)}), made[draw(st.sampled_from(list(made)))]


@given(cases(), st.integers(1, 5))
@settings(max_examples=300, deadline=None)
def test_no_row_that_matches_is_lost(case: tuple[pa.Table, Any], rows: int) -> None:
    table, expression = case
    version = stored(table, rows)
    kept = version.read(["c"], matching_chunks(version, expression, floats=True))
    assert str(kept.filter(expression)["c"].to_pylist()) == str(table.filter(expression)["c"].to_pylist())
