"""An import killed at a random moment: the ref is the old or the new commit, and the store is sound."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pytest

from dsa_workbench.workbench import Workbench

KILLS = 30
ROWS = 60_000

# It loads everything once and forks for each import, since loading takes longer than the import.
_IMPORTER = """
import os
import sys

import pandas
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import connect

url, ended = sys.argv[1], []
for path in sys.stdin:
    while ended:
        os.waitpid(ended.pop(), 0)
    pid = os.fork()
    if not pid:
        with connect(url, actor="bob", settings=Settings()) as wb:
            print("ready", os.getpid(), flush=True)
            wb.import_file(path.strip(), "sales")
            print("done", flush=True)
        os._exit(0)
    # It is left as a zombie until the next line comes: its number must not be another's while it may be killed.
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    print("ended", flush=True)
    ended.append(pid)
"""


class Importer:
    """A process that imports files, each in a fork that may be killed."""

    def __init__(self, url: str) -> None:
        command = [sys.executable, "-c", _IMPORTER, url]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, path: Path, kill_after: float | None = None) -> bool:
        """Import a file; kill it after so many seconds; return whether it said that it was done."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        word, pid = self.process.stdout.readline().split()
        assert word == "ready"
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(int(pid), signal.SIGKILL)
        return "done\n" in list(iter(self.process.stdout.readline, "ended\n"))

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


@pytest.fixture
def importer(pg_url: str) -> Iterator[Importer]:
    started = Importer(pg_url)
    yield started
    started.close()


@pytest.fixture
def versions(tmp_path: Path) -> list[Path]:
    rng = np.random.default_rng(5)
    paths = []
    for i in range(2):
        table = pa.table(
            {"id": np.arange(ROWS), "value": rng.random(ROWS), "text": [f"t{n}" for n in rng.integers(0, 10**9, ROWS)]}
        )
        paths.append(tmp_path / f"v{i}.csv")
        pc.write_csv(table, paths[-1])
    return paths


def test_the_ref_is_the_old_or_the_new_commit(wb: Workbench, importer: Importer, versions: list[Path]) -> None:
    trees = [wb.import_file(path, "sales", key="id").tree for path in versions]
    chance = random.Random(11)
    begun = time.perf_counter()
    assert importer.run(versions[0])
    longest = time.perf_counter() - begun
    outcomes = set()
    for _ in range(KILLS):
        standing = wb.show("sales")
        other = versions[1 - trees.index(standing.tree)]
        finished = importer.run(other, chance.uniform(0, longest))
        head = wb.show("sales")
        changed = head.id != standing.id
        outcomes.add(changed)
        assert head.tree in trees
        assert head.parents == (standing.id,) if changed else head.id == standing.id
        assert changed or not finished
    report = wb.check()
    assert report.ok, report.problems
    for i, path in enumerate(versions):
        done = wb.import_file(path, "sales")
        assert done.tree == trees[i]
        assert wb.read("sales").num_rows == ROWS
    assert False in outcomes
