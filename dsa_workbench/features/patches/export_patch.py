"""Writing a patch to a file: as a table of changes, as a JSON document, or in the highlighter format."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from dsa_workbench.core.model.change import SchemaChange
from dsa_workbench.errors import InvalidInput, NotFound
from dsa_workbench.features.patches.documents import document_parts
from dsa_workbench.features.patches.highlighter import highlighted
from dsa_workbench.features.patches.model import Patch, TablePatch
from dsa_workbench.features.patches.sheets import (
    line_batches,
    line_schema,
    sheet_batches,
    sheet_schema,
    text_batches,
    text_schema,
    typed_batches,
    typed_schema,
)
from dsa_workbench.files.writing import Target, Written, format_of, write_batches
from dsa_workbench.files.writing.target import expanded, open_target

PAGE, DOCUMENT, HIGHLIGHTER = "html", "json", "highlighter"
_ENDINGS = (
    (".html", PAGE), (".htm", PAGE), (".json", DOCUMENT), (".daff", HIGHLIGHTER), (".daff.csv", HIGHLIGHTER),
    (".diff.csv", HIGHLIGHTER),
)  # fmt: skip
FORMATS = ("csv", "tsv", "parquet", "arrow", "arrows", "jsonl", "xlsx", DOCUMENT, HIGHLIGHTER, PAGE)
_ALSO = {"daff": HIGHLIGHTER, "htm": PAGE}
_LINES = 2_000
BESIDE = ".patch.json"
"""What follows the name of a file that holds no types, in the name of the file that does."""


def diff_format(target: Any, given: str | None = None) -> str:
    """Find the format of an exported diff by its name, or by the ending of the path.

    Raises
    ------
    InvalidInput
        Neither says a format that a diff can be written in.
    """
    name = target.__fspath__() if isinstance(target, os.PathLike) else target
    if given is None and isinstance(name, str):
        for ending, chosen in _ENDINGS:
            if name.lower().endswith(ending):
                return chosen
    given = _ALSO.get(given, given) if given is not None else None
    if given in (PAGE, DOCUMENT, HIGHLIGHTER):
        return str(given)
    try:
        found = format_of(target, given)
    except InvalidInput as err:
        raise InvalidInput(err.message, hint=f"Write a diff as one of: {', '.join(FORMATS)}.") from err
    if found not in FORMATS:
        raise InvalidInput(f"A diff cannot be written as {found}.", hint=f"Write it as one of: {', '.join(FORMATS)}.")
    return found


def chosen_table(patch: Patch, name: str | None) -> TablePatch:
    """Choose the table that a format of one table holds.

    Raises
    ------
    InvalidInput, NotFound
        Several differ and none was named; none differs; or the one that was named does not.
    """
    names = ", ".join(patch.tables)
    if name is not None:
        if name not in patch.tables:
            raise NotFound(f"The table {name!r} does not differ.", hint=f"These do: {names or 'none'}.")
        return patch.tables[name]
    if not patch.tables:
        raise InvalidInput("There is no difference to write.", hint="Compare other versions.")
    if len(patch.tables) > 1:
        raise InvalidInput(
            f"{len(patch.tables)} tables differ, and this format holds one.",
            hint=f"Name one (table='...', --table): {names}; or write .json, which holds all.",
        )
    return next(iter(patch.tables.values()))


def export_patch(
    patch: Patch,
    changes: Mapping[str, Sequence[SchemaChange]],
    target: Target,
    format: str,
    table: str | None = None,
) -> Written:
    """Write a patch; `format` is one of `FORMATS` but the page. A path that holds no types gets them beside it.

    Raises
    ------
    InvalidInput, NotFound
        The place cannot be written to, or the format holds one table and none was named.
    Unsupported
        The format has no form for one of the types.
    """
    if format == DOCUMENT:
        kept = patch if table is None else Patch(patch.old, patch.new, {table: chosen_table(patch, table)})
        rows = 0
        with open_target(target) as sink:
            for part in document_parts(kept, changes):
                rows += part.startswith((b"\n{", b",\n{"))
                sink.write(part)
            return Written(rows, sink.bytes)
    chosen = chosen_table(patch, table)
    if format == HIGHLIGHTER:
        return _write_lines(highlighted(chosen), target)
    if format in {"parquet", "arrow", "arrows"}:
        return write_batches(typed_batches(chosen), typed_schema(chosen), target, format)
    if format == "xlsx":
        return write_batches(sheet_batches(chosen), sheet_schema(chosen), target, format)
    if format == "jsonl":
        done = write_batches(line_batches(chosen), line_schema(chosen), target, format)
    else:
        done = write_batches(text_batches(chosen), text_schema(chosen), target, format)
    if isinstance(target, str | os.PathLike):
        with open_target(header_path(target)) as sink:
            sink.write((json.dumps(chosen.header(), ensure_ascii=False, indent=1) + "\n").encode())
    return done


def header_path(target: str | os.PathLike[str]) -> Path:
    """Say where the header of a file stands that holds no types."""
    path = expanded(target)
    return path.with_name(path.name + BESIDE)


def _write_lines(lines: Iterable[list[str]], target: Target) -> Written:
    rows = 0
    with open_target(target) as sink:
        for some in _batched(lines, _LINES):
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(some)
            sink.write(text.getvalue().encode())
            rows += len(some)
        return Written(rows, sink.bytes)


def _batched(lines: Iterable[list[str]], size: int) -> Iterator[list[list[str]]]:
    all_lines = iter(lines)
    while some := list(islice(all_lines, size)):
        yield some
