"""Parquet in, as a stream of batches.

The metadata of single column chunks (`metadata.row_group(i).column(j)`) is never looked at: on a foreign file with an
encrypted column or an unknown codec pyarrow ends the whole process there. Reading such a file merely raises.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.memory import plain_batch, plain_schema
from dsa_workbench.files.parquet_units import with_units
from dsa_workbench.files.stream import Input
from dsa_workbench.files.tables import SINGLE, ArrowSource, ProgressHook, TableSource

BATCH_ROWS = 65_536
SUFFIXES = (".parquet", ".pq")


def open_parquet(file: Input, *, progress: ProgressHook | None = None) -> list[TableSource]:
    """Open a Parquet file.

    Raises
    ------
    ImportRejected
        It is no Parquet file, or is damaged, encrypted, or written in a way that pyarrow does not know.
    """
    label = file.label
    with _opened(file) as parquet:
        schema = plain_schema(with_units(parquet.schema_arrow, parquet.metadata.metadata))
        total = parquet.metadata.num_rows

    def read() -> Iterator[pa.RecordBatch]:
        rows = 0
        with _opened(file) as parquet:
            for batch in parquet.iter_batches(batch_size=BATCH_ROWS):
                rows += batch.num_rows
                yield plain_batch(batch, schema)
                if progress is not None:
                    progress(Progress("reading", rows, rows, total))

    return [ArrowSource(SINGLE, label, schema, read)]


@contextmanager
def _opened(file: Input) -> Iterator[Any]:
    with _translated(file.label), file.open_raw() as raw, pq.ParquetFile(pa.PythonFile(raw, "r")) as parquet:
        yield parquet


@contextmanager
def _translated(label: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, NotImplementedError, OverflowError) as err:
        if isinstance(err, FileNotFoundError | PermissionError | IsADirectoryError):
            raise
        said = " ".join(str(err).split())[:200]
        if "ncrypt" in said:
            what = "is encrypted"
        elif isinstance(err, (NotImplementedError, pa.ArrowNotImplementedError)):
            what = "uses a feature that this version cannot read"
        else:
            what = "is not a Parquet file that can be read"
        raise ImportRejected(
            f"{label} {what}: {said}", hint="Write it again, for example with pyarrow or DuckDB.", file=label
        ) from err
