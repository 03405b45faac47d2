"""What a large sheet costs, side by side with pandas and openpyxl: ``python -m benchmarks.workbooks``."""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

from benchmarks.runner import run

MB = 1_000_000


def main() -> None:
    """Run the benchmark and print a line for each reader."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workbooks", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--openpyxl", action="store_true", help="also read it with openpyxl, once; that takes minutes")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dsa-bench-"))
    try:
        size = run("make_workbook", folder, given.rows)["bytes"]
        pairs = [
            (run("read_ours", folder, given.rows), run("read_by_calamine", folder, given.rows))
            for _ in range(given.reps)
        ]
        print(f"an .xlsx of {given.rows:,} rows and 12 columns, {size / MB:.0f} MB")
        for name, index in (("ours", 0), ("pandas with calamine", 1)):
            seconds = statistics.median(pair[index]["seconds"] for pair in pairs)
            peak = statistics.median(pair[index]["peak"] for pair in pairs)
            print(f"{name}: {seconds:.1f} s, {peak / MB:.0f} MB")
        time = statistics.median(a["seconds"] / b["seconds"] for a, b in pairs)
        memory = statistics.median(a["peak"] / b["peak"] for a, b in pairs)
        print(f"ratio of time {time:.2f} (at most 1), of memory {memory:.2f} (at most 1)")
        if given.openpyxl:
            done = run("read_by_openpyxl", folder, given.rows)
            print(f"openpyxl, read-only: {done['seconds']:.1f} s, {done['peak'] / MB:.0f} MB")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
