"""What typing every value costs, and how much memory a long CSV file takes: ``python -m benchmarks.csv_files``.

Both are ratios of one run on one machine. The long file has a newline in quotes every 1,000 rows, and one value in its
last row that is no number.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

from benchmarks.runner import run

MB = 1_000_000


def main() -> None:
    """Run the benchmarks and print a line for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.csv_files", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--megabytes", type=int, default=1_000, help="the longer file; the shorter is a tenth; 0: none")
    parser.add_argument("--reps", type=int, default=5)
    parser.add_argument("--imports", action="store_true", help="also import the two files into a store")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dsa-bench-"))
    try:
        typing(folder, given.rows, given.reps)
        if given.megabytes:
            memory(folder, given.megabytes, imports=given.imports)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def typing(folder: Path, rows: int, reps: int) -> None:
    """Compare typing every value with typing a sample, in pairs."""
    run("make", folder, rows)
    pairs = [(run("type_all", folder, rows), run("type_sample", folder, rows)) for _ in range(reps)]
    whole = statistics.median(a["seconds"] for a, _ in pairs)
    sample = statistics.median(b["seconds"] for _, b in pairs)
    ratio = statistics.median(a["seconds"] / b["seconds"] for a, b in pairs)
    work = statistics.median(a["processor"] / b["processor"] for a, b in pairs)
    print(f"typing {rows:,} rows: every value {whole:.2f} s, a sample {sample:.2f} s, ratio {ratio:.2f} (at most 1.5)")
    print(f"the same in time of the processor, whatever else the machine does: {work:.2f}")


def memory(folder: Path, megabytes: int, *, imports: bool) -> None:
    """Compare the memory for a long file with that for one of a tenth, found to be text or refused as numbers."""
    tasks = ["read_quoted", "refuse_quoted", *(["import_quoted"] if imports else [])]
    for task in tasks:
        peaks = []
        for size in (megabytes // 10, megabytes):
            place = folder / str(size)
            place.mkdir(exist_ok=True)
            if not (place / "quoted.csv").exists():
                run("make_quoted", place, size)
            done = run(task, place, size)
            peaks.append(done["peak"])
            print(f"{task}: {size:,} MB in {done['seconds']:.1f} s, {done['peak'] / MB:.0f} MB, said: {done['said']}")
        print(f"{task}: memory for ten times the file: {peaks[1] / peaks[0]:.2f} times")


if __name__ == "__main__":
    main()
