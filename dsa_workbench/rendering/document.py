"""Documents: what a result says, apart from how it is written.

Views build documents, writers write them. Nothing here is escaped: that is the writers' business.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """What a piece of text is, beyond its characters."""

    PLAIN = "plain"
    OLD = "old"
    NEW = "new"
    NULL = "null"
    DIM = "dim"
    CODE = "code"
    STRONG = "strong"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text with one mark; `full` is the whole text where `text` was cut."""

    text: str
    mark: Mark = Mark.PLAIN
    full: str | None = None


Pieces = tuple[Piece, ...]


class RowKind(StrEnum):
    """What happened to a row of a grid."""

    PLAIN = "plain"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


SIGNS = {RowKind.PLAIN: " ", RowKind.ADDED: "+", RowKind.REMOVED: "−", RowKind.CHANGED: "~"}
"""The sign of each kind of row, so that colour is never the only mark."""


@dataclass(frozen=True, slots=True)
class Head:
    """A grid's column: its name, a note under it (the type), and whether its cells stand to the right."""

    name: str
    note: str = ""
    right: bool = False
    key: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A grid's row: one tuple of pieces per column."""

    cells: tuple[Pieces, ...]
    kind: RowKind = RowKind.PLAIN


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a caption; `signed` grids show what happened to each row."""

    caption: str
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    signed: bool = False
    foot: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A title: level 1 for the thing, 2 for its parts."""

    pieces: Pieces
    level: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence or two on a line of their own."""

    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Bullets:
    """A few lines of equal standing."""

    items: tuple[Pieces, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and what they say."""

    pairs: tuple[tuple[str, Pieces], ...]


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Text whose line breaks and blanks count, as in examples and messages of many lines."""

    text: str


Block = Heading | Line | Bullets | Facts | Grid | Verbatim
Document = tuple[Block, ...]


def plain(text: str) -> Pieces:
    """Wrap unmarked text."""
    return (Piece(text),)


def line(*parts: str | Piece) -> Line:
    """Build a line of plain text and marked pieces."""
    return Line(tuple(Piece(part) if isinstance(part, str) else part for part in parts))
