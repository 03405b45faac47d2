"""Tasks on exported diffs: written, and applied. They follow `our_update`, which made the second version."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.tasks import Outcome
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import connect


def our_export_diff(folder: Path, rows: int) -> Outcome:
    """Write the diff of two versions as Parquet and as CSV; comparing them is not timed."""
    with connect(actor="bench", settings=Settings(data_dir=folder / "postgres")) as wb:
        diff = wb.diff("orders~1", "orders")
        started = time.perf_counter()
        done = diff.export(folder / "changes.parquet")
        seconds = time.perf_counter() - started
        diff.export(folder / "changes.csv")
        return {"seconds": seconds, "csv": time.perf_counter() - started - seconds, "rows": done.rows}


def our_apply(folder: Path, rows: int) -> Outcome:
    """Apply the written diff to the version it began with, on a branch; then undo it."""
    with connect(actor="bench", settings=Settings(data_dir=folder / "postgres")) as wb:
        if "patched" not in {ref.name for ref in wb.refs("orders")}:
            wb.branch("orders~1", "patched")
        started = time.perf_counter()
        done = wb.apply(folder / "changes.parquet", "orders", "patched")
        seconds = time.perf_counter() - started
        assert done.tree == wb.show("orders").tree
        back = wb.apply(folder / "changes.csv", "orders", "patched", reverse=True)
        assert back.tree == wb.show("orders~1").tree
        return {"seconds": seconds}


PATCH_TASKS: dict[str, Callable[[Path, int], Outcome]] = {task.__name__: task for task in (our_export_diff, our_apply)}
