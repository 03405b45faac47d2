"""Importing a file, a file object or tables in memory as a commit; or only looking what would come of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dsa_workbench.core.model.finding import Finding
from dsa_workbench.core.model.progress import COMMITTING, Progress
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import ImportRejected
from dsa_workbench.features.imports.arrival import Arrival
from dsa_workbench.features.imports.import_command import ImportFile
from dsa_workbench.features.imports.keeping_memory import keep_memory
from dsa_workbench.features.imports.rejected_rows import RejectedRows, first_of, write_rejects
from dsa_workbench.features.imports.sliced_import import SlicedImport
from dsa_workbench.features.versioning.build_tables import CommitTables
from dsa_workbench.features.versioning.commit_tables import Committed, commit_tables
from dsa_workbench.features.versioning.incoming import Mode
from dsa_workbench.features.versioning.preview_tables import Previewed, preview_tables
from dsa_workbench.features.versioning.segment_cache import SegmentCache

__all__ = ["ImportFile", "Imported", "PreviewedImport", "default_message", "import_file", "kept_aside", "preview_file"]


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import: the commit, the rows that were left out, and what there is to tell of each table."""

    committed: Committed
    rejected: Sequence[RejectedRows] = ()
    findings: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PreviewedImport:
    """What would come of an import."""

    previewed: Previewed
    rejected: Sequence[RejectedRows]
    findings: Mapping[str, Sequence[Finding]]
    command: ImportFile
    notes: tuple[str, ...] = ()


def import_file(actor: Actor, store: IStore, cache: SegmentCache, command: ImportFile) -> Imported:
    """Read a source and commit what is in it.

    A workbook or a dict of tables is all that the dataset holds from then on, unless sheets were chosen or rows are
    added. Errors are those of `commit_tables`.
    """
    keep_memory()
    arrival = Arrival(command)
    try:
        done = commit_tables(actor, store, cache, _commit_of(command, arrival))
    except ImportRejected as err:
        raise arrival.explained(err) from err
    rejected = arrival.rejected()
    return Imported(done, rejected, arrival.findings(), (*kept_aside(command.rejects_to, rejected), *done.notes))


def preview_file(actor: Actor, store: IStore, cache: SegmentCache, command: ImportFile) -> PreviewedImport:
    """Read a source and say what a commit of it would come to; nothing is written to the store.

    Rows that do not fit are left out of it, whether the import would leave them out or refuse the file.
    """
    arrival = Arrival(command, look=True)
    try:
        previewed = preview_tables(actor, store, cache, _commit_of(command, arrival))
    except ImportRejected as err:
        raise arrival.explained(err) from err
    rejected = arrival.rejected()
    notes = (*kept_aside(command.rejects_to, rejected), *previewed.built.notes)
    # A file object was opened by now, and the commit of the preview begins where it began.
    kept = replace(command, source=arrival.source, promise=previewed.promise)
    return PreviewedImport(previewed, rejected, arrival.findings(), kept, notes)


def _commit_of(command: ImportFile, arrival: Arrival) -> CommitTables:
    return CommitTables(
        command.dataset,
        arrival,
        command.ref,
        command.mode,
        command.key,
        command.rename,
        command.message or default_message(command),
        command.author,
        command.idempotency_key,
        before_commit=_before_commit(command.progress),
        promise=command.promise,
        elsewhere=None if command.spread is None else SlicedImport(command.spread),
    )


def kept_aside(target: str | os.PathLike[str] | None, rejected: Sequence[RejectedRows]) -> list[str]:
    """Write the rows that were left out where the user wants them, and say how many there are."""
    files: Mapping[str, Path] = write_rejects(target, rejected) if target is not None else {}
    notes = []
    for part in rejected:
        count = part.rows.num_rows
        if count:
            rows = "1 row was" if count == 1 else f"{count:,} rows were"
            of = f" of {part.table}" if len(rejected) > 1 else ""
            where = f"; they are in {files[part.table]}" if part.table in files else ""
            notes.append(f"{rows} left out{of}, the first is {first_of(part)}{where}.")
    return notes


def _before_commit(progress: Callable[[Progress], None] | None) -> Callable[[int], None] | None:
    return None if progress is None else lambda rows: progress(Progress(COMMITTING, rows))


def default_message(command: ImportFile) -> str:
    """Say what a commit is for, where the user does not."""
    verb = {Mode.REPLACE: "Import", Mode.APPEND: "Append", Mode.UPSERT: "Upsert"}[command.mode]
    return f"{verb} {command.source_name or command.dataset}"
