"""What an import brings: its tables opened under the types that hold, with a place for rows that do not fit."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from dsa_workbench.core.model.finding import Effect, Finding
from dsa_workbench.core.model.schema import Schema
from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.features.imports.counting import Counted
from dsa_workbench.features.imports.given_types import ContractedTable, asked_types, find_contract
from dsa_workbench.features.imports.import_command import ImportFile
from dsa_workbench.features.imports.rejected_rows import RejectedRows, check_target, gather, reader_of, unmarked
from dsa_workbench.features.imports.sheet_types import TypedSheet, as_texts, holds_sheets
from dsa_workbench.features.versioning.build_tables import Arriving
from dsa_workbench.features.versioning.incoming import Mode
from dsa_workbench.features.versioning.skipping import Skip
from dsa_workbench.files.json.table import JsonTable
from dsa_workbench.files.originals import original_of
from dsa_workbench.files.rejects import RejectLog
from dsa_workbench.files.sets.gather import gather as find_files
from dsa_workbench.files.sets.gather import lasting
from dsa_workbench.files.sets.united import UnitedTable
from dsa_workbench.files.source import ReadOptions, open_tables
from dsa_workbench.files.stream import Input
from dsa_workbench.files.tables import Named, TableSource
from dsa_workbench.files.workbooks.sheets import SheetSource


@dataclass(frozen=True, slots=True)
class _Part:
    """One table that comes in: what its reader calls it, the table, what is counted, and what is left out of it."""

    name: str
    table: Counted
    skip: Skip | None


class Arrival:
    """Opens the tables of an import; called again where a commit begins again, and afterwards tells of the last time.

    A file object is opened once: it may be read more than once, from where it stood. For a `look` at what would come
    of an import, rows that do not fit are always left out, and nothing is kept of how the file is written.
    """

    def __init__(self, command: ImportFile, *, look: bool = False) -> None:
        self.command = replace(command, skip=True) if look else command
        self._look = look
        if command.rejects_to is not None:
            check_target(command.rejects_to)
        self._skips = command.skip
        """Whether the user wants rows left out."""
        if command.exact and (command.mode is not Mode.REPLACE or command.skip):
            what = "leaves rows out" if command.skip else f"is an {command.mode}"
            raise InvalidInput(
                f"exact=True (--exact) remembers a whole file, and this import {what}.",
                hint="Import all of the file with mode replace, or leave exact out.",
            )
        self.source = lasting(command.source)
        self._log: RejectLog | None = None
        self._parts: list[_Part] = []

    def __call__(self, standing: Mapping[str, Schema]) -> Arriving:
        """Open the tables; `standing` are the schemas that stand there."""
        command = self.command
        self._log = RejectLog(command.max_rejects, _label(command)) if command.skip else None
        options = replace(command.options, types=asked_types(command.options.types), rejects=self._log)
        tables = self._contracted(standing, self._open(options), options)
        self._parts = [
            _Part(t.name, Counted(t), Skip(self._log, t.name, t.label) if self._log is not None else None)
            for t in tables
        ]
        incoming: Sequence[Any] = [part.table for part in self._parts]
        skips = [part.skip for part in self._parts if part.skip is not None] or None
        remarks = [partial(self._remarks, part) for part in self._parts]
        originals = {command.table or t.name: original_of(t) for t in tables} if command.exact else {}
        originals = {} if self._look else originals
        if command.table is None:
            several = len(tables) > 1 or isinstance(command.source, Mapping)
            return Arriving(incoming, several and command.options.sheets is None, skips, remarks, originals)
        if len(tables) > 1:
            raise InvalidInput(
                f"There are {len(tables)} tables in it: {', '.join(t.name for t in tables)}.",
                hint="Choose one with sheets=['...'] (--sheets) to give it another name.",
            )
        return Arriving([Named(command.table, incoming[0])], False, skips, remarks, originals)

    def explained(self, err: ImportRejected) -> ImportRejected:
        """Say of a refusal what its reader cannot do, and which row of a sheet is meant."""
        readers = [reader_of(part.table) for part in self._parts]
        hint = err.hint
        if self._skips and "file" in err.details and any(isinstance(r, UnitedTable | JsonTable) for r in readers):
            hint += " Of several files as one table, and of JSON, no row is left out for a type that was given."
        sheets = [r for r in readers if isinstance(r, SheetSource)]
        # The reader of a sheet says which cell it is: what comes later counts the rows of the table.
        if sheets and err.details.get("row") and "expected" not in err.details:
            row, first = err.details["row"], sheets[0].first_row
            one = f"Row {row:,} of the table is row {row - 1 + first:,} of the sheet {sheets[0].name!r}."
            hint += f" {one if len(sheets) == 1 else 'Rows are counted below the header of their sheet.'}"
        return err if hint == err.hint else ImportRejected(err.message, hint=hint.strip(), **err.details)

    def rejected(self) -> list[RejectedRows]:
        """Give the rows that were left out of each table; they are looked up in the source again where need be."""
        log = self._log
        if log is None:
            return []
        return [
            gather(part.table, part.name, self.command.table or part.name, log, part.skip)
            for part in self._parts
            if part.skip is not None
        ]

    def findings(self) -> dict[str, list[Finding]]:
        """Tell of each table what was kept, what is written in another way, and what is gone."""
        name = self.command.table
        return {name or part.name: self._findings(part) for part in self._parts}

    def _remarks(self, part: _Part) -> list[dict[str, Any]]:
        return [finding.to_dict() for finding in self._findings(part) if finding.effect is not Effect.KEPT]

    def _findings(self, part: _Part) -> list[Finding]:
        if self._log is None or part.skip is None:
            return part.table.findings()
        early, late = self._log.of(part.name), part.skip.rows
        count = early.num_rows + late.num_rows
        reason = (early if early.num_rows else late)["reason"][0].as_py() if count else None
        found = part.table.findings(part.skip)
        read = replace(found[0], count=found[0].count + early.num_rows)
        left_out = [Finding("rows left out", Effect.LOST, count, example=reason)] if count else []
        return [read, *left_out, *found[1:]]

    def _open(self, options: ReadOptions) -> list[TableSource]:
        log, types = self._log, options.types
        if log is None or types is None or not self._holds_sheets():
            return [unmarked(t) for t in open_tables(self.source, options, progress=self.command.progress)]
        reading = replace(options, types=as_texts(types))
        tables = open_tables(self.source, reading, progress=self.command.progress)
        return [unmarked(TypedSheet(t, types, log)) for t in tables]

    def _holds_sheets(self) -> bool:
        if not isinstance(self.source, str | os.PathLike | Input):
            return False
        found = find_files(self.source)
        return isinstance(found, Input) and holds_sheets(found)

    def _contracted(
        self, standing: Mapping[str, Schema], tables: Sequence[TableSource], options: ReadOptions
    ) -> Sequence[TableSource]:
        """Open the tables under the types that were given, now or by an import before.

        What is added to a table is read by what stands there, too: text that looks like numbers in this file alone
        would come in as numbers, and 1.50 as 1.5. All else is guessed as ever, so that 02139 is refused by a column
        of whole numbers rather than taken for 2139.
        """
        command, types = self.command, self.command.options.types
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
            tables = self._open(replace(options, types=columns))
        return [ContractedTable(tables[0], contract)] if contract.columns or contract.every else tables


def _label(command: ImportFile) -> str:
    return command.source_name or "The table"
