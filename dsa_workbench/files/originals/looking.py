"""Finds the look of a file: how most of its cells are written, column by column, judged on its first records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from dsa_workbench.files.text.delimited import DelimitedTable
from dsa_workbench.files.text.records import Dialect
from dsa_workbench.files.writing.render import ColumnLook, Look, render_cells

SAMPLE = 1_000
"""Records that are looked at."""
_PAIRS = ("true/false", "True/False", "TRUE/FALSE", "t/f", "T/F", "yes/no", "Yes/No", "YES/NO", "y/n", "Y/N", "1/0")
_FRACTION = re.compile(r"[.,](\d+)$")
_SECONDS = re.compile(r":\d\d\.(\d+)")
_ZONE = re.compile(r"(Z|[+-]\d\d(?::?\d\d)?)$")


def find_look(text: bytes, batch: pa.RecordBatch, table: DelimitedTable, edges: Any) -> Look:
    """Choose, for a block of text and the rows read from it, the look that gives most of its cells back."""
    dialect, numerals = table.text.layout.dialect, table.found.numerals
    rows = min(batch.num_rows, SAMPLE)
    records = [] if edges is None else [text[edges[i] : edges[i + 1]] for i in range(rows)]
    look = Look(
        delimiter=dialect.delimiter, quote=dialect.quote, escape=dialect.escape, line_end=_line_end(records, dialect),
        decimal=numerals.decimal if numerals else ".", thousands=(numerals.thousands if numerals else None) or "",
        trailing=table.text.layout.trailing,
    )  # fmt: skip
    cells = [_split(record.rstrip(b"\r\n").decode(errors="replace"), dialect) for record in records]
    if dialect.blanks and all(cell[:1] == " " for found in cells for cell in found[1:]):
        look = replace(look, padding=" ")
        cells = [[found[0], *(cell[1:] for cell in found[1:])] for found in cells]
    width = batch.num_columns
    fitting = [i for i, found in enumerate(cells) if len(found) in (width, width + 1)]
    if not fitting:
        return replace(look, columns=(ColumnLook(),) * width)
    sample = batch.take(pa.array(fitting))
    columns = [_column_look(sample.column(i), [cells[j][i] for j in fitting], look) for i in range(width)]
    return replace(look, columns=tuple(columns))


def _line_end(records: Sequence[bytes], dialect: Dialect) -> str:
    """Find the line end that most records have."""
    if dialect.newline == b"\r":
        return "\r"
    windows = sum(1 for r in records if r.endswith(b"\r\n"))
    return "\r\n" if 2 * windows > len(records) else "\n"


def _split(record: str, dialect: Dialect) -> list[str]:
    """Take a record apart into cells as they are written, with their quotes."""
    end = re.escape(dialect.delimiter)
    plain = f"[^{end}]*"
    if dialect.quote is not None:
        q = re.escape(dialect.quote)
        escape = re.escape(dialect.escape) if dialect.escape else None
        inner = f"[^{q}{escape or ''}]|{q}{q}" + (f"|{escape}." if escape else "")
        plain = f"{q}(?:{inner})*{q}[^{end}]*|{plain}"
    cells = []
    for match in re.finditer(rf"({plain})({end}|\Z)", record, re.DOTALL):
        cells.append(match[1])
        if not match[2]:
            break
    return cells


def _column_look(column: Any, cells: Sequence[str], look: Look) -> ColumnLook:
    """Choose the candidate that gives most of the cells."""
    nulls = [cell for cell, value in zip(cells, column.is_valid().to_pylist(), strict=True) if not value]
    best = ColumnLook(null=_null(nulls))
    most = -1
    for candidate in _candidates(column.type, cells, look):
        candidate = replace(candidate, null=best.null)
        made = render_cells(column, look, candidate).fill_null("").to_pylist()
        right = sum(map(str.__eq__, made, cells))
        if right > most:
            best, most = candidate, right
        if right == len(cells):
            break
    return best


def _null(nulls: Sequence[str]) -> str | None:
    if not nulls:
        return None
    [(text, _)] = Counter(nulls).most_common(1)
    return text or None


def _candidates(kind: Any, cells: Sequence[str], look: Look) -> Iterator[ColumnLook]:
    bare = [cell.strip(look.quote or "") for cell in cells]
    forms = list(dict.fromkeys(_forms(kind, bare)))
    groups = (False, True) if look.thousands and _is_number(kind) else (False,)
    for grouped in groups:
        for form in forms:
            yield ColumnLook(False, form, grouped=grouped)
            if look.quote is not None:
                yield ColumnLook(True, form, grouped=grouped)


def _is_number(kind: Any) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _forms(kind: Any, cells: Sequence[str]) -> Iterator[str]:
    t = pa.types
    yield ""
    if t.is_floating(kind):
        yield "bare"
        places = Counter(len(m[1]) for cell in cells if (m := _FRACTION.search(cell)))
        yield from (f"fixed:{n}" for n, _ in places.most_common(3) if n <= 15)
    elif t.is_decimal(kind):
        yield "bare"
    elif t.is_boolean(kind):
        yield from _PAIRS
    elif t.is_timestamp(kind) or t.is_time(kind):
        between = "T" if any("T" in cell for cell in cells) else " "
        digits = Counter(len(m[1]) for cell in cells if (m := _SECONDS.search(cell)))
        zones = Counter(m[1] for cell in cells if (m := _ZONE.search(cell)))
        zone = zones.most_common(1)[0][0] if zones and t.is_timestamp(kind) else "Z"
        for n in ["-", "0", *(str(n) for n, _ in digits.most_common(2))]:
            yield f"{between}|{n}|{zone}"
