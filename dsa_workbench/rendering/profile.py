"""A table's columns in numbers, as a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dsa_workbench.core.model.table_profile import ColumnProfile
from dsa_workbench.rendering.controls import visible
from dsa_workbench.rendering.document import Document, Grid, Head, Heading, Mark, Piece, Pieces, Row, line
from dsa_workbench.rendering.words import count

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 24
"""Characters of a value that are shown."""


def profile(label: str, rows: int, columns: Sequence[ColumnProfile]) -> Document:
    """Show each column: nulls, distinct values, bounds, quartiles, and how the values are spread."""
    heads = (
        Head("column", key=True), Head("nulls", right=True), Head("distinct ≈", right=True), Head("min"),
        Head("25 % ≈"), Head("median ≈"), Head("75 % ≈"), Head("max"), Head("spread"),
    )  # fmt: skip
    grid = Grid(
        "Columns", heads, tuple(_row(c) for c in columns), foot="Of text, the quartiles and spread of its length."
    )
    note = "Values with ≈ and the spread are estimates."
    return (
        Heading((Piece(visible(label)), Piece(f"  {count(rows, 'row')}", Mark.DIM))),
        grid,
        line(Piece(note, Mark.DIM)),
    )


def bars(histogram: Sequence[int]) -> str:
    """Draw a histogram as one character a step; a step without values is a blank."""
    top = max(histogram, default=0)
    return "".join(BARS[-(-n * len(BARS) // top) - 1] if n else " " for n in histogram)


def _row(column: ColumnProfile) -> Row:
    quartiles = column.quartiles or (None, None, None)
    name: Pieces = (Piece(visible(column.name), Mark.STRONG), Piece(f" {visible(column.type)}", Mark.DIM))
    distinct = "" if column.distinct is None else f"{column.distinct:,}"
    cells = [(Piece(f"{column.null_share:.1%}"),), (Piece(distinct),)]
    values = [column.minimum, *quartiles, column.maximum]
    return Row((name, *cells, *(_value(v) for v in values), (Piece(bars(column.histogram)),)))


def _value(value: Any) -> Pieces:
    if value is None:
        return (Piece(""),)
    full = visible(f"{value:.6g}" if isinstance(value, float) else str(value))
    return (Piece(full[: WIDTH - 1] + "…", full=full) if len(full) > WIDTH else Piece(full),)
