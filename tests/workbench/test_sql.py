"""SQL and conditions on a real store: right, lazy, and with nothing in reach but versions."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings

from dsa_workbench.errors import DsaError, InvalidInput, NotFound, StoreCorrupt
from dsa_workbench.workbench import Workbench

ROWS = 100_000
SALES = pd.DataFrame(
    {
        "id": range(ROWS),
        "qty": [i % 50 for i in range(ROWS)],
        "city": ["Ulm" if i % 3 else "Bonn" for i in range(ROWS)],
        "note": [f"note {i}" for i in range(ROWS)],
    }
)


@pytest.fixture
def sold(wb: Workbench) -> Workbench:
    wb.commit(SALES, "sales", key="id")
    wb.tag("sales", "v1")
    wb.commit(SALES.assign(qty=SALES.qty + (SALES.id < 100)), "sales")
    return wb


def rows(result: Any) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in result.to_arrow().to_pylist()]


@pytest.fixture
def fetched(sold: Workbench, monkeypatch: pytest.MonkeyPatch) -> set[Any]:
    """Give the ids of the segments that were fetched, as they are."""
    seen: set[Any] = set()
    fetch = sold.store.segments.get_many

    def watch(ids: Any) -> Any:
        seen.update(ids)
        return fetch(ids)

    monkeypatch.setattr(sold.store.segments, "get_many", watch)
    return seen


@pytest.mark.parametrize("name", ["sales", '"sales@main"', "sales@main", "main.sales", "sales@v1~0"])
def test_a_version_is_a_table(sold: Workbench, name: str) -> None:
    assert rows(sold.sql(f"select count(*), min(id), max(id) from {name}")) == [(ROWS, 0, ROWS - 1)]


def test_two_versions_join(sold: Workbench) -> None:
    result = sold.sql('select count(*) from "sales@main" n join "sales@v1" o using (id) where n.qty <> o.qty')
    assert rows(result) == [(100,)]
    assert result.versions == {
        "sales@main": sold.show("sales").commit.short,
        "sales@v1": sold.show("sales~1").commit.short,
    }


def test_all_that_reads_is_taken(sold: Workbench) -> None:
    sold.commit({"a": pd.DataFrame({"n": [1]}), "b c": pd.DataFrame({"n": [2]})}, "book")
    assert rows(sold.sql('from book@main:a union all from "book:b c" order by n')) == [(1,), (2,)]
    assert rows(sold.sql("with sales as (select 7 as n) select n from sales")) == [(7,)]
    assert rows(sold.sql("with q as (select 7 as n) select n from q; -- end")) == [(7,)]
    assert rows(sold.sql("values (1), (2)")) == [(1,), (2,)]
    assert [row[0] for row in rows(sold.sql("describe sales"))] == ["id", "qty", "city", "note"]
    assert len(rows(sold.sql("summarize sales@v1"))) == 4
    assert sold.sql("select note from sales", limit=3).num_rows == 3


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('{file}')",
        "select * from read_text('{file}')",
        "select * from '{file}'",
        "select * from glob('/*')",
        "copy (select 1) to '{file}'",
        "attach '{file}' as x",
        "install httpfs",
        "load httpfs",
        "set threads = 1",
        "set enable_external_access = true",
        "pragma database_list",
        "call pragma_version()",
        "create table x as select 1",
        "create macro f() as 1",
        "insert into sales values (1)",
        "delete from sales",
        "export database '{folder}'",
        "select * from secret",
        "select * from query('select 1; drop table x')",
        "explain analyze select 1",
        "select 1; select 2",
        "begin",
        "",
        "-- nothing",
    ],
)
def test_nothing_else_is_in_reach(sold: Workbench, tmp_path: Path, statement: str) -> None:
    file = tmp_path / "secret.csv"
    file.write_text("password\n1234\n")
    secret = pd.DataFrame({"password": [1234]})
    with pytest.raises(DsaError) as refused:
        sold.sql(statement.format(file=file, folder=tmp_path)).to_arrow()
    assert "1234" not in str(refused.value)
    assert (file.read_text(), len(secret)) == ("password\n1234\n", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


@pytest.mark.parametrize(
    ("statement", "error", "says"),
    [
        ("select nope from sales", InvalidInput, 'column "nope" not found'),
        ("selec 1", InvalidInput, 'syntax error at or near "selec".*line 1: selec 1'),
        ("select *\nfrom sales\nwhere qty >", InvalidInput, "syntax error"),
        ("select * from slaes", NotFound, "no dataset 'slaes'. Did you mean sales?"),
        ("select * from sales@v2", NotFound, "no branch, tag or commit 'v2'. There are: main, v1."),
        ("from a.b", InvalidInput, 'Put a name with dots into quotes: "a.b"'),
        ("from sales, Sales@main", NotFound, "no dataset 'Sales'"),
        ("create table t as from sales", InvalidInput, "SQL here reads and does nothing else.*wb.commit"),
        ("select $a", InvalidInput, "not provided for the following parameters: a"),
        ("select city::int from sales", InvalidInput, "Could not convert string"),
    ],
)
def test_errors_say_what_and_where(sold: Workbench, statement: str, error: type[DsaError], says: str) -> None:
    with pytest.raises(error, match=re.compile(says, re.DOTALL)) as refused:
        sold.sql(statement).to_arrow()
    assert "\n" not in str(refused.value)


def test_values_are_bound_and_never_pasted(sold: Workbench) -> None:
    evil = "Ulm' or '1'='1"
    assert rows(sold.sql("select count(*) from sales where city = $c", {"c": evil})) == [(0,)]
    given = {"i": 3, "f": 0.5, "t": "x", "b": True, "n": None, "d": date(2026, 1, 2), "m": Decimal("1.5"), "l": [1, 2]}
    given["p"] = SALES.qty[7]
    result = sold.sql(f"select {', '.join('$' + name for name in given)}", given)
    assert rows(result) == [tuple(given.values())]


def test_only_the_columns_and_chunks_that_matter_are_fetched(sold: Workbench, fetched: set[Any]) -> None:
    table = sold.read("sales").source._table
    assert len(table.chunks) > 4
    assert rows(sold.sql("select qty from sales where id = 77777")) == [(27,)]
    place = int((table.starts[1:] <= 77777).sum())
    chunk = table.chunks[place]
    assert fetched == {chunk.segments[0], chunk.segments[1]}
    fetched.clear()
    assert sold.read("sales", columns=["city"], where="id between 77777 and 77778").num_rows == 2
    assert fetched <= {chunk.segments[0]}
    fetched.clear()
    assert sold.read("sales", columns=["note"], where=[("id", "<", 3)]).to_arrow()["note"].to_pylist()[2] == "note 2"
    assert fetched == {table.chunks[0].segments[0], table.chunks[0].segments[3]}
    fetched.clear()
    assert sold.read("sales", columns=["id"], where=pc.field("id") < 3).num_rows == 3
    assert not fetched


def test_nothing_runs_before_it_is_asked_and_versions_stay_what_they_were(sold: Workbench, fetched: set[Any]) -> None:
    result = sold.sql("select sum(qty) from sales")
    assert result.columns == ("sum(qty)",)
    assert not fetched
    sold.commit(SALES.head(1), "sales")
    assert rows(result) == [(int(SALES.qty.sum()) + 100,)]


def test_results_can_be_committed_and_shown(sold: Workbench) -> None:
    result = sold.sql("select city, count(*) as n from sales group by city order by city")
    assert "2 rows, 2 columns" in repr(result)
    assert "Bonn" in result._repr_html_()
    assert sold.commit(result, "cities", key="city").created
    assert rows(sold.read("cities")) == rows(result)
    assert not sold.diff("cities", result)
    assert result.to_pandas().n.sum() == ROWS
    assert pa.table(result).num_rows == 2


def test_large_results_stream(sold: Workbench) -> None:
    result = sold.sql("select id * 2 as twice from sales")
    batches = result.to_batches()
    first = next(batches)
    assert first.num_rows < ROWS
    batches.close()
    assert sum(batch.num_rows for batch in result.to_batches()) == ROWS


def test_a_fault_of_the_store_comes_through_as_it_is(sold: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_ids: Any) -> Any:
        raise StoreCorrupt("The segment is gone.")

    result = sold.sql("select sum(qty) from sales")
    monkeypatch.setattr(sold.store.segments, "get_many", broken)
    with pytest.raises(StoreCorrupt, match="The segment is gone"):
        result.to_arrow()


def test_types_that_duckdb_does_not_know_are_brought_to_ones_it_knows(wb: Workbench) -> None:
    table = pa.table(
        {
            "half": pa.array([1.5, None], pa.float16()),
            "wide": pa.array([Decimal("1.25"), None], pa.decimal256(20, 2)),
            "huge": pa.array([Decimal(10) ** 50, None], pa.decimal256(60, 0)),
            "at": pa.array([datetime(2026, 1, 1, tzinfo=UTC), None], pa.timestamp("us", "Europe/Berlin")),
            "a": pa.array([1, 2]),
            "A": pa.array([3, 4]),
            "list": pa.array([[1], None]),
            "row": pa.array([7, 8]),
        }
    )
    wb.commit(table, "t")
    found = wb.sql('select half, wide, huge, "at", a, "A_1", list, "row" from t where wide > 1').to_arrow()
    assert [c[0].as_py() for c in found.columns[:3]] == [1.5, Decimal("1.25"), str(10**50)]
    assert [c[0].as_py() for c in found.columns[4:]] == [1, 3, [1], 7]
    again = wb.read("t", where='wide > 1 and "row" = 7').to_arrow()
    assert again.equals(table.slice(0, 1))


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("qty >", "syntax error.*Write it as in"),
        ("nope = 1", '\'nope|"nope" not found.*There are: city, id, note, qty'),
        ("ctiy = 'Ulm'", "Did you mean city"),
        ("true) order by (id", "more than a condition"),
        ("1 = 1) union select 1 --", "syntax error"),
        ("id in (select id from other)", "asks other tables|not exist"),
        ("sum(qty) > 1", "aggregates"),
        ("row_number() over () < 3", "window"),
        ("read_text('/etc/hostname') = ''", "condition"),
        ("true; drop table t", "syntax error|statements"),
        ("qty = 'many'", "Could not convert"),
        ([("qty", ">", "x")], "cannot be read"),
        ([("qty", "~", 3)], "cannot be read"),
        (pc.field("qty") > pa.scalar("x"), "cannot be read"),
    ],
)
def test_what_is_no_condition_says_why(sold: Workbench, condition: Any, says: str) -> None:
    with pytest.raises(DsaError, match=re.compile(says, re.IGNORECASE | re.DOTALL)):
        sold.read("sales", where=condition).to_arrow()


def test_pages_of_a_condition_follow_the_order_of_the_table(sold: Workbench) -> None:
    expected = SALES[(SALES.city == "Bonn") & (SALES.id >= 100) & (SALES.qty > 40)]
    where = "city = 'Bonn' and qty > 40 and id >= 100"
    reading = sold.read("sales", where=where)
    assert reading.num_rows == len(expected)
    assert reading.to_pandas().equals(expected.reset_index(drop=True).astype(reading.to_pandas().dtypes))
    page = sold.read("sales", columns=["note", "id"], where=where, offset=1000, limit=7)
    assert page.to_arrow()["id"].to_pylist() == expected.id.tolist()[1000:1007]
    assert page.columns == ("note", "id")
    assert page.num_rows == 7


CELLS = {
    "n": st.none() | st.integers(-3, 3),
    "x": st.none() | st.sampled_from([-1.0, 0.0, -0.0, 2.5, math.nan]),
    "t": st.none() | st.sampled_from(["", "a", "b'", "ä"]),
}
TERMS = st.sampled_from(
    [
        *("n > 0", "n is null", "n in (1, 2)", "n <> 1", "x < 1", "x >= 0", "x = 'nan'", "not (x > 0)"),
        *("t = ''", "t like 'a%'", "t > 'a'"),
    ]
)
CONDITIONS = st.recursive(
    TERMS,
    lambda c: st.builds("({}) {} ({})".format, c, st.sampled_from(["and", "or"]), c),
    max_leaves=4,
)


@given(st.lists(st.fixed_dictionaries(CELLS), max_size=12), CONDITIONS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_condition_finds_what_sql_finds_on_the_same_rows(wb: Workbench, cells: list[Any], condition: str) -> None:
    types = [("n", pa.int64()), ("x", pa.float64()), ("t", pa.string())]
    table = pa.Table.from_pylist(cells, pa.schema(types)).append_column("id", pa.array(range(len(cells))))
    wb.commit(table, "t")
    pairs = ", ".join(
        f"({c['id']}, {_sql(c['n'])}::bigint, {_sql(c['x'])}::double, {_sql(c['t'])}::varchar)"
        for c in table.to_pylist()
    )
    found = wb.read("t", where=condition).to_arrow()
    assert found.schema == table.schema
    if pairs:
        # The same rows written out in the query: no scan, no statistics, no filter handed down.
        bare = wb.sql(f"select id from (values {pairs}) v(id, n, x, t) where {condition} order by id")
        assert found["id"].to_pylist() == bare.to_arrow()["id"].to_pylist()
    assert repr(found.to_pylist()) == repr(table.take(found["id"]).to_pylist())


def _sql(value: Any) -> str:
    if value is None:
        return "null"
    return "'" + str(value).replace("'", "''") + "'"
