"""A large file imported by one worker process and by two, and on the threads of one process, in one run.

``python -m benchmarks.cluster --mb 1000`` prints one table. Each import goes to a store of its own, so that none finds
what another has stored; the file is read once before, so that all find it in memory.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from dataclasses import astuple, dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # psutil ships no types
import pyarrow.csv as csv

from benchmarks.orders import make_orders
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.opening import open_store
from dsa_workbench.features.imports.import_file import ImportFile, import_file
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.settings import Settings
from dsa_workbench.worker.cluster import Cluster

PLACES = {
    "no cluster": ("off", 1),
    "2 threads": ("threads", 2),
    "1 process": ("processes", 1),
    "2 processes": ("processes", 2),
}
_ROWS = 1_000_000
"""Rows that are made at once, of some 127 MB."""


def make_file(path: Path, size: int) -> int:
    """Write orders until the file has so many bytes; return its rows."""
    rows = 0
    with path.open("wb") as file:
        while file.tell() < size:
            part = make_orders(_ROWS, seed=1 + rows // _ROWS)
            csv.write_csv(part, file, csv.WriteOptions(include_header=not rows))
            rows += part.num_rows
    return rows


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of CPU: of the importing process, of the workers, of Postgres; and those of all these in the kernel."""

    importer: float
    workers: float
    postgres: float
    kernel: float

    @classmethod
    def so_far(cls, store: Path) -> Spent:
        """Add up what was spent until now, by processes that have ended, too."""
        parts = {"importer": [psutil.Process()], "workers": [], "postgres": []}
        parts["workers"] = parts["importer"][0].children(recursive=True)
        for process in psutil.process_iter(["name", "cwd"]):
            if process.info["name"] == "postgres" and str(process.info["cwd"] or "").startswith(str(store)):
                parts["postgres"].append(process)
        seconds, kernel = {}, 0.0
        for name, processes in parts.items():
            times = [process.cpu_times() for process in processes]
            # Sessions of Postgres end before it does, and are then counted among what its children took.
            ended = name == "postgres"
            system = sum(t.system + ended * t.children_system for t in times)
            seconds[name] = system + sum(t.user + ended * t.children_user for t in times)
            kernel += system
        return cls(**seconds, kernel=kernel)

    def __sub__(self, before: Spent) -> Spent:
        return Spent(*(a - b for a, b in zip(astuple(self), astuple(before), strict=True)))


def import_once(folder: Path, path: Path, place: tuple[str, int]) -> tuple[float, Spent, str]:
    """Import the file into a new store; return the seconds, without the start of the cluster, the CPU, and the tree."""
    store = folder / "store"
    settings = Settings(data_dir=store, spool_dir=folder / "spool", dask=place[0], dask_workers=place[1])
    opened = open_store(settings)
    cluster = Cluster(settings, opened.store, settings.data_dir)
    try:
        # All of them: what the second one loads would otherwise be counted, and what the only one loads would not.
        while cluster.takes(path.stat().st_size) and cluster.workers(lambda: None) < place[1]:
            time.sleep(0.1)
        before, started = Spent.so_far(store), time.perf_counter()
        command = ImportFile(path, "orders", spread=cluster)
        done = import_file(Actor("bench"), opened.store, SegmentCache(1 << 20), command)
        return time.perf_counter() - started, Spent.so_far(store) - before, done.committed.commit.tree
    finally:
        cluster.close()
        opened.close()
        shutil.rmtree(store)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, default=1_000, help="size of the file")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--places", nargs="+", choices=PLACES, default=list(PLACES))
    given = parser.parse_args()
    seconds: dict[str, list[float]] = {place: [] for place in given.places}
    spent: dict[str, list[Spent]] = {place: [] for place in given.places}
    trees = set()
    with tempfile.TemporaryDirectory() as name:
        folder, path = Path(name), Path(name) / "orders.csv"
        rows = make_file(path, given.mb * 1_000_000)
        for _ in range(given.rounds):
            for place in given.places:
                took, cpu, tree = import_once(folder, path, PLACES[place])
                seconds[place].append(took)
                spent[place].append(cpu)
                trees.add(tree)
        size = path.stat().st_size
    if len(trees) != 1:
        raise RuntimeError("the places came to different trees")
    print(f"{rows:,} rows, {size / 1e6:,.0f} MB, one tree\n")
    print("| where | seconds, each round | median | MB/s |\n| --- | --- | --- | --- |")
    for place, times in seconds.items():
        middle = statistics.median(times)
        print(f"| {place} | {', '.join(f'{t:.1f}' for t in times)} | {middle:.1f} | {size / 1e6 / middle:.0f} |")
    print("\nseconds of CPU, the median of each:\n")
    print("| where | importing process | workers | Postgres | of all: in the kernel |\n| --- | --- | --- | --- | --- |")
    for place, each in spent.items():
        cells = (statistics.median(column) for column in zip(*map(astuple, each), strict=True))
        print(f"| {place} | {' | '.join(f'{cell:.1f}' for cell in cells)} |")
    if {"1 process", "2 processes"} <= seconds.keys():
        ratios = [a / b for a, b in zip(seconds["1 process"], seconds["2 processes"], strict=True)]
        print(f"\ntwo processes / one: {', '.join(f'{r:.2f}' for r in ratios)} times as fast in each round")


if __name__ == "__main__":
    main()
