"""Writing a table at a version to a file, as a stream."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.spec import VersionSpec
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.get_data import Selection, get_table
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.files.source import write_csv, write_parquet

_BY_SUFFIX = {".csv": "csv", ".tsv": "tsv", ".parquet": "parquet", ".pq": "parquet"}


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """What was written: rows and bytes."""

    rows: int
    bytes: int


def export_file(
    actor: Actor,
    store: IStore,
    cache: SegmentCache,
    spec: VersionSpec,
    target: Any,
    *,
    format: str | None = None,
    columns: Sequence[str] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> ExportedFile:
    """Write a table at a version to a path or a binary file object.

    Raises
    ------
    InvalidInput
        The format is none that can be written, or the place cannot be written to.
    """
    chosen = _format(target, format)
    selection = Selection(get_table(actor, store, cache, spec).table, columns)
    batches = _told(selection, progress)
    if chosen == "parquet":
        rows = write_parquet(batches, selection.schema, target)
    else:
        rows = write_csv(batches, selection.schema, target, delimiter="\t" if chosen == "tsv" else ",")
    path = isinstance(target, str | os.PathLike)
    return ExportedFile(rows, Path(target).expanduser().stat().st_size if path else 0)


def _told(selection: Selection, progress: Callable[[Progress], None] | None) -> Any:
    done = 0
    for batch in selection.batches():
        yield batch
        done += batch.num_rows
        if progress is not None:
            progress(Progress("writing", done))


def _format(target: Any, format: str | None) -> str:
    if format is None and isinstance(target, str | os.PathLike):
        format = _BY_SUFFIX.get(Path(target).suffix.lower())
    if format not in {"csv", "tsv", "parquet"}:
        raise InvalidInput(
            f"{target} has no ending that says how to write it."
            if format is None
            else f"{format!r} cannot be written.",
            hint="Let it end in .csv, .tsv or .parquet, or give format='csv' (--format).",
        )
    return format
