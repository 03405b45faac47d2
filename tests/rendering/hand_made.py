"""Diffs made by hand, for the tests of how they look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from dsa_workbench.core.model.change import ChangeCounts, SchemaChange
from dsa_workbench.core.model.event import Event
from dsa_workbench.core.model.moved_column import MovedColumn

Values = Sequence[Any] | None


@dataclass(frozen=True)
class HandMade:
    """A table's diff whose rows are given."""

    columns: tuple[str, ...]
    table: Any
    counts: ChangeCounts
    key: tuple[str, ...] = ()
    schema_changes: tuple[SchemaChange, ...] = ()
    pairing: str = "Rows are paired by the key id."
    asked: list[int | None] = field(default_factory=list)
    events: tuple[Event, ...] = ()
    distributions: tuple[MovedColumn, ...] = ()
    reformed: Any = None

    def rows(self, offset: int = 0, limit: int | None = None) -> Any:
        self.asked.append(limit)
        return self.table.slice(offset, limit)

    def reformed_rows(self, offset: int = 0, limit: int | None = None) -> Any:
        return self.reformed.slice(offset, limit)


def diff_of(
    columns: Mapping[str, pa.DataType],
    added: Sequence[Values] = (),
    removed: Sequence[Values] = (),
    changed: Sequence[tuple[Values, Values, Sequence[str]]] = (),
    **more: Any,
) -> HandMade:
    """Make a diff of rows given as lists of values in the order of the columns."""
    rows: list[tuple[str, Values, Values, Sequence[str]]] = [("changed", o, n, names) for o, n, names in changed]
    rows += [("removed", old, None, ()) for old in removed]
    rows += [("added", None, new, ()) for new in added]
    data: dict[str, pa.Array] = {
        "change": pa.array([row[0] for row in rows], pa.string()),
        "old_row": pa.array([None if row[1] is None else i for i, row in enumerate(rows)], pa.int64()),
        "new_row": pa.array([None if row[2] is None else i for i, row in enumerate(rows)], pa.int64()),
        "changed_columns": pa.array([list(row[3]) for row in rows], pa.list_(pa.string())),
    }
    for place, (name, kind) in enumerate(columns.items()):
        for side, at in (("old", 1), ("new", 2)):
            values = [None if row[at] is None else row[at][place] for row in rows]
            data[f"{side}.{name}"] = pa.array(values, kind)
    cells: dict[str, int] = {}
    for _, _, names in changed:
        for name in names:
            cells[name] = cells.get(name, 0) + 1
    counts = more.pop("counts", ChangeCounts(len(added), len(removed), len(changed), 10, cells))
    return HandMade(tuple(columns), pa.table(data), counts, **more)
