"""The tasks of `benchmarks.csv_files`: reading alone, without a store unless the name says so."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.stream import open_input
from dsa_workbench.files.tables import ReadOptions, Retyped
from dsa_workbench.files.text.delimited import DelimitedTable
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import connect

MB = 1_000_000
Outcome = dict[str, Any]


def _read(table: DelimitedTable) -> int:
    while True:
        try:
            return sum(batch.num_rows for batch in table.batches())
        except Retyped:
            continue


def type_all(folder: Path, rows: int) -> Outcome:
    """Read a table with every value looked at."""
    started, worked = time.perf_counter(), time.process_time()
    assert _read(DelimitedTable(open_input(folder / "v1.csv"), ReadOptions(), None)) == rows
    return {"seconds": time.perf_counter() - started, "processor": time.process_time() - worked}


def type_sample(folder: Path, rows: int) -> Outcome:
    """Read a table with the types of its first look, and convert."""
    started, worked = time.perf_counter(), time.process_time()
    table = DelimitedTable(open_input(folder / "v1.csv"), ReadOptions(), None)
    table._evidence = list(table.seen)
    table._final = True  # what the first look found is taken for the truth
    assert _read(table) == rows
    return {"seconds": time.perf_counter() - started, "processor": time.process_time() - worked}


def make_quoted(folder: Path, megabytes: int) -> Outcome:
    """Write a file with a newline in quotes every 1,000 rows and a word among the numbers of the last row."""
    plain = "".join(
        f"{i:06d}x,{i},{i}.25,2026-03-01,some words that fill the row up to a hundred bytes\n" for i in range(999)
    )
    thousand = plain + '999999x,999,1.5,2026-03-02,"two\nlines, quoted"\n'
    data = thousand.encode()
    with (folder / "quoted.csv").open("wb") as file:
        file.write(b"code,qty,price,day,note\n")
        for _ in range(megabytes * MB // len(data)):
            file.write(data)
        file.write(b"x,many,1.5,2026-03-01,last\n")
    return {}


def read_quoted(folder: Path, megabytes: int) -> Outcome:
    """Read it: the column becomes text, and the note names row and value."""
    started = time.perf_counter()
    table = DelimitedTable(open_input(folder / "quoted.csv"), ReadOptions(), None)
    rows = _read(table)
    said = next(note for note in table.notes if note.startswith("qty"))
    assert "'many'" in said
    assert rows % 1_000 == 1
    return {"seconds": time.perf_counter() - started, "said": said}


def refuse_quoted(folder: Path, megabytes: int) -> Outcome:
    """Read it with the column given as numbers: refused, with line, row and value."""
    started = time.perf_counter()
    try:
        _read(DelimitedTable(open_input(folder / "quoted.csv"), ReadOptions(types={"qty": "int"}), None))
    except ImportRejected as err:
        return {"seconds": time.perf_counter() - started, "said": err.message}
    raise AssertionError("It was not refused.")


def import_quoted(folder: Path, megabytes: int) -> Outcome:
    """Import it into a store of its own."""
    wb = connect(actor="bench", settings=Settings(data_dir=folder / "postgres"))
    with wb:
        started = time.perf_counter()
        done = wb.import_file(folder / "quoted.csv", "quoted")
        seconds = time.perf_counter() - started
    return {"seconds": seconds, "said": next(note for note in done.notes if note.startswith("qty"))}


CSV_TASKS = {
    task.__name__: task for task in (type_all, type_sample, make_quoted, read_quoted, refuse_quoted, import_quoted)
}
