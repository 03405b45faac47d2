"""One commit: tables written, then manifests, tree and commit, and the ref moved last, by compare-and-swap."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dsa_workbench.columns.identity import object_id
from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.ids import ObjectId, short
from dsa_workbench.core.model.manifest import Tree
from dsa_workbench.core.model.objects import commit_body, parse_tree
from dsa_workbench.core.model.ref import Ref, RefKind
from dsa_workbench.core.model.spec import check_name
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore, IUnitOfWork
from dsa_workbench.errors import (
    AlreadyExists,
    DatabaseUnavailable,
    ImportRejected,
    InvalidInput,
    NotFound,
    RefConflict,
    RefProtected,
)
from dsa_workbench.features.versioning.build_tables import Base, CommitTables, build_tables
from dsa_workbench.features.versioning.incoming import Mode
from dsa_workbench.features.versioning.manifests import BuiltManifest, store_tree, tree_id
from dsa_workbench.features.versioning.racing import pause, staged
from dsa_workbench.features.versioning.read_table import StoredTable, load_table
from dsa_workbench.features.versioning.resolve import did_you_mean
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.features.versioning.summary import summarize

ATTEMPTS = 200


@dataclass(frozen=True, slots=True)
class Committed:
    """What came of it; `created` is False where nothing changed and no commit was made."""

    commit: Commit
    dataset: str
    ref: str
    created: bool
    rows: int
    notes: tuple[str, ...] = ()
    hint: str = ""


def commit_tables(actor: Actor, store: IStore, cache: SegmentCache, command: CommitTables) -> Committed:
    """Write tables and commit them to a branch.

    Raises
    ------
    RefConflict
        Somebody else moved the branch meanwhile (replace), or again and again (append, upsert).
    RefProtected, NotFound, InvalidInput, ImportRejected
        The branch refuses writes, or is not there; the tables cannot be taken. Nothing was moved.
    """
    check_name("dataset", command.dataset)
    check_name("branch", command.ref)
    with staged(actor, store):
        for attempt in range(ATTEMPTS):
            done, head = _attempt(actor, store, cache, command)
            if done is not None:
                return done
            if command.mode is Mode.REPLACE:
                # With an idempotency key the winner may have been ourselves.
                with store.unit() as unit:
                    done = _recall(unit, Base(unit.datasets.find(command.dataset)), command)
                if done is None:
                    break
                return done
            pause(attempt)
        raise _conflict(command, head)


def _conflict(command: CommitTables, head: Ref | None) -> RefConflict:
    where = f"{command.dataset}@{command.ref}"
    if head is None:
        what = f"{where} was made by somebody else while you were writing."
    else:
        what = f"{where} was moved while you were writing: it is {short(head.commit_id)} by {head.updated_by} now."
    return RefConflict(
        what,
        hint=f"Nothing of yours was committed. Look at what came in (%dsa diff {where}~1 {where}), then import again.",
        head=head.commit_id.hex() if head is not None else None,
    )


def _attempt(
    actor: Actor, store: IStore, cache: SegmentCache, command: CommitTables
) -> tuple[Committed | None, Ref | None]:
    with store.unit() as unit:
        base = load_base(unit, store, cache, command)
        done = _recall(unit, base, command)
    if done is not None:
        return done, None
    _check_promise(command, base)
    built = build_tables(store.segments, store.segments, cache, base, command)
    if base.commit is not None and tree_id(built.tree).hex() == base.commit.tree:
        return Committed(base.commit, command.dataset, command.ref, False, built.rows, built.notes, built.hint), None
    _check_promise(command, base, built.tree)
    if command.before_commit is not None:
        command.before_commit(built.rows)
    stored = [*built.manifests.values(), *built.originals.values()]
    commit, head = commit_tree(
        actor, store, command, base, built.tree, built.tables, stored, built.uploaded,
        remarks=built.remarks, sources=built.sources,
    )  # fmt: skip
    if commit is None:
        return None, head
    return Committed(commit, command.dataset, command.ref, True, built.rows, built.notes, built.hint), None


def _check_promise(command: CommitTables, base: Base, tree: Tree | None = None) -> None:
    """Refuse to commit what is not what a preview has shown."""
    promise = command.promise
    if promise is None:
        return
    head = base.ref.commit_id if base.ref is not None else None
    if head != promise.head:
        raise RefConflict(
            f"{command.dataset}@{command.ref} was moved since the preview.",
            hint="Look at a new preview: nothing was committed.",
            head=head.hex() if head is not None else None,
        )
    if tree is not None and tree_id(Tree(tree.tables)) != promise.tree:
        raise ImportRejected(
            "The data is not what it was at the preview.", hint="Look at a new preview: nothing was committed."
        )


def commit_tree(
    actor: Actor,
    store: IStore,
    command: CommitTables,
    base: Base,
    tree: Tree,
    new: Mapping[str, StoredTable],
    built: Sequence[BuiltManifest],
    uploaded: Collection[ObjectId],
    merged: Commit | None = None,
    *,
    remarks: Mapping[str, list[dict[str, Any]]] | None = None,
    sources: Mapping[str, dict[str, Any]] | None = None,
) -> tuple[Commit | None, Ref | None]:
    """Commit a tree whose segments are stored; `new` are the tables in it that are not those of `base`.

    Returns
    -------
    The commit, or None and where the branch is now, where somebody else moved it. `merged` is a second parent,
    `remarks` stand in the summary of the tables, under `report`; `sources` describes the files they were read from.
    """
    summary = summarize(base.tables, new, tree.names, command.rename)
    for name, told in (remarks or {}).items():
        if name in summary:
            summary[name]["report"] = told
    commit = replace(_commit(actor, command, base, tree, merged), summary=summary, sources=dict(sources or {}))
    with store.unit() as unit:
        moved, head = _publish(actor, store, unit, command, base, commit, tree, built, sorted(uploaded))
    return (commit, None) if moved else (None, head)


def _recall(unit: IUnitOfWork, base: Base, command: CommitTables) -> Committed | None:
    """Find what an earlier write with this idempotency key gave."""
    if base.dataset is None or command.idempotency_key is None:
        return None
    before = unit.refs.recall(base.dataset.id, command.idempotency_key)
    return None if before is None else Committed(unit.commits.get(before), command.dataset, command.ref, False, 0)


def load_base(
    unit: IUnitOfWork, store: IStore, cache: SegmentCache, command: CommitTables, *, to_write: bool = True
) -> Base:
    """Load what stands on the branch that is written to; `to_write` refuses a protected one.

    Raises
    ------
    NotFound, InvalidInput, RefProtected
        The branch is not there, is a tag, or refuses writes.
    """
    dataset = unit.datasets.find(command.dataset)
    if dataset is None:
        return Base()
    ref = unit.refs.find(dataset.id, command.ref)
    if ref is None:
        known = [r.name for r in unit.refs.list(dataset.id)]
        if known:
            raise NotFound(
                f"{command.dataset} has no branch {command.ref!r}.",
                hint=f"{did_you_mean(command.ref, known)} Make one with %dsa branch {command.dataset} {command.ref}.",
            )
        return Base(dataset)
    if ref.kind is RefKind.TAG:
        raise InvalidInput(
            f"{command.ref} is a tag of {command.dataset}: it does not move.",
            hint=f"Make a branch from it: %dsa branch {command.dataset}@{command.ref} NAME.",
        )
    if ref.protected and to_write:
        raise RefProtected(
            f"{command.dataset}@{command.ref} is protected.",
            hint="Write to another branch, or lift the protection first.",
        )
    commit = unit.commits.get(ref.commit_id)
    tree = parse_tree(unit.objects.get_tree(ObjectId(bytes.fromhex(commit.tree))))
    tables = {name: load_table(unit, store.segments, cache, oid) for name, oid in tree.tables}
    originals = {name: load_table(unit, store.segments, cache, oid) for name, oid in tree.originals}
    return Base(dataset, ref, commit, tables, tree, originals)


def _commit(actor: Actor, command: CommitTables, base: Base, tree: Tree, merged: Commit | None = None) -> Commit:
    before = [c for c in (base.commit, merged) if c is not None]
    # A commit is later than its parents, whatever the clock says.
    now = max([datetime.now(UTC), *(c.time + timedelta(microseconds=1) for c in before)])
    author = command.author or actor.name
    message = command.message or _default_message(command)
    parents = tuple(c.id for c in before)
    tree_hex = tree_id(tree).hex()
    oid = object_id("commit", commit_body(tree_hex, parents, author, message, now))
    return Commit(oid.hex(), tree_hex, parents, author, message, now)


def _default_message(command: CommitTables) -> str:
    return {Mode.REPLACE: "Import", Mode.APPEND: "Append to", Mode.UPSERT: "Update"}[
        command.mode
    ] + f" {command.dataset}"


def _publish(
    actor: Actor,
    store: IStore,
    unit: IUnitOfWork,
    command: CommitTables,
    base: Base,
    commit: Commit,
    tree: Tree,
    built: Sequence[BuiltManifest],
    uploaded: Sequence[ObjectId],
) -> tuple[bool, Ref | None]:
    """Store what the commit needs, the commit, and move the ref; True if all of it is durable now."""
    try:
        dataset = base.dataset or unit.datasets.create(command.dataset, actor)
        # From here a crash of the server ends this transaction too; what it lost before, we see now.
        if store.segments.missing(uploaded):
            raise DatabaseUnavailable(
                "The database was restarted while the data came in, and lost some of it.",
                hint="Run it again: nothing was committed.",
            )
        store_tree(unit, tree, built)
        unit.commits.put(dataset.id, commit)
        if base.ref is None:
            unit.refs.create(dataset.id, command.ref, RefKind.BRANCH, commit.oid, actor)
        elif not unit.refs.move(dataset.id, command.ref, base.ref.commit_id, commit.oid, actor):
            return False, unit.refs.find(dataset.id, command.ref)
        if command.idempotency_key is not None:
            unit.refs.remember(dataset.id, command.idempotency_key, commit.oid)
    except (AlreadyExists, RefConflict):
        # Somebody made the dataset or the branch, or did this very write, meanwhile: a lost race like any other.
        return False, None
    unit.commit()
    return True, None
