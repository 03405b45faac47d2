"""How a file would be read, as a document."""

from __future__ import annotations

from dsa_workbench.files.explain import Explanation, Setting
from dsa_workbench.rendering.cells import cut
from dsa_workbench.rendering.controls import visible
from dsa_workbench.rendering.document import (
    Block,
    Bullets,
    Document,
    Facts,
    Grid,
    Head,
    Heading,
    Mark,
    Piece,
    Pieces,
    Row,
    line,
    plain,
)
from dsa_workbench.rendering.words import size

WIDEST = 12
"""Columns of the sample that are shown."""


def explanation(found: Explanation) -> Document:
    """Show what was found, why, what else it could be and how to say it; then the columns and the first rows."""
    packed = f", {found.compression}" if found.compression else ""
    weight = f", {size(found.size)}" if found.size is not None else ""
    title = (Piece(visible(found.label)), Piece(f"  {found.kind}{weight}{packed}", Mark.DIM))
    blocks: list[Block] = [Heading(title)]
    if found.problem is not None:
        blocks.append(line(Piece("It would be refused: ", Mark.WARN), visible(found.problem)))
    if found.settings:
        blocks.append(Facts(tuple((s.name, _setting(s)) for s in found.settings)))
    if found.columns:
        rows = tuple(Row((plain(visible(c.name)), plain(c.type), plain(visible(c.reason)))) for c in found.columns)
        blocks.append(Grid("Columns, by the first look", (Head("column"), Head("type"), Head("because")), rows))
    if found.sample:
        blocks.append(_sample(found))
    if found.notes:
        blocks.append(Bullets(tuple(plain(visible(note)) for note in found.notes)))
    return tuple(blocks)


def _setting(found: Setting) -> Pieces:
    reason = "you said so" if found.given else found.reason
    pieces = [Piece(visible(found.value), Mark.STRONG), Piece(f"  {visible(reason)}")]
    others = ", ".join(f"{visible(a.value)} {a.score:.2f}" for a in found.alternatives)
    if others:
        pieces.append(Piece(f"; scores: {others}", Mark.DIM))
    if found.override:
        pieces += [Piece("; to change it: "), Piece(visible(found.override), Mark.CODE)]
    return tuple(pieces)


def _sample(found: Explanation) -> Grid:
    names = [c.name for c in found.columns[:WIDEST]]
    heads = tuple(Head(visible(name)) for name in names)
    rows = tuple(
        Row(tuple((cut(row[i] if i < len(row) else "", limit=40),) for i in range(len(names)))) for row in found.sample
    )
    return Grid("The first rows, as text", heads, rows)
