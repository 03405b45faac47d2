"""Parquet in, as a stream of batches.

The metadata of single column chunks (`metadata.row_group(i).column(j)`) is never looked at in this process: on a
foreign file with an encrypted column or an unknown codec pyarrow ends the whole process there. Reading such a file
merely raises. What only that metadata tells, `foreign` asks a child process for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.columnar.parquet_units import with_units
from dsa_workbench.files.columnar.soundness import check_batch
from dsa_workbench.files.header import distinct_fields
from dsa_workbench.files.memory import plain_batch, plain_schema
from dsa_workbench.files.stream import Input
from dsa_workbench.files.tables import MIB, SINGLE, ArrowSource, ProgressHook, ReadOptions, TableSource

BATCH_ROWS = 65_536
BATCH_BYTES = 64 * MIB
"""What a batch holds at most, going by the mean row of its row group."""
SUFFIXES = (".parquet", ".pq")
MAGIC, ENCRYPTED_MAGIC = b"PAR1", b"PARE"
HUGE_BYTES, HUGE_RATIO = 256 * MIB, 100
"""A row group of so many bytes, and so many times the size of the file, is not what people write."""


def is_parquet(file: Input) -> bool:
    """Say whether a file is Parquet: by its first bytes, or by its last, which are those that readers look at."""
    if file.head.startswith((MAGIC, ENCRYPTED_MAGIC)):
        return True
    end = b"" if file.compression is not None else file.tail(8)
    return end[4:] in (MAGIC, ENCRYPTED_MAGIC) and 0 < int.from_bytes(end[:4], "little") < (file.size or 0)


def open_parquet(file: Input, options: ReadOptions, *, progress: ProgressHook | None = None) -> list[TableSource]:
    """Open a Parquet file.

    Raises
    ------
    ImportRejected
        It is no Parquet file, or is damaged, encrypted, or written in a way that pyarrow does not know; or it would
        unpack to far more than its size tells, and `options.huge` is off.
    """
    label = file.label
    if file.head.startswith(ENCRYPTED_MAGIC):
        raise ImportRejected(f"{label} is an encrypted Parquet file.", hint=_DECRYPT, file=label)
    with _opened(file) as parquet:
        # What the reader gives is not always what the file's schema says: groups without a member are left out.
        found = parquet.read_row_groups([]).schema
        left_out = [name for name in parquet.schema_arrow.names if name not in found.names]
        schema, changes = distinct_fields(plain_schema(with_units(found, parquet.metadata.metadata)))
        sizes = row_group_sizes(parquet)
        total = parquet.metadata.num_rows
    if not options.huge:
        _check_sizes(file, sizes)
    notes = [f"{name} has no members in the file, and so no values: it was left out." for name in left_out] + changes

    def read() -> Iterator[pa.RecordBatch]:
        rows = 0
        with _opened(file) as parquet:
            for i, (size, count) in enumerate(sizes):
                at_once = max(1, min(BATCH_ROWS, BATCH_BYTES * count // max(size, 1)))
                for batch in parquet.iter_batches(batch_size=at_once, row_groups=[i]):
                    check_batch(batch, label, rows)
                    rows += batch.num_rows
                    yield plain_batch(batch, schema)
                    if progress is not None:
                        progress(Progress("reading", rows, rows, total))
        if rows != total:
            raise ImportRejected(
                f"{label} says that it has {total:,} rows, and holds {rows:,}.", hint="Write it again.", file=label
            )

    return [ArrowSource(SINGLE, label, schema, read, tuple(notes))]


def row_group_sizes(parquet: Any) -> list[tuple[int, int]]:
    """Give the bytes and rows of each row group, by its own account."""
    groups = (parquet.metadata.row_group(i) for i in range(parquet.metadata.num_row_groups))
    return [(group.total_byte_size, group.num_rows) for group in groups]


def _check_sizes(file: Input, sizes: list[tuple[int, int]]) -> None:
    largest = max((size for size, _ in sizes), default=0)
    if largest > HUGE_BYTES and largest > HUGE_RATIO * (file.size or largest):
        raise ImportRejected(
            f"{file.label} has {file.size or 0:,} bytes, of which a row group would make {largest:,}: it looks like a "
            "file that is made to fill the memory.",
            hint="If you trust it and have the memory, import it with huge=True (--huge).", file=file.label,
        )  # fmt: skip


@contextmanager
def _opened(file: Input) -> Iterator[Any]:
    with translated(file.label), file.open_raw() as raw, pq.ParquetFile(pa.PythonFile(raw, "r")) as parquet:
        yield parquet


_DECRYPT = "Write it again without encryption, with the key, for example by pyarrow."


@contextmanager
def translated(label: str) -> Iterator[None]:
    """Turn what pyarrow says of a file into one sentence."""
    try:
        yield
    except ImportRejected:
        raise
    except (pa.ArrowException, OSError, ValueError, NotImplementedError, OverflowError, MemoryError) as err:
        if isinstance(err, FileNotFoundError | PermissionError | IsADirectoryError):
            raise
        said = " ".join(str(err).split())[:200]
        hint = "Write it again, for example with pyarrow or DuckDB."
        if "crypt" in said:
            what, hint = "is encrypted, at least in part", _DECRYPT
        elif isinstance(err, MemoryError):
            what, hint = "needs more memory than there is", "Write it again in smaller row groups."
        elif isinstance(err, (NotImplementedError, pa.ArrowNotImplementedError)):
            what = "uses a feature that this version cannot read"
        else:
            what = "is not a Parquet file that can be read"
        raise ImportRejected(f"{label} {what}: {said.rstrip('.')}.", hint=hint, file=label) from err
