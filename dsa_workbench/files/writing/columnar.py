"""Parquet and Arrow out: the types stay what they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dsa_workbench.errors import Unsupported
from dsa_workbench.files.writing.options import WriteOptions

ROW_GROUP = 1 << 17
"""Rows of a Parquet row group; small batches are put together."""


def write_parquet(batches: Iterator[pa.RecordBatch], schema: pa.Schema, sink: Any, options: WriteOptions) -> list[str]:
    """Write one Parquet file under zstd.

    Raises
    ------
    Unsupported
        Parquet has no form for one of the types.
    """
    try:
        with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
            for table in _groups(batches, schema):
                writer.write_table(table, row_group_size=ROW_GROUP)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as err:
        raise Unsupported(
            f"Parquet cannot hold this table: {err}.", hint="Export it as Arrow or CSV, or leave the column out."
        ) from err
    return []


def _groups(batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows >= ROW_GROUP:
            yield pa.Table.from_batches(held, schema)
            held, rows = [], 0
    if held:
        yield pa.Table.from_batches(held, schema)


def write_arrow(batches: Iterator[pa.RecordBatch], schema: pa.Schema, sink: Any, options: WriteOptions) -> list[str]:
    """Write an Arrow file under zstd, which is also what Feather version 2 is; bare where no compression is wanted."""
    with pa.ipc.new_file(sink, schema, options=_ipc(options)) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return []


def write_arrow_stream(
    batches: Iterator[pa.RecordBatch], schema: pa.Schema, sink: Any, options: WriteOptions
) -> list[str]:
    """Write an Arrow stream as `write_arrow` writes a file."""
    with pa.ipc.new_stream(sink, schema, options=_ipc(options)) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return []


def _ipc(options: WriteOptions) -> Any:
    return pa.ipc.IpcWriteOptions(compression=None if options.compression == "none" else "zstd")
