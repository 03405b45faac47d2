"""A patch as one JSON document: what programs and servers take. docs/guide/patches.md specifies it.

A row of the document has `change`, `old_row` and `new_row`, `moved` where it is true, and its values: `old` in full
where there is an old row, `new` in full for an added row, and else those that are not as in `old`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from dsa_workbench.core.model.change import SchemaChange
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.patches.model import ADDED, FORMAT, REMOVED, Patch, TablePatch, read_header
from dsa_workbench.features.patches.values import from_json, to_json

KIND = "dsa-workbench diff"


def document(patch: Patch, changes: Mapping[str, Sequence[SchemaChange]]) -> dict[str, Any]:
    """Give a patch as one object that JSON can hold; `changes` are the schema changes, which are for readers."""
    tables = {}
    for name, table in patch.tables.items():
        said = [_told(change) for change in changes.get(name, ())]
        tables[name] = {**table.header(), "schema_changes": said, "rows": list(_rows(table))}
    return {"format": FORMAT, "kind": KIND, "old": patch.old, "new": patch.new, "tables": tables}


def document_parts(patch: Patch, changes: Mapping[str, Sequence[SchemaChange]]) -> Iterator[bytes]:
    """Give the document as text, a row a line, so that it need not be in memory as a whole."""
    head = {"format": FORMAT, "kind": KIND, "old": patch.old, "new": patch.new}
    yield (_dump(head)[:-1] + ',"tables":{').encode()
    for number, (name, table) in enumerate(patch.tables.items()):
        said = [_told(change) for change in changes.get(name, ())]
        begin = _dump({**table.header(), "schema_changes": said})[:-1]
        yield f'{"," if number else ""}\n{_dump(name)}:{begin},"rows":['.encode()
        first = True
        for row in _rows(table):
            yield f"{'' if first else ','}\n{_dump(row)}".encode()
            first = False
        yield b"]}"
    yield b"}}\n"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _told(change: SchemaChange) -> dict[str, Any]:
    return {"kind": change.kind.value, "column": change.column, "old": change.old, "new": change.new}


def _rows(table: TablePatch) -> Iterator[dict[str, Any]]:
    olds = [c.name for c in table.columns if c.old is not None]
    news = [c.name for c in table.columns if c.new is not None]
    for batch in table.rows():
        fixed = [batch.column(n).to_pylist() for n in ("change", "old_row", "new_row", "moved", "changed_columns")]
        old = {n: to_json(batch.column(f"old.{n}")) for n in olds}
        new = {n: to_json(batch.column(f"new.{n}")) for n in news}
        for i, (kind, old_row, new_row, moved, changed) in enumerate(zip(*fixed, strict=True)):
            row: dict[str, Any] = {"change": kind, "old_row": old_row, "new_row": new_row}
            if moved:
                row["moved"] = True
            if changed:
                row["changed_columns"] = changed
            if kind != ADDED:
                row["old"] = {n: old[n][i] for n in olds}
            if kind == ADDED:
                row["new"] = {n: new[n][i] for n in news}
            elif kind != REMOVED:
                row["new"] = {n: v[i] for n, v in new.items() if n not in old or not _same(old[n][i], v[i])}
            yield row


def _same(old: Any, new: Any) -> bool:
    return type(old) is type(new) and bool(old == new)


def read_document(data: Any, label: str) -> Patch:
    """Read what `document` gave.

    Raises
    ------
    InvalidInput
        It is no such document.
    Unsupported
        A newer version wrote it.
    """
    if not isinstance(data, dict) or data.get("kind") != KIND or not isinstance(data.get("tables"), dict):
        raise InvalidInput(
            f"{label} is no diff: it lacks kind, which is {KIND!r}, or tables.",
            hint="Make one with: wb.diff(a, b).export('changes.json').",
        )
    return Patch(
        str(data.get("old", "")),
        str(data.get("new", "")),
        {name: _read_table(table, f"{label}, table {name}") for name, table in data["tables"].items()},
    )


def _read_table(data: Any, label: str) -> TablePatch:
    patch = read_header(data, lambda: iter(()), label)
    rows = data.get("rows")
    if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
        raise InvalidInput(f"{label} has no list of rows.", hint="Export the diff again.")
    batch = _batch(patch, rows, label)
    return TablePatch(patch.name, patch.old, patch.new, patch.columns, patch.key, lambda: iter([batch]), patch.counts)


def _is_row(row: Any) -> bool:
    """Tell a row of a document, whose sides are objects where they are there."""
    return isinstance(row, dict) and all(isinstance(row.get(side, {}), dict) for side in ("old", "new"))


def _batch(patch: TablePatch, rows: list[dict[str, Any]], label: str) -> Any:
    try:
        columns = [
            pa.array([row.get("change") for row in rows], pa.string()),
            pa.array([row.get("old_row") for row in rows], pa.int64()),
            pa.array([row.get("new_row") for row in rows], pa.int64()),
            pa.array([bool(row.get("moved")) for row in rows], pa.bool_()),
            pa.array([row.get("changed_columns", []) for row in rows], pa.list_(pa.string())),
        ]
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as err:
        raise InvalidInput(f"{label} has rows that do not say what changed: {err}.", hint="Export it again.") from err
    for column in patch.columns:
        old = [row.get("old", {}).get(column.name) for row in rows]
        new = [_new_value(row, column.name) if column.new is not None else None for row in rows]
        for side, values in (("old", old), ("new", new)):
            try:
                columns.append(from_json(values, patch.type(column, side)))
            except InvalidInput as err:
                raise InvalidInput(f"{label}, column {column.name}: {err.message}", hint=err.hint) from err
    return pa.RecordBatch.from_arrays(columns, schema=patch.schema)


def _new_value(row: Mapping[str, Any], name: str) -> Any:
    if row.get("change") == REMOVED:
        return None
    new = row.get("new", {})
    return new[name] if name in new else row.get("old", {}).get(name)
