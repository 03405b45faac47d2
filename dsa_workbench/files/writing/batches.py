"""The one function that writes: batches, a schema, a place, a format -> a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from dsa_workbench.files.writing.columnar import write_arrow, write_arrow_stream, write_parquet
from dsa_workbench.files.writing.delimited import rendered_header, write_delimited
from dsa_workbench.files.writing.inserts import write_inserts
from dsa_workbench.files.writing.jsonlines import write_jsonlines
from dsa_workbench.files.writing.options import Target, WriteOptions, Written, compression_of, format_of
from dsa_workbench.files.writing.target import compressed, open_target
from dsa_workbench.files.writing.workbook import write_sheets

Writer = Callable[[Iterator[pa.RecordBatch], pa.Schema, Any, WriteOptions], list[str]]
"""Writes batches to a binary file and returns what a user should know."""

_WRITERS: dict[str, Writer] = {
    "csv": write_delimited,
    "tsv": write_delimited,
    "parquet": write_parquet,
    "arrow": write_arrow,
    "arrows": write_arrow_stream,
    "jsonl": write_jsonlines,
    "sql": write_inserts,
}


@dataclass(frozen=True, slots=True)
class TableToWrite:
    """One of several tables: its name, its schema, its rows."""

    name: str
    schema: pa.Schema
    batches: Iterable[pa.RecordBatch]


def write_batches(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    target: Target,
    format: str | None = None,
    options: WriteOptions | None = None,
) -> Written:
    """Write batches of a schema to a path or a binary file, as a stream; the path's ending or `format` says how.

    Raises
    ------
    InvalidInput
        The place cannot be written to, an option does not fit, or a value has no form there: names row and column.
    Unsupported
        The format has no form for one of the types.
    """
    options = options or WriteOptions()
    chosen = format_of(target, format)
    if chosen == "xlsx":
        return write_workbook([TableToWrite(options.table, schema, batches)], target, options)
    options = options_for(chosen, options)
    count = _Count()
    with open_target(target) as sink:
        with compressed(sink, compression_of(target, options, chosen)) as packed:
            notes = _WRITERS[chosen](count.counted(batches), schema, packed, options)
        return Written(count.rows, sink.bytes, tuple(notes))


def options_for(format: str, options: WriteOptions) -> WriteOptions:
    """Give the options with what the format says by its name."""
    return replace(options, delimiter="\t") if format == "tsv" and options.delimiter is None else options


def write_texts(
    texts: Iterable[tuple[int, bytes]], names: Sequence[str], target: Target, format: str, options: WriteOptions
) -> Written:
    """Write a table whose rows are delimited text in UTF-8 already: pieces with their rows, in order.

    Raises
    ------
    InvalidInput
        The place cannot be written to, or an option cannot be used.
    """
    count = 0
    with open_target(target) as sink:
        with compressed(sink, compression_of(target, options, format)) as packed:
            packed.write(rendered_header(names, options_for(format, options)))
            for rows, text in texts:
                packed.write(text)
                count += rows
        return Written(count, sink.bytes)


def write_workbook(tables: Sequence[TableToWrite], target: Target, options: WriteOptions | None = None) -> Written:
    """Write tables to a workbook, a sheet each; errors are those of `write_batches`."""
    options = options or WriteOptions()
    compression_of(target, options, "xlsx")
    count = _Count()
    with open_target(target) as sink:
        sheets = [(t.name, t.schema, count.counted(t.batches)) for t in tables]
        notes = write_sheets(sheets, sink, options)
        return Written(count.rows, sink.bytes, tuple(notes))


class _Count:
    """Counts rows that pass."""

    def __init__(self) -> None:
        self.rows = 0

    def counted(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            self.rows += batch.num_rows
            yield batch
