"""The tasks of `benchmarks.exports`: a version out of the store, against the same table out of memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.csv as csv
import pyarrow.parquet as pq

from benchmarks.orders import make_orders, write_csv
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import Workbench, connect

Outcome = dict[str, Any]
WAYS: dict[str, dict[str, Any]] = {
    "csv": {},
    "csv_gz": {"compression": "gz", "format": "csv"},
    "csv_ordered": {"format": "csv", "order_by": "qty desc, order_id"},
    "exact": {"exact": True, "format": "csv"},
    "parquet": {},
    "arrow": {},
    "jsonl": {},
    "sql": {},
    "xlsx": {},
}


def _workbench(folder: Path) -> Workbench:
    return connect(actor="bench", settings=Settings(data_dir=folder / "postgres"))


def _timed(work: Callable[[], Any], path: Path) -> Outcome:
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    size = path.stat().st_size
    path.unlink()
    return {"seconds": seconds, "bytes": size}


def export_make(folder: Path, rows: int) -> Outcome:
    """Write the table as CSV."""
    write_csv(make_orders(rows), folder / "v1.csv")
    return {}


def export_import(folder: Path, rows: int) -> Outcome:
    """Import the table, exactly."""
    with _workbench(folder) as wb:
        started = time.perf_counter()
        wb.import_file(folder / "v1.csv", "plain", key=["order_id"])
        plain = time.perf_counter() - started
        before = wb.store.info().bytes_stored or 0
        wb.import_file(folder / "v1.csv", "orders", key=["order_id"], exact=True)
        seconds = time.perf_counter() - started - plain
        return {"seconds": seconds, "plain": plain, "stored": (wb.store.info().bytes_stored or 0) - before}


def export_ours(way: str, folder: Path, rows: int) -> Outcome:
    """Export it."""
    path = folder / f"out.{way}"
    with _workbench(folder) as wb:
        return _timed(lambda: wb.export("orders", path, **({"format": way} | WAYS[way])), path)


def export_nothing(folder: Path, rows: int) -> Outcome:
    """Connect, and read a row: what a process of ours holds before any export."""
    with _workbench(folder) as wb:
        assert wb.read("orders", limit=1).to_arrow().num_rows == 1
    return {"seconds": 0.0}


def export_pyarrow_csv(folder: Path, rows: int) -> Outcome:
    """Write with pyarrow.csv.write_csv."""
    table, path = csv.read_csv(folder / "v1.csv"), folder / "other.csv"
    return _timed(lambda: csv.write_csv(table, path), path)


def export_pyarrow_parquet(folder: Path, rows: int) -> Outcome:
    """Write with parquet.write_table under zstd."""
    table, path = csv.read_csv(folder / "v1.csv"), folder / "other.parquet"
    return _timed(lambda: pq.write_table(table, path, compression="zstd"), path)


def export_pandas_csv(folder: Path, rows: int) -> Outcome:
    """Write with pandas.to_csv."""
    frame, path = csv.read_csv(folder / "v1.csv").to_pandas(), folder / "other.csv"
    return _timed(lambda: frame.to_csv(path, index=False), path)


def export_pandas_jsonl(folder: Path, rows: int) -> Outcome:
    """Write with pandas.to_json, lines."""
    frame, path = csv.read_csv(folder / "v1.csv").to_pandas(), folder / "other.jsonl"
    return _timed(lambda: frame.to_json(path, orient="records", lines=True), path)


def export_pandas_excel(folder: Path, rows: int) -> Outcome:
    """Write a tenth of the rows with pandas.to_excel, which is openpyxl."""
    frame, path = csv.read_csv(folder / "v1.csv").slice(0, rows // 10).to_pandas(), folder / "other.xlsx"
    return _timed(lambda: frame.to_excel(path, index=False), path)


def export_xlsx_tenth(folder: Path, rows: int) -> Outcome:
    """Write a tenth of the rows to a workbook."""
    path = folder / "out.xlsx"
    with _workbench(folder) as wb:
        return _timed(lambda: wb.export("orders", path, limit=rows // 10), path)


_OTHERS = {
    task.__name__: task
    for task in (
        export_make, export_import, export_nothing, export_pyarrow_csv, export_pyarrow_parquet, export_pandas_csv,
        export_pandas_jsonl, export_pandas_excel, export_xlsx_tenth,
    )
}  # fmt: skip
EXPORT_TASKS: dict[str, Callable[[Path, int], Outcome]] = {
    **_OTHERS,
    **{f"export_{way}": partial(export_ours, way) for way in WAYS},
}
