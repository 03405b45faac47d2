"""Arrow IPC in, as file or stream, which is also what Feather version 2 is; and Feather version 1."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.columnar.soundness import check_batch
from dsa_workbench.files.header import distinct_fields
from dsa_workbench.files.memory import plain_batch, plain_schema
from dsa_workbench.files.stream import Input
from dsa_workbench.files.tables import SINGLE, ArrowSource, ProgressHook, TableSource

FILE_MAGIC = b"ARROW1"
STREAM_MAGIC = b"\xff\xff\xff\xff"
FEATHER_MAGIC = b"FEA1"
"""Feather version 1, which R and pandas wrote until 2020."""
SUFFIXES = (".arrow", ".feather", ".ipc", ".arrows")
BATCH_ROWS = 65_536
_END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"


def open_arrow(file: Input, *, progress: ProgressHook | None = None) -> list[TableSource]:
    """Open an Arrow file or stream, or a Feather file.

    Raises
    ------
    ImportRejected
        It is none, or is damaged or cut off.
    """
    with _opened(file) as (schema, _):
        schema, changes = distinct_fields(plain_schema(schema))

    def read() -> Iterator[pa.RecordBatch]:
        rows = 0
        with _opened(file) as (_, batches):
            for whole in batches:
                check_batch(whole, file.label, rows)
                for start in range(0, max(whole.num_rows, 1), BATCH_ROWS):
                    batch = whole.slice(start, BATCH_ROWS)
                    rows += batch.num_rows
                    yield plain_batch(batch, schema)
                if progress is not None:
                    progress(Progress("reading", rows))

    return [ArrowSource(SINGLE, file.label, schema, read, tuple(changes))]


def arrow_kind(file: Input) -> str:
    """Name what a file that `open_arrow` takes is."""
    if file.head.startswith(FEATHER_MAGIC):
        return "Feather, version 1"
    return "an Arrow file (Feather, version 2)" if file.head.startswith(FILE_MAGIC) else "an Arrow stream"


@contextmanager
def _opened(file: Input) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    try:
        with file.open_raw() as raw:
            if file.head.startswith(FEATHER_MAGIC):
                table = feather.read_table(pa.PythonFile(raw, "r"), memory_map=False)
                yield table.schema, iter(table.to_batches())
            elif file.head.startswith(FILE_MAGIC):
                reader = pa.ipc.open_file(pa.PythonFile(raw, "r"))
                yield reader.schema, (reader.get_batch(i) for i in range(reader.num_record_batches))
            else:
                stream: Any = pa.ipc.open_stream(pa.PythonFile(raw, "r"))
                yield stream.schema, _to_the_end(file, stream)
    except (pa.ArrowException, OSError, ValueError, EOFError, NotImplementedError) as err:
        said = " ".join(str(err).split())[:200].rstrip(".")
        raise ImportRejected(
            f"{file.label} is not an Arrow file that can be read: {said}.",
            hint="Write it again, for example with pyarrow.feather.",
            file=file.label,
        ) from err


def _to_the_end(file: Input, batches: Any) -> Iterator[pa.RecordBatch]:
    """Read a stream, which pyarrow takes for whole wherever it is cut between two batches.

    Raises
    ------
    ValueError
        The mark at its end is not there.
    """
    yield from batches
    if file.tail(len(_END_OF_STREAM)) != _END_OF_STREAM:
        raise ValueError("the mark of its end is missing: it is cut off")
