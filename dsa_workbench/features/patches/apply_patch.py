"""Applying a patch to the head of a branch: planned table by table, then committed, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dsa_workbench.columns.equality import equal_values
from dsa_workbench.columns.identity import object_id
from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.manifest import Tree
from dsa_workbench.core.model.objects import manifest_body
from dsa_workbench.core.model.ref import DEFAULT_BRANCH, Ref
from dsa_workbench.core.model.spec import check_name
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import ImportRejected, NotFound
from dsa_workbench.features.patches.matching import load_rows
from dsa_workbench.features.patches.model import Patch, TablePatch
from dsa_workbench.features.patches.planning import Planned, added_table, plan_patch
from dsa_workbench.features.versioning.build_tables import Base, CommitTables, stored_table
from dsa_workbench.features.versioning.commit_tables import commit_tree, load_base
from dsa_workbench.features.versioning.incoming import Mode
from dsa_workbench.features.versioning.manifests import BuiltManifest, build_manifest, tree_id
from dsa_workbench.features.versioning.merger import SchemaConflict, TableConflicts
from dsa_workbench.features.versioning.merger.conflicts import one_array
from dsa_workbench.features.versioning.merger.lineage import EmptyVersion
from dsa_workbench.features.versioning.racing import staged, until_won
from dsa_workbench.features.versioning.read_table import StoredTable
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.features.versioning.write_table import TableInput, write_table


@dataclass(frozen=True, slots=True)
class ApplyPatch:
    """What to apply and where.

    `open` is given the tables that stand there and returns the patch: formats without types take theirs from them.
    """

    open: Callable[[Mapping[str, StoredTable]], Patch]
    label: str
    dataset: str
    ref: str = DEFAULT_BRANCH
    strict: bool = True
    reverse: bool = False
    message: str | None = None
    author: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class AppliedPatch:
    """What came of it: `outcome` is ``applied``, ``up to date`` or ``conflicts``; `commit` is the head now.

    `counts` are the rows of the patch per table, `already` those of them that were there.
    """

    outcome: str
    commit: Commit
    summary: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    conflicts: Mapping[str, TableConflicts] = field(default_factory=dict)
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def apply_patch(actor: Actor, store: IStore, cache: SegmentCache, command: ApplyPatch) -> AppliedPatch:
    """Apply a patch to the head of a branch. With a conflict nothing is written.

    Raises
    ------
    RefConflict
        Somebody else moved the branch, again and again.
    RefProtected, NotFound, InvalidInput
        The branch refuses writes or is not there; the patch cannot be read.
    """
    check_name("dataset", command.dataset)
    check_name("branch", command.ref)
    where = f"{command.dataset}@{command.ref}"
    with staged(actor, store):
        return until_won(lambda: _attempt(actor, store, cache, command), where, "applying", "Apply it again")


@dataclass(slots=True)
class _Outcome:
    """The tree as far as it is known."""

    entries: dict[str, ObjectId]
    built: dict[str, BuiltManifest] = field(default_factory=dict)
    uploaded: set[ObjectId] = field(default_factory=set)
    conflicts: dict[str, TableConflicts] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def _attempt(
    actor: Actor, store: IStore, cache: SegmentCache, command: ApplyPatch
) -> tuple[AppliedPatch | None, Ref | None]:
    verb = "Undo" if command.reverse else "Apply"
    target = CommitTables(
        command.dataset,
        _nothing_arrives,
        command.ref,
        Mode.REPLACE,
        message=command.message or f"{verb} {command.label}",
        author=command.author,
    )
    with store.unit() as unit:
        base = load_base(unit, store, cache, target)
    if base.commit is None:
        raise NotFound(
            f"{command.dataset}@{command.ref} is not there.",
            hint="A diff is applied to what it began with: import that first.",
        )
    patch = command.open(base.tables)
    patch = patch.reversed() if command.reverse else patch
    out = _Outcome(dict(base.tree.tables))
    plans = {name: _plan(name, table, base, command, out) for name, table in _named(patch, base).items()}
    counts = {name: table.counts for name, table in patch.tables.items()}
    if not out.conflicts and not command.dry_run:
        for name, plan in plans.items():
            if plan is not None:
                _write(store, base, name, plan, out)
    notes = tuple(out.notes)
    if out.conflicts:
        return AppliedPatch("conflicts", base.commit, {}, out.conflicts, counts, notes), None
    if command.dry_run:
        outcome = "applied" if any(plans.values()) or out.entries != dict(base.tree.tables) else "up to date"
        return AppliedPatch(outcome, base.commit, {}, {}, counts, notes), None
    entries = out.entries | {name: b.id for name, b in out.built.items()}
    tree = Tree(tuple(sorted(entries.items()))).keeping_originals(base.tree)
    if tree_id(tree).hex() == base.commit.tree:
        return AppliedPatch("up to date", base.commit, {}, {}, counts, notes), None
    new = {name: stored_table(store.segments, cache, b) for name, b in out.built.items()}
    commit, head = commit_tree(actor, store, target, base, tree, new, list(out.built.values()), out.uploaded)
    if commit is None:
        return None, head
    return AppliedPatch("applied", commit, commit.summary, {}, counts, notes), None


def _nothing_arrives(_schemas: Any) -> Any:
    raise NotFound("A patch brings no tables from outside.", hint="Use import for that.")


def _named(patch: Patch, base: Base) -> dict[str, TablePatch]:
    """Let a patch of one table speak of the only table there is, whatever its name."""
    if len(patch.tables) == 1 and len(base.tables) == 1:
        ((_, table),) = patch.tables.items()
        if table.old is not None and table.new is not None:
            return {next(iter(base.tables)): table}
    return dict(patch.tables)


def _plan(name: str, patch: TablePatch, base: Base, command: ApplyPatch, out: _Outcome) -> Planned | None:
    """Plan a table's patch; None where there is nothing to write."""
    table = base.tables.get(name)
    if patch.old is None or patch.new is None:
        return _whole_table(name, patch, table, out)
    if table is None:
        said = SchemaConflict("table", None, "was there", "is not there", "changed")
        out.conflicts[name] = TableConflicts(EmptyVersion(), EmptyVersion(), EmptyVersion(), schema=(said,))
        return None
    oid = object_id("manifest", manifest_body(table.manifest)).hex()
    if oid == patch.new.id != patch.old.id:
        out.notes.append(f"{name} is as the diff leaves it already.")
        return None
    planned = plan_patch(patch, patch.old, patch.new, table, strict=command.strict, exact=oid == patch.old.id)
    if len(planned.conflicts):
        out.conflicts[name] = planned.conflicts
        return None
    if planned.applied:
        many = "1 row was" if planned.applied == 1 else f"{planned.applied:,} rows were"
        out.notes.append(f"{name}: {many} as the diff leaves them already.")
    return None if planned.same else planned


