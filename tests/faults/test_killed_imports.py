"""An import killed at a random moment: the ref is the old or the new commit, and the store is sound."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pytest

from dsa_workbench.workbench import Workbench

KILLS = 30
ROWS = 60_000

_IMPORT = """
import sys
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import connect

with connect(sys.argv[1], actor="bob", settings=Settings()) as wb:
    print("ready", flush=True)
    wb.import_file(sys.argv[2], "sales")
    print("done", flush=True)
"""


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


def test_the_ref_is_the_old_or_the_new_commit(wb: Workbench, pg_url: str, versions: list[Path]) -> None:
    trees = [wb.import_file(path, "sales", key="id").tree for path in versions]
    chance = random.Random(11)
    begun = time.perf_counter()
    assert _run(pg_url, versions[0], None)
    longest = time.perf_counter() - begun
    outcomes = set()
    for _ in range(KILLS):
        standing = wb.show("sales")
        other = versions[1 - trees.index(standing.tree)]
        finished = _run(pg_url, other, chance.uniform(0, longest))
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


def _run(url: str, path: Path, kill_after: float | None) -> bool:
    """Import in a process of its own, kill it after so many seconds; return whether it said it was done."""
    process = subprocess.Popen(
        [sys.executable, "-c", _IMPORT, url, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    if kill_after is not None:
        time.sleep(kill_after)
        process.send_signal(signal.SIGKILL)
    out, _ = process.communicate()
    return "done" in out
