"""Importing a file, a file object or tables in memory as a commit."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dsa_workbench.core.model.progress import COMMITTING, Progress
from dsa_workbench.core.model.ref import DEFAULT_BRANCH
from dsa_workbench.core.model.schema import Schema
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.imports.given_types import ContractedTable, asked_types, find_contract
from dsa_workbench.features.versioning.commit_tables import Arriving, CommitTables, Committed, commit_tables
from dsa_workbench.features.versioning.incoming import Mode
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.files.originals import original_of
from dsa_workbench.files.source import ReadOptions, open_tables
from dsa_workbench.files.stream import open_input
from dsa_workbench.files.tables import Named


@dataclass(frozen=True, slots=True)
class ImportFile:
    """What to import, and how.

    `source` is a path, a binary file object, a table in memory, or a dict of these. `table` names the one table that
    is in it.
    """

    source: Any
    dataset: str
    table: str | None = None
    ref: str = DEFAULT_BRANCH
    mode: Mode = Mode.REPLACE
    key: tuple[str, ...] | None = None
    rename: Mapping[str, str] = field(default_factory=dict)
    message: str | None = None
    author: str | None = None
    options: ReadOptions = field(default_factory=ReadOptions)
    idempotency_key: str | None = None
    progress: Callable[[Progress], None] | None = None
    exact: bool = False
    """Remember the file so that an export can give back its bytes."""


def import_file(actor: Actor, store: IStore, cache: SegmentCache, command: ImportFile) -> Committed:
    """Read a source and commit what is in it.

    A workbook or a dict of tables is all that the dataset holds from then on, unless sheets were chosen or rows are
    added. Errors are those of `commit_tables`.
    """
    if command.exact and command.mode is not Mode.REPLACE:
        raise InvalidInput(
            f"exact=True (--exact) remembers a whole file, and this import is an {command.mode}.",
            hint="Import the file with mode replace, or leave exact out.",
        )
    # A file object is opened once: it may be read more than once, from where it stood.
    source = open_input(command.source) if hasattr(command.source, "read") else command.source

    def arrive(standing: Mapping[str, Schema]) -> Arriving:
        options = replace(command.options, types=asked_types(command.options.types))
        tables: Sequence[Any] = open_tables(source, options, progress=command.progress)
        tables = _contracted(command, source, standing, tables, options)
        originals = {command.table or t.name: original_of(t) for t in tables} if command.exact else {}
        if command.table is None:
            several = len(tables) > 1 or isinstance(command.source, Mapping)
            return Arriving(tables, several and command.options.sheets is None, originals)
        if len(tables) > 1:
            raise InvalidInput(
                f"There are {len(tables)} tables in it: {', '.join(t.name for t in tables)}.",
                hint="Choose one with sheets=['...'] (--sheets) to give it another name.",
            )
        return Arriving([Named(command.table, tables[0])], originals=originals)

    return commit_tables(
        actor,
        store,
        cache,
        CommitTables(
            command.dataset,
            arrive,
            command.ref,
            command.mode,
            command.key,
            command.rename,
            command.message or default_message(command),
            command.author,
            command.idempotency_key,
            before_commit=_before_commit(command.progress),
        ),
    )


def _before_commit(progress: Callable[[Progress], None] | None) -> Callable[[int], None] | None:
    return None if progress is None else lambda rows: progress(Progress(COMMITTING, rows))


def _contracted(
    command: ImportFile, source: Any, standing: Mapping[str, Schema], tables: Sequence[Any], options: ReadOptions
) -> Sequence[Any]:
    """Open the tables under the types that were given, now or by an import before.

    What is added to a table is read by what stands there, too: text that looks like numbers in this file alone would
    come in as numbers, and 1.50 as 1.5. All else is guessed as ever, so that 02139 is refused by a column of whole
    numbers rather than taken for 2139.
    """
    types = command.options.types
    if len(tables) != 1:
        return [ContractedTable(t, find_contract(types, None, t.schema.names, {})) if types else t for t in tables]
    names = tables[0].schema.names
    schema = standing.get(command.table or tables[0].name)
    if schema is None and len(standing) == 1 and command.table is None:
        schema = next(iter(standing.values()))
    contract = find_contract(types, schema, names, command.rename)
    columns = dict(contract.columns)
    if command.mode is not Mode.REPLACE and types is None and schema is not None:
        kept = ("string", "decimal", "float32")
        columns = {c.name: c.type for c in schema.columns if c.name in names and c.type.startswith(kept)} | columns
    if columns and not isinstance(types, str) and columns != options.types:
        tables = open_tables(source, replace(options, types=columns), progress=command.progress)
    return [ContractedTable(tables[0], contract)] if contract.columns or contract.every else tables


def default_message(command: ImportFile) -> str:
    """Say what a commit is for, where the user does not."""
    verb = {Mode.REPLACE: "Import", Mode.APPEND: "Append", Mode.UPSERT: "Upsert"}[command.mode]
    if isinstance(command.source, str | os.PathLike):
        return f"{verb} {Path(command.source).name}"
    name = getattr(command.source, "name", None)
    if isinstance(name, str) and hasattr(command.source, "read"):
        return f"{verb} {Path(name).name}"
    return f"{verb} {command.dataset}"