def _whole_table(name: str, patch: TablePatch, table: StoredTable | None, out: _Outcome) -> Planned | None:
    """Bring a table that is new, or drop one that is as it was."""
    side, shape = ("new", patch.new) if patch.new is not None else ("old", patch.old)
    if shape is None or (table is None and side == "old"):
        return None
    same = table is not None and _same(patch, side, table)
    if table is None:
        none = TableConflicts(EmptyVersion(), EmptyVersion(), EmptyVersion())
        borders = shape.chunk_by or shape.key or shape.schema.names
        return Planned(shape.schema, shape.key, borders, added_table(patch, shape), none)
    if same and side == "old":
        del out.entries[name]
        out.notes.append(f"The table {name} is gone: the diff drops it.")
    elif not same:
        words = ("was not there", "is there, with other rows", "added")
        if side == "old":
            words = ("was there", "is there, with other rows", "dropped")
        said = SchemaConflict("table", None, *words)
        out.conflicts[name] = TableConflicts(EmptyVersion(), table, EmptyVersion(), schema=(said,))
    return None


def _same(patch: TablePatch, side: str, table: StoredTable) -> bool:
    """Tell whether a table holds the rows of a side of a patch, in order."""
    rows = load_rows(patch)
    names = [(c.name, getattr(c, side)) for c in patch.columns if getattr(c, side) is not None]
    if [n for _, n in names] != list(table.schema.names) or rows.table.num_rows != table.rows:
        return False
    order = np.argsort(rows.new if side == "new" else rows.old, kind="stable")
    stored = table.read([n for _, n in names], range(len(table.chunks)))
    return all(
        bool(equal_values(one_array(column), rows.cells(side, label, order)).all())
        for (label, _), column in zip(names, stored.columns, strict=True)
        if table.rows
    )


def _write(store: IStore, base: Base, name: str, plan: Planned, out: _Outcome) -> None:
    """Write a table; a key that repeats, or a null where none may be, is a conflict like any other."""
    before = base.tables.get(name)
    known = {oid for chunk in before.chunks for oid in chunk.segments} if before is not None else set()
    source = TableInput(plan.schema, plan.batches, plan.key, plan.borders, f"The table {name} with the diff applied")
    try:
        chunks = write_table(source, store.segments, known=known)
    except ImportRejected as err:
        column = err.details.get("column")
        kind = "key" if column in (", ".join(plan.key), *plan.key) else "null"
        said = SchemaConflict(kind, column, None, err.message, "cannot be applied")
        found = plan.conflicts
        out.conflicts[name] = TableConflicts(found.base, found.ours, found.theirs, schema=(said,))
        return
    out.built[name] = build_manifest(plan.schema, plan.key, plan.borders, chunks)
    out.uploaded |= {oid for chunk in chunks for oid in chunk.segments} - known
