"""Suggested keys as a document."""

from __future__ import annotations

from dsa_workbench.features.imports.suggest_keys import FoundKeys
from dsa_workbench.rendering.controls import visible
from dsa_workbench.rendering.document import Block, Bullets, Document, Heading, Mark, Piece, Pieces, line, plain
from dsa_workbench.rendering.words import count, listed

UNFIT = 12
"""Columns that cannot be keys of which it is said why."""


def keys(found: FoundKeys) -> Document:
    """Show which columns tell all rows apart, which nearly do, and which cannot."""
    blocks: list[Block] = [Heading((Piece(visible(found.label)), Piece(f"  {count(found.rows, 'row')}", Mark.DIM)))]
    if found.rows < 2:
        return (*blocks, line("There are too few rows to tell a key by."))
    if found.keys:
        blocks.append(line("Each of these tells all rows apart:" if len(found.keys) > 1 else "A key:"))
        blocks.append(Bullets(tuple(_key(c.columns) for c in found.keys)))
        blocks.append(line("It is so in this data; whether it must be so, only you can know. Nothing was declared."))
    else:
        none = f"No set of {found.most} columns or fewer" if found.most > 1 else "No column"
        blocks.append(line(f"{none} tells all rows apart."))
    if found.near:
        blocks.append(line("Nearly, but not quite:"))
        blocks.append(Bullets(tuple(_near(c.columns, c.repeats, c.first) for c in found.near)))
    if found.unfit:
        shown = [f"{visible(name)} ({why})" for name, why in list(found.unfit.items())[:UNFIT]]
        more = [f"{len(found.unfit) - UNFIT:,} more"] if len(found.unfit) > UNFIT else []
        blocks.append(line(Piece(f"Not looked at: {listed(shown + more, UNFIT + 1)}.", Mark.DIM)))
    return tuple(blocks)


def _key(columns: tuple[str, ...]) -> Pieces:
    names = visible(",".join(columns))
    quoted = f'"{names}"' if " " in names else names
    return (Piece(visible(", ".join(columns)), Mark.STRONG), Piece("  "), Piece(f"--key {quoted}", Mark.CODE))


def _near(columns: tuple[str, ...], repeats: int, first: tuple[int, int] | None) -> Pieces:
    at = f", first in rows {first[0]:,} and {first[1]:,}" if first is not None else ""
    return (
        Piece(visible(", ".join(columns)), Mark.STRONG),
        *plain(f" repeats {count(repeats, 'time')}{at}"),
    )
