"""A preview of an import of this process, told in the shapes of the wire."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa

from dsa_workbench.features.imports.rejected_rows import RejectedRows
from dsa_workbench.features.imports.suggest_keys import MOST, FoundKeys, suggest_keys
from dsa_workbench.features.versioning.differ import TableDiff
from dsa_workbench.features.versioning.table_version import TableVersion
from dsa_workbench.files.writing.json_text import beyond_doubles, json_rows
from dsa_workbench.models.commits import SchemaChangeTold
from dsa_workbench.models.diffs import EventTold, MovedColumnTold
from dsa_workbench.models.previews import (
    ExplanationTold,
    FindingTold,
    KeysTold,
    KeyTold,
    PreviewAsked,
    PreviewedColumnTold,
    PreviewedDiffTold,
    PreviewedTableTold,
    PreviewTold,
    RejectedTold,
    RowsTold,
)
from dsa_workbench.results import Preview, PreviewedTable

_NOT_OF_READING = {"table", "key", "mode", "message", "rename", "rejects", "max_rejects", "exact", "promise"}


def reading_of(asked: PreviewAsked) -> dict[str, Any]:
    """Give what was said of how the file is read, as `explain` takes it."""
    return {name: value for name, value in asked.options().items() if name not in _NOT_OF_READING}


def tell_explained(told: PreviewTold, tables: Iterable[Any]) -> PreviewTold:
    """Tell as well how the file would be read."""
    return told.model_copy(update={"explained": [ExplanationTold.model_validate(asdict(table)) for table in tables]})


def tell_preview(found: Preview, asked: PreviewAsked) -> PreviewTold:
    """Tell what would come of an import, as much of it as is asked for."""
    changes = {name: table for name, table in found.diff.tables.items() if isinstance(table, TableDiff)}
    new = {name: table.new for name, table in changes.items()}
    used = found.diff.profile
    head, _, _ = found.promise.partition(".")
    return PreviewTold(
        source=found.source, dataset=found.dataset, ref=found.ref, head=None if head == "none" else head,
        promise=found.promise, would_commit=found.changes, protected=found.protected, refused=found.refused,
        skips=found.skips, hint=found.hint, notes=list(found.notes),
        tables=[_table(t, new.get(t.name), asked) for t in found.tables],
        findings={n: [FindingTold(**f.to_dict()) for f in part] for n, part in found.report.findings.items()},
        rejects={name: _rejected(part, asked) for name, part in found.rejects.tables.items()},
        old=found.diff.old, profile=used.title if used is not None else None,
        profile_settings=used.profile.to_json() if used is not None else None,
        diff={name: _diff(table, asked) for name, table in changes.items()}, seconds=found.seconds,
    )  # fmt: skip


def _table(table: PreviewedTable, version: TableVersion | None, asked: PreviewAsked) -> PreviewedTableTold:
    names = table.schema.names
    few = np.arange(min(asked.first, table.rows), dtype=np.int64)
    first: Any = version.take(list(names), few) if version is not None else pa.table({})
    keys = None
    if asked.suggest_keys and version is not None:
        chunks = range(len(version.chunks))
        batches = (batch for i in chunks for batch in version.read(list(names), [i]).to_batches())
        keys = _keys(suggest_keys(table.name, names, batches, MOST))
    return PreviewedTableTold(
        name=table.name, rows=table.rows, metadata=dict(table.schema.metadata), key=list(table.key),
        bad_keys=table.bad_keys, first=_rows(first, asked), keys=keys,
        columns=[
            PreviewedColumnTold(
                name=c.name, type=c.type, nullable=c.nullable, key=c.name in table.key, metadata=dict(c.metadata)
            ) for c in table.schema.columns
        ],
    )  # fmt: skip


def _keys(found: FoundKeys) -> KeysTold:
    keys, near = (
        [KeyTold(columns=list(c.columns), repeats=c.repeats, first=list(c.first) if c.first else None) for c in part]
        for part in (found.keys, found.near)
    )
    return KeysTold(keys=keys, near=near, unfit=found.unfit)


def _rejected(part: RejectedRows, asked: PreviewAsked) -> RejectedTold:
    return RejectedTold(
        count=part.rows.num_rows, bad_keys=part.bad_keys, columns=list(part.columns), delimiter=part.delimiter,
        rows=_rows(part.rows.slice(0, asked.rejected), asked),
    )  # fmt: skip


def _diff(table: TableDiff, asked: PreviewAsked) -> PreviewedDiffTold:
    counts = table.counts
    page = (table.reformed_rows if asked.form else table.rows)(asked.offset, asked.changes)
    return PreviewedDiffTold(
        **counts.to_dict(), moved=counts.moved, cells=counts.cells, reformed=counts.reformed, pairing=table.pairing,
        key=list(table.key), columns=list(table.columns),
        schema_changes=[SchemaChangeTold.of(c) for c in table.schema_changes],
        events=[EventTold.of(e) for e in table.events],
        moved_columns=[MovedColumnTold.of(m) for m in table.distributions], rows=_rows(page, asked),
    )  # fmt: skip


def _rows(table: Any, asked: PreviewAsked) -> RowsTold:
    columns = list(table.column_names)
    if not asked.arrow:
        written = [json.loads(b"[%b]" % json_rows(b, as_text=beyond_doubles)) for b in _listed(table) if b.num_rows]
        return RowsTold(columns=columns, rows=[row for part in written for row in part])
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return RowsTold(columns=columns, arrow=base64.b64encode(out.getvalue()).decode())


def _listed(table: Any) -> list[Any]:
    return table.combine_chunks().to_batches() if table.num_columns else []
