"""One side of a merge against the base: what became of columns and rows, by position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dsa_workbench.columns.sketch import Sketch
from dsa_workbench.core.model.change import SchemaChangeKind
from dsa_workbench.core.model.manifest import Chunk
from dsa_workbench.core.model.schema import Schema
from dsa_workbench.features.versioning.differ.result import KINDS, TableDiff
from dsa_workbench.features.versioning.differ.runs import Positions, distinct
from dsa_workbench.features.versioning.differ.tables import diff_tables
from dsa_workbench.features.versioning.table_version import TableVersion


class EmptyVersion:
    """A `TableVersion` without columns and rows: the base of a table that both sides added."""

    schema = Schema(())
    key: tuple[str, ...] = ()
    rows = 0
    chunks: Sequence[Chunk] = ()

    def read(self, columns: Sequence[str], chunks: Sequence[int]) -> Any:
        """Refuse: there is nothing to read."""
        raise LookupError(f"An empty version was asked for {list(columns)} of {list(chunks)}.")

    def take(self, columns: Sequence[str], rows: Any) -> Any:
        """Refuse: there is nothing to read."""
        return self.read(columns, list(rows))

    def sketches(self, columns: Sequence[str]) -> list[list[Sketch | None]]:
        """Give none: there are no chunks."""
        return [[] for _ in columns]


@dataclass(frozen=True)
class Lineage:
    """A side and its diff from the base."""

    base: TableVersion
    side: TableVersion
    diff: TableDiff

    @cached_property
    def base_names(self) -> Mapping[str, str]:
        """Column -> its name in the base, for those that come from there."""
        kind = SchemaChangeKind
        renamed = {c.new: c.old for c in self.diff.schema_changes if c.kind is kind.RENAMED}
        added = {c.column for c in self.diff.schema_changes if c.kind is kind.ADDED}
        names: dict[str, str] = {}
        for name in self.side.schema.names:
            old = renamed.get(name)
            if old is not None:
                names[name] = old
            elif name not in added:
                names[name] = name
        return names

    @cached_property
    def removed(self) -> Positions:
        """The base rows that are gone, ascending."""
        entries = self.diff.entries
        return np.sort(entries.old[entries.kind == KINDS.index("removed")])

    @cached_property
    def added(self) -> Positions:
        """The rows that are new, ascending."""
        entries = self.diff.entries
        return np.sort(entries.new[entries.kind == KINDS.index("added")])

    @cached_property
    def changed(self) -> Positions:
        """The rows in which a cell changed, ascending."""
        return distinct(np.concatenate([np.zeros(0, np.int64), *self.diff.cells.values()]))

    def cells(self, name: str | None) -> Positions:
        """Give the rows whose cell changed in a column, ascending."""
        none = np.zeros(0, np.int64)
        return none if name is None else self.diff.cells.get(name, none)

    def of_base(self, rows: Positions) -> Positions:
        """Tell where base rows are on this side; -1 where they are gone."""
        runs = self.diff.runs
        return _follow(runs.old, runs.new, runs.rows, rows)

    def to_base(self, rows: Positions) -> Positions:
        """Tell where rows of this side come from; -1 for new ones."""
        runs = self.diff.runs
        return _follow(runs.new, runs.old, runs.rows, rows)


def lineage(base: TableVersion, side: TableVersion, rename: Mapping[str, str] | None = None) -> Lineage:
    """Compare a side with the base; `rename` tells base names that have another one on the side."""
    told = {old: new for old, new in (rename or {}).items() if old in base.schema.names and new in side.schema.names}
    return Lineage(base, side, diff_tables(base, side, rename=told))


def _follow(begin: Positions, target: Positions, rows: Positions, at: Positions) -> Positions:
    out = np.full(len(at), -1, np.int64)
    if not len(begin):
        return out
    order = np.argsort(begin, kind="stable")
    run = order[np.maximum(np.searchsorted(begin[order], at, "right") - 1, 0)]
    shift = at - begin[run]
    inside = (shift >= 0) & (shift < rows[run])
    out[inside] = (target[run] + shift)[inside]
    return out
