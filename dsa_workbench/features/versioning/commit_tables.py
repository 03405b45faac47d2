"""One commit: tables written, then manifests, tree and commit, and the ref moved last, by compare-and-swap."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from dsa_workbench.columns.identity import object_id
from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.ids import ObjectId, short
from dsa_workbench.core.model.manifest import Tree
from dsa_workbench.core.model.objects import commit_body, parse_tree
from dsa_workbench.core.model.ref import DEFAULT_BRANCH, Dataset, Ref, RefKind
from dsa_workbench.core.model.schema import Schema
from dsa_workbench.core.model.spec import check_name
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore, IUnitOfWork
from dsa_workbench.errors import (
    AlreadyExists,
    DatabaseUnavailable,
    InvalidInput,
    NotFound,
    RefConflict,
    RefProtected,
)
from dsa_workbench.features.versioning.incoming import Incoming, Mode, plan_table
from dsa_workbench.features.versioning.manifests import BuiltManifest, build_manifest, store_tree, tree_id
from dsa_workbench.features.versioning.read_table import StoredTable, load_table
from dsa_workbench.features.versioning.resolve import did_you_mean
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.features.versioning.summary import summarize
from dsa_workbench.features.versioning.write_table import write_table
from dsa_workbench.files.source import Retyped

ATTEMPTS = 200
_PATIENCE = 0.5
"""The longest pause between two attempts, in seconds."""


@dataclass(frozen=True, slots=True)
class Arriving:
    """Tables that come in; `whole` says that they are all the dataset holds from now on.

    `originals` are, by the name of a table, what its file has beside its values; they are read after the tables.
    """

    tables: Sequence[Incoming]
    whole: bool = False
    originals: Mapping[str, Incoming] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CommitTables:
    """What to commit.

    `arrive` is given the schemas that stand there and returns the tables that come in; it is called again when an
    append or an upsert lost a race.
    """

    dataset: str
    arrive: Callable[[Mapping[str, Schema]], Arriving]
    ref: str = DEFAULT_BRANCH
    mode: Mode = Mode.REPLACE
    key: tuple[str, ...] | None = None
    rename: Mapping[str, str] = field(default_factory=dict)
    message: str | None = None
    author: str | None = None
    idempotency_key: str | None = None
    progress: Callable[[int], None] | None = None
    before_commit: Callable[[int], None] | None = None
    """Called with the rows written, once all is stored and just before the commit; what it raises stops that."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What came of it; `created` is False where nothing changed and no commit was made."""

    commit: Commit
    dataset: str
    ref: str
    created: bool
    rows: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Base:
    """What stands there when the work begins."""

    dataset: Dataset | None = None
    ref: Ref | None = None
    commit: Commit | None = None
    tables: Mapping[str, StoredTable] = field(default_factory=dict)
    tree: Tree = field(default_factory=lambda: Tree(()))


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
    with store.unit() as unit:
        staging = unit.staging.open(actor)
        unit.commit()
    try:
        for attempt in range(ATTEMPTS):
            done, head = _attempt(actor, store, cache, command)
            if done is not None:
                return done
            if command.mode is Mode.REPLACE:
                # With an idempotency key the winner may have been ourselves.
                with store.unit() as unit:
                    done = _recall(unit, Base(unit.datasets.find(command.dataset)), command)
                if done is None:
                    raise _conflict(command, head)
                return done
            time.sleep(random.uniform(0, min(_PATIENCE, 0.01 * 1.3**attempt)))  # noqa: S311 - a pause, no secret
        raise _conflict(command, head)
    finally:
        with store.unit() as unit:
            unit.staging.close(staging)
            unit.commit()


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
    arriving = command.arrive({name: t.schema for name, t in base.tables.items()})
    incoming = arriving.tables
    _check_tables(incoming)
    names = [t.name for t in incoming] if arriving.whole else _target_names(command, base, incoming)
    built: dict[str, BuiltManifest] = {}
    uploaded: set[ObjectId] = set()
    notes: list[str] = []
    for table, name in zip(incoming, names, strict=True):
        written = _write(store, command, table, base.tables.get(name))
        built[name] = written.built
        uploaded |= written.uploaded
        notes += [*written.notes, *table.notes]
    originals: dict[str, BuiltManifest] = {}
    for table, name in zip(incoming, names, strict=True):
        if table.name in arriving.originals:
            written = _write_original(store, cache, arriving.originals[table.name], base, name)
            originals[name] = written.built
            uploaded |= written.uploaded
    rows = sum(b.manifest.rows for b in built.values())
    if arriving.whole and command.mode is Mode.REPLACE:
        entries = {name: m.id for name, m in built.items()}
        gone = [name for name in base.tree.names if name not in entries]
        if gone:
            notes.append(f"The tables {', '.join(gone)} are not in it: this version is without them.")
    else:
        entries = dict(base.tree.tables) | {name: m.id for name, m in built.items()}
    tree = Tree(tuple(sorted(entries.items())), tuple(sorted((name, m.id) for name, m in originals.items())))
    tree = tree.keeping_originals(base.tree)
    if base.commit is not None and tree_id(tree).hex() == base.commit.tree:
        return Committed(base.commit, command.dataset, command.ref, False, rows, tuple(notes)), None
    new = {name: stored_table(store, cache, manifest) for name, manifest in built.items()}
    if command.before_commit is not None:
        command.before_commit(rows)
    stored = [*built.values(), *originals.values()]
    commit, head = commit_tree(actor, store, command, base, tree, new, stored, uploaded)
    if commit is None:
        return None, head
    return Committed(commit, command.dataset, command.ref, True, rows, tuple(notes)), None


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
) -> tuple[Commit | None, Ref | None]:
    """Commit a tree whose segments are stored; `new` are the tables in it that are not those of `base`.

    Returns
    -------
    The commit, or None and where the branch is now, where somebody else moved it. `merged` is a second parent.
    """
    summary = summarize(base.tables, new, tree.names, command.rename)
    commit = replace(_commit(actor, command, base, tree, merged), summary=summary)
    with store.unit() as unit:
        moved, head = _publish(actor, store, unit, command, base, commit, tree, built, sorted(uploaded))
    return (commit, None) if moved else (None, head)


