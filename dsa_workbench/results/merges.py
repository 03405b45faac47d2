"""What `merge` hands back: what was done, or the conflicts that stand in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa

from dsa_workbench.core.model.commit import Commit
from dsa_workbench.features.versioning.merger import RowConflicts, TableConflicts
from dsa_workbench.rendering import merges
from dsa_workbench.rendering.cells import texts
from dsa_workbench.rendering.document import Document
from dsa_workbench.results.displayed import Displayed
from dsa_workbench.results.frames import to_pandas

_VERSIONS = ("base", "ours", "theirs")


@dataclass(frozen=True, repr=False, eq=False)
class MergeResult(Displayed):
    """The outcome of a merge; it is true where nothing stands in the way.

    `outcome` is ``merged``, ``fast-forward``, ``up to date`` or ``conflicts``. `commit` is the head of the branch now;
    with conflicts, and after a dry run, the head as it was. `base` is the common ancestor. `found` are the conflicts,
    or the Arrow tables of them where another process has found them.
    """

    outcome: str
    source: str
    into: str
    commit: Commit
    base: Commit | None = None
    summary: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    found: Mapping[str, TableConflicts | pa.Table] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    dry_run: bool = False

    def __bool__(self) -> bool:
        return self.outcome != "conflicts"

    @property
    def id(self) -> str:
        """The id of `commit`."""
        return self.commit.id

    @property
    def tree(self) -> str:
        """The id of what `commit` points at."""
        return self.commit.tree

    @property
    def parents(self) -> tuple[str, ...]:
        """The parents of `commit`; of a merge the branch's head before, then the source."""
        return self.commit.parents

    @cached_property
    def conflicts(self) -> dict[str, Conflicts]:
        """The conflicts per table, where there are any."""
        return conflicts_of(self.found)

    def document(self) -> Document:
        """Describe what was done, or list conflicts."""
        tables = {name: conflicts.to_arrow() for name, conflicts in self.conflicts.items()}
        return merges.merge(
            self.outcome,
            self.source,
            self.into,
            self.commit,
            self.base,
            self.notes,
            tables,
            dry_run=self.dry_run,
        )


@dataclass(frozen=True, repr=False, eq=False)
class Conflicts(Displayed):
    """The conflicts of a table.

    As Arrow or pandas: the key columns, `kind`, `column` (null for a whole row), the values as text in `base`, `ours`
    and `theirs`, then `base.c`, `ours.c` and `theirs.c` typed for each column c in conflict.
    """

    name: str
    table: Any

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def to_arrow(self) -> Any:
        """Give the conflicts as a `pyarrow.Table`."""
        return self.table

    def to_pandas(self) -> Any:
        """Give the conflicts as a pandas frame. With a column `value` added it settles them (`resolve`)."""
        return to_pandas(self.table)

    def document(self) -> Document:
        """Describe the conflicts."""
        return merges.conflicts(self.name, self.table)


def conflicts_of(found: Mapping[str, TableConflicts | pa.Table]) -> dict[str, Conflicts]:
    """Give the conflicts of tables, read from the versions where they are not at hand yet."""
    return {
        name: Conflicts(name, conflict_table(some) if isinstance(some, TableConflicts) else some)
        for name, some in found.items()
    }


def conflict_table(found: TableConflicts) -> Any:
    """Give conflicts as an Arrow table, as `Conflicts` describes it."""
    parts = [_of_rows(found, some) for some in found.rows]
    keys = [pa.field(c.name, _key_type(parts, i)) for i, c in enumerate(found.key)]
    fixed = [pa.field(name, pa.string()) for name in merges.FIXED]
    typed: dict[str, Any] = {}
    for part in parts:
        typed |= {name: array.type for name, array in part.typed.items() if not pa.types.is_null(array.type)}
    said = [(c.kind, c.column, c.base, c.ours, c.theirs) for c in found.schema]
    said += [("rows", None, r.base, r.ours, r.theirs) for r in found.ranges]
    schema = pa.schema([*keys, *fixed, *(pa.field(name, kind) for name, kind in typed.items())])
    tables = []
    for part in parts:
        columns = [*part.keys, *part.words, *(part.typed.get(n, pa.nulls(part.rows, t)) for n, t in typed.items())]
        tables.append(
            pa.Table.from_arrays([_as(a, f.type) for a, f in zip(columns, schema, strict=True)], schema=schema)
        )
    words = [pa.array([line[i] for line in said], pa.string()) for i in range(len(merges.FIXED))]
    rest = [pa.nulls(len(said), f.type) for f in schema]
    rest[len(keys) : len(keys) + len(words)] = words
    return pa.concat_tables([*tables, pa.Table.from_arrays(rest, schema=schema)])


@dataclass(frozen=True, slots=True)
class _Part:
    rows: int
    keys: list[Any]
    words: list[Any]
    typed: dict[str, Any]


def _of_rows(found: TableConflicts, some: RowConflicts) -> _Part:
    size = len(some)
    keys = found.keys(some)
    kinds = pa.array([some.kind] * size, pa.string())
    if some.column is None:
        # A whole row: one side deleted it.
        words = [pa.array([word] * size, pa.string()) for word in ("was there", *some.kind.split("/"))]
        return _Part(size, keys, [kinds, pa.nulls(size, pa.string()), *words], {})
    typed, words = {}, []
    for version in _VERSIONS:
        values = found.values(version, some.column, getattr(some, version))
        words.append(pa.array(texts(values), pa.string()))
        typed[f"{version}.{some.column.name}"] = values
    return _Part(size, keys, [kinds, pa.array([some.column.name] * size, pa.string()), *words], typed)


def _key_type(parts: list[_Part], i: int) -> Any:
    return parts[0].keys[i].type if parts else pa.string()


def _as(array: Any, kind: Any) -> Any:
    return array if array.type == kind else array.cast(kind)
