"""Arrow tables, and one reading of a table, as documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dsa_workbench.rendering.cells import cell, is_text, stands_right, texts
from dsa_workbench.rendering.controls import visible
from dsa_workbench.rendering.document import Document, Grid, Head, Heading, Mark, Piece, Row
from dsa_workbench.rendering.words import count

COLUMNS = 20
"""Columns that are shown; of a wider table the first of these."""


def view(title: str, commit: str, table: Any, rows: int, key: Sequence[str], offset: int = 0) -> Document:
    """Show a reading: what it is, its schema, its first rows (`table`), and how many there are in all."""
    what = f"{count(rows, 'row')}, {count(table.num_columns, 'column')}"
    heading = Heading((Piece(visible(title)), Piece(f"  {commit}", Mark.CODE), Piece(f"  {what}", Mark.DIM)))
    return (heading, grid(table, rows=rows, key=key, offset=offset))


def query(versions: Mapping[str, str], table: Any, rows: int) -> Document:
    """Show the result of a query: which versions it read, its first rows (`table`), and how many there are in all."""
    what = f"{count(rows, 'row')}, {count(table.num_columns, 'column')}"
    read: list[Piece] = []
    for name, commit in versions.items():
        read += [Piece(f"{', ' if read else '  of '}{visible(name)} ", Mark.DIM), Piece(commit, Mark.CODE)]
    return (Heading((Piece(what), *read), level=2), grid(table, rows=rows))


def grid(table: Any, *, rows: int, key: Sequence[str] = (), offset: int = 0, caption: str = "") -> Grid:
    """Show an Arrow table of which `rows` exist in all, the first shown being number `offset`."""
    shown = table.select(table.column_names[:COLUMNS]) if table.num_columns > COLUMNS else table
    heads = tuple(
        Head(visible(field.name), note=str(field.type), right=stands_right(field.type), key=field.name in key)
        for field in shown.schema
    )
    columns = [
        [cell(text, of_text=is_text(field.type)) for text in texts(column)]
        for field, column in zip(shown.schema, shown.columns, strict=True)
    ]
    body = tuple(Row(cells) for cells in zip(*columns, strict=True))
    return Grid(caption, heads, body, foot=_foot(table, rows, offset))


def _foot(table: Any, rows: int, offset: int) -> str:
    parts = []
    if offset:
        parts.append(f"From row {offset:,} on.")
    more = rows - table.num_rows
    if more > 0 and table.num_rows:
        parts.append(f"… and {count(more, 'more row', 'more rows')}.")
    if table.num_columns > COLUMNS:
        parts.append(f"The first {COLUMNS} of {table.num_columns:,} columns are shown.")
    return " ".join(parts)