def _recall(unit: IUnitOfWork, base: Base, command: CommitTables) -> Committed | None:
    """Find what an earlier write with this idempotency key gave."""
    if base.dataset is None or command.idempotency_key is None:
        return None
    before = unit.refs.recall(base.dataset.id, command.idempotency_key)
    return None if before is None else Committed(unit.commits.get(before), command.dataset, command.ref, False, 0)


def load_base(unit: IUnitOfWork, store: IStore, cache: SegmentCache, command: CommitTables) -> Base:
    """Load what stands on the branch that is written to.

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
    if ref.protected:
        raise RefProtected(
            f"{command.dataset}@{command.ref} is protected.",
            hint="Write to another branch, or lift the protection first.",
        )
    commit = unit.commits.get(ref.commit_id)
    tree = parse_tree(unit.objects.get_tree(ObjectId(bytes.fromhex(commit.tree))))
    tables = {name: load_table(unit, store.segments, cache, oid) for name, oid in tree.tables}
    return Base(dataset, ref, commit, tables, tree)


def _check_tables(incoming: Sequence[Incoming]) -> None:
    if not incoming:
        raise InvalidInput("There is no table in it.", hint="Give a file or a frame that holds one.")
    names = [table.name for table in incoming]
    if len(set(names)) != len(names):
        raise InvalidInput(
            f"Two tables have one name: {', '.join(sorted(names))}.", hint="Give each a name of its own."
        )


def _target_names(command: CommitTables, base: Base, incoming: Sequence[Incoming]) -> list[str]:
    """Say which table each that comes in becomes: one alone, unnamed, is the dataset's only one."""
    if len(incoming) != 1 or incoming[0].name in base.tables or not base.tables:
        return [table.name for table in incoming]
    if incoming[0].name != "data":
        return [incoming[0].name]
    if len(base.tables) == 1:
        return list(base.tables)
    raise InvalidInput(
        f"{command.dataset} has {len(base.tables)} tables: {', '.join(base.tables)}.",
        hint="Say which of them this is, or a new name: table='...' (--table).",
    )


@dataclass(frozen=True, slots=True)
class _Written:
    built: BuiltManifest
    uploaded: frozenset[ObjectId]
    notes: tuple[str, ...]


def _write(store: IStore, command: CommitTables, incoming: Incoming, base: StoredTable | None) -> _Written:
    known = {oid for chunk in base.chunks for oid in chunk.segments} if base is not None else set()
    while True:
        plan = plan_table(incoming, base, mode=command.mode, key=command.key, rename=command.rename)
        try:
            chunks = write_table(plan.table, store.segments, known=known, progress=command.progress)
        except Retyped:
            continue
        built = build_manifest(plan.table.schema, plan.table.key, plan.table.chunk_by, chunks)
        ids = {oid for chunk in chunks for oid in chunk.segments}
        return _Written(built, frozenset(ids - known), plan.notes)


def _write_original(store: IStore, cache: SegmentCache, original: Incoming, base: Base, name: str) -> _Written:
    """Write what a file has beside its values, sharing what the version before has of it."""
    before = dict(base.tree.originals).get(name)
    with store.unit() as unit:
        stands = load_table(unit, store.segments, cache, before) if before is not None else None
    command = CommitTables(name, lambda _: Arriving([]), key=())
    return _write(store, command, original, stands)


def stored_table(store: IStore, cache: SegmentCache, built: BuiltManifest) -> StoredTable:
    """Give a table that was just written as one that can be read."""
    return StoredTable(
        built.manifest, [p.body for p in built.pages], [p.stats for p in built.pages], store.segments, cache
    )


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
