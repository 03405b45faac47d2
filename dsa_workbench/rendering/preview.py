"""The preview of an import as a document: how each table would be read, what does not fit, what would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dsa_workbench.core.model.finding import Finding
from dsa_workbench.core.model.schema import GIVEN, Column, Schema
from dsa_workbench.rendering.controls import visible
from dsa_workbench.rendering.document import Block, Document, Grid, Head, Heading, Mark, Piece, Row, line, plain
from dsa_workbench.rendering.imports import Findings, notes_of
from dsa_workbench.rendering.words import count, listed

COLUMNS = 40
"""Columns of a table that are shown."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said above all: from where to where, and whether it would be done."""

    source: str
    where: str
    changes: bool
    protected: bool
    skips: bool
    rejects: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it would be."""

    name: str
    rows: int
    schema: Schema
    key: tuple[str, ...]
    bad_keys: int


def preview(
    facts: Facts,
    tables: Sequence[Table],
    findings: Findings,
    notes: Sequence[str],
    rejects: Document,
    diff: Document,
    hint: str = "",
) -> Document:
    """Show what would come of an import; `rejects` and `diff` are documents of their own."""
    head = (Piece(visible(facts.where)), Piece("  preview, nothing was written", Mark.DIM))
    blocks: list[Block] = [Heading(head), line(*_outcome(facts))]
    for table in tables:
        blocks.append(_table(table, findings.get(table.name, ()), titled=len(tables) > 1))
        if table.key:
            blocks.append(line(*_key(table)))
    blocks += notes_of(notes, findings, hint)
    return (*blocks, *rejects, *diff)


def _outcome(facts: Facts) -> list[str | Piece]:
    source = visible(facts.source)
    if facts.protected:
        return [
            Piece("It would be refused: ", Mark.WARN),
            f"{visible(facts.where)} is protected. Write to another branch, or lift the protection first.",
        ]
    if facts.rejects and not facts.skips:
        what = count(facts.rejects, "row does", "rows do")
        return [
            Piece("It would be refused: ", Mark.WARN),
            f"{what} not fit. Below is what would come of it without: ",
            Piece("--rejects skip", Mark.CODE),
            " leaves them out, ",
            Piece("--rejects-to FILE.csv", Mark.CODE),
            " keeps them to be corrected.",
        ]
    if not facts.changes:
        return [f"An import of {source} would change nothing, and make no commit."]
    return [
        f"An import of {source} would change this. To do it: ",
        Piece(".commit()", Mark.CODE),
        " of this preview, or the same without ",
        Piece("--dry-run", Mark.CODE),
        ".",
    ]


def _table(table: Table, found: Sequence[Finding], *, titled: bool) -> Grid:
    nulls = {f.column: f.count for f in found if f.what == "null"}
    heads = [Head("column"), Head("type"), Head("nulls", note="that come in", right=True), Head("")]
    rows = tuple(
        Row(
            (
                plain(visible(column.name)),
                plain(column.type),
                plain(f"{nulls[column.name]:,}" if column.name in nulls else ""),
                plain(listed(_remarks(column, table))),
            )
        )
        for column in table.schema.columns[:COLUMNS]
    )
    name = f"{visible(table.name)}: " if titled else ""
    caption = f"{name}{count(table.rows, 'row')}, {count(len(table.schema.columns), 'column')}"
    more = len(table.schema.columns) - COLUMNS
    return Grid(caption, tuple(heads), rows, foot=f"… and {more:,} more." if more > 0 else "")


def _remarks(column: Column, table: Table) -> list[str]:
    return [
        *(["key"] if column.name in table.key else []),
        *(["type given"] if GIVEN in dict(column.metadata) else []),
    ]


def _key(table: Table) -> list[str | Piece]:
    names = visible(", ".join(table.key))
    if table.bad_keys:
        return [Piece(f"The key {names} does not hold: ", Mark.WARN), f"{count(table.bad_keys, 'row')} at fault."]
    return [f"The key {names} tells all rows apart."]
