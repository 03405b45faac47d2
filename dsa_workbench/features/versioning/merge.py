"""A merge of one version into a branch: the base found, tables merged, and committed with two parents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.manifest import Tree
from dsa_workbench.core.model.objects import parse_tree
from dsa_workbench.core.model.ref import DEFAULT_BRANCH, Ref
from dsa_workbench.core.model.spec import VersionSpec
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore, IUnitOfWork
from dsa_workbench.errors import ImportRejected, InvalidInput, NotFound
from dsa_workbench.features.versioning.build_tables import Base, CommitTables, stored_table
from dsa_workbench.features.versioning.commit_tables import commit_tree, load_base
from dsa_workbench.features.versioning.incoming import Mode
from dsa_workbench.features.versioning.manifests import BuiltManifest, build_manifest
from dsa_workbench.features.versioning.memory_segments import MemorySegments
from dsa_workbench.features.versioning.merge_base import MergeBase, find_merge_base
from dsa_workbench.features.versioning.merger import (
    Choice,
    MergedTable,
    SchemaConflict,
    TableConflicts,
    choice_of,
    merge_tables,
)
from dsa_workbench.features.versioning.merger.columns import merged_borders
from dsa_workbench.features.versioning.merger.lineage import EmptyVersion
from dsa_workbench.features.versioning.racing import staged, until_won
from dsa_workbench.features.versioning.read_table import StoredTable, load_table
from dsa_workbench.features.versioning.resolve import resolve
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.features.versioning.summary import summarize
from dsa_workbench.features.versioning.write_table import TableInput, write_table


@dataclass(frozen=True, slots=True)
class MergeVersions:
    """What to merge, where to, and how conflicts are settled: a side, a frame, a dict of these by table, or not."""

    source: VersionSpec
    into: VersionSpec | None = None
    resolve: Any = None
    message: str | None = None
    author: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of it: `outcome` is ``up to date``, ``fast-forward``, ``merged`` or ``conflicts``.

    `commit` is the head of the branch now; in a dry run, and with conflicts, the head as it was.
    """

    outcome: str
    source: str
    into: str
    commit: Commit
    base: Commit | None
    summary: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    conflicts: Mapping[str, TableConflicts] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sides:
    """The three versions: the branch as it stands, the source, and the base."""

    target: CommitTables
    ours: Base
    head: Ref
    source: Commit
    found: MergeBase
    base_tree: Tree
    theirs_tree: Tree
    theirs: Mapping[str, StoredTable]
    base: Mapping[str, StoredTable]


def merge_versions(actor: Actor, store: IStore, cache: SegmentCache, command: MergeVersions) -> Merged:
    """Merge a version into a branch of its dataset. Nothing is written while a conflict is open.

    Raises
    ------
    RefConflict
        Somebody else moved the branch, again and again.
    RefProtected, NotFound, InvalidInput
        The branch refuses writes or is not there; the specs or the resolution cannot be used.
    """
    check_merge(command)
    with staged(actor, store):
        return until_won(lambda: _attempt(actor, store, cache, command), str(_into(command)), "merging", "Merge again")


def _into(command: MergeVersions) -> VersionSpec:
    return command.into or VersionSpec(command.source.dataset, DEFAULT_BRANCH)


def check_merge(command: MergeVersions) -> None:
    """See that the specs make a merge; InvalidInput where they do not."""
    source, into = command.source, _into(command)
    if into.dataset != source.dataset:
        raise InvalidInput(
            f"{source} cannot be merged into {into}: they are versions of two datasets.",
            hint=f"Merge into a branch of {source.dataset}, as in {source.dataset}@{into.dataset}.",
        )
    if into.back or into.at is not None:
        raise InvalidInput(f"{into} is no branch.", hint=f"Name its branch, as in {into.dataset}@{into.version}.")
    if source.table is not None or into.table is not None:
        raise InvalidInput("A merge takes all tables of a version.", hint="Leave the table out of the spec.")


