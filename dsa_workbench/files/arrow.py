"""Arrow IPC in, as file or stream, which is also what Feather version 2 is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.memory import plain_batch, plain_schema
from dsa_workbench.files.stream import Input
from dsa_workbench.files.tables import SINGLE, ArrowSource, ProgressHook, TableSource

FILE_MAGIC = b"ARROW1"
STREAM_MAGIC = b"\xff\xff\xff\xff"
SUFFIXES = (".arrow", ".feather", ".ipc", ".arrows")


def open_arrow(file: Input, *, progress: ProgressHook | None = None) -> list[TableSource]:
    """Open an Arrow file or stream.

    Raises
    ------
    ImportRejected
        It is neither, or is damaged.
    """
    with _opened(file) as (schema, _):
        schema = plain_schema(schema)

    def read() -> Iterator[pa.RecordBatch]:
        rows = 0
        with _opened(file) as (_, batches):
            for batch in batches:
                rows += batch.num_rows
                yield plain_batch(batch, schema)
                if progress is not None:
                    progress(Progress("reading", rows))

    return [ArrowSource(SINGLE, file.label, schema, read)]


@contextmanager
def _opened(file: Input) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    try:
        with file.open_raw() as raw:
            if file.head.startswith(FILE_MAGIC):
                reader = pa.ipc.open_file(pa.PythonFile(raw, "r"))
                yield reader.schema, (reader.get_batch(i) for i in range(reader.num_record_batches))
            else:
                stream: Any = pa.ipc.open_stream(pa.PythonFile(raw, "r"))
                yield stream.schema, iter(stream)
    except (pa.ArrowException, OSError, ValueError, EOFError) as err:
        said = " ".join(str(err).split())[:200]
        raise ImportRejected(
            f"{file.label} is not an Arrow file that can be read: {said}",
            hint="Write it again, for example with pyarrow.feather.",
            file=file.label,
        ) from err
