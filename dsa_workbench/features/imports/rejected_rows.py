"""The rows that an import left out, as they stand in the file: what its reader and what the commit left out, together.

A file of rejects has the columns of the table, as they were written, and behind them where each row stands and what is
wrong with it (`dsa:row`, `dsa:line`, `dsa:column`, `dsa:value`, `dsa:reason`). It is corrected and imported again: the
columns behind are left out then.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.skipping import Skip
from dsa_workbench.files.rejects import I64, MARKS, PREFIX, SCHEMA, RejectLog, listed_cells, places_in_file
from dsa_workbench.files.tables import Over, TableSource
from dsa_workbench.files.workbooks.sheets import SheetSource
from dsa_workbench.files.writing import WriteOptions, format_of, write_batches

_BATCH_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class RejectedRows:
    """The rows that were left out of one table: `rejects.SCHEMA`, rows counted from 1; and the table's columns.

    `bad_keys` of them have an empty key or one that another row has.
    """

    table: str
    columns: tuple[str, ...]
    rows: pa.Table
    delimiter: str = ","
    bad_keys: int = 0


@dataclass(frozen=True, slots=True)
class Unmarked(Over):
    """A table without the columns that a file of rejects has behind those of the table."""

    table: TableSource

    @property
    def schema(self) -> Any:
        """The Arrow schema of the columns that are left."""
        schema = self.table.schema
        return pa.schema([f for f in schema if f.name not in MARKS], schema.metadata)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what was assumed."""
        notes = [note for note in self.table.notes if PREFIX not in note]
        return (*notes, f"the columns {', '.join(MARKS)} say why rows were rejected; they were left out.")

    def batches(self) -> Iterator[Any]:
        """Give the rows in order."""
        for batch in self.table.batches():
            yield batch.select([name for name in batch.schema.names if name not in MARKS])


def unmarked(table: TableSource) -> TableSource:
    """Leave out the columns of a file of rejects, if all of them are there."""
    return Unmarked(table) if set(MARKS) <= set(table.schema.names) else table


def gather(table: TableSource, reader_name: str, name: str, log: RejectLog, skip: Skip) -> RejectedRows:
    """Put together what was left out of a table called `name` here, and otherwise by its reader."""
    reader = reader_of(table)
    early, late = log.of(reader_name), skip.rows
    columns = tuple(table.schema.names)
    if late.num_rows:
        kept = late["place"].to_numpy()
        places = places_in_file(early["row"].to_numpy(), kept)
        rows = reader.rows_at(places) if hasattr(reader, "rows_at") else _rows_of(table, kept, places)
        for column in ("column", "value", "reason"):
            rows = rows.set_column(rows.schema.get_field_index(column), column, late[column])
        early = pa.concat_tables([early, rows.cast(SCHEMA)]).sort_by("row")
    early = early.set_column(0, "row", pc.add(early["row"], 1))
    return RejectedRows(name, columns, early, getattr(reader, "delimiter", ","), skip.bad_keys)


def reader_of(table: Any) -> Any:
    """Find the reader under what an import wraps it in."""
    while hasattr(table, "table"):
        table = table.table
    return table


def _rows_of(table: TableSource, kept: I64, places: I64) -> pa.Table:
    """Read rows of a table that has types of its own; in a workbook the line is the sheet's row."""
    reader = reader_of(table)
    parts, done = [], 0
    for batch in table.batches():
        inside = kept[(kept >= done) & (kept < done + batch.num_rows)] - done
        parts.append(pa.Table.from_batches([batch.take(pa.array(inside))]))
        done += batch.num_rows
    cells = list(zip(*(texts_of(column) for column in pa.concat_tables(parts).columns), strict=True))
    in_sheet = isinstance(reader, SheetSource)
    lines = pa.array(places + reader.first_row) if in_sheet else pa.nulls(len(places), pa.int64())
    nothing = dict.fromkeys(("column", "value", "reason"), pa.nulls(len(places), pa.string()))
    found = {
        "row": pa.array(places),
        "line": lines,
        **nothing,
        "text": pa.array([line_of(row) for row in cells], pa.string()),
        "cells": pa.array([list(row) for row in cells], pa.list_(pa.string())),
    }
    return pa.table(found).select(SCHEMA.names).cast(SCHEMA)


def texts_of(column: Any) -> list[str | None]:
    """Write the values of a column as texts."""
    try:
        return column.cast(pa.string()).to_pylist()  # type: ignore[no-any-return]
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return [None if value is None else str(value) for value in column.to_pylist()]


def line_of(cells: Sequence[str | None]) -> str:
    """Write cells as a line of CSV."""
    sink = io.StringIO()
    csv.writer(sink, lineterminator="").writerow(cells)
    return sink.getvalue()


def check_target(target: str | os.PathLike[str]) -> None:
    """See that a file of rejects can be written there, before an import is done.

    Raises
    ------
    InvalidInput
        Its ending names no format, or there is no such folder.
    """
    format_of(target, None)
    folder = Path(target).expanduser().parent
    if not folder.is_dir():
        raise InvalidInput(f"There is no folder {folder} for the rows that do not fit.", hint="Make it first.")


def write_rejects(target: str | os.PathLike[str], rejected: Sequence[RejectedRows]) -> Mapping[str, Path]:
    """Write files of rejects, one a table that has any: the table's name stands in the name where there are several.

    Raises
    ------
    InvalidInput
        The file cannot be written.
    """
    path = Path(target).expanduser()
    files = {}
    for part in rejected:
        if part.rows.num_rows:
            several = len(rejected) > 1
            files[part.table] = path.with_name(f"{path.stem}-{part.table}{path.suffix}") if several else path
            _write(files[part.table], part)
    return files


def _write(path: Path, part: RejectedRows) -> None:
    schema = pa.schema([(name, pa.string()) for name in part.columns] + [(name, pa.string()) for name in MARKS])

    def batches() -> Iterator[Any]:
        for batch in part.rows.to_batches(max_chunksize=_BATCH_ROWS):
            cells = listed_cells(batch.column("cells"), len(part.columns))
            marks = [batch.column(name.removeprefix(PREFIX)).cast(pa.string()) for name in MARKS]
            yield pa.RecordBatch.from_arrays([*cells, *marks], schema=schema)

    plain = part.delimiter.isascii() and part.delimiter not in (" ", "\\")
    write_batches(batches(), schema, path, options=WriteOptions(delimiter=part.delimiter if plain else ","))


def first_of(rejected: RejectedRows) -> str:
    """Say where the first row stands that was left out, and why."""
    row = rejected.rows.slice(0, 1).to_pylist()[0]
    at = f"row {row['row']:,}" + (f", line {row['line']:,}" if row["line"] is not None else "")
    return f"{at}: {row['reason']}" + (f" ({row['value']!r:.60})" if row["column"] and row["value"] else "")
