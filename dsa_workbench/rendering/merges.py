"""Merges and their conflicts, as documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dsa_workbench.core.model.commit import Commit
from dsa_workbench.rendering.cells import cell, is_text, stands_right, texts
from dsa_workbench.rendering.controls import visible
from dsa_workbench.rendering.document import (
    Block,
    Bullets,
    Document,
    Grid,
    Head,
    Heading,
    Mark,
    Piece,
    Row,
    line,
    plain,
)
from dsa_workbench.rendering.history import summary_of
from dsa_workbench.rendering.words import count

SHOWN = 50
"""Conflicts of a table that are shown."""
FIXED = ("kind", "column", "base", "ours", "theirs")
"""The columns of a conflict table between the key and the typed values."""


def merge(
    outcome: str,
    source: str,
    into: str,
    commit: Commit,
    base: Commit | None,
    notes: Sequence[str],
    found: Mapping[str, Any],
    *,
    dry_run: bool,
) -> Document:
    """Show the outcome of a merge; `found` are conflicts as Arrow tables by table name."""
    head = [Piece(visible(source)), Piece("  →  ", Mark.DIM), Piece(visible(into))]
    blocks: list[Block] = []
    since = f" since {base.short}" if base is not None else ""
    if outcome == "conflicts":
        total = sum(table.num_rows for table in found.values())
        head.append(Piece(f"  {count(total, 'conflict')}", Mark.WARN))
        told = f"Both sides changed the same things{since}. Nothing was written; {visible(into)} stays at "
        blocks.append(line(told, Piece(commit.short, Mark.CODE), "."))
    elif outcome == "up to date":
        head.append(Piece("  nothing to do", Mark.DIM))
        blocks.append(line("All of it is there already: it stays at ", Piece(commit.short, Mark.CODE), "."))
    elif dry_run:
        head.append(Piece("  would merge", Mark.STRONG))
        what = "The branch would move forward" if outcome == "fast-forward" else "It would be a commit with two parents"
        blocks.append(line(f"This was a dry run: nothing was written. {what}."))
    else:
        head.append(Piece(f"  {commit.short}", Mark.CODE))
        change = summary_of(commit) if outcome == "merged" else ""
        what = (
            "Fast-forward: the branch had no commits of its own, so it moved to"
            if outcome == "fast-forward"
            else "Merged as"
        )
        after = f" ({visible(commit.title)}).{f' {change}.' if change else ''}"
        blocks.append(line(f"{what} ", Piece(commit.short, Mark.CODE), after))
    if notes:
        blocks.append(Bullets(tuple(plain(visible(note)) for note in notes)))
    for name, table in found.items():
        blocks += _table(name, table)
    if found:
        blocks.append(_advice(found))
    return Heading(tuple(head)), *blocks


def conflicts(name: str, table: Any) -> Document:
    """Show the conflicts of one table."""
    return tuple(_table(name, table))


def _table(name: str, table: Any) -> list[Block]:
    return [Heading((Piece(f"{visible(name)}: {count(table.num_rows, 'conflict')}"),), 2), _grid(table)]


def _grid(table: Any) -> Grid:
    names = table.column_names
    end = names.index("kind") + len(FIXED)
    keys = names[: names.index("kind")]
    some = table.slice(0, SHOWN)
    columns = []
    for name in names[:end]:
        array = some.column(name)
        # Texts of other values are told from null by their look alone: they are written as they are.
        quote = name in keys and is_text(array.type)
        columns.append([cell(text, of_text=quote) for text in texts(array)])
    whole = [text is None for text in texts(some.column("column"))]
    at = names.index("column")
    columns[at] = [plain("(whole row)") if all_ else cells for all_, cells in zip(whole, columns[at], strict=True)]
    heads = tuple(
        Head(n, key=n in keys, right=n in keys and stands_right(some.schema.field(n).type)) for n in names[:end]
    )
    rows = tuple(Row(cells) for cells in zip(*columns, strict=True))
    more = table.num_rows - some.num_rows
    return Grid("", heads, rows, foot=f"{more:,} more: result.conflicts holds all." if more else "")


def _advice(found: Mapping[str, Any]) -> Block:
    keyed = all(t.column_names[0] != "kind" for t in found.values())
    one_by_one = (
        " Or one by one: take result.conflicts[table].to_pandas(), give it a column 'value', and pass it as resolve."
        if keyed
        else ""
    )
    return line("Settle all with ", Piece("resolve='ours'", Mark.CODE), " or ", Piece("resolve='theirs'", Mark.CODE),
                f" (--resolve).{one_by_one}")  # fmt: skip
