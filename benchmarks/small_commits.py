"""A thousand commits of ten rows: what they take, what the first and the last cost, and which commit gave a value.

``python -m benchmarks.small_commits`` prints one table, the last versions beside the first ones of one run.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from benchmarks.orders import make_orders
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import Workbench, connect

ROWS = 10
"""Rows of a commit."""
ROUNDS = 9


def bytes_of(wb: Workbench) -> int:
    """Add up the tables of the store, with their indexes."""
    tables = "pg_class where relkind = 'r' and relnamespace::regnamespace::text = 'dsa'"
    query = sa.text(f"select sum(pg_total_relation_size(oid)) from {tables}")
    with wb.store.database.transaction() as connection:
        return int(connection.execute(query).scalar_one())


def milliseconds(work: Callable[..., Any], *given: Any) -> float:
    """Give the median time of a piece of work, which is done once before."""
    work(*given)
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work(*given)
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)


def append(wb: Workbench, rows: Any, commits: int, first_key: int) -> Sequence[float]:
    """Append rows in so many commits; give the milliseconds of each."""
    times = []
    for number in range(commits):
        keys = np.arange(ROWS) + first_key + ROWS * number
        part = rows.set_column(0, "order_id", pa.array(keys))
        started = time.perf_counter()
        wb.commit(part, "orders", mode="append", message=f"Append {number}")
        times.append(1000 * (time.perf_counter() - started))
    return times


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--commits", type=int, default=1_000)
    given = parser.parse_args()
    table, part = make_orders(given.rows), make_orders(ROWS, seed=7)
    keys = table["order_id"].to_numpy()
    with (
        tempfile.TemporaryDirectory() as name,
        connect(actor="bench", settings=Settings(data_dir=Path(name) / "store")) as wb,
    ):
        wb.commit(table, "orders", key="order_id", message="All")
        before = bytes_of(wb)
        times = append(wb, part, given.commits, int(keys.max()) + 1)
        grown = bytes_of(wb) - before
        last, edge = given.commits, max(1, given.commits // 20)
        early, middle = int(keys[len(keys) // 3]), int(keys.max()) + 1 + ROWS * given.commits // 2
        lines = [
            (f"append of {ROWS} rows", statistics.median(times[:edge]), statistics.median(times[-edge:])),
            *(
                (what, milliseconds(work, f"orders@main~{last - 1}"), milliseconds(work, "orders"))
                for what, work in (
                    ("page of 100 rows", lambda spec: wb.read(spec, offset=1000, limit=100).to_arrow()),
                    ("log of 20", lambda spec: wb.log(spec, 20)),
                    ("diff with the parent", lambda spec: wb.diff(spec).summary),
                )
            ),
        ]
        print(f"{given.rows:,} rows, then {given.commits:,} commits of {ROWS} rows:", end=" ")
        print(f"{grown / 1e6:.2f} MB beyond the data\n")
        print("| milliseconds | first version | last version |\n| --- | --- | --- |")
        for what, first, end in lines:
            print(f"| {what} | {first:.1f} | {end:.1f} |")
        for what, key in (("of the first version", early), ("appended halfway", middle)):
            print(f"| blame of a row {what} | | {milliseconds(wb.blame, 'orders', key):.1f} |")


if __name__ == "__main__":
    main()
