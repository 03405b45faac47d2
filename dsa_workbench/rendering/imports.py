"""Imports as documents: what was found, what was left out, what would come of it, and which columns could be a key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dsa_workbench.core.model.finding import Effect, Finding
from dsa_workbench.rendering.cells import cut
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
    Pieces,
    Row,
    line,
    plain,
)
from dsa_workbench.rendering.words import count, listed

ROWS = 20
"""Rejected rows that are shown."""
IN_NOTES = ("rows left out", "quoted empty cells are null", "short rows filled with nulls")
"""What the notes of an import tell already."""

Findings = Mapping[str, Sequence[Finding]]


def report_lines(findings: Findings, *, noted: bool = False) -> list[Pieces]:
    """Write a line for each thing that changed its form or was lost; with `noted` also for what notes tell already."""
    left_out = () if noted else IN_NOTES
    lines: list[Pieces] = []
    for table, found in findings.items():
        for what in dict.fromkeys(f.what for f in found if f.effect is not Effect.KEPT and f.what not in left_out):
            same = [f for f in found if f.what == what]
            where = f"{visible(table)}: " if len(findings) > 1 else ""
            columns = [f"{visible(f.column)} {f.count:,}" for f in same if f.column is not None]
            counted = listed(columns) if columns else f"{same[0].count:,}"
            example = next((f.example for f in same if f.example), None)
            mark = Mark.WARN if same[0].effect is Effect.LOST else Mark.PLAIN
            told = f" (such as {visible(example)})" if example else ""
            lines.append((Piece(f"{where}{what}: ", mark), Piece(f"{counted}{told}.")))
    return lines


def report(findings: Findings) -> Document:
    """Show all that was counted, by table."""
    blocks: list[Block] = []
    heads = (Head("column"), Head("what"), Head("effect"), Head("count", right=True), Head("such as"))
    for table, found in findings.items():
        rows = tuple(
            Row(
                (
                    plain(visible(f.column or "")),
                    plain(f.what),
                    (Piece(str(f.effect), Mark.WARN if f.effect is Effect.LOST else Mark.PLAIN),),
                    plain(f"{f.count:,}"),
                    plain(visible(f.example or "")),
                )
            )
            for f in found
        )
        blocks += [Heading(plain(f"Report of {visible(table)}")), Grid("", heads, rows)]
    return tuple(blocks) or (line("There is nothing to report."),)


def rejects(tables: Mapping[str, Any]) -> Document:
    """Show rows that were left out: where they stand, what does not fit and why."""
    blocks: list[Block] = []
    for name, rows in tables.items():
        if rows.num_rows:
            title = f" of {visible(name)}" if len(tables) > 1 else ""
            blocks.append(_rejects(f"{count(rows.num_rows, 'row does', 'rows do')} not fit{title}", rows))
    return tuple(blocks) or (line("All rows fit."),)


def _rejects(caption: str, rows: Any) -> Grid:
    shown = rows.slice(0, ROWS).to_pylist()
    lines = any(row["line"] is not None for row in shown)
    heads = [Head("row", right=True), Head("column"), Head("value"), Head("reason"), Head("the row")]
    if lines:
        heads.insert(1, Head("line", right=True))
    grid = []
    for row in shown:
        cells: list[Pieces] = [
            plain(f"{row['row']:,}"),
            plain(visible(row["column"] or "")),
            (cut(row["value"] or "", limit=40),) if row["column"] else plain(""),
            plain(visible(row["reason"])),
            (cut(row["text"], limit=80),),
        ]
        if lines:
            cells.insert(1, plain(f"{row['line']:,}" if row["line"] is not None else ""))
        grid.append(Row(tuple(cells)))
    more = f"… and {rows.num_rows - ROWS:,} more." if rows.num_rows > ROWS else ""
    return Grid(caption, tuple(heads), tuple(grid), foot=more)


def notes_of(notes: Sequence[str], findings: Findings, hint: str = "") -> list[Block]:
    """Write what is to be told of an import as a list, with a hint behind it; nothing where there is nothing."""
    items = [plain(visible(note)) for note in notes] + report_lines(findings)
    blocks: list[Block] = [Bullets(tuple(items))] if items else []
    if hint:
        blocks.append(line(Piece(visible(hint), Mark.DIM)))
    return blocks
