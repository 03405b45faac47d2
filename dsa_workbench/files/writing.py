"""Batches to files, as a stream. A file appears whole or not at all: it is written beside its place, then renamed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from dsa_workbench.errors import InvalidInput, Unsupported
from dsa_workbench.files.render import render_batch, render_header

Target = str | os.PathLike[str] | BinaryIO


def write_csv(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    target: Target,
    *,
    delimiter: str = ",",
    header: bool = True,
) -> int:
    """Write batches as UTF-8 text with line feeds; return the rows written.

    Raises
    ------
    InvalidInput
        The target cannot be written, or the delimiter is not one ASCII character.
    """
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n':
        raise InvalidInput(f"delimiter={delimiter!r} cannot be used.", hint="Give one ASCII character, such as ';'.")
    rows = 0
    with _open_target(target) as sink:
        if header:
            sink.write(render_header(schema.names, delimiter))
        for batch in batches:
            sink.write(render_batch(batch, delimiter))
            rows += batch.num_rows
    return rows


def write_parquet(batches: Iterable[pa.RecordBatch], schema: pa.Schema, target: Target) -> int:
    """Write batches as one Parquet file under zstd; return the rows written.

    Raises
    ------
    InvalidInput
        The target cannot be written.
    Unsupported
        Parquet has no form for one of the types.
    """
    rows = 0
    with _open_target(target) as sink:
        try:
            with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
                for batch in batches:
                    writer.write_batch(batch)
                    rows += batch.num_rows
        except pa.ArrowNotImplementedError as err:
            raise Unsupported(
                f"Parquet cannot hold this table: {err}.", hint="Export it as CSV, or leave the column out."
            ) from err
    return rows


@contextmanager
def _open_target(target: Target) -> Iterator[Any]:
    """Give a file to write to; under the target's name it stands only once all is written and on disk."""
    if not isinstance(target, (str, os.PathLike)):
        yield target
        return
    path = Path(os.path.expanduser(os.fspath(target)))  # noqa: PTH111 - Path.expanduser raises RuntimeError
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        if path.is_dir():
            raise InvalidInput(f"{path} is a folder.", hint="Give the name of the file too.")
        with beside.open("xb") as sink:
            yield sink
            sink.flush()
            os.fsync(sink.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except (FileNotFoundError, PermissionError, NotADirectoryError) as err:
        raise InvalidInput(f"{path} cannot be written: {err.strerror}.", hint="Check the folder.") from err
    finally:
        beside.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the new name durable where the system lets folders be synced."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
