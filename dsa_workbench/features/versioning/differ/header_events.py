"""Events of the header: names that became data, data that became names, and names that are lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from dsa_workbench.core.model.event import Event, EventKind
from dsa_workbench.features.versioning.table_version import TableVersion

if TYPE_CHECKING:
    from dsa_workbench.features.versioning.differ.result import TableDiff

_SAY_HEADER = "Import it with header=True (--header)."
_SAY_NONE = "Import it with header=False (--no-header)."


def header_events(diff: TableDiff, old: TableVersion, new: TableVersion) -> Iterator[Event]:
    """Find what happened to the names of the columns."""
    before, after = old.schema.names, new.schema.names
    if before == after:
        yield from _among_rows(diff, new)
        return
    if _named(after) and new.rows and _texts(new, 0) == list(before):
        yield Event(
            EventKind.HEADER_LOST, "The names of the columns stand in the first row, as data.", before, _SAY_HEADER
        )
    elif _named(before) and old.rows and _texts(old, 0) == list(after):
        yield Event(
            EventKind.HEADER_FOUND,
            "The names of the columns stood in the first row, as data, and are names now.",
            after,
        )
    elif old.rows and _texts(old, 0) == list(after):
        yield Event(
            EventKind.HEADER_LOST, "The first row of before is taken for the names of the columns.", after, _SAY_NONE
        )
    elif new.rows and _texts(new, 0) == list(before):
        yield Event(EventKind.HEADER_FOUND, "What was taken for the names of the columns is the first row now.", before)
    elif _named(after) and len(before) == len(after):
        yield Event(EventKind.HEADER_LOST, f"The columns have no names any more: c1 to c{len(after)} now.", before)
    elif _named(before) and len(before) == len(after):
        yield Event(EventKind.HEADER_FOUND, "The columns had no names, and have some now.", after)


def _named(names: Sequence[str]) -> bool:
    """Tell whether the reader made these names for want of a header."""
    return len(names) > 0 and list(names) == [f"c{i + 1}" for i in range(len(names))]


def _texts(version: TableVersion, row: int) -> list[str | None] | None:
    """Give a row as texts, None where a cell has no plain text."""
    table = version.take(version.schema.names, np.array([row]))
    if any(pa.types.is_nested(f.type) or pa.types.is_binary(f.type) for f in table.schema):
        return None
    return [_text(column) for column in table.columns]


def _text(column: Any) -> str | None:
    text: str | None = column.cast(pa.string())[0].as_py()
    return text


def _among_rows(diff: TableDiff, new: TableVersion) -> Iterator[Event]:
    """Find added rows that repeat the names of the columns, as when files were put one after the other."""
    added, names = diff.positions("added"), new.schema.names
    text = [c.name for c in new.schema.columns if c.type == "string"]
    if not len(added) or len(text) < max(1, len(names)):
        return
    table = new.take(names, added)
    hit = np.ones(len(added), np.bool_)
    for name in names:
        hit &= np.asarray(pa.compute.equal(table.column(name), name).fill_null(False).to_numpy())
    rows = added[hit]
    if len(rows):
        where = ", ".join(f"{row + 1:,}" for row in rows[:3].tolist()) + (", …" if len(rows) > 3 else "")
        what = "A row repeats" if len(rows) == 1 else f"{len(rows):,} rows repeat"
        yield Event(EventKind.HEADER_AMONG_ROWS, f"{what} the names of the columns (row {where}).", names)
