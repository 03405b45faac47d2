"""Exports of versions: what is chosen, in which order, to which files; and what comes back is what went out."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import python_calamine
from hypothesis import HealthCheck, given, settings

from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.errors import InvalidInput, NotFound, Unsupported
from dsa_workbench.features.versioning.get_data import Selection, get_table
from dsa_workbench.features.versioning.ordered_rows import OrderedRows
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.files.writing import FORMATS
from dsa_workbench.workbench import Workbench
from tests.properties.strategies import tables

SMALL = pd.DataFrame({"id": [1, 2, 3, 4], "city": ["Ulm", "Köln", None, "Ulm"], "qty": [5.0, 2.5, 9.0, None]})


def rows_of(path: Path) -> list[list[str]]:
    return [line.split(",") for line in path.read_text().splitlines()[1:]]


def test_columns_rows_and_order_are_chosen(wb: Workbench, tmp_path: Path) -> None:
    wb.commit(SMALL, "sales")
    out = tmp_path / "out.csv"
    wb.export("sales", out, columns=["city", "id"], where="qty > 3")
    assert rows_of(out) == [["Ulm", "1"], ["", "3"]]
    wb.export("sales", out, columns="id", order_by="qty desc, id")
    assert rows_of(out) == [["3"], ["1"], ["2"], ["4"]]
    done = wb.export("sales", out, columns="id", order_by=["city", "id desc"], offset=1, limit=2)
    assert (rows_of(out), done.rows) == ([["4"], ["1"]], 2)
    wb.export("sales", out, columns="id", order_by="id desc", where=[("qty", ">", 2)], limit=2)
    assert rows_of(out) == [["3"], ["2"]]
    wb.export("sales", out, columns="id", order_by="id desc", where=pc.field("city") == "Ulm")
    assert rows_of(out) == [["4"], ["1"]]
    wb.export("sales", out, where="city = 'Ulm'", offset=1)
    assert rows_of(out) == [["4", "Ulm", ""]]
    wb.export("sales", out, order_by="id", limit=0)
    assert rows_of(out) == []


def test_an_order_that_is_none_is_refused(wb: Workbench, tmp_path: Path) -> None:
    wb.commit(SMALL, "sales")
    for order in ("id; drop table t", "id limit 1", "(select max(id) from other)", "id) union select (1"):
        with pytest.raises(InvalidInput):
            wb.export("sales", tmp_path / "x.csv", order_by=order)
    with pytest.raises(InvalidInput, match="Did you mean city"):
        wb.export("sales", tmp_path / "x.csv", order_by="citi")
    assert not list(tmp_path.iterdir())


def test_a_large_table_is_sorted_by_way_of_files(wb: Workbench) -> None:
    rng = np.random.default_rng(7)
    count = 200_000
    table = pa.table(
        {
            "n": rng.integers(0, 1_000, count),
            "stamp": pa.array(np.arange(count), pa.timestamp("ns", "Europe/Berlin")),
            "wide": pa.array(rng.integers(0, 9, count)).cast(pa.decimal256(50, 3)),
            "list": pa.array([[i, None] for i in range(count)]),
            "half": pa.array(rng.random(count).astype(np.float16)),
        }
    )
    wb.commit(table, "big")
    found = get_table(wb.actor, wb.store, SegmentCache(0), parse_spec("big"))
    ordered = OrderedRows(found.table, Selection(found.table), "n desc, stamp desc")
    batches = list(ordered.batches(bucket_bytes=1 << 20))
    assert len(batches) > 3
    wanted = table.take(pc.sort_indices(table, [("n", "descending"), ("stamp", "descending")]))
    assert pa.Table.from_batches(batches).cast(wanted.schema).equals(wanted)
    page = OrderedRows(found.table, Selection(found.table, ["stamp"], "n < 500"), "n, stamp", 10, 70_000)
    kept = table.filter(pc.field("n") < 500)
    wanted = kept.take(pc.sort_indices(kept, [("n", "ascending"), ("stamp", "ascending")])).select(["stamp"])
    assert pa.Table.from_batches(list(page.batches(bucket_bytes=1 << 18))).equals(wanted.slice(10, 70_000))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(table=tables(max_rows=20))
def test_export_then_import_gives_the_same_tree(wb: Workbench, table: pa.Table) -> None:
    tree = wb.commit(table, "one", key=[]).tree
    for format in ("parquet", "arrow", "arrows"):
        out = io.BytesIO()
        try:
            wb.export("one", out, format=format)
        except Unsupported:
            assert format == "parquet"
            continue
        assert not wb.import_file(io.BytesIO(out.getvalue()), "one").created
        # A history leaves its mark: border columns are those of the first version. On a new dataset there is none.
        fresh = wb.commit(table, f"fresh{np.random.default_rng().integers(1 << 60)}").tree
        assert wb.import_file(io.BytesIO(out.getvalue()), f"f{np.random.default_rng().integers(1 << 60)}").tree == fresh
    assert wb.read("one").commit.tree == tree


@pytest.mark.parametrize("format", ["csv", "tsv", "parquet", "arrow"])
def test_a_keyed_table_comes_back_the_same(wb: Workbench, format: str, tmp_path: Path) -> None:
    rows = 40_000
    frame = pa.table(
        {
            "id": pa.array(range(rows), pa.int64()),
            "city": pa.array(["Ulm", "Köln", None, "x,y"] * (rows // 4)),
            "price": pa.array([i / 7 for i in range(rows)]),
            "day": pa.array(np.arange(rows).astype("datetime64[D]")),
        }
    )
    first = wb.commit(frame, "one", key="id")
    path = tmp_path / f"one.{format}"
    wb.export("one", path)
    assert not wb.import_file(path, "one").created
    assert wb.import_file(path, "two", key="id").tree == first.tree


def test_what_csv_does_not_carry_comes_back_by_the_types_that_were_given(wb: Workbench, tmp_path: Path) -> None:
    first = wb.import_file(io.BytesIO(b"zip,n\n12345,1.50\n"), "sales", types={"zip": "text", "n": "decimal(10, 2)"})
    wb.export("sales", tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes() == b"zip,n\n12345,1.50\n"
    assert not wb.import_file(tmp_path / "x.csv", "sales").created
    again = wb.import_file(tmp_path / "x.csv", "other", types={"zip": "text", "n": "decimal(10, 2)"})
    assert again.tree == first.tree


def test_all_tables_go_to_a_workbook_or_a_folder(wb: Workbench, tmp_path: Path) -> None:
    wb.commit({"Q 1": SMALL, "Q/2": pd.DataFrame({"n": [7]})}, "book")
    wb.export("book", tmp_path / "book.xlsx")
    assert python_calamine.CalamineWorkbook.from_path(str(tmp_path / "book.xlsx")).sheet_names == ["Q 1", "Q_2"]
    done = wb.export("book", tmp_path / "all", format="csv", compression="gz")
    assert sorted(p.name for p in (tmp_path / "all").iterdir()) == ["Q 1.csv.gz", "Q_2.csv.gz"]
    assert (done.rows, done.bytes) == (5, sum(p.stat().st_size for p in (tmp_path / "all").iterdir()))
    with pytest.raises(InvalidInput, match="there already"):
        wb.export("book", tmp_path / "all", format="parquet")
    for target, options in (
        (tmp_path / "x.csv", {}),
        (io.BytesIO(), {"format": "csv"}),
        (tmp_path / "y.xlsx", {"limit": 1}),
    ):
        with pytest.raises(InvalidInput, match=r"2 tables: Q 1, Q/2"):
            wb.export("book", target, **options)
    wb.export("book:Q 1", tmp_path / "x.csv")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["all", "book.xlsx", "x.csv"]


def test_what_fails_leaves_nothing_behind(wb: Workbench, tmp_path: Path) -> None:
    wb.commit({"a": SMALL, "b": pd.DataFrame({"t": ["x" * 40_000]})}, "book")
    (tmp_path / "book.xlsx").write_bytes(b"old")
    with pytest.raises(InvalidInput, match="b, row 1, column 't'"):
        wb.export("book", tmp_path / "book.xlsx")
    with pytest.raises(InvalidInput, match="has no character"):
        wb.export("book", tmp_path / "all", format="csv", encoding="ascii")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("book.xlsx", b"old")]
    with pytest.raises(NotFound):
        wb.export("book:c", tmp_path / "c.csv")
    with pytest.raises(InvalidInput, match="'delimeter' is no option"):
        wb.export("book:a", tmp_path / "c.csv", delimeter=";")


@pytest.mark.parametrize("format", FORMATS)
def test_other_readers_see_the_same(wb: Workbench, format: str, tmp_path: Path) -> None:
    wb.commit(SMALL, "sales")
    path = tmp_path / f"x.{format}"
    seen: list[Any] = []
    done = wb.export("sales", path, progress=seen.append)
    assert (done.rows, done.bytes, seen[-1].rows) == (4, path.stat().st_size, 4)
    readers = {
        "csv": pl.read_csv, "tsv": lambda p: pl.read_csv(p, separator="\t"), "parquet": pl.read_parquet,
        "arrow": pl.read_ipc, "arrows": pl.read_ipc_stream, "jsonl": pl.read_ndjson,
        "xlsx": lambda p: pl.from_pandas(pd.read_excel(p, engine="openpyxl")),
    }  # fmt: skip
    if format == "sql":
        assert path.read_text().startswith('INSERT INTO "sales" ("id", "city", "qty") VALUES\n(1, \'Ulm\', 5.0e0),\n')
        return
    found = readers[format](path)
    assert found.columns == ["id", "city", "qty"]
    assert found.rows() == [(1, "Ulm", 5.0), (2, "Köln", 2.5), (3, None, 9.0), (4, "Ulm", None)]
