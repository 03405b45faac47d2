from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.results import Reading
from dsa_workbench.results.frames import to_pandas, to_polars


@dataclass(frozen=True)
class InMemory:
    """Rows of an Arrow table, as a reading asks for them."""

    rows: Any

    @property
    def schema(self) -> Any:
        return self.rows.schema

    @property
    def num_rows(self) -> int:
        return int(self.rows.num_rows)

    def table(self, offset: int = 0, limit: int | None = None) -> Any:
        return self.rows.slice(offset, limit)

    def batches(self) -> Iterator[Any]:
        return iter(self.rows.to_batches(max_chunksize=7))


def reading(table: Any, **more: Any) -> Reading:
    commit = Commit("3" * 64, "a" * 64, (), "ana", "m", dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    return Reading(parse_spec("sales@main"), commit, InMemory(table), **more)


TABLE = pa.table({"id": range(23), "qty": [None, *range(22)], "name": ["x"] * 23})


def test_a_reading_shows_schema_first_rows_and_the_rest() -> None:
    lines = repr(reading(TABLE, key=("id",), offset=40)).splitlines()
    assert lines[0] == "sales@main  3333333333  23 rows, 3 columns"
    assert lines[2:6] == [
        "id (key)    qty  name",
        "   int64  int64  string",
        "--------  -----  ------",
        "       0   null  x",
    ]
    assert lines[-1] == "From row 40 on. … and 13 more rows."


def test_a_wide_table_shows_its_first_columns() -> None:
    wide = pa.table({f"c{i}": [1] for i in range(25)})
    shown = reading(wide)._repr_html_()
    assert "The first 20 of 25 columns are shown." in shown
    assert ">c19<" in shown
    assert ">c20<" not in shown


def test_an_empty_table_is_shown() -> None:
    assert "0 rows, 3 columns" in repr(reading(TABLE.slice(0, 0)))
    assert "0 rows, 0 columns" in repr(reading(pa.table({})))


def test_a_reading_gives_arrow_pandas_polars_and_batches() -> None:
    rows = reading(TABLE)
    assert rows.to_arrow().equals(TABLE)
    assert rows.schema == TABLE.schema
    assert rows.columns == ("id", "qty", "name")
    assert rows.num_rows == 23
    assert [batch.num_rows for batch in rows.to_batches()] == [7, 7, 7, 2]
    assert rows.to_polars().equals(pl.from_arrow(TABLE))
    assert rows.to_pandas().shape == (23, 3)


def test_a_reading_is_an_arrow_stream() -> None:
    assert pa.table(reading(TABLE)) == TABLE
    assert pl.DataFrame(reading(TABLE)).height == 23


@given(st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1))))
def test_pandas_keeps_whole_numbers_with_nulls(values: list[int | None]) -> None:
    table = pa.table({"n": pa.array(values, pa.int64())})
    assert pa.Table.from_pandas(to_pandas(table), schema=table.schema, preserve_index=False).equals(table)


WHOLE = [pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.uint64(), pa.bool_()]


@pytest.mark.parametrize("kind", WHOLE, ids=str)
def test_pandas_keeps_nulls_of_every_whole_type(kind: pa.DataType) -> None:
    table = pa.table({"n": pa.array([1, None, 0], kind) if kind != pa.bool_() else pa.array([True, None, False])})
    assert pa.Table.from_pandas(to_pandas(table), schema=table.schema, preserve_index=False).equals(table)


def test_frames_keep_order_names_and_row_count() -> None:
    frame = to_pandas(pa.table({"b": [1, 2], "a": ["x", None]}))
    assert list(frame.columns) == ["b", "a"]
    assert frame["b"].dtype == "int64"
    assert frame["a"].isna().tolist() == [False, True]
    assert isinstance(frame.index, pd.RangeIndex)
    assert len(to_pandas(pa.table({}))) == 0
    assert to_polars(pa.table({"a": [1]})).columns == ["a"]
