"""The rows of a patch as a table: Parquet and Arrow with types and header, CSV and JSON lines with the header beside.

CSV and JSON lines hold no types. What `header` says is written beside them, as ``NAME.patch.json``; without it, columns
have the types of the table that the patch is applied to.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.patches.model import KINDS, PatchColumn, Shape, TablePatch, read_header
from dsa_workbench.features.patches.values import from_json, from_text, to_json, to_text
from dsa_workbench.features.versioning.merger.conflicts import one_array
from dsa_workbench.features.versioning.read_table import StoredTable

HEADER = b"dsa:patch"
"""The key of the header among the metadata of a schema."""
FIXED = ("change", "old_row", "new_row", "moved", "changed_columns")
_LINES = 10_000


def typed_schema(patch: TablePatch) -> Any:
    """Give the schema of a patch's rows with the header in it."""
    return patch.schema.with_metadata({HEADER: json.dumps(patch.header(), ensure_ascii=False)})


def typed_batches(patch: TablePatch) -> Iterator[Any]:
    """Give a patch's rows with their types."""
    schema = typed_schema(patch)
    for batch in patch.rows():
        yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)


def read_typed(schema: Any, batches: Any, label: str) -> TablePatch:
    """Read what the two above gave; types that the format widened are narrowed again."""
    patch = read_header(json.loads(schema.metadata[HEADER]), lambda: iter(()), label)
    wanted = patch.schema

    def rows() -> Iterator[Any]:
        for batch in batches():
            yield pa.RecordBatch.from_arrays([_narrowed(batch.column(f.name), f.type) for f in wanted], schema=wanted)

    return _with_rows(patch, rows)


def _narrowed(array: Any, kind: Any) -> Any:
    if array.type == kind:
        return array
    if pa.types.is_nested(kind):
        return from_json(to_json(array), kind)
    return array.cast(kind)


def _with_rows(patch: TablePatch, rows: Any) -> TablePatch:
    return TablePatch(patch.name, patch.old, patch.new, patch.columns, patch.key, rows, patch.counts)


def text_schema(patch: TablePatch) -> Any:
    """Give the schema of a patch's rows as text."""
    return pa.schema([pa.field(name, pa.string()) for name in patch.schema.names])


def text_batches(patch: TablePatch) -> Iterator[Any]:
    """Give a patch's rows as text."""
    schema = text_schema(patch)
    for batch in patch.rows():
        yield pa.RecordBatch.from_arrays([to_text(c) for c in batch.columns], schema=schema)


def line_schema(patch: TablePatch) -> Any:
    """Give the schema of a patch's rows for lines of JSON: what JSON cannot hold as it is is text."""
    return pa.schema([pa.field(f.name, f.type if _in_json(f.type) else pa.string()) for f in patch.schema])


def line_batches(patch: TablePatch) -> Iterator[Any]:
    """Give a patch's rows for lines of JSON."""
    schema = line_schema(patch)
    for batch in patch.rows():
        columns = [c if _in_json(c.type) else to_text(c) for c in batch.columns]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _in_json(kind: Any) -> bool:
    return bool(pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_string(kind))


def sheet_batches(patch: TablePatch) -> Iterator[Any]:
    """Give a patch's rows for a workbook, whose cells hold no lists."""
    schema = sheet_schema(patch)
    for batch in patch.rows():
        columns = [to_text(c) if pa.types.is_nested(c.type) else c for c in batch.columns]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def sheet_schema(patch: TablePatch) -> Any:
    """Give the schema of a patch's rows for a workbook."""
    return pa.schema([pa.field(f.name, pa.string() if pa.types.is_nested(f.type) else f.type) for f in patch.schema])


def read_texts(header: Mapping[str, Any], batches: Any, label: str) -> TablePatch:
    """Read what `text_batches` gave."""
    patch = read_header(header, lambda: iter(()), label)
    wanted = patch.schema

    def rows() -> Iterator[Any]:
        done = 0
        for batch in batches():
            _check_names(batch.schema.names, wanted.names, label)
            columns = [_read_column(one_array(batch.column(f.name)), f, label, done) for f in wanted]
            done += batch.num_rows
            yield pa.RecordBatch.from_arrays(columns, schema=wanted)

    return _with_rows(patch, rows)


def _read_column(array: Any, field: Any, label: str, done: int) -> Any:
    try:
        return from_text(array.cast(pa.string()), field.type)
    except InvalidInput as err:
        row = done + int(err.details.get("row", 0)) + 1
        raise InvalidInput(f"{label}, row {row:,}, column {field.name}: {err.message}", hint=err.hint, row=row) from err


def _check_names(given: Any, wanted: Any, label: str) -> None:
    missing = [n for n in wanted if n not in given]
    if missing:
        raise InvalidInput(
            f"{label} has no column {missing[0]!r}, which the header beside it names.",
            hint="Put the header (.patch.json) of this file beside it, or export the diff again.",
        )


def line_texts(lines: Iterator[bytes], names: Sequence[str], label: str) -> Iterator[Any]:
    """Read lines of JSON as batches of text.

    Raises
    ------
    InvalidInput
        A line is no JSON object.
    """
    schema = pa.schema([pa.field(name, pa.string()) for name in names])
    held: list[list[str | None]] = []
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            held.append([_line_text(row.get(name)) for name in names])
        except (ValueError, AttributeError) as err:
            raise InvalidInput(f"{label}, line {number:,} is no JSON object.", hint="Export the diff again.") from err
        if len(held) == _LINES:
            yield _of_texts(held, schema)
            held = []
    if held:
        yield _of_texts(held, schema)


def _line_text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _of_texts(rows: list[list[str | None]], schema: Any) -> Any:
    columns = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def guessed_header(names: Any, tables: Mapping[str, StoredTable], label: str) -> dict[str, Any]:
    """Make the header of rows that came without one from the only table that they can be applied to.

    Raises
    ------
    InvalidInput
        There are several tables, or a column that the table does not have.
    """
    hint = "Put its header (.patch.json) beside it, or export the diff as Parquet or JSON."
    if len(tables) != 1:
        raise InvalidInput(f"{label} came without its header, and there are {len(tables)} tables.", hint=hint)
    ((name, table),) = tables.items()
    found = [n[4:] for n in names if n.startswith("old.")]
    for column in found:
        if column not in table.schema.names:
            raise InvalidInput(f"{label} has a column {column!r} that the table {name} does not have.", hint=hint)
    columns = tuple(PatchColumn(n, n, n) for n in table.schema.names if n in found)
    shape = Shape(table.schema, table.key)
    key = table.key if set(table.key) <= set(found) else ()
    return TablePatch(name, shape, shape, columns, key, lambda: iter(())).header()


def is_layout(names: Any) -> bool:
    """Tell whether these are the names of the columns of a patch's rows."""
    return tuple(names[: len(FIXED)]) == FIXED


def known_kinds(values: Any, label: str) -> None:
    """Refuse kinds of rows that there are not."""
    for kind in pa.compute.unique(values).to_pylist():
        if kind not in KINDS:
            raise InvalidInput(f"{label}: {kind!r} is no kind of change.", hint=f"Kinds are {', '.join(KINDS)}.")
