"""Diffs between two versions, a version and tables in memory, or two datasets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dsa_workbench.core.model.profile import EqualityProfile
from dsa_workbench.core.model.spec import VersionSpec, parse_spec
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.differ.result import TableDiff
from dsa_workbench.features.versioning.differ.tables import diff_tables
from dsa_workbench.features.versioning.file_events import file_event
from dsa_workbench.features.versioning.incoming import Incoming, Mode, plan_table
from dsa_workbench.features.versioning.manifests import build_manifest
from dsa_workbench.features.versioning.memory_segments import MemorySegments
from dsa_workbench.features.versioning.merge_base import find_merge_base
from dsa_workbench.features.versioning.read_table import StoredTable, load_table
from dsa_workbench.features.versioning.resolve import resolve
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.features.versioning.write_table import write_table
from dsa_workbench.files.source import open_tables


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a diff: what it is called, and its tables."""

    title: str
    tables: Mapping[str, StoredTable]
    named: bool = False
    """Whether one table was asked for by name."""
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the files were that tables were read from."""


def compared_sides(actor: Actor, store: IStore, cache: SegmentCache, a: Any, b: Any) -> tuple[Side, Side]:
    """Load what is to be compared: each a spec or tables in memory; without `b`, the version before `a`, and `a`.

    Raises
    ------
    InvalidInput
        One table in memory, and nothing to compare it with.
    """
    if b is None:
        if not isinstance(a, str):
            raise InvalidInput("One table in memory cannot be compared with itself.", hint="Give two sides.")
        spec = parse_spec(a)
        return side_before(actor, store, cache, spec), side_at(actor, store, cache, spec)

    def load(value: Any, other: Side | None) -> Side:
        if isinstance(value, str):
            return side_at(actor, store, cache, parse_spec(value))
        return side_of(open_tables(value), "the table in memory", other)

    # A version goes first: a table in memory is cut like the version that it is compared with.
    if isinstance(a, str) or not isinstance(b, str):
        old = load(a, None)
        return old, load(b, old)
    new = load(b, None)
    return load(a, new), new


def side_at_merge_base(actor: Actor, store: IStore, cache: SegmentCache, a: VersionSpec, b: VersionSpec) -> Side:
    """Load the tables of the best common ancestor of two versions of a dataset.

    Raises
    ------
    InvalidInput
        The versions have none.
    """
    with store.unit() as unit:
        ours, theirs = resolve(unit, a), resolve(unit, b)
        base = find_merge_base(unit, ours.commit.oid, theirs.commit.oid).commit
    if base is None:
        raise InvalidInput(
            f"{a} and {b} have no commit in common.", hint="Compare them without merge_base (--merge-base)."
        )
    return side_at(actor, store, cache, VersionSpec(a.dataset, base.id, table=a.table or b.table))


def side_at(_actor: Actor, store: IStore, cache: SegmentCache, spec: VersionSpec) -> Side:
    """Load the tables of a version; errors are those of `resolve`."""
    with store.unit() as unit:
        found = resolve(unit, spec)
        wanted = [found.table()] if spec.table is not None else found.tree.tables
        tables = {name: load_table(unit, store.segments, cache, oid) for name, oid in wanted}
    return Side(f"{spec} ({found.commit.short})", tables, spec.table is not None, found.commit.sources)


def side_before(_actor: Actor, store: IStore, cache: SegmentCache, spec: VersionSpec) -> Side:
    """Load the first parent of a version; no tables where it is the first commit."""
    with store.unit() as unit:
        found = resolve(unit, spec)
        first = not found.commit.parents
    if first:
        return Side(f"{spec.dataset} before its first commit", {})
    return side_at(_actor, store, cache, replace(spec, back=spec.back + 1))


def side_of(tables: Sequence[Incoming], title: str, other: Side | None) -> Side:
    """Bring tables in memory into the same form, cut as the other side is, so that equal parts are seen as equal.

    A table alone is compared with the only table of the other side, whatever their names.
    """
    named: dict[str, StoredTable] = {}
    for incoming in tables:
        name = incoming.name
        if other is not None and len(tables) == 1 and len(other.tables) == 1 and name not in other.tables:
            name = next(iter(other.tables))
        base = other.tables.get(name) if other is not None else None
        key = tuple(k for k in base.key if k in incoming.schema.names) if base is not None else ()
        if base is not None and key != base.key:
            key = ()
        named[name] = _in_memory(incoming, base, key)
    return Side(title, named)


def side_read(tables: Sequence[tuple[Incoming, tuple[str, ...]]], title: str, *, named: bool) -> Side:
    """Bring the tables of a version that was read from elsewhere into the same form, each with its key."""
    return Side(title, {incoming.name: _in_memory(incoming, None, key) for incoming, key in tables}, named)


def _in_memory(incoming: Incoming, base: StoredTable | None, key: tuple[str, ...]) -> StoredTable:
    plan = plan_table(incoming, base, mode=Mode.REPLACE, key=key, rename={})
    segments = MemorySegments()
    # A diff must not refuse: repeated keys are its business, not the writer's.
    unchecked = replace(plan.table, check_key=False)
    built = build_manifest(plan.table.schema, plan.table.key, plan.table.chunk_by, write_table(unchecked, segments))
    bodies, stats = [p.body for p in built.pages], [p.stats for p in built.pages]
    return StoredTable(built.manifest, bodies, stats, segments, SegmentCache(0))


def diff_sides(
    old: Side,
    new: Side,
    *,
    key: Sequence[str] | None = None,
    rename: Mapping[str, str] | None = None,
    profile: EqualityProfile | None = None,
) -> dict[str, TableDiff]:
    """Compare table by table, by name; one table on either side is compared whatever the names."""
    if len(old.tables) == 1 and len(new.tables) == 1:
        ((old_name, before),) = old.tables.items()
        ((name, after),) = new.tables.items()
        diff = diff_tables(before, after, key=key, rename=rename, profile=profile)
        return {name: _with_files(diff, old.sources.get(old_name), new.sources.get(name))}
    names = list(dict.fromkeys([*new.tables, *old.tables]))
    if old.named or new.named:
        only = next(iter((new if new.named else old).tables))
        names = [only]
    diffs: dict[str, TableDiff] = {}
    for name in names:
        before_table, after_table = old.tables.get(name), new.tables.get(name)
        told, keys = _fitting(before_table, after_table, key, rename)
        diff = diff_tables(before_table, after_table, key=keys, rename=told, profile=profile)
        diffs[name] = _with_files(diff, old.sources.get(name), new.sources.get(name))
    return diffs


def _with_files(diff: TableDiff, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> TableDiff:
    """Add what two files differ in where their tables do not."""
    if diff.schema_changes or not diff.counts.same or diff.counts.moved or diff.counts.reformed:
        return diff
    event = file_event(old, new)
    return diff if event is None else replace(diff, told=(event,))


def _fitting(
    old: StoredTable | None,
    new: StoredTable | None,
    key: Sequence[str] | None,
    rename: Mapping[str, str] | None,
) -> tuple[Mapping[str, str] | None, Sequence[str] | None]:
    """Of several tables, let those follow the key and the renames that have the columns."""
    names = set(new.schema.names if new is not None else ())
    olds = set(old.schema.names if old is not None else ())
    told = {a: b for a, b in (rename or {}).items() if a in olds and b in names}
    return told or None, key if key is not None and set(key) <= names else None