def _attempt(
    actor: Actor, store: IStore, cache: SegmentCache, command: MergeVersions
) -> tuple[Merged | None, Ref | None]:
    into = _into(command)
    with store.unit() as unit:
        sides = _load(unit, store, cache, command)
    head, base, source = sides.ours.commit, sides.found.commit, sides.source
    if head is None:
        raise NotFound(f"{into} is not there.", hint=f"Make it: %dsa branch {into.dataset} {into.version}.")
    result = Merged("up to date", str(command.source), str(into), head, base)
    if base is not None and base.id == source.id:
        return result, None
    if base is not None and base.id == head.id:
        summary = summarize(sides.ours.tables, sides.theirs, sides.theirs_tree.names, {})
        forward = replace(result, outcome="fast-forward", summary=summary)
        if command.dry_run:
            return forward, None
        return _forward(actor, store, sides, replace(forward, commit=source))
    return _three_way(actor, store, cache, command, sides, result)


def _load(unit: IUnitOfWork, store: IStore, cache: SegmentCache, command: MergeVersions) -> _Sides:
    into = _into(command)
    source = resolve(unit, command.source)
    message = command.message or f"Merge {command.source.version} into {into.version}"
    target = CommitTables(
        into.dataset, _nothing_arrives, into.version, Mode.REPLACE, message=message, author=command.author
    )
    ours = load_base(unit, store, cache, target)
    if ours.ref is None or ours.commit is None:
        raise NotFound(f"{into} is not there.", hint=f"Make it: %dsa branch {into.dataset} {into.version}.")
    found = find_merge_base(unit, ours.commit.oid, source.commit.oid)
    base_tree = Tree(())
    if found.commit is not None:
        base_tree = parse_tree(unit.objects.get_tree(ObjectId(bytes.fromhex(found.commit.tree))))

    def tables(tree: Tree) -> dict[str, StoredTable]:
        return {name: load_table(unit, store.segments, cache, oid) for name, oid in tree.tables}

    return _Sides(
        target, ours, ours.ref, source.commit, found, base_tree, source.tree, tables(source.tree), tables(base_tree)
    )


def _nothing_arrives(_schemas: Any) -> Any:
    raise InvalidInput("A merge brings no tables from outside.", hint="Use commit or import for that.")


def _forward(actor: Actor, store: IStore, sides: _Sides, done: Merged) -> tuple[Merged | None, Ref | None]:
    with store.unit() as unit:
        name = sides.head.name
        moved = unit.refs.move(
            sides.head.dataset_id, name, sides.head.commit_id, ObjectId(bytes.fromhex(sides.source.id)), actor
        )
        if not moved:
            return None, unit.refs.find(sides.head.dataset_id, name)
        unit.commit()
    return done, None


@dataclass(slots=True)
class _Outcome:
    """The merged tree as far as it is known."""

    entries: dict[str, ObjectId] = field(default_factory=dict)
    merged: dict[str, MergedTable] = field(default_factory=dict)
    taken: dict[str, StoredTable] = field(default_factory=dict)
    conflicts: dict[str, TableConflicts] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def _three_way(
    actor: Actor, store: IStore, cache: SegmentCache, command: MergeVersions, sides: _Sides, result: Merged
) -> tuple[Merged | None, Ref | None]:
    outcome = _merge_tree(sides, command.resolve)
    if sides.found.others:
        many = "another common ancestor" if sides.found.others == 1 else f"{sides.found.others} other common ancestors"
        outcome.notes.append(
            f"The histories crossed: there is {many} as good as the base; the one latest in history was taken."
        )
    built: dict[str, BuiltManifest] = {}
    uploaded: set[ObjectId] = set()
    if not outcome.conflicts:
        for name, table in outcome.merged.items():
            if command.dry_run and table.certain:
                continue
            _write(store, sides, name, table, outcome, built, uploaded, dry_run=command.dry_run)
    notes = tuple(outcome.notes)
    if outcome.conflicts:
        return replace(result, outcome="conflicts", conflicts=outcome.conflicts, notes=notes), None
    if command.dry_run:
        return replace(result, outcome="merged", notes=notes), None
    entries = outcome.entries | {name: b.id for name, b in built.items()}
    tree = Tree(tuple(sorted(entries.items()))).keeping_originals(sides.ours.tree, sides.theirs_tree)
    new = outcome.taken | {name: stored_table(store.segments, cache, b) for name, b in built.items()}
    commit, head = commit_tree(
        actor, store, sides.target, sides.ours, tree, new, list(built.values()), uploaded, sides.source
    )
    if commit is None:
        return None, head
    return replace(result, outcome="merged", commit=commit, summary=commit.summary, notes=notes), None


