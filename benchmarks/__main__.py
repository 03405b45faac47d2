"""One table of ratios: our work against the same work done by pyarrow and pandas, in one run on one machine."""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.runner import run

MB = 1e6
SIDE_BY_SIDE = ("read_csv", "our_import", "our_import_keyless")
READS = ("our_read", "pandas_read_csv", "read_parquet")
READ_REPS = 7
"""Rounds of whole reads: they are short, and differ by a third from one to the next."""
AFTER = ("our_pages", "our_import_again", "our_append", "our_new_column", "our_update", "our_diff",
         "our_export_diff", "our_apply")  # fmt: skip

Runs = Mapping[str, Sequence[Mapping[str, Any]]]


def main() -> None:
    """Run the benchmarks and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--larger", type=int, default=5_000_000, help="rows of the larger table; 0 leaves it out")
    parser.add_argument("--reps", type=int, default=3)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dsa-bench-"))
    try:
        runs = measure(folder / "small", given.rows, given.reps)
        larger = measure(folder / "large", given.larger, 1) if given.larger else {}
        report(folder, given.rows, runs, given.larger, larger)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(folder: Path, rows: int, reps: int) -> Runs:
    """Run all tasks; those compared with each other in turn, each import into a store of its own."""
    folder.mkdir(parents=True)
    runs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    runs["make"].append(run("make", folder, rows))
    for _ in range(reps):
        shutil.rmtree(folder / "postgres", ignore_errors=True)
        for task in SIDE_BY_SIDE:
            runs[task].append(run(task, folder, rows))
    for task in READS * READ_REPS:
        runs[task].append(run(task, folder, rows))
    for task in AFTER:
        runs[task].append(run(task, folder, rows))
        if task in {"our_diff", "our_pages", "our_export_diff", "our_apply"}:
            runs[task] += [run(task, folder, rows) for _ in range(reps - 1)]
    return runs


def middle(runs: Runs, task: str, field: str = "seconds") -> float:
    """Give the median of a figure."""
    return float(statistics.median(r[field] for r in runs[task]))


def paired(runs: Runs, task: str, other: str) -> float:
    """Give the median of the ratios pair by pair, which holds when the machine's speed drifts."""
    return float(statistics.median(a["seconds"] / b["seconds"] for a, b in zip(runs[task], runs[other], strict=True)))


def report(folder: Path, rows: int, runs: Runs, more: int, larger: Runs) -> None:
    """Print the table: what, ours, against what, the ratio, and what was promised."""
    small = folder / "small"
    parquet = (small / "v1.parquet").stat().st_size
    stored = middle(runs, "our_import", "stored")
    total = (small / "total.parquet").stat().st_size
    lines: list[tuple[str, str, str, str, str]] = []

    def add(what: str, ours: str, other: str, ratio: str, promise: str) -> None:
        lines.append((what, ours, other, ratio, promise))

    def against(what: str, task: str, other: str, label: str, promise: str) -> None:
        ours, theirs = middle(runs, task), middle(runs, other)
        same = len(runs[task]) == len(runs[other])
        ratio = paired(runs, task, other) if same else ours / theirs
        add(what, f"{ours:.2f} s", f"{theirs:.2f} s {label}", f"{ratio:.2f}", promise)

    against("import CSV, key", "our_import", "read_csv", "pyarrow.csv.read_csv", "5")
    against("import CSV, no key", "our_import_keyless", "read_csv", "pyarrow.csv.read_csv", "5")
    against("read all to Arrow", "our_read", "pandas_read_csv", "pandas.read_csv", "1")
    against("read all to Arrow", "our_read", "read_parquet", "parquet.read_table", "")
    peak = middle(runs, "our_import", "peak")
    add(
        "import, peak memory",
        f"{peak / MB:.0f} MB",
        f"{middle(runs, 'read_csv', 'peak') / MB:.0f} MB read_csv",
        "",
        "600 MB",
    )
    add("page of 100, cold", f"{middle(runs, 'our_pages') * 1e3:.1f} ms", "", "", "30 ms")
    slowest = max(map(statistics.median, zip(*(r["places"] for r in runs["our_pages"]), strict=True)))
    add("page of 100, cold, slowest of 7 places", f"{slowest * 1e3:.1f} ms", "", "", "30 ms")
    add("page of 100, again", f"{middle(runs, 'our_pages', 'warm') * 1e3:.1f} ms", "", "", "")
    add(
        "stored, all of the database",
        f"{stored / MB:.2f} MB",
        f"{parquet / MB:.2f} MB Parquet zstd",
        f"{stored / parquet:.3f}",
        "1.0",
    )
    again, append = middle(runs, "our_import_again", "stored"), middle(runs, "our_append", "stored")
    add("same file again, stored", f"{again / MB:.2f} MB", "", "", "0")
    add(
        "append 1,000 rows, stored",
        f"{append / MB:.2f} MB",
        f"{stored / MB:.2f} MB the table",
        f"{append / stored:.3f}",
        "0.03",
    )
    wider = middle(runs, "our_new_column", "stored")
    add(
        "a new column, stored", f"{wider / MB:.2f} MB", f"{total / MB:.2f} MB it as Parquet", f"{wider / total:.2f}", ""
    )
    truth = runs["make"][0]
    counts = {k: v for k, v in runs["our_diff"][0]["counts"].items() if k != "unchanged"}
    right = counts == {k: truth[k] for k in ("added", "removed", "changed")}
    add(
        "diff of the edited file",
        f"{middle(runs, 'our_diff'):.2f} s",
        "exact" if right else f"WRONG: {counts}",
        "",
        "exact",
    )
    add("import of the edited file", f"{middle(runs, 'our_update'):.2f} s", "", "", "")
    export = runs["our_export_diff"]
    against("that diff to Parquet", "our_export_diff", "our_import", "import", "")
    add("that diff to CSV", f"{middle(runs, 'our_export_diff', 'csv'):.2f} s", f"{export[0]['rows']:,} rows", "", "")
    against("that diff applied", "our_apply", "our_import", "import", "2")
    if larger:
        peaks = middle(larger, "our_import", "peak")
        add(
            f"import of {more:,} rows, peak",
            f"{peaks / MB:.0f} MB",
            f"{peak / MB:.0f} MB",
            f"{peaks / peak:.2f}",
            "1.3",
        )
        pages = middle(larger, "our_pages") * 1e3
        add(f"page of 100 in {more:,}, cold", f"{pages:.1f} ms", "", "", "30 ms")
        against_larger = middle(larger, "our_import") / middle(larger, "read_csv")
        add(
            f"import of {more:,} rows",
            f"{middle(larger, 'our_import'):.2f} s",
            f"{middle(larger, 'read_csv'):.2f} s read_csv",
            f"{against_larger:.2f}",
            "",
        )
    head = (f"{rows:,} rows, 12 columns", "ours", "against", "ratio", "at most")
    widths = [max(len(line[i]) for line in [head, *lines]) for i in range(5)]
    for line in [head, tuple("-" * w for w in widths), *lines]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
