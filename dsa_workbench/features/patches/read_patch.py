"""Opening an exported diff, in whatever format it is, as a patch."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.patches.documents import read_document
from dsa_workbench.features.patches.export_patch import header_path
from dsa_workbench.features.patches.highlighter_reading import is_highlighted, read_highlighted
from dsa_workbench.features.patches.model import Patch, TablePatch
from dsa_workbench.features.patches.sheets import (
    HEADER,
    guessed_header,
    is_layout,
    line_texts,
    read_texts,
    read_typed,
)
from dsa_workbench.features.versioning.read_table import StoredTable
from dsa_workbench.files.source import ReadOptions, open_tables
from dsa_workbench.files.stream import Input, open_input

Opener = Callable[[Mapping[str, StoredTable]], Patch]
"""Gives the patch, once the tables are known that it is to be applied to."""

_CHUNK = 1 << 20
_FIRST_LINES = 20
_BINARY = (b"PAR1", b"ARROW1", b"\xff\xff\xff\xff")
_BOM = b"\xef\xbb\xbf"
_HINT = (
    "Export one with wb.diff(a, b).export('changes.parquet'); .arrow, .csv, .tsv, .jsonl, .json and the highlighter "
    "format can be applied too."
)


def open_patch(source: Any, name: str | None = None) -> tuple[Opener, str]:
    """Open a path or a binary file object that holds an exported diff; give it, and what messages call it (`name`).

    Raises
    ------
    InvalidInput
        There is no such file, or it holds no diff.
    """
    file = open_input(source, name)
    label = file.label
    head = file.head.removeprefix(_BOM).lstrip()
    if file.head.startswith(_BINARY):
        found = _typed(file, label)
        return lambda tables: _alone(found, label), label
    if head.startswith(b"{"):
        if _is_lines(head):
            return lambda tables: _alone(_lines(file, label, tables), label), label
        data = _loaded(file, label)
        return lambda tables: read_document(data, label), label
    if not head and _beside(file) is not None:
        # Lines of JSON have no first line with names: where no row changed, all that there is stands beside.
        return lambda tables: _alone(_rows(file, label, (), tables), label), label
    delimiter, names = _first_names(head, label)
    if is_layout(names):
        return lambda tables: _alone(_texts(file, label, delimiter, names, tables), label), label
    return lambda tables: read_highlighted(_cells(file, delimiter), tables, label), label


def _alone(table: TablePatch, label: str) -> Patch:
    return Patch(label, label, {table.name: table})


def _typed(file: Input, label: str) -> TablePatch:
    (table,) = open_tables(file)
    if HEADER not in (table.schema.metadata or {}):
        raise InvalidInput(f"{label} is a table and no diff.", hint=_HINT)
    return read_typed(table.schema, table.batches, label)


def _is_lines(head: bytes) -> bool:
    """Tell lines of rows from one document, which begins with its format."""
    return head.startswith(b'{"change":')


def _loaded(file: Input, label: str) -> Any:
    try:
        return json.loads(b"".join(data for data, _ in file.chunks(_CHUNK)))
    except ValueError as err:
        raise InvalidInput(f"{label} is no JSON that can be read: {err}.", hint=_HINT) from err


def _lines(file: Input, label: str, tables: Mapping[str, StoredTable]) -> TablePatch:
    first = next(_byte_lines(file), b"{}")
    try:
        names = tuple(json.loads(first))
    except ValueError as err:
        raise InvalidInput(f"{label}, line 1 is no JSON object.", hint=_HINT) from err
    if not is_layout(names):
        raise InvalidInput(f"{label} is no diff: its rows do not begin with change and old_row.", hint=_HINT)
    return _rows(file, label, names, tables)


def _rows(file: Input, label: str, names: tuple[str, ...], tables: Mapping[str, StoredTable]) -> TablePatch:
    header = _header(file, names, tables, label)
    return read_texts(header, lambda: line_texts(_byte_lines(file), names, label), label)


def _byte_lines(file: Input) -> Iterator[bytes]:
    rest = b""
    for data, _ in file.chunks(_CHUNK):
        *lines, rest = (rest + data).split(b"\n")
        yield from (line for line in lines if line.strip())
    if rest.strip():
        yield rest


def _beside(file: Input) -> Path | None:
    path = header_path(file.path) if file.path is not None else None
    return path if path is not None and path.exists() else None


def _header(file: Input, names: Any, tables: Mapping[str, StoredTable], label: str) -> Mapping[str, Any]:
    """Read the header beside a file; make it of the table where there is none."""
    path = _beside(file)
    if path is None:
        return guessed_header(names, tables, label)
    try:
        header: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    except (ValueError, OSError) as err:
        raise InvalidInput(f"{path.name} cannot be read: {err}.", hint="Export the diff again.") from err
    return header


def _texts(file: Input, label: str, delimiter: str, names: list[str], tables: Mapping[str, StoredTable]) -> TablePatch:
    options = ReadOptions(
        delimiter=delimiter, quote='"', escape="", comment="", skip_rows=0, decimal=".", encoding="utf-8", header=True,
        types="text",
    )  # fmt: skip
    (table,) = open_tables(file, options)
    return read_texts(_header(file, names, tables, label), table.batches, label)


def _first_names(head: bytes, label: str) -> tuple[str, list[str]]:
    """Find the delimiter, and the names of columns or the first action."""
    lines = head.decode("utf-8", "replace").splitlines()[:_FIRST_LINES]
    for delimiter in (",", "\t", ";"):
        rows = list(csv.reader(lines, delimiter=delimiter))
        if rows and is_layout(rows[0]):
            return delimiter, rows[0]
        if any(is_highlighted(row) and len(row) > 1 for row in rows):
            return delimiter, []
    raise InvalidInput(f"{label} holds no diff.", hint=_HINT)


def _cells(file: Input, delimiter: str) -> Iterator[list[str]]:
    text = b"".join(data for data, _ in file.chunks(_CHUNK)).removeprefix(_BOM).decode("utf-8")
    yield from (row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row)
