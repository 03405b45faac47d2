"""Documents as plain text of a fixed width, for terminals and for diffs of notebooks."""

from __future__ import annotations

import textwrap
import unicodedata

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
    Pieces,
)
from dsa_workbench.rendering.words import count

WIDTH = 120
"""Characters of a line. Fixed, so that the same result gives the same text everywhere."""
_GAP = "  "
_NARROWEST = 16
"""A column is not narrowed below this."""


def write(document: Document, width: int = WIDTH) -> str:
    """Write a document as lines of at most `width` characters, apart from verbatim text."""
    parts: list[str] = []
    for block in document:
        if parts and (isinstance(block, Grid) or (isinstance(block, Heading) and block.level > 1)):
            parts.append("")
        parts.append(_block(block, width))
    return "\n".join(parts)


def _block(block: Block, width: int) -> str:
    if isinstance(block, Heading):
        return _joined(block.pieces)
    if isinstance(block, Line):
        return _wrapped(_joined(block.pieces), width)
    if isinstance(block, Bullets):
        return "\n".join(_wrapped("- " + _joined(item), width, indent="  ") for item in block.items)
    if isinstance(block, Facts):
        wide = max((_width(label) for label, _ in block.pairs), default=0)
        return "\n".join(
            _wrapped(f"{label}{' ' * (wide - _width(label))}{_GAP}{_joined(what)}", width, indent=" " * (wide + 2))
            for label, what in block.pairs
        )
    if isinstance(block, Grid):
        return _grid(block, width)
    return block.text


def _joined(pieces: Pieces) -> str:
    return harmless("".join(piece.text for piece in pieces))


def _wrapped(text: str, width: int, indent: str = "") -> str:
    return textwrap.fill(text, width, subsequent_indent=indent, break_on_hyphens=False, replace_whitespace=False)


def _width(text: str) -> int:
    """Count terminal columns: wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def _grid(grid: Grid, width: int) -> str:
    heads = [harmless(head.name) + (" (key)" if head.key else "") for head in grid.heads]
    notes = [harmless(head.note) for head in grid.heads]
    rows = [[_joined(pieces) for pieces in row.cells] for row in grid.rows]
    indent = "  " if grid.signed else ""
    widths = _fitting([max(map(_width, column)) for column in zip(heads, notes, *rows, strict=True)], width - 2)
    rights = [head.right for head in grid.heads]

    def written(line: list[str], sign: str) -> str:
        cells = [_padded(*cell) for cell in zip(line, widths, rights, strict=False)]
        return ((sign + " " if grid.signed else "") + _GAP.join(cells)).rstrip()

    lines = [grid.caption] if grid.caption else []
    lines.append(written(heads, " "))
    if any(notes[: len(widths)]):
        lines.append(written(notes, " "))
    lines.append(indent + _GAP.join("-" * wide for wide in widths))
    lines += [
        written(
            [_squeezed(pieces, wide) for pieces, wide in zip(row.cells, widths, strict=False)],
            SIGNS[row.kind],
        )
        for row in grid.rows
    ]
    if len(widths) < len(heads):
        left = heads[len(widths) :]
        lines.append(_wrapped(f"({count(len(left), 'column')} without room: {', '.join(left)})", width))
    if grid.foot:
        lines.append(_wrapped(grid.foot, width))
    return "\n".join(lines)


def _fitting(widths: list[int], room: int) -> list[int]:
    """Narrow the widest columns until the line fits; where that is not enough, leave some out."""
    gaps = len(_GAP) * (len(widths) - 1)
    cap = max(widths, default=0)
    while cap > _NARROWEST and sum(min(wide, cap) for wide in widths) + gaps > room:
        cap -= 1
    narrowed = [min(wide, cap) for wide in widths]
    fit = len(narrowed)
    while fit > 1 and sum(narrowed[:fit]) + len(_GAP) * (fit - 1) > room:
        fit -= 1
    return narrowed[:fit]


def _squeezed(pieces: Pieces, wide: int) -> str:
    """Join a cell's pieces; where they are too wide, cut them alike, so that both values stay in sight."""
    text = _joined(pieces)
    if _width(text) <= wide or len(pieces) < 2:
        return text
    short = sum(_width(piece.text) for piece in pieces if piece.mark is Mark.PLAIN)
    sides = [piece for piece in pieces if piece.mark is not Mark.PLAIN]
    room = (wide - short) // max(len(sides), 1)
    spare = sum(max(room - _width(piece.text), 0) for piece in sides)
    return "".join(_cut(_joined((piece,)), room + spare if piece in sides else wide) for piece in pieces)


def _cut(text: str, wide: int) -> str:
    if _width(text) <= wide:
        return text
    while text and _width(text) > wide - 1:
        text = text[:-1]
    return text + "…"


def _padded(text: str, wide: int, right: bool) -> str:
    text = _cut(text, wide)
    space = " " * (wide - _width(text))
    return space + text if right else text + space
