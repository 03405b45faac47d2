"""Exports of a version against the same table written by pyarrow and pandas, and the memory that they take."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.export_tasks import WAYS
from benchmarks.runner import run

MB = 1e6
AGAINST = {
    "csv": "pyarrow_csv",
    "parquet": "pyarrow_parquet",
    "jsonl": "pandas_jsonl",
    "xlsx_tenth": "pandas_excel",
}


def main() -> None:
    """Run the benchmarks and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exports", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--larger", type=int, default=5_000_000, help="rows of the larger table; 0 leaves it out")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dsa-bench-"))
    try:
        small = measure(folder / "small", given.rows, [*WAYS, "xlsx_tenth"], [*AGAINST.values(), "pandas_csv"])
        large = measure(folder / "large", given.larger, [*WAYS], []) if given.larger else {}
        report(given.rows, given.larger, small, large)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(folder: Path, rows: int, ours: list[str], others: list[str]) -> dict[str, dict[str, Any]]:
    """Make and import a table, then run each task once."""
    folder.mkdir(parents=True)
    tasks = ["make", "import", "nothing", *ours, *others]
    return {task: run(f"export_{task}", folder, rows) for task in tasks}


def report(rows: int, more: int, small: dict[str, dict[str, Any]], large: dict[str, dict[str, Any]]) -> None:
    """Print seconds, bytes, ratios and peaks."""
    exact = small["import"]
    print(f"{rows:,} rows, 12 columns")
    print(f"import --exact  {exact['seconds'] / exact['plain']:.2f} of a plain import, {exact['stored']:,} bytes more")
    print(f"{'export':12} {'seconds':>8} {'MB':>7} {'against':28} {'ratio':>6} {'peak MB':>8} {f'at {more:,}':>14}")
    for way in [*WAYS, "xlsx_tenth"]:
        mine, other = small[way], AGAINST.get(way)
        against = f"{small[other]['seconds']:.2f} s {other}" if other else ""
        ratio = f"{mine['seconds'] / small[other]['seconds']:.2f}" if other else ""
        peak = f"{large[way]['peak'] / MB:.0f}" if way in large else ""
        size, held = mine["bytes"] / MB, mine["peak"] / MB
        print(f"{way:12} {mine['seconds']:8.2f} {size:7.1f} {against:28} {ratio:>6} {held:8.0f} {peak:>14}")
    base = small["nothing"]["peak"] / MB
    print(
        f"pandas.to_csv takes {small['pandas_csv']['seconds']:.2f} s. A process that only connects holds {base:.0f} MB."
    )


if __name__ == "__main__":
    main()
