"""Where the table of a sheet begins: titles above it, and names in its first row or none.

The evidence is that of `shape`, which does this for text. A sheet has one more kind of it: a blank row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dsa_workbench.files.text.shape import MOST_PREAMBLE, Record, find_shape, kind_of

SAMPLE_ROWS = 200


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the table begins, as an index among the rows looked at, and whether its first row holds names."""

    start: int
    header: bool
    reason: str
    """Why there is a header, or none."""


def find_heading(rows: Sequence[Record], header: bool | None, skip: int | None) -> Heading:
    """Find the table among the first rows of a sheet that hold anything; a record's `line` is its row from 0.

    `skip` is how many rows of the sheet stand above the table, where the user said so.
    """
    start = _titles(rows) if skip is None else next((i for i, r in enumerate(rows) if r.line >= skip), len(rows))
    shape = find_shape(rows[start:], 0)
    if header is not None:
        return Heading(start, header, "it was given")
    return Heading(start, shape.header, shape.reason)


def _filled(row: Record) -> int:
    return sum(1 for cell in row.cells if cell.strip())


def _titles(rows: Sequence[Record]) -> int:
    """Count the rows above the table: thinner ones, above a full row of names for what stands below.

    How thin they must be depends on the evidence: a blank row between, and values of a kind below the names.
    """
    full = max(map(_filled, rows), default=0)
    least = full - 1 if full > 3 else full
    start = next((i for i, row in enumerate(rows) if _filled(row) >= least), 0)
    if not 0 < start <= MOST_PREAMBLE or start + 1 >= len(rows) or full < 2:
        return 0
    names = [i for i, cell in enumerate(rows[start].cells) if cell.strip()]
    if any(kind_of([rows[start].cells[i]]) for i in names):
        return 0
    below = rows[start + 1 :]
    is_typed = any(kind_of([row.cells[i] for row in below]) for i in names)
    is_apart = rows[start].line - rows[start - 1].line > 1
    if not is_apart and not (is_typed and full > 2):
        return 0
    widest = {(True, True): full - 1, (True, False): full // 2}.get((is_apart, is_typed), max(1, full // 3))
    return start if all(_filled(row) <= widest for row in rows[:start]) else 0
