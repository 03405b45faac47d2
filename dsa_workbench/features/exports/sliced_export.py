"""A large table written as delimited text in slices, by whoever makes them; joined in their order into the one file."""

from __future__ import annotations

import codecs
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any, cast

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.services.interfaces import ISegmentStore
from dsa_workbench.features.exports.slices import SpreadText, TextTask
from dsa_workbench.features.versioning.read_table import StoredTable
from dsa_workbench.features.versioning.spreading import SpreadFailed
from dsa_workbench.files.writing import WriteOptions, Written
from dsa_workbench.files.writing.batches import options_for, write_texts
from dsa_workbench.files.writing.options import Target

SLICE_BYTES = 8 << 20
"""Text in a slice, about: what two workers have made and nobody has written yet is held in memory."""
_CELL_BYTES = 10
"""What a cell takes as text, about."""
_FORMATS = ("csv", "tsv")
_log = logging.getLogger(__name__)


def export_sliced(
    spread: SpreadText,
    segments: ISegmentStore,
    table: StoredTable,
    columns: Sequence[str] | None,
    target: Target,
    format: str,
    options: WriteOptions,
    progress: Callable[[Progress], None] | None,
) -> Written | None:
    """Write all rows of a table; None where they are to be written here, and nothing was.

    Raises
    ------
    InvalidInput
        The place cannot be written to, or an option cannot be used.
    """
    names = table.schema.names if columns is None else list(columns)
    if format not in _FORMATS or not names or not spread.takes_table(table.rows * len(names) * _CELL_BYTES):
        return None
    if not _is_utf8(options.encoding):
        return None
    done = [0]

    def tell() -> None:
        if progress is not None:
            progress(Progress("writing", done[0]))

    def texts() -> Iterator[tuple[int, bytes]]:
        tasks = _tasks(table, names, options_for(format, options))
        with closing(cast("Any", spread.texts(tasks, segments, tell))) as made:
            for rows, text in made:
                yield rows, text
                done[0] += rows
                tell()

    try:
        return write_texts(texts(), names, target, format, options)
    except SpreadFailed as err:
        _log.warning("%s is written without a cluster: %s", target, err)
        return None


def _tasks(table: StoredTable, names: Sequence[str], options: WriteOptions) -> Iterator[TextTask]:
    schema = table.arrow_schema(names)
    places = [table.schema.index(name) for name in names]
    most = max(1, SLICE_BYTES // (_CELL_BYTES * len(names)))
    chunks, rows = [], 0
    for chunk in table.chunks:
        chunks.append(tuple(chunk.segments[i] for i in places))
        rows += chunk.rows
        if rows >= most:
            yield TextTask(schema, tuple(chunks), rows, options)
            chunks, rows = [], 0
    if chunks:
        yield TextTask(schema, tuple(chunks), rows, options)


def _is_utf8(encoding: str) -> bool:
    """Say whether text is written as it is made; an encoder goes from one row to the next."""
    try:
        return codecs.lookup(encoding).name == "utf-8"
    except LookupError:
        return False
