"""The commits that gave a row's cells their values, as a document."""

from __future__ import annotations

from typing import Any

from dsa_workbench.core.model.blame import Blamed
from dsa_workbench.core.model.commit import Commit
from dsa_workbench.rendering.cells import cell, cut, is_text, texts
from dsa_workbench.rendering.controls import visible
from dsa_workbench.rendering.document import Document, Grid, Head, Heading, Mark, Piece, Row, line, plain
from dsa_workbench.rendering.words import moment


def blame(label: str, found: Blamed, row: Any) -> Document:
    """Show a row's cells, each with the commit of its value, and the commit that brought the row."""
    named = ", ".join(f"{name} = {texts(row.column(name))[0]}" for name in found.key)
    heads = (
        Head("column", key=True), Head("value"), Head("commit"), Head("time"), Head("author"), Head("message"),
    )  # fmt: skip
    rows = tuple(
        Row((
            (Piece(visible(name), Mark.STRONG),),
            cell(texts(row.column(name))[0], of_text=is_text(row.schema.field(name).type)),
            *_commit(commit),
        ))
        for name, commit in zip(found.columns, found.commits, strict=True)
    )  # fmt: skip
    return (
        Heading((Piece(visible(label)), Piece(f"  {visible(named)}", Mark.DIM))),
        Grid("", heads, rows),
        line("The row came with ", Piece(found.added.short, Mark.CODE), f", {visible(found.added.title)}."),
    )


def _commit(commit: Commit) -> tuple[Any, ...]:
    return (
        (Piece(commit.short, Mark.CODE),), plain(moment(commit.time)), (cut(commit.author, limit=24),),
        (cut(commit.title, limit=80),),
    )  # fmt: skip
