"""The highlighter format of tabular diffs, read: the table that it is applied to says types and key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from dsa_workbench.columns.types import type_text
from dsa_workbench.core.model.schema import Column, Schema
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.patches.highlighter import DELETE, HEAD, INSERT, MOVE, NULL, PART, SCHEMA, SKIP, UPDATE
from dsa_workbench.features.patches.model import (
    ADDED,
    CHANGED,
    CONTEXT,
    FILLED,
    MOVED,
    REMOVED,
    Patch,
    PatchColumn,
    Shape,
    TablePatch,
)
from dsa_workbench.features.patches.values import from_text, to_text
from dsa_workbench.features.versioning.read_table import StoredTable

_GAP = 1 << 32
"""How far apart rows are taken to be where some were skipped."""
_HINT = "See https://specs.frictionlessdata.io/tabular-diff, or export the diff in another format."
_GUESSES = (pa.int64(), pa.float64(), pa.bool_(), pa.date32(), pa.timestamp("us"))


def is_highlighted(cells: Sequence[str]) -> bool:
    """Tell whether the first cells of lines say that they are in the highlighter format."""
    return HEAD in cells[:3]


@dataclass(frozen=True, slots=True)
class _Line:
    """A row: its kind, positions as far as they are known, and its cells on each side as text."""

    kind: str
    old_row: int | None
    new_row: int | None
    old: list[str | None]
    new: list[str | None]


@dataclass(slots=True)
class _Reader:
    """Follows the lines of a diff."""

    label: str
    schema: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    lines: list[_Line] = field(default_factory=list)
    old: int = 0
    new: int = 0

    def take(self, number: int, cells: list[str]) -> None:
        """Take a line."""
        tag, rest = cells[0], cells[1:]
        if tag == SCHEMA:
            self.schema = rest
        elif tag == HEAD:
            self.names = rest
            self.schema += [""] * (len(rest) - len(self.schema))
        elif not self.names:
            return  # the format allows for lines before its header
        elif len(rest) != len(self.names):
            raise InvalidInput(
                f"{self.label}, line {number:,}: {len(rest)} cells, and the header has {len(self.names)}.", hint=_HINT
            )
        elif tag == SKIP:
            self.old += _GAP
            self.new += _GAP
        else:
            self.lines.append(self._row(number, tag, rest))

    def _row(self, number: int, tag: str, cells: list[str]) -> _Line:
        values = [decode(c) for c in cells]
        none: list[str | None] = [None] * len(cells)
        old: int | None = self.old
        new: int | None = self.new
        if tag == INSERT:
            self.new += 1
            return _Line(ADDED, None, new, none, values)
        if tag == DELETE:
            self.old += 1
            return _Line(REMOVED, old, None, values, none)
        self.new += 1
        if tag == MOVE:
            return _Line(MOVED, None, new, values, values)
        self.old += 1
        if tag in {"", NULL, PART}:
            extra = any(v not in {None, ""} for v, s in zip(values, self.schema, strict=False) if s in {INSERT, DELETE})
            return _Line(FILLED if extra else CONTEXT, old, new, values, values)
        if not tag.endswith(UPDATE) or tag.strip("-") != ">":
            raise InvalidInput(f"{self.label}, line {number:,}: {tag!r} is no action.", hint=_HINT)
        pairs = [c.partition(tag) if tag in c else (c, tag, c) for c in cells]
        return _Line(CHANGED, old, new, [decode(a) for a, _, _ in pairs], [decode(b) for _, _, b in pairs])


def decode(cell: str) -> str | None:
    """Read a cell: NULL is null, _NULL is the text NULL."""
    if cell == NULL:
        return None
    return cell[1:] if cell.startswith("_") and cell.lstrip("_") == NULL else cell


def read_highlighted(lines: Iterable[list[str]], tables: Mapping[str, StoredTable], label: str) -> Patch:
    """Read the lines of a diff, to be applied to the only one of some tables.

    Raises
    ------
    InvalidInput
        They are in no such format, or there are several tables.
    """
    if len(tables) != 1:
        raise InvalidInput(
            f"{label} does not say which of {len(tables)} tables it changes.", hint="Use another format of the diff."
        )
    ((name, table),) = tables.items()
    reader = _Reader(label)
    for number, cells in enumerate(lines, 1):
        reader.take(number, cells)
    if not reader.names:
        raise InvalidInput(f"{label} has no header row (@@).", hint=_HINT)
    return Patch(label, label, {name: _patch(name, reader, table)})


def _patch(name: str, reader: _Reader, table: StoredTable) -> TablePatch:
    columns = _columns(reader)
    known = {c.name: c for c in table.schema.columns}
    old_columns: list[Column] = []
    new_columns: list[Column] = []
    for i, column in enumerate(columns):
        stored = known.get(column.old or "") or known.get(column.new or "")
        if stored is None:
            values = [v for line in reader.lines for v in (line.old[i], line.new[i])]
            stored = Column(column.name, type_text(_guess(values)))
        if column.old is not None:
            old_columns.append(Column(column.old, stored.type, stored.nullable, stored.metadata))
        if column.new is not None:
            new_columns.append(Column(column.new, stored.type, stored.nullable, stored.metadata))
    order = {n: i for i, n in enumerate(table.schema.names)}
    old_columns.sort(key=lambda c: order.get(c.name, len(order)))
    new_names = {c.old: c.new for c in columns if c.old is not None and c.new is not None}
    labels = {c.old: c.name for c in columns if c.old is not None and c.new is not None}
    old_key = table.key
    new_key = tuple(new_names.get(k) or k for k in old_key)
    key = tuple(labels.get(k, "") for k in old_key)
    old = Shape(Schema(tuple(old_columns), table.schema.metadata), old_key)
    new = Shape(Schema(tuple(new_columns), table.schema.metadata), new_key)
    patch = TablePatch(name, old, new, columns, key if all(key) else (), lambda: iter([batch]))
    batch = _batch(patch, reader)
    return patch


def _columns(reader: _Reader) -> tuple[PatchColumn, ...]:
    out = []
    taken: set[str] = set()
    for name, tag in zip(reader.names, reader.schema, strict=False):
        tag = tag.removeprefix(MOVE)
        label = name
        while label in taken:
            label += " (dropped)"
        taken.add(label)
        if tag == INSERT:
            out.append(PatchColumn(label, None, name))
        elif tag == DELETE:
            out.append(PatchColumn(label, name, None))
        elif tag.startswith("(") and tag.endswith(")"):
            out.append(PatchColumn(label, tag[1:-1], name))
        elif name == SKIP or tag == SKIP:
            raise InvalidInput(
                f"{reader.label} leaves columns out (...): then rows cannot be told.",
                hint="Write it with all columns.",
            )
        else:
            out.append(PatchColumn(label, name, name))
    return tuple(out)


def _guess(values: Sequence[str | None]) -> Any:
    """Find the type whose values are written exactly so; text where there is none."""
    texts = pa.array([v for v in values if v], pa.string())
    for kind in _GUESSES if len(texts) else ():
        try:
            if to_text(from_text(texts, kind)).equals(texts):
                return kind
        except InvalidInput:
            continue
    return pa.string()


def _batch(patch: TablePatch, reader: _Reader) -> Any:
    lines = reader.lines
    columns = [
        pa.array([line.kind for line in lines], pa.string()),
        pa.array([line.old_row for line in lines], pa.int64()),
        pa.array([line.new_row for line in lines], pa.int64()),
        pa.array([line.kind == MOVED for line in lines], pa.bool_()),
        pa.array([[] for _ in lines], pa.list_(pa.string())),
    ]
    for i, column in enumerate(patch.columns):
        for side in ("old", "new"):
            there = getattr(column, side) is not None
            texts = [getattr(line, side)[i] if there else None for line in lines]
            kind = patch.type(column, side)
            # A blank is null where the type has no empty value.
            blank = None if not pa.types.is_string(kind) else ""
            array = pa.array([blank if v == "" else v for v in texts], pa.string())
            try:
                columns.append(from_text(array, kind))
            except InvalidInput as err:
                raise InvalidInput(f"{reader.label}, column {column.name}: {err.message}", hint=err.hint) from err
    return pa.RecordBatch.from_arrays(columns, schema=patch.schema)
