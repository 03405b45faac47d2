"""The preview of an import that a server makes, as the verbs hand it back."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from dsa_workbench.core.model.change import ChangeCounts, SchemaChange
from dsa_workbench.core.model.event import Event
from dsa_workbench.core.model.finding import finding_of
from dsa_workbench.core.model.moved_column import MovedColumn
from dsa_workbench.core.model.profile import EqualityProfile, UsedProfile
from dsa_workbench.core.model.schema import Column, Schema
from dsa_workbench.errors import RefConflict
from dsa_workbench.features.imports.rejected_rows import RejectedRows
from dsa_workbench.files.rejects import SCHEMA
from dsa_workbench.remote import told
from dsa_workbench.remote.reading import counts_of
from dsa_workbench.remote.transport import Transport
from dsa_workbench.results import CommitResult, Diff, Preview, PreviewedTable, Rejects, Report

FIRST = 200
"""Changed rows that come with a preview; more are asked for when they are wanted."""
PAGE = 10_000
Ask = Callable[..., Any]


def ask_preview(transport: Transport, path: tuple[str, ...], body: Mapping[str, Any], **wanted: Any) -> Any:
    """Ask for a preview until it is made; `wanted` says how much of it is to be told."""
    asked = {"arrow": True, "explain": False, "first": 0, **wanted, **body}
    while True:
        # Nothing is written: asking again after a line that broke waits for the same preview.
        answer = transport.ask("POST", (*path, "preview"), body=asked, safe=True)
        if answer.status_code == 200:
            return answer.json()
        time.sleep(float(answer.headers.get("Retry-After", "0")) / 10)


@dataclass(frozen=True)
class PreviewedChanges:
    """What would change in a table; a `TableChanges`. `ask` gives the preview again, with other rows of it."""

    schema_changes: tuple[SchemaChange, ...]
    counts: ChangeCounts
    pairing: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    events: tuple[Event, ...]
    distributions: tuple[MovedColumn, ...]
    first: Any
    """The first changed rows, as a `pyarrow.Table`."""
    ask: Callable[[int, int, bool], Any] = field(repr=False)

    def rows(self, offset: int = 0, limit: int | None = None) -> Any:
        """Read changed rows in Arrow; beyond the first, the server reads the file again for them."""
        total = self.counts.added + self.counts.removed + self.counts.changed
        end = total if limit is None else min(total, offset + limit)
        if end <= self.first.num_rows:
            return self.first.slice(offset, max(0, end - offset))
        return self._pages(offset, end, form=False)

    def reformed_rows(self, offset: int = 0, limit: int | None = None) -> Any:
        """Read rows with cells that would change in form alone; columns as in `rows`."""
        end = sum(self.counts.reformed.values()) if limit is None else offset + limit
        return self._pages(offset, end if self.counts.reformed else offset, form=True)

    def _pages(self, offset: int, end: int, *, form: bool) -> Any:
        pages = [self.first.slice(0, 0)]
        while offset < end:
            page = self.ask(offset, min(PAGE, end - offset), form)
            pages.append(page)
            offset += PAGE
            if page.num_rows < PAGE:
                break
        return pa.concat_tables(pages)


def preview_of(
    found: told.Told,
    label: str,
    more: Ask,
    run: Callable[[], CommitResult],
    rejects: Rejects,
) -> Preview:
    """Read a preview; `label` is what the source is called here, `more` asks for other rows, `run` does it."""

    def changes(name: str, table: told.Told) -> PreviewedChanges:
        def ask(offset: int, limit: int, form: bool) -> Any:
            again = more(offset=offset, changes=limit, form=form)
            if again["promise"] != found["promise"]:
                raise RefConflict(
                    f"{found['dataset']}@{found['ref']} was moved since the preview.", hint="Look at a new preview."
                )
            return arrow_of(again["diff"][name]["rows"])

        return PreviewedChanges(
            told.changes(table["schema_changes"]), counts_of(table), table["pairing"], tuple(table["key"]),
            tuple(table["columns"]), told.events(table["events"]), told.moved_columns(table["moved_columns"]),
            arrow_of(table["rows"]), ask,
        )  # fmt: skip

    settings = found.get("profile_settings")
    used = UsedProfile(found.get("profile") or "", EqualityProfile.from_json(settings)) if settings else None
    diff = Diff(found["old"], label, {name: changes(name, table) for name, table in found["diff"].items()}, used)
    findings = {name: [finding_of(f) for f in part] for name, part in found["findings"].items()}
    return Preview(
        label, found["dataset"], found["ref"], tuple(_table(table) for table in found["tables"]), diff,
        found["would_commit"], found["protected"], found["skips"], Report(findings), rejects,
        tuple(found["notes"]), found["seconds"], run, found["hint"], found["promise"],
    )  # fmt: skip


def rejects_of(found: told.Told) -> Rejects:
    """Read the rows that do not fit."""
    tables = {
        name: RejectedRows(
            name, tuple(part["columns"]), arrow_of(part["rows"]).cast(SCHEMA), part["delimiter"], part["bad_keys"]
        )
        for name, part in found["rejects"].items()
    }
    return Rejects(tables)


def arrow_of(rows: told.Told) -> Any:
    """Read rows that came as an Arrow stream in Base64."""
    return pa.ipc.open_stream(base64.b64decode(rows["arrow"])).read_all()


def _table(found: told.Told) -> PreviewedTable:
    columns = tuple(
        Column(c["name"], c["type"], c["nullable"], tuple(sorted(c["metadata"].items()))) for c in found["columns"]
    )
    schema = Schema(columns, tuple(sorted(found["metadata"].items())))
    return PreviewedTable(found["name"], found["rows"], schema, tuple(found["key"]), found["bad_keys"])
