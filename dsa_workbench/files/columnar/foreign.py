"""What only a child process may ask of a foreign Parquet file, since the asking can end the process.

A child costs half a second and more, so nothing but `explain` has one: reading asks for nothing that it would tell.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from typing import Any

from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.stream import Input

SECONDS = 30
_CHILD = """
import json, sys
import pyarrow.parquet as pq
found = pq.ParquetFile(sys.argv[1]).metadata
groups = [found.row_group(i) for i in range(min(found.num_row_groups, 100))]
columns = [group.column(i) for group in groups for i in range(group.num_columns)]
print(json.dumps({
    "rows": found.num_rows, "row groups": found.num_row_groups, "created by": found.created_by,
    "codecs": sorted({c.compression for c in columns}),
    "encodings": sorted({e for c in columns for e in c.encodings}),
}))
"""


def inspect_parquet(file: Input) -> dict[str, Any]:
    """Read a Parquet file's metadata in a child process.

    Raises
    ------
    ImportRejected
        The child could not: it ended, or took too long.
    """
    with tempfile.NamedTemporaryFile(suffix=".parquet") as copy, file.open_raw() as raw:
        path = str(file.path)
        if file.path is None:
            shutil.copyfileobj(raw, copy)
            copy.flush()
            path = copy.name
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-c", _CHILD, path], capture_output=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired as err:
            raise _unfit(file, f"took more than {SECONDS} seconds") from err
    if done.returncode < 0:
        raise _unfit(file, f"ended the process that did (signal {-done.returncode})")
    if done.returncode:
        raise _unfit(file, done.stderr.decode("utf-8", "replace").strip().rsplit("\n", 1)[-1][:200])
    return dict(json.loads(done.stdout))


def _unfit(file: Input, what: str) -> ImportRejected:
    return ImportRejected(
        f"{file.label}: its metadata cannot be looked at: {what}.",
        hint="The file is damaged, encrypted, or written in a way that is not known here. Write it again.",
        file=file.label,
    )
