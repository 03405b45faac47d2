"""Runs tasks in processes of their own and watches their memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def run(task: str, folder: Path, rows: int) -> dict[str, Any]:
    """Run one task; return what it returned and `peak`, the most memory its process held, in bytes.

    Raises
    ------
    RuntimeError
        The task failed.
    """
    command = [sys.executable, "-m", "benchmarks.runner", task, str(folder), str(rows)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"The task {task} failed with {process.returncode}.")
    # Linux counts in kibibytes, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return {**json.loads(said.splitlines()[-1]), "peak": usage.ru_maxrss * unit}


def _main() -> None:
    from benchmarks.csv_tasks import CSV_TASKS
    from benchmarks.export_tasks import EXPORT_TASKS
    from benchmarks.patch_tasks import PATCH_TASKS
    from benchmarks.tasks import TASKS
    from benchmarks.workbook_tasks import WORKBOOK_TASKS

    task, folder, rows = sys.argv[1:]
    tasks = TASKS | CSV_TASKS | PATCH_TASKS | WORKBOOK_TASKS | EXPORT_TASKS
    print(json.dumps(tasks[task](Path(folder), int(rows))))


if __name__ == "__main__":
    _main()
