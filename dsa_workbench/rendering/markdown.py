"""Documents as GitHub-flavoured Markdown, for nbconvert to Markdown and for pasting into an issue."""

from __future__ import annotations

import re

from dsa_workbench.rendering.controls import harmless
from dsa_workbench.rendering.document import (
    SIGNS,
    Block,
    Bullets,
    Document,
    Facts,
    Grid,
    Heading,
    Line,
    Mark,
    Piece,
    Pieces,
    Row,
)

_SPECIAL = re.compile(r"([\\`*_\[\]|~$#&!])")
_WRAP = {Mark.OLD: "~~", Mark.NEW: "**", Mark.STRONG: "**", Mark.NULL: "*"}
_NAMES = {"<": "&lt;", ">": "&gt;"}


def write(document: Document) -> str:
    """Write a document as Markdown."""
    return "\n\n".join(_block(block) for block in document) + "\n"


def escape(text: str) -> str:
    """Escape what Markdown, tables in it and formulas would read as their own."""
    text = _SPECIAL.sub(r"\\\1", harmless(text))
    return re.sub("[<>]", lambda match: _NAMES[match[0]], text)


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"**{''.join(escape(piece.text) for piece in block.pieces)}**"
    if isinstance(block, Line):
        return _pieces(block.pieces)
    if isinstance(block, Bullets):
        return "\n".join(f"- {_pieces(item)}" for item in block.items)
    if isinstance(block, Facts):
        lines = [f"| {escape(label)} | {_pieces(what)} |" for label, what in block.pairs]
        return "\n".join(["| | |", "|---|---|", *lines])
    if isinstance(block, Grid):
        return _grid(block)
    return "\n".join("    " + line for line in block.text.split("\n"))


def _pieces(pieces: Pieces) -> str:
    return "".join(_piece(piece) for piece in pieces)


def _piece(piece: Piece) -> str:
    text = escape(piece.text)
    # A code span would need its backticks counted, so ids are escaped text here.
    wrap = _WRAP.get(piece.mark, "") if text.strip() == text and text else ""
    return f"{wrap}{text}{wrap}"


def _grid(grid: Grid) -> str:
    sign = "|  " if grid.signed else ""
    heads = "".join(f"| {escape(head.name)}{' (key)' if head.key else ''} " for head in grid.heads)
    rule = ("|---" if grid.signed else "") + "".join("|---:" if head.right else "|---" for head in grid.heads)
    lines = [f"{sign}{heads}|", f"{rule}|", *(_row(row, grid.signed) for row in grid.rows)]
    parts = [escape(grid.caption), "\n".join(lines), escape(grid.foot)]
    return "\n\n".join(part for part in parts if part)


def _row(row: Row, signed: bool) -> str:
    sign = f"| {escape(SIGNS[row.kind])} " if signed else ""
    return sign + "".join(f"| {_pieces(pieces)} " for pieces in row.cells) + "|"
