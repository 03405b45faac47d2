"""Writing a table at a version to a file, as a stream."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.spec import VersionSpec
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.features.versioning.get_data import Selection, get_table
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.files.writing import WriteOptions, write_batches


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
    selection = Selection(get_table(actor, store, cache, spec).table, columns)
    done = write_batches(_told(selection, progress), selection.schema, target, format, WriteOptions())
    return ExportedFile(done.rows, done.bytes)


def _told(selection: Selection, progress: Callable[[Progress], None] | None) -> Any:
    done = 0
    for batch in selection.batches():
        yield batch
        done += batch.num_rows
        if progress is not None:
            progress(Progress("writing", done))