def _merge_tree(sides: _Sides, resolution: Any) -> _Outcome:
    """Decide table by table: one side's as it stands, gone, merged, or in conflict."""
    out = _Outcome()
    names = sorted({*sides.base_tree.names, *sides.ours.tree.names, *sides.theirs_tree.names})
    trees = (sides.base_tree, sides.ours.tree, sides.theirs_tree)
    both = []
    for name in names:
        base, ours, theirs = (tree.get(name) for tree in trees)
        if ours == theirs or theirs == base:
            chosen = ours
        elif ours == base:
            chosen = theirs
            if theirs is None:
                out.notes.append(f"The table {name} is gone: the source dropped it.")
            else:
                out.taken[name] = sides.theirs[name]
        else:
            both.append(name)
            continue
        if chosen is not None:
            out.entries[name] = chosen
    choices = _choices(resolution, both, names)
    for name in both:
        _merge_table(sides, name, choices.get(name, Choice()), out, several=len(names) > 1)
    return out


def _choices(resolution: Any, both: list[str], names: list[str]) -> dict[str, Choice]:
    if isinstance(resolution, Mapping):
        for name in resolution:
            if name not in names:
                raise InvalidInput(f"resolve: there is no table {name!r}.", hint=f"There are: {', '.join(names)}.")
        return {name: choice_of(how) for name, how in resolution.items()}
    if resolution is None or isinstance(resolution, str):
        choice_of(resolution)
        return {name: choice_of(resolution) for name in both}
    if len(both) > 1:
        raise InvalidInput(
            f"resolve: both sides changed {len(both)} tables.",
            hint="Give a dict: resolve={" + ", ".join(f"{name!r}: ..." for name in both) + "}.",
        )
    return {name: choice_of(resolution) for name in both}


def _merge_table(sides: _Sides, name: str, choice: Choice, out: _Outcome, *, several: bool) -> None:
    base, ours, theirs = sides.base.get(name), sides.ours.tables.get(name), sides.theirs.get(name)
    if ours is None or theirs is None:
        if choice.side is None:
            said = ("dropped", "changed") if ours is None else ("changed", "dropped")
            conflict = SchemaConflict("table", None, "was there", *said)
            none = EmptyVersion()
            out.conflicts[name] = TableConflicts(base or none, ours or none, theirs or none, schema=(conflict,))
            return
        tree, table = (sides.ours.tree, ours) if choice.side == "ours" else (sides.theirs_tree, theirs)
        kept = tree.get(name)
        if kept is not None and table is not None:
            out.entries[name] = kept
            out.taken[name] = table
        return
    merged = merge_tables(base, ours, theirs, choice)
    out.notes += [f"{name}: {note}" if several else note[:1].upper() + note[1:] for note in merged.notes]
    if len(merged.conflicts):
        out.conflicts[name] = merged.conflicts
        return
    if merged.as_ours:
        kept = (sides.theirs_tree if merged.swapped else sides.ours.tree).get(name)
        if kept is not None:
            out.entries[name] = kept
            out.taken[name] = theirs if merged.swapped else ours
        return
    out.merged[name] = merged


def _write(
    store: IStore,
    sides: _Sides,
    name: str,
    table: MergedTable,
    outcome: _Outcome,
    built: dict[str, BuiltManifest],
    uploaded: set[ObjectId],
    *,
    dry_run: bool,
) -> None:
    """Write a merged table; a key that repeats, or a null where none may be, is a conflict like any other."""
    ours, theirs, base = sides.ours.tables[name], sides.theirs[name], sides.base.get(name)
    by = [() if t is None else t.manifest.chunk_by for t in (base, ours, theirs)]
    if table.swapped:
        by[1], by[2] = by[2], by[1]
    borders = merged_borders(table.merged, *by)
    source = TableInput(table.schema, table.batches, table.key, borders, f"The merged table {name}")
    known = {oid for side in (ours, theirs) for chunk in side.chunks for oid in chunk.segments}
    try:
        chunks = write_table(source, MemorySegments() if dry_run else store.segments, known=() if dry_run else known)
    except ImportRejected as err:
        kind = "key" if err.details.get("column") in (", ".join(table.key), *table.key) else "null"
        column = err.details.get("column")
        conflict = SchemaConflict(kind, column, None, err.message, "each side alone is sound")
        outcome.conflicts[name] = replace(table.conflicts, schema=(conflict,))
        return
    built[name] = build_manifest(table.schema, table.key, borders, chunks)
    uploaded |= {oid for chunk in chunks for oid in chunk.segments} - known
