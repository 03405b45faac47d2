"""Which commit gave each cell of a row its value, seen through merges.

As git blames lines, a commit is left for the first of its parents that has the same value, each cell by itself: so a
merge is named only for a value that neither side had. Values are compared as a diff compares them. Pages of manifests
that a commit shares with its parent are not looked into, so what it costs follows what the commits changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dsa_workbench.columns.equality import equal_values
from dsa_workbench.columns.loosened import equal_under
from dsa_workbench.columns.types import parse_type
from dsa_workbench.core.model.blame import Blamed
from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.profile import EqualityProfile
from dsa_workbench.core.model.schema import Schema
from dsa_workbench.core.model.spec import VersionSpec
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import InvalidInput, NotFound
from dsa_workbench.features.versioning.differ.schema import match_columns
from dsa_workbench.features.versioning.past_tables import PastRow, PastTables
from dsa_workbench.features.versioning.profiles import used_profile
from dsa_workbench.features.versioning.resolve import did_you_mean, resolve
from dsa_workbench.features.versioning.segment_cache import SegmentCache


@dataclass(frozen=True, slots=True)
class BlameRow:
    """What to blame: the row by the values of its key, in the key's order or by column; all columns, or some.

    `profile` says what counts as equal, as for a diff.
    """

    spec: VersionSpec
    key: Any
    columns: Sequence[str] | None = None
    profile: Any = None


@dataclass(slots=True)
class _Trace:
    """Cells that have one value from a commit up to the version that was asked about.

    `columns` gives the name that each has at the commit, by the name that it was asked for under.
    """

    commit: Commit
    row: PastRow
    columns: dict[str, str]
    presence: bool


def blame(actor: Actor, store: IStore, cache: SegmentCache, asked: BlameRow) -> Blamed:
    """Find the commits that gave a row's cells their values.

    Raises
    ------
    NotFound
        There is no such version, table, column or row.
    InvalidInput
        The table has no key, or the values are none of its key.
    """
    used = used_profile(actor, store, asked.profile, None, str(asked.spec))
    with store.unit() as unit:
        found = resolve(unit, asked.spec)
        name, _ = found.table()
        past = PastTables(unit, store.segments, cache, name, found.commit)
        schema, key = past.schema(found.commit), past.key(found.commit)
        values = key_values(f"{asked.spec}", schema, key, asked.key)
        names = _columns(schema, asked.columns)
        there = past.find(found.commit, values)
        if there is None:
            shown = ", ".join(f"{column} = {value[0]}" for column, value in values.items())
            raise NotFound(
                f"{asked.spec} has no row with {shown}.",
                hint=f"Look at an earlier version, as in {asked.spec.dataset}@{found.commit.short}~1.",
            )
        row, position = there
        walk = _Walk(past, values, None if used is None else used.profile)
        walk.run(_Trace(found.commit, row, {column: column for column in names}, presence=True))
        assert walk.added is not None  # noqa: S101 - a walk ends where no parent has the row
        commits = tuple(walk.found[column] for column in names)
        return Blamed(found.commit, name, key, position, walk.added, names, commits)


class _Walk:
    """Follows cells down, each along the first parents that have its value."""

    def __init__(self, past: PastTables, values: Mapping[str, Any], profile: EqualityProfile | None) -> None:
        self._past, self._values, self._profile = past, values, profile
        self.found: dict[str, Commit] = {}
        self.added: Commit | None = None

    def run(self, start: _Trace) -> None:
        """Go on until each cell has its commit."""
        traces = [start]
        while traces:
            traces += self._step(traces.pop())

    def _step(self, trace: _Trace) -> list[_Trace]:
        """Hand cells on to the parents of a commit; those that none takes are its own."""
        handed = []
        for number, parent in enumerate(self._past.parents(trace.commit)):
            if not trace.columns and not trace.presence:
                break
            renamed = self._past.renamed(trace.commit) if number == 0 else {}
            row = self._past.row_before(trace.commit, trace.row, parent, self._values, renamed)
            if row is None:
                continue
            names = trace.columns if row is trace.row else self._same(trace, parent, row, renamed)
            if names or trace.presence:
                handed.append(_Trace(parent, row, names, trace.presence))
            trace.columns = {asked: name for asked, name in trace.columns.items() if asked not in names}
            trace.presence = False
        self.found.update(dict.fromkeys(trace.columns, trace.commit))
        if trace.presence:
            self.added = trace.commit
        return handed

    def _same(self, trace: _Trace, parent: Commit, row: PastRow, renamed: Mapping[str, str]) -> dict[str, str]:
        """Give the columns whose cells have the same value at the parent, by the names that they have there."""
        past = self._past
        pairs = match_columns(past.schema(parent), past.schema(trace.commit), renamed).common
        before = {pair.new: pair.old for pair in pairs}
        both = {asked: (before[name], name) for asked, name in trace.columns.items() if name in before}
        same = {
            asked: old
            for asked, (old, new) in both.items()
            if trace.row.offset == row.offset and trace.row.segment(new) == row.segment(old)
        }
        open_ = {asked: names for asked, names in both.items() if asked not in same}
        old_values = row.values([old for old, _ in open_.values()])
        new_values = trace.row.values([new for _, new in open_.values()])
        for asked, (old, new) in open_.items():
            if self._equal(asked, old_values[old], new_values[new]):
                same[asked] = old
        return same

    def _equal(self, name: str, old: Any, new: Any) -> bool:
        rules = None if self._profile is None else self._profile.rules(name)
        if bool(equal_values(old, new)[0]):
            return True
        return rules is not None and bool(equal_under(old, new, rules)[0])


def key_values(label: str, schema: Schema, key: Sequence[str], given: Any) -> dict[str, Any]:
    """Read the values of a row's key as Arrow arrays of one value, by key column.

    `given` is a value, several in the key's order, or a dict by column; texts are read as values of the columns' types.

    Raises
    ------
    InvalidInput
        There is no key, or these are no values of it.
    """
    if not key:
        raise InvalidInput(
            f"{label} has no key, which tells its rows apart.", hint="Declare one: %dsa import FILE DATASET --key A,B."
        )
    listed = ", ".join(key)
    if isinstance(given, Mapping):
        if set(given) != set(key):
            raise InvalidInput(f"The key of {label} is {listed}.", hint="Give a value for each of its columns.")
        values = [given[column] for column in key]
    else:
        values = list(given) if isinstance(given, list | tuple) else [given]
    if len(values) != len(key):
        raise InvalidInput(
            f"{len(values)} values were given, and the key of {label} is {listed}.", hint="Give one for each of these."
        )
    return {column: _value(schema, column, value) for column, value in zip(key, values, strict=True)}


def _value(schema: Schema, column: str, value: Any) -> Any:
    kind = parse_type(schema.columns[schema.index(column)].type)
    try:
        found = pa.array([value]).cast(kind)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        found = None
    if found is None or found.null_count:
        raise InvalidInput(f"{value!r} is no value of the key column {column} ({kind}).", hint="Give the row's own.")
    return found


def _columns(schema: Schema, given: Sequence[str] | None) -> tuple[str, ...]:
    names = tuple(schema.names if given is None else given)
    for name in names:
        if schema.index(name) < 0:
            raise NotFound(f"There is no column {name!r}.", hint=did_you_mean(name, schema.names))
    return names
