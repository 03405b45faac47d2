"""The door of this package: whatever a user calls data -> tables to import. The way out is `files.writing`.

`open_tables` finds the format by what the bytes are, then by the name; several files, of a pattern, a folder or a
list, are one table (`united`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from dsa_workbench.errors import InvalidInput
from dsa_workbench.files.archives import zip_member
from dsa_workbench.files.columnar.arrow import FEATHER_MAGIC, STREAM_MAGIC, open_arrow
from dsa_workbench.files.columnar.arrow import FILE_MAGIC as ARROW_MAGIC
from dsa_workbench.files.columnar.arrow import SUFFIXES as ARROW_SUFFIXES
from dsa_workbench.files.columnar.parquet import SUFFIXES as PARQUET_SUFFIXES
from dsa_workbench.files.columnar.parquet import is_parquet, open_parquet
from dsa_workbench.files.json.records import looks_like_json
from dsa_workbench.files.json.table import SUFFIXES as JSON_SUFFIXES
from dsa_workbench.files.json.table import open_json
from dsa_workbench.files.memory import is_table, open_memory
from dsa_workbench.files.sets.gather import FileSet, gather, one_file
from dsa_workbench.files.sets.united import open_set
from dsa_workbench.files.stream import Input, packed_as, unpacked
from dsa_workbench.files.tables import (
    SINGLE,
    ArrowSource,
    Named,
    ProgressHook,
    ReadOptions,
    Retyped,
    TableSource,
    read_all,
)
from dsa_workbench.files.text.delimited import open_delimited
from dsa_workbench.files.workbooks.excel import OLE_MAGIC, ZIP_MAGIC, is_workbook, open_excel
from dsa_workbench.files.workbooks.excel import SUFFIXES as EXCEL_SUFFIXES

__all__ = [
    "SINGLE",
    "ArrowSource",
    "ProgressHook",
    "ReadOptions",
    "Retyped",
    "TableSource",
    "open_tables",
    "read_all",
]


TEXT_SUFFIXES = (".csv", ".tsv", ".tab", ".psv")
"""Endings that say that a file is delimited text, even where it begins like JSON."""


class TextReader(Protocol):
    """What reads a file of delimited text."""

    def __call__(self, file: Input, options: ReadOptions, *, progress: ProgressHook | None = None) -> list[TableSource]:
        """Open the file."""
        ...


def open_tables(
    source: Any,
    options: ReadOptions | None = None,
    *,
    name: str | None = None,
    progress: ProgressHook | None = None,
) -> list[TableSource]:
    """Open a source as tables ready to read.

    A source is a path, a pattern (``data/**/*.parquet``), a folder, a URL, a binary file object, a list of these, a
    table in memory, or a dict of all these. `name` is what messages call it. Several files are one table. A dict gives
    a table for each of its keys; a workbook in a dict must have one sheet.

    Raises
    ------
    InvalidInput
        The source is not there, may not be read, or is nothing that holds tables.
    ImportRejected
        It is there but cannot be taken; the message says where and what to do.
    """
    options = options or ReadOptions()
    if isinstance(source, Mapping):
        return _open_mapping(source, options, progress)
    if is_table(source):
        return [Named(SINGLE, open_memory(source, name or "the table in memory"))]
    found = gather(source, name)
    if isinstance(found, Input) and options.filename is None:
        return open_file(found, options, progress)
    files = found if isinstance(found, FileSet) else one_file(found)
    return open_set(files, options, lambda file, told: open_file(file, told, None), progress)


def open_file(
    file: Input, options: ReadOptions, progress: ProgressHook | None, delimited: TextReader = open_delimited
) -> list[TableSource]:
    """Choose the reader by what the first bytes are, then by the name's ending; `delimited` reads what is text."""
    if options.compression is not None:
        file = packed_as(file, options.compression)
    head = file.head
    if is_parquet(file) or (file.suffix in PARQUET_SUFFIXES and head):
        return open_parquet(unpacked(file), options, progress=progress)
    if head.startswith((ARROW_MAGIC, FEATHER_MAGIC, STREAM_MAGIC)) or (file.suffix in ARROW_SUFFIXES and head):
        return open_arrow(unpacked(file), progress=progress)
    if head.startswith(OLE_MAGIC) or (file.suffix in EXCEL_SUFFIXES and head) or is_workbook(file):
        return open_excel(unpacked(file), options, progress=progress)
    if head.startswith(ZIP_MAGIC):
        return open_file(zip_member(unpacked(file), options.member), options, progress, delimited)
    if options.sheets is not None:
        raise InvalidInput(f"{file.label} is no workbook and has no sheets.", hint="Leave sheets= out.")
    if file.suffix in JSON_SUFFIXES or (file.suffix not in TEXT_SUFFIXES and looks_like_json(head)):
        return open_json(file, options, progress=progress)
    return delimited(file, options, progress=progress)


def _open_mapping(tables: Mapping[Any, Any], options: ReadOptions, progress: ProgressHook | None) -> list[TableSource]:
    if not tables:
        raise InvalidInput("The dict of tables is empty.", hint="Give at least one table.")
    opened: list[TableSource] = []
    for key, value in tables.items():
        log = options.rejects.under(str(key)) if options.rejects is not None else None
        found = open_tables(value, replace(options, rejects=log), progress=progress)
        if len(found) != 1:
            raise InvalidInput(
                f"{key!r} holds {len(found)} tables.",
                hint="Give one sheet of it: sheets=['...'], or import it by itself.",
            )
        opened.append(Named(str(key), found[0]))
    return opened
