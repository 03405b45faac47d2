"""What is timed. Each task runs in a process of its own and returns its seconds and what else it saw.

Imports, connecting and what is there already are not timed; making durable is.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

from benchmarks.orders import edit, make_orders, write_csv, write_parquet
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import Workbench, connect

Outcome = dict[str, Any]


def _workbench(folder: Path) -> Workbench:
    return connect(actor="bench", settings=Settings(data_dir=folder / "postgres"))


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    gc.collect()  # what the imports of this process left behind is no part of any task
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def make(folder: Path, rows: int) -> Outcome:
    """Write the table, its edited version, one with a column more and one longer, as CSV and Parquet."""
    table = make_orders(rows)
    edited = edit(table)
    write_csv(table, folder / "v1.csv")
    write_parquet(pa.Table.from_batches(csv.read_csv(folder / "v1.csv").to_batches()), folder / "v1.parquet")
    write_csv(edited.table, folder / "v2.csv")
    wider = table.append_column(
        "total", pa.array(np.round(table["qty"].to_numpy() * table["unit_price"].to_numpy(), 2))
    )
    write_csv(wider, folder / "wider.csv")
    write_parquet(wider.select(["total"]), folder / "total.parquet")
    more = make_orders(1_000, seed=3)
    last = table["order_id"][-1].as_py()
    more = more.set_column(0, "order_id", pa.array(last + np.arange(1, 1_001)))
    write_csv(more, folder / "more.csv")
    return {"added": edited.added, "removed": edited.removed, "changed": edited.changed}


def read_csv(folder: Path, rows: int) -> Outcome:
    """pyarrow.csv.read_csv, all threads."""
    seconds, table = _timed(lambda: csv.read_csv(folder / "v1.csv"))
    assert table.num_rows == rows
    return {"seconds": seconds}


def pandas_read_csv(folder: Path, rows: int) -> Outcome:
    """pandas.read_csv."""
    seconds, frame = _timed(lambda: pd.read_csv(folder / "v1.csv"))
    assert len(frame) == rows
    return {"seconds": seconds}


def read_parquet(folder: Path, rows: int) -> Outcome:
    """pyarrow.parquet.read_table of a zstd file."""
    seconds, table = _timed(lambda: pq.read_table(folder / "v1.parquet"))
    assert table.num_rows == rows
    return {"seconds": seconds}


def our_import(folder: Path, rows: int) -> Outcome:
    """Import the CSV to a durable commit, into a store that does not have it."""
    with _workbench(folder) as wb:
        before = wb.status().bytes_stored or 0
        seconds, done = _timed(lambda: wb.import_file(folder / "v1.csv", "orders", key="order_id"))
        assert (done.created, done.rows) == (True, rows)
        return {"seconds": seconds, "stored": (wb.status().bytes_stored or 0) - before}


def our_import_keyless(folder: Path, rows: int) -> Outcome:
    """Import the CSV without a key: borders are taken from all columns."""
    with _workbench(folder) as wb:
        seconds, done = _timed(lambda: wb.import_file(folder / "v1.csv", "keyless"))
        assert (done.created, done.rows) == (True, rows)
        return {"seconds": seconds}


def our_import_again(folder: Path, rows: int) -> Outcome:
    """Import the same file once more."""
    return _later(folder, "v1.csv", "replace", created=False)


def our_append(folder: Path, rows: int) -> Outcome:
    """Append 1,000 rows, on a branch."""
    return _later(folder, "more.csv", "append", created=True)


def our_new_column(folder: Path, rows: int) -> Outcome:
    """Import the file with one column more, on a branch."""
    return _later(folder, "wider.csv", "replace", created=True)


def our_update(folder: Path, rows: int) -> Outcome:
    """Import the edited file as the next version."""
    return _later(folder, "v2.csv", "replace", created=True, ref="main")


def _later(folder: Path, name: str, mode: str, *, created: bool, ref: str | None = None) -> Outcome:
    with _workbench(folder) as wb:
        branch = ref or name.partition(".")[0]
        if ref is None:
            wb.branch("orders", branch)
        before = _segment_bytes(wb)
        seconds, done = _timed(lambda: wb.import_file(folder / name, "orders", mode=mode, ref=branch))
        assert done.created is created
        return {"seconds": seconds, "stored": _segment_bytes(wb) - before}


def _segment_bytes(wb: Workbench) -> int:
    return sum(len(segment.blob) for segment in wb.store.all_segments())


def our_read(folder: Path, rows: int) -> Outcome:
    """Read the whole table to Arrow, in an open workbench that holds nothing of it."""
    with _workbench(folder) as wb:
        wb.datasets()
        seconds, table = _timed(lambda: wb.read("orders").to_arrow())
        assert table.num_rows == rows
        return {"seconds": seconds}


def our_pages(folder: Path, rows: int) -> Outcome:
    """Read 100 rows at seven places: each time first in a workbench of its own, then again."""
    cold: list[float] = []
    warm: list[float] = []
    for place in range(7):
        offset = (rows - 100) * place // 6
        with _workbench(folder) as wb:
            wb.datasets()
            for times in (cold, warm):
                seconds, page = _timed(partial(_page, wb, offset))
                assert page.num_rows == 100
                times.append(seconds)
    return {"seconds": statistics.median(cold), "places": cold, "warm": statistics.median(warm)}


def _page(wb: Workbench, offset: int) -> Any:
    return wb.read("orders", offset=offset, limit=100).to_arrow()


def our_diff(folder: Path, rows: int) -> Outcome:
    """Diff the edited version against the one before, with all rows."""
    with _workbench(folder) as wb:
        seconds, (counts, table) = _timed(lambda: _diff(wb))
        return {"seconds": seconds, "counts": counts, "rows": table.num_rows}


def _diff(wb: Workbench) -> tuple[dict[str, int], Any]:
    diff = wb.diff("orders~1", "orders")
    return diff.summary["data"], diff.to_arrow()


TASKS: dict[str, Callable[[Path, int], Outcome]] = {
    task.__name__: task
    for task in (
        make,
        read_csv,
        pandas_read_csv,
        read_parquet,
        our_import,
        our_import_keyless,
        our_import_again,
        our_append,
        our_new_column,
        our_update,
        our_read,
        our_pages,
        our_diff,
    )
}
