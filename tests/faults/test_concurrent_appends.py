"""Twenty processes append to one branch at once: every row is there, history is linear."""

import subprocess
import sys

from dsa_workbench.workbench import Workbench

PROCESSES = 20
ROWS = 3

_APPEND = """
import sys
import pyarrow as pa
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import connect

url, number, rows = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with connect(url, actor=f"p{number}", settings=Settings()) as wb:
    wb.commit(pa.table({"who": [number] * rows, "row": list(range(rows))}), "log", mode="append")
"""


def test_all_rows_of_all_processes_are_there(wb: Workbench, pg_url: str) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", _APPEND, pg_url, str(i), str(ROWS)], stderr=subprocess.PIPE, text=True)
        for i in range(PROCESSES)
    ]
    said = [process.communicate()[1] for process in running]
    assert [process.returncode for process in running] == [0] * PROCESSES, said
    rows = wb.read("log").to_arrow().to_pylist()
    assert sorted((r["who"], r["row"]) for r in rows) == [(w, r) for w in range(PROCESSES) for r in range(ROWS)]
    log = wb.log("log")
    assert len(log) == PROCESSES
    assert [c.parents for c in log] == [*((c.id,) for c in log[1:]), ()]
    assert wb.check().ok
