"""Diffs that were applied, and the conflicts that kept them from it, as documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dsa_workbench.core.model.commit import Commit
from dsa_workbench.rendering import merges
from dsa_workbench.rendering.controls import visible
from dsa_workbench.rendering.document import Block, Bullets, Document, Heading, Mark, Piece, line, plain
from dsa_workbench.rendering.history import summary_of
from dsa_workbench.rendering.words import count


def applied(
    outcome: str,
    label: str,
    into: str,
    commit: Commit,
    notes: Sequence[str],
    found: Mapping[str, Any],
    *,
    reverse: bool,
    dry_run: bool,
) -> Document:
    """Show what came of applying a diff; `found` are conflicts as Arrow tables by table name."""
    what = f"{visible(label)}, reversed" if reverse else visible(label)
    head = [Piece(what), Piece("  →  ", Mark.DIM), Piece(visible(into))]
    blocks: list[Block] = []
    stays = (Piece(commit.short, Mark.CODE), ".")
    if outcome == "conflicts":
        total = sum(table.num_rows for table in found.values())
        head.append(Piece(f"  {count(total, 'conflict')}", Mark.WARN))
        blocks.append(
            line(f"The diff does not fit. Nothing was written; {visible(into)} stays at ", *stays),
        )
    elif outcome == "up to date":
        head.append(Piece("  nothing to do", Mark.DIM))
        blocks.append(line("All of it is there already: it stays at ", *stays))
    elif dry_run:
        head.append(Piece("  would apply", Mark.STRONG))
        blocks.append(line("This was a dry run: nothing was written. The diff fits."))
    else:
        head.append(Piece(f"  {commit.short}", Mark.CODE))
        blocks.append(line("Applied as ", Piece(commit.short, Mark.CODE), f" ({visible(commit.title)}). ",
                           f"{summary_of(commit)}."))  # fmt: skip
    if notes:
        blocks.append(Bullets(tuple(plain(visible(note)) for note in notes)))
    for name, table in found.items():
        blocks += merges.conflicts(name, table)
    if found:
        blocks.append(
            line(
                "base is the diff's old value, ours that of the branch, theirs the diff's new one. Correct the branch "
                "or the diff, or apply it to the version it began with (%dsa branch) and merge that."
            )
        )
    return Heading(tuple(head)), *blocks
