"""A patch: a diff with all that is needed to apply it, apart from the form in which it is written.

Its rows stand in the layout of `TableDiff.rows`: `change`, `old_row`, `new_row`, `moved`, `changed_columns`, then
`old.c` and `new.c` for each column c. Beside the rows that a diff counts there are rows that it does not, since without
them the new version could not be made of the old one: see `KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from dsa_workbench.columns.types import parse_type
from dsa_workbench.core.model.schema import Column, Schema
from dsa_workbench.errors import InvalidInput, Unsupported

FORMAT = 1
"""The version of the format of headers and documents. A reader refuses what is newer."""

ADDED, REMOVED, CHANGED, MOVED, FILLED, REFORMED, CONTEXT = KINDS = (
    "added", "removed", "changed", "moved", "filled", "reformed", "context",
)  # fmt: skip
"""The kinds of rows. A diff counts the first three; `moved` rows stand at another place, `filled` rows have a value in
a column that was added or dropped, `reformed` rows hold an equal value in another form, `context` rows are neighbours.
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """One side of a table's patch: its schema, key, border columns, number of rows and the id of its content.

    `rows` is None, and `id` empty, where the format of the patch does not say.
    """

    schema: Schema
    key: tuple[str, ...] = ()
    chunk_by: tuple[str, ...] = ()
    rows: int | None = None
    id: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give the JSON form."""
        out: dict[str, Any] = {"columns": [c.to_json() for c in self.schema.columns], "key": list(self.key)}
        if self.schema.metadata:
            out["metadata"] = [list(pair) for pair in self.schema.metadata]
        if self.chunk_by:
            out["chunk_by"] = list(self.chunk_by)
        if self.rows is not None:
            out["rows"] = self.rows
        if self.id:
            out["id"] = self.id
        return out

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Shape:
        """Read what `to_json` gave."""
        columns = tuple(Column.from_json(c) for c in data["columns"])
        metadata = tuple((k, v) for k, v in data.get("metadata", ()))
        return cls(
            Schema(columns, metadata),
            tuple(data["key"]),
            tuple(data.get("chunk_by", ())),
            data.get("rows"),
            data.get("id", ""),
        )

    def type(self, name: str) -> Any:
        """Give a column's Arrow type."""
        return parse_type(self.schema.columns[self.schema.index(name)].type)


@dataclass(frozen=True, slots=True)
class PatchColumn:
    """A column: its name in the patch, and its name on each side; None where a side lacks it."""

    name: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class TablePatch:
    """What happened to a table. A side is None where the table is not there.

    `key` are the columns that pair rows, by their names in the patch; none where rows are told by their values.
    `rows` gives the rows as `pyarrow.RecordBatch`es, again at each call.
    """

    name: str
    old: Shape | None
    new: Shape | None
    columns: tuple[PatchColumn, ...]
    key: tuple[str, ...]
    rows: Callable[[], Iterator[Any]]
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def schema(self) -> Any:
        """The Arrow schema of the rows."""
        fields = [
            pa.field("change", pa.string()),
            pa.field("old_row", pa.int64()),
            pa.field("new_row", pa.int64()),
            pa.field("moved", pa.bool_()),
            pa.field("changed_columns", pa.list_(pa.string())),
        ]
        for column in self.columns:
            fields += [pa.field(f"{side}.{column.name}", self.type(column, side)) for side in ("old", "new")]
        return pa.schema(fields)

    def type(self, column: PatchColumn, side: str) -> Any:
        """Give a column's type on a side, or on the other where this one lacks it."""
        sides = [(self.old, column.old), (self.new, column.new)]
        for shape, name in sides if side == "old" else sides[::-1]:
            if shape is not None and name is not None:
                return shape.type(name)
        return pa.null()

    def table(self) -> Any:
        """Read all rows into memory."""
        return pa.Table.from_batches(self.rows(), self.schema)

    def reversed(self) -> TablePatch:
        """Give the patch that undoes this one."""
        columns = tuple(PatchColumn(c.name, c.new, c.old) for c in self.columns)
        counts = dict(self.counts)
        if counts:
            counts |= {ADDED: counts.get(REMOVED, 0), REMOVED: counts.get(ADDED, 0)}
        turned = replace(self, old=self.new, new=self.old, columns=columns, counts=counts)

        def rows() -> Iterator[Any]:
            for batch in self.rows():
                yield _turned(batch, turned.schema)

        return replace(turned, rows=rows)

    def header(self) -> dict[str, Any]:
        """Give all but the rows as JSON."""
        return {
            "format": FORMAT,
            "table": self.name,
            "key": list(self.key),
            "columns": [{"name": c.name, "old": c.old, "new": c.new} for c in self.columns],
            "old": None if self.old is None else self.old.to_json(),
            "new": None if self.new is None else self.new.to_json(),
            "counts": dict(self.counts),
        }


@dataclass(frozen=True, slots=True)
class Patch:
    """The patches of the tables that differ, and what was compared, in words."""

    old: str
    new: str
    tables: Mapping[str, TablePatch]

    def reversed(self) -> Patch:
        """Give the patch that undoes this one."""
        return Patch(self.new, self.old, {name: table.reversed() for name, table in self.tables.items()})


def read_header(data: Any, rows: Callable[[], Iterator[Any]], label: str) -> TablePatch:
    """Read what `TablePatch.header` gave.

    Raises
    ------
    Unsupported
        A newer version wrote it.
    InvalidInput
        It is no such header.
    """
    if not isinstance(data, dict) or not isinstance(data.get("format"), int):
        raise InvalidInput(f"{label} does not say which format of a diff it has.", hint="Export the diff again.")
    if data["format"] > FORMAT:
        raise Unsupported(
            f"{label} is a diff of format {data['format']}, and this version knows {FORMAT}.",
            hint="Upgrade dsa-workbench, or export the diff again with this version.",
        )
    try:
        return TablePatch(
            data["table"],
            None if data["old"] is None else Shape.from_json(data["old"]),
            None if data["new"] is None else Shape.from_json(data["new"]),
            tuple(PatchColumn(c["name"], c["old"], c["new"]) for c in data["columns"]),
            tuple(data["key"]),
            rows,
            dict(data.get("counts", {})),
        )
    except (KeyError, TypeError, ValueError) as err:
        raise InvalidInput(
            f"{label} cannot be read as a diff: {type(err).__name__} {err}.", hint="Export the diff again."
        ) from err


def _turned(batch: Any, schema: Any) -> Any:
    """Exchange the sides of rows."""
    kinds = batch.column("change")
    added, removed = (pa.compute.equal(kinds, kind) for kind in (ADDED, REMOVED))
    kinds = pa.compute.if_else(added, REMOVED, pa.compute.if_else(removed, ADDED, kinds))
    columns = []
    for name in schema.names:
        side, dot, column = name.partition(".")
        if name == "change":
            columns.append(kinds)
        elif name in {"old_row", "new_row"}:
            columns.append(batch.column("new_row" if name == "old_row" else "old_row"))
        elif dot and side in {"old", "new"}:
            columns.append(batch.column(f"{'new' if side == 'old' else 'old'}.{column}"))
        else:
            columns.append(batch.column(name))
    return pa.RecordBatch.from_arrays(columns, schema=schema)
