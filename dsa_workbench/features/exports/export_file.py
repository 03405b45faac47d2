"""Writing a version to a file: one table, or all tables of a version, as a stream."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.spec import VersionSpec
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.exports.export_exact import export_exact
from dsa_workbench.features.exports.sliced_export import export_sliced
from dsa_workbench.features.exports.slices import SpreadText
from dsa_workbench.features.versioning.get_data import Selection, TableAt, get_tables
from dsa_workbench.features.versioning.ordered_rows import OrderedRows, chosen_rows
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.files.writing import TableToWrite, WriteOptions, Written, format_of, write_batches, write_workbook
from dsa_workbench.files.writing.target import open_folder

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class ExportFile:
    """What to export, where to, and how."""

    spec: VersionSpec
    target: Any
    format: str | None = None
    options: WriteOptions = field(default_factory=WriteOptions)
    columns: Sequence[str] | None = None
    where: Any = None
    order_by: str | None = None
    offset: int = 0
    limit: int | None = None
    table_name: str | None = None
    """What the table is called in SQL, or the sheet in a workbook."""
    exact: bool = False
    progress: Callable[[Progress], None] | None = None
    spread: SpreadText | None = None
    """Where slices of a large table may be made into text; without it all of it is done here."""

    @property
    def chooses(self) -> bool:
        """Say whether only some columns or rows are asked for, or in another order."""
        chosen = (self.columns, self.where, self.order_by, self.limit)
        return self.offset > 0 or any(c is not None for c in chosen)


def export_file(actor: Actor, store: IStore, cache: SegmentCache, command: ExportFile) -> Written:
    """Write a version to a path or a binary file object.

    A version of several tables goes to a workbook, a sheet each, or to a new folder, a file each. What was at the path
    is replaced when all is written, and stays if anything fails.

    Raises
    ------
    InvalidInput
        The format is none that can be written, the place cannot be written to, or a value has no form there.
    NotFound
        The version, table or column is not there.
    """
    if command.exact:
        if command.chooses:
            raise InvalidInput(
                "exact=True (--exact) gives back a whole file.", hint="Leave columns, where, order and page out."
            )
        return export_exact(
            actor, store, cache, command.spec, command.target, command.format, command.options, command.progress
        )
    tables = get_tables(actor, store, cache, command.spec)
    if len(tables) > 1:
        return _several(command, tables)
    ((name, found),) = tables
    chosen = format_of(command.target, command.format)
    if command.spread is not None and not (command.chooses and replace(command, columns=None).chooses):
        done = export_sliced(
            command.spread, store.segments, found.table, command.columns, command.target, chosen, command.options,
            command.progress,
        )  # fmt: skip
        if done is not None:
            return done
    rows = chosen_rows(found.table, command.columns, command.where, command.order_by, command.offset, command.limit)
    named = command.table_name or (command.spec.dataset if chosen == "sql" and name == "data" else name)
    options = replace(command.options, table=named)
    return write_batches(_told(rows, command.progress), rows.schema, command.target, chosen, options)


def _told(
    rows: Selection | OrderedRows, progress: Callable[[Progress], None] | None, before: list[int] | None = None
) -> Iterator[Any]:
    """Pass rows on, and tell how many went by; `before` counts over several tables."""
    done = before if before is not None else [0]
    for batch in rows.batches():
        yield batch
        done[0] += batch.num_rows
        if progress is not None:
            progress(Progress("writing", done[0]))


def _several(command: ExportFile, tables: Sequence[tuple[str, TableAt]]) -> Written:
    names = [name for name, _ in tables]
    workbook = _is_workbook(command)
    folder = isinstance(command.target, str | os.PathLike) and command.format is not None and not workbook
    if not (workbook or folder) or command.chooses or command.table_name is not None:
        raise InvalidInput(
            f"{command.spec} has {len(tables)} tables: {', '.join(names)}.",
            hint=f"Name one of them, as in {command.spec.with_table(names[0])}; or export all of them to a workbook "
            "(.xlsx), or to a new folder with format= (--format csv).",
        )
    done = [0]
    rows = [(name, Selection(found.table)) for name, found in tables]
    if workbook:
        sheets = [TableToWrite(name, s.schema, _told(s, command.progress, done)) for name, s in rows]
        return write_workbook(sheets, command.target, command.options)
    chosen = format_of("", command.format)
    packed = command.options.compression
    ending = f".{chosen}" + (f".{packed}" if packed not in (None, "none") else "")
    written = []
    with open_folder(command.target) as place:
        for name, s in rows:
            path = _place(place, name, ending)
            batches = _told(s, command.progress, done)
            written.append(write_batches(batches, s.schema, path, chosen, replace(command.options, table=name)))
    notes = tuple(f"{name}: {note}" for name, one in zip(names, written, strict=True) for note in one.notes)
    return Written(sum(w.rows for w in written), sum(w.bytes for w in written), notes)


def _is_workbook(command: ExportFile) -> bool:
    try:
        return format_of(command.target, command.format) == "xlsx"
    except InvalidInput:
        if command.format is not None:
            raise
        return False


def _place(folder: Path, name: str, ending: str) -> Path:
    """Find a path for a table, one that any system can hold and that is not taken."""
    plain = _UNSAFE.sub("_", name).strip(" .") or "table"
    path, number = folder / f"{plain}{ending}", 1
    while path.exists() or any(p.name.lower() == path.name.lower() for p in folder.iterdir()):
        number += 1
        path = folder / f"{plain} ({number}){ending}"
    return path
