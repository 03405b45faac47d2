"""A table diff as data: counts and positions. Values are read when rows are asked for, a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns.types import parse_type
from dsa_workbench.core.model.change import ChangeCounts, SchemaChange
from dsa_workbench.core.model.event import Event
from dsa_workbench.core.model.moved_column import MovedColumn
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.differ.distributions import moved_columns
from dsa_workbench.features.versioning.differ.events import find_events
from dsa_workbench.features.versioning.differ.runs import Positions, Runs, among, distinct, merge_runs
from dsa_workbench.features.versioning.table_version import TableVersion

KINDS = ("added", "removed", "changed")


@dataclass(frozen=True, slots=True)
class Entries:
    """The rows of a diff in display order: what happened (a place in KINDS), and positions, -1 where absent."""

    kind: npt.NDArray[np.int8]
    old: Positions
    new: Positions

    def choose(self, which: Any) -> Entries:
        """Give some of the entries."""
        return Entries(self.kind[which], self.old[which], self.new[which])


@dataclass(frozen=True, slots=True)
class TableDiff:
    """What differs between two versions of a table.

    `pairing` is a sentence that says how rows were paired; `key` the columns used, by their new names, none for a
    keyless diff. `columns` are in the new schema's order, dropped ones last: `b (dropped)` where a new one is called
    `b`.
    """

    schema_changes: tuple[SchemaChange, ...]
    counts: ChangeCounts
    pairing: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    old: TableVersion | None
    new: TableVersion | None
    old_names: Mapping[str, str]
    """Column -> its name in the old version, where it has one."""
    entries: Entries
    cells: Mapping[str, Positions]
    """Column -> the new positions of rows whose cell changed, ascending."""
    runs: Runs = field(default_factory=lambda: merge_runs([]))
    """The rows that are paired, changed or not."""
    reformed: Mapping[str, Positions] = field(default_factory=dict)
    """Column -> the new positions of cells that are equal, by value or by the profile, and yet not written alike."""
    ignored: tuple[str, ...] = ()
    """Columns that the profile leaves out: their cells were not compared."""
    told: tuple[Event, ...] = ()
    """Events that are known from elsewhere."""

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened to the table as a whole: read and proved each time that it is asked for."""
        return self.told + find_events(self)

    @property
    def distributions(self) -> tuple[MovedColumn, ...]:
        """Columns whose distribution moved: merged from stored sketches each time that it is asked for.

        No data are read: a column with a chunk whose sketch is not stored is left out.
        """
        return moved_columns(self)

    @property
    def compared(self) -> tuple[str, ...]:
        """The columns that were compared, by their new names: both versions have them, and no profile ignores them."""
        new = set(self.new.schema.names) if self.new is not None else set()
        return tuple(n for n in self.columns if n in new and n in self.old_names and n not in self.ignored)

    def positions(self, kind: str) -> Positions:
        """Give the positions of added rows in the new version, or of removed rows in the old one, ascending."""
        chosen = self.entries.kind == KINDS.index(kind)
        return np.sort((self.entries.old if kind == "removed" else self.entries.new)[chosen])

    def rows(
        self,
        offset: int = 0,
        limit: int | None = None,
        kinds: Collection[str] | None = None,
        changed_columns: Collection[str] | None = None,
        columns: Collection[str] | None = None,
    ) -> Any:
        """Read changed rows in display order.

        Rows stand as in the new table; a removed row stands after the row that its last surviving predecessor
        became, before rows added there.

        Parameters
        ----------
        offset, limit
            Which of the rows, counted after `kinds` and `changed_columns` have chosen.
        kinds
            Any of `added`, `removed`, `changed`; all of them if not given.
        changed_columns
            Only changed rows with a changed cell in one of these columns.
        columns
            Read only these, in the order of the table; all of them if not given.

        Returns
        -------
        A `pyarrow.Table` with `change`, `old_row`, `new_row` (positions from 0, null where absent),
        `changed_columns`, and `old.c` and `new.c` for every column c, null where a side has no such column or row.

        Raises
        ------
        InvalidInput
            A kind that is none, a column that there is not, or a negative offset or limit.
        """
        if offset < 0 or (limit is not None and limit < 0):
            raise InvalidInput("offset and limit cannot be negative.", hint="Count rows from 0.")
        end = None if limit is None else offset + limit
        page = self._chosen(kinds, changed_columns).choose(slice(offset, end))
        return self._table(page, None if columns is None else self._known(columns))

    def count_rows(self, kinds: Collection[str] | None = None, changed_columns: Collection[str] | None = None) -> int:
        """Count the rows that `rows` would give without a limit; no value is read."""
        return len(self._chosen(kinds, changed_columns).kind)

    def reformed_rows(self, offset: int = 0, limit: int | None = None) -> Any:
        """Read the rows that hold cells which changed in form alone, in the order of the new table.

        Columns are those of `rows`: `change` is "reformed", and `changed_columns` names the cells that changed in form.
        """
        if offset < 0 or (limit is not None and limit < 0):
            raise InvalidInput("offset and limit cannot be negative.", hint="Count rows from 0.")
        new = distinct(np.concatenate([np.zeros(0, np.int64), *self.reformed.values()]))
        page = new[slice(offset, None if limit is None else offset + limit)]
        entries = Entries(np.full(len(page), KINDS.index("changed"), np.int8), self.runs.old_at(page), page)
        table = replace(self, cells=self.reformed)._table(entries)
        return table.set_column(0, "change", pa.array(["reformed"] * len(page), pa.string()))

    def batches(self, rows_per_batch: int = 65_536) -> Iterator[Any]:
        """Read all changed rows in display order, as `pyarrow.RecordBatch`es of so many rows at most."""
        if rows_per_batch < 1:
            raise InvalidInput("rows_per_batch must be at least 1.", hint="Leave it out for a sensible size.")
        for begin in range(0, len(self.entries.kind), rows_per_batch):
            yield from (
                self._table(self.entries.choose(slice(begin, begin + rows_per_batch))).combine_chunks().to_batches()
            )

    def _chosen(self, kinds: Collection[str] | None, changed_columns: Collection[str] | None) -> Entries:
        entries = self.entries
        if kinds is not None:
            wanted = {kinds} if isinstance(kinds, str) else set(kinds)
            if unknown := wanted.difference(KINDS):
                raise InvalidInput(f"{min(unknown)!r} is no kind of change.", hint=f"Kinds are {', '.join(KINDS)}.")
            entries = entries.choose(np.isin(entries.kind, [KINDS.index(k) for k in wanted]))
        if changed_columns is not None:
            entries = entries.choose(entries.kind == KINDS.index("changed"))
            cells = [self.cells[name] for name in self._known(changed_columns) if name in self.cells]
            entries = entries.choose(among(entries.new, distinct(np.concatenate([np.zeros(0, np.int64), *cells]))))
        return entries

    def _known(self, names: Collection[str]) -> list[str]:
        wanted = {names} if isinstance(names, str) else set(names)
        if unknown := wanted.difference(self.columns):
            raise InvalidInput(
                f"This diff has no column {min(unknown)!r}.", hint=f"Its columns are {', '.join(self.columns)}."
            )
        return [name for name in self.columns if name in wanted]

    def _table(self, page: Entries, columns: Sequence[str] | None = None) -> Any:
        fields: dict[str, Any] = {
            "change": pa.array(KINDS).take(pa.array(page.kind)),
            "old_row": pa.array(page.old, mask=page.old < 0),
            "new_row": pa.array(page.new, mask=page.new < 0),
            "changed_columns": self._changed_columns(page),
        }
        shown = self.columns if columns is None else columns
        after_names = set(self.new.schema.names if self.new else ())
        old = _values(self.old, [self.old_names[c] for c in shown if c in self.old_names], page.old)
        new = _values(self.new, [c for c in shown if c in after_names], page.new)
        for column in shown:
            before = old.get(self.old_names[column]) if column in self.old_names else None
            after = new.get(column)
            typed = before if after is None else after
            empty = pa.nulls(len(page.kind), typed.type) if typed is not None else None
            fields[f"old.{column}"] = empty if before is None else before
            fields[f"new.{column}"] = empty if after is None else after
        return pa.table(fields)

    def _changed_columns(self, page: Entries) -> Any:
        changed = page.kind == KINDS.index("changed")
        rows, names = [], []
        for number, column in enumerate(self.columns):
            positions = self.cells.get(column)
            if positions is None or not len(positions):
                continue
            place = np.minimum(np.searchsorted(positions, page.new), len(positions) - 1)
            hit = np.flatnonzero(changed & (positions[place] == page.new))
            rows.append(hit)
            names.append(np.full(len(hit), number, np.int64))
        row = np.concatenate([np.zeros(0, np.int64), *rows])
        name = np.concatenate([np.zeros(0, np.int64), *names])[np.argsort(row, kind="stable")]
        ends = np.cumsum(np.bincount(row, minlength=len(page.kind)))
        texts = pa.array(self.columns, pa.string()).take(pa.array(name))
        return pa.ListArray.from_arrays(pa.array(np.append(0, ends), pa.int32()), texts)


def _values(version: TableVersion | None, names: Sequence[str], rows: Positions) -> dict[str, Any]:
    """Read columns at some rows, null where the row is -1."""
    if version is None:
        return {}
    here = rows >= 0
    table = version.take(names, rows[here])
    place = pa.array(np.cumsum(here) - 1, mask=~here)
    types = {c.name: parse_type(c.type) for c in version.schema.columns}
    if not len(place):
        return {name: pa.nulls(0, types[name]) for name in names}
    return {name: table.column(name).take(place) for name in names}


def display_order(removed: Positions, after: Positions, added: Positions, old: Positions, new: Positions) -> Entries:
    """Put removed, added and changed rows in order; `after` is the new position that each removed row follows."""
    none = np.full(len(added), -1, np.int64), np.full(len(removed), -1, np.int64)
    kind = np.repeat(np.array([0, 1, 2], np.int8), [len(added), len(removed), len(old)])
    all_old = np.concatenate([none[0], removed, old])
    all_new = np.concatenate([added, none[1], new])
    place = np.concatenate([added, after, new])
    order = np.lexsort((all_old, kind == KINDS.index("removed"), place))
    return Entries(kind[order], all_old[order], all_new[order])
