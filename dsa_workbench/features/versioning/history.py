"""Histories and single commits, with the refs that point at them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from dsa_workbench.core.model.change import SchemaChange, SchemaChangeKind
from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.manifest import Tree
from dsa_workbench.core.model.objects import parse_manifest, parse_tree
from dsa_workbench.core.model.spec import VersionSpec
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore, IUnitOfWork
from dsa_workbench.errors import NotFound
from dsa_workbench.features.versioning.differ.schema import match_columns, schema_changes
from dsa_workbench.features.versioning.resolve import did_you_mean, resolve
from dsa_workbench.features.versioning.table_history import table_history


@dataclass(frozen=True, slots=True)
class History:
    """Commits, latest first, per commit id the names of refs that point at it, and the commit that it begins at."""

    commits: tuple[Commit, ...]
    refs: dict[str, tuple[str, ...]]
    start: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One commit, the refs that point at it, and its changes of schema per table."""

    commit: Commit
    refs: tuple[str, ...]
    schema: dict[str, tuple[SchemaChange, ...]]


def history(_actor: Actor, store: IStore, spec: VersionSpec, limit: int | None = None) -> History:
    """List a version and what came before it, latest first; of a spec that names a table, what changed that table.

    Raises
    ------
    NotFound, InvalidSpec
        As `resolve`; or no commit of this history ever had the table.
    """
    with store.unit() as unit:
        found = resolve(unit, spec)
        if spec.table is None:
            commits = unit.commits.history(found.commit.oid, limit=limit)
        else:
            commits = table_history(unit, found.commit.oid, spec.table, limit)
            if not commits and limit != 0:
                raise NotFound(
                    f"{spec.dataset} has no table {spec.table!r} at this version, nor had it before.",
                    hint=did_you_mean(spec.table, found.tree.names),
                )
        return History(tuple(commits), _pointing(unit, found.dataset.id), found.commit.id)


def show(_actor: Actor, store: IStore, spec: VersionSpec) -> Shown:
    """Describe one commit; errors are those of `resolve`."""
    with store.unit() as unit:
        found = resolve(unit, spec)
        refs = _pointing(unit, found.dataset.id).get(found.commit.id, ())
        before = Tree(())
        if found.commit.parents:
            parent = unit.commits.get(ObjectId(bytes.fromhex(found.commit.parents[0])))
            before = parse_tree(unit.objects.get_tree(ObjectId(bytes.fromhex(parent.tree))))
        changes = {
            name: _schema_changes(unit, before, found.tree, name, found.commit.summary.get(name, {}).get("renamed", {}))
            for name in {*before.names, *found.tree.names}
        }
    return Shown(found.commit, refs, {name: c for name, c in sorted(changes.items()) if c})


def _pointing(unit: IUnitOfWork, dataset_id: int) -> dict[str, tuple[str, ...]]:
    names: dict[str, list[str]] = defaultdict(list)
    for ref in unit.refs.list(dataset_id):
        names[ref.commit_id.hex()].append(ref.name)
    return {oid: tuple(refs) for oid, refs in names.items()}


def _schema_changes(
    unit: IUnitOfWork, old: Tree, new: Tree, name: str, renamed: dict[str, str]
) -> tuple[SchemaChange, ...]:
    before, after = old.get(name), new.get(name)
    if before == after:
        return ()
    if before is None:
        # The first commit of a dataset adds tables, which is no change to speak of.
        return (SchemaChange(SchemaChangeKind.TABLE_ADDED, name),) if old.tables else ()
    if after is None:
        return (SchemaChange(SchemaChangeKind.TABLE_DROPPED, name),)
    a, b = parse_manifest(unit.objects.get_manifest(before)), parse_manifest(unit.objects.get_manifest(after))
    return schema_changes(a.schema, b.schema, match_columns(a.schema, b.schema, renamed), a.key, b.key)
