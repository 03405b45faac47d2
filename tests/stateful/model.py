"""A store in plain Python: what the workbench must do, in as few words as possible."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

TYPES = {"id": pa.int64(), "n": pa.int64(), "t": pa.string(), "x": pa.float64()}
Row = tuple[Any, ...]
MISSING: Row = ("no row: a conflict",)


@dataclass(frozen=True)
class Snapshot:
    """A table: its columns, its key, its rows in order."""

    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: tuple[Row, ...]

    def arrow(self) -> Any:
        """Give it as Arrow."""
        cells = zip(*self.rows, strict=True) if self.rows else ([] for _ in self.columns)
        arrays = [pa.array(list(c), TYPES[n]) for n, c in zip(self.columns, cells, strict=True)]
        return pa.table(dict(zip(self.columns, arrays, strict=True)))

    def keys(self) -> list[Row]:
        """Give the key of each row."""
        places = [self.columns.index(name) for name in self.key]
        return [tuple(row[i] for i in places) for row in self.rows]

    @property
    def sound(self) -> bool:
        """Say whether the key tells rows apart and is never empty."""
        keys = self.keys()
        return not self.key or (len(set(keys)) == len(keys) and all(None not in key for key in keys))

    def values(self) -> list[Row]:
        """Give rows in which equal values are equal in Python: NaN is a word, -0.0 is 0.0."""
        return [tuple(map(_value, row)) for row in self.rows]

    def bits(self) -> tuple[Any, ...]:
        """Give what decides its id."""
        return self.columns, self.key, tuple(tuple(map(repr, row)) for row in self.rows)


def _value(cell: Any) -> Any:
    if isinstance(cell, float):
        return "NaN" if math.isnan(cell) else cell + 0.0
    return cell


def appended(old: Snapshot, columns: tuple[str, ...], rows: list[Row]) -> Snapshot:
    """Put rows after those of a table: columns by name, what is not there is null."""
    names = old.columns + tuple(n for n in columns if n not in old.columns)
    before = [row + (None,) * (len(names) - len(old.columns)) for row in old.rows]
    after = [tuple(row[columns.index(n)] if n in columns else None for n in names) for row in rows]
    return Snapshot(names, old.key, (*before, *after))


def upserted(old: Snapshot, columns: tuple[str, ...], rows: list[Row]) -> Snapshot:
    """Let rows take the place of those with their key; columns that they lack stay as they are."""
    both = appended(old, columns, rows)
    keys, size = both.keys(), len(old.rows)
    place = {key: i for i, key in enumerate(keys[:size])}
    out, new = list(both.rows[:size]), []
    for key, row in zip(keys[size:], both.rows[size:], strict=True):
        if key in place:
            was = out[place[key]]
            out[place[key]] = tuple(row[i] if name in columns else was[i] for i, name in enumerate(both.columns))
        else:
            new.append(row)
    return Snapshot(both.columns, old.key, (*out, *new))


def counts(old: Snapshot, new: Snapshot) -> dict[str, int]:
    """Count what a diff must count, for two tables of the same columns and key."""
    if not old.key:
        same = sum((Counter(old.values()) & Counter(new.values())).values())
        return {"unchanged": same, "gone": len(old.rows) - same, "come": len(new.rows) - same}
    before = dict(zip(old.keys(), old.values(), strict=True))
    after = dict(zip(new.keys(), new.values(), strict=True))
    common = before.keys() & after.keys()
    changed = sum(before[key] != after[key] for key in common)
    return {
        "added": len(after.keys() - before.keys()),
        "removed": len(before.keys() - after.keys()),
        "changed": changed,
        "unchanged": len(common) - changed,
    }


def merged(base: Snapshot, ours: Snapshot, theirs: Snapshot, resolve: str | None) -> dict[Row, Row] | None:
    """Merge rows by key, for tables of the same columns; None where a conflict is not settled by taking a side."""
    sides = [dict(zip(side.keys(), side.values(), strict=True)) for side in (base, ours, theirs)]
    out: dict[Row, Row] = {}
    for key in set().union(*sides):
        b, o, t = (side.get(key) for side in sides)
        if o is None or t is None:
            if o == t or (b is not None and b in (o, t)):
                continue
            row = o or t if b is None else {"ours": o, "theirs": t, None: MISSING}[resolve]
        else:
            row = _cells(b, o, t, resolve)
        if row is MISSING:
            return None
        if row is not None:
            out[key] = row
    return out


def _cells(base: Row | None, ours: Row, theirs: Row, resolve: str | None) -> Row:
    cells = []
    for i, (o, t) in enumerate(zip(ours, theirs, strict=True)):
        if o == t or (base is not None and t == base[i]):
            cells.append(o)
        elif base is not None and o == base[i]:
            cells.append(t)
        elif resolve is None:
            return MISSING
        else:
            cells.append(o if resolve == "ours" else t)
    return tuple(cells)


@dataclass
class Repository:
    """Commits with parents, branches and tags of one dataset."""

    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    protected: set[str] = field(default_factory=set)

    def add(self, branch: str, commit: str, snapshot: Snapshot, parents: tuple[str, ...]) -> None:
        """Note a commit that a branch moved to."""
        self.snapshots[commit] = snapshot
        self.parents[commit] = parents
        self.branches[branch] = commit

    def ancestors(self, commit: str) -> set[str]:
        """Give a commit and all before it."""
        found, todo = set(), [commit]
        while todo:
            here = todo.pop()
            if here not in found:
                found.add(here)
                todo += self.parents[here]
        return found

    def firsts(self, commit: str) -> list[str]:
        """Give a commit and its first parents, latest first."""
        out = [commit]
        while self.parents[out[-1]]:
            out.append(self.parents[out[-1]][0])
        return out

    def bases(self, a: str, b: str) -> set[str]:
        """Give the best common ancestors of two commits."""
        common = self.ancestors(a) & self.ancestors(b)
        return common - {p for c in common for p in self.ancestors(c) - {c}}
