"""The tables of a commit: what comes in, and what stands there, written as segments and manifests, and no ref moved."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.ids import ObjectId, from_hex
from dsa_workbench.core.model.manifest import Chunk, Tree
from dsa_workbench.core.model.ref import DEFAULT_BRANCH, Dataset, Ref
from dsa_workbench.core.model.schema import Schema
from dsa_workbench.core.services.interfaces import ISegmentStore
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.file_events import file_event
from dsa_workbench.features.versioning.incoming import Incoming, Mode, plan_table
from dsa_workbench.features.versioning.key_check import BadKeys
from dsa_workbench.features.versioning.manifests import BuiltManifest, build_manifest, tree_id
from dsa_workbench.features.versioning.read_table import StoredTable
from dsa_workbench.features.versioning.rising import Rising
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.features.versioning.skipping import Skip
from dsa_workbench.features.versioning.write_table import TableInput, write_table
from dsa_workbench.files.source import Retyped
from dsa_workbench.files.text.imprint import imprint


@dataclass(frozen=True, slots=True)
class Arriving:
    """Tables that come in; `whole` says that they are all the dataset holds from now on."""

    tables: Sequence[Incoming]
    whole: bool = False
    skips: Sequence[Skip] | None = None
    """A place for each table where rows go that do not fit; without it they refuse the commit."""
    remarks: Sequence[Callable[[], list[dict[str, Any]]]] | None = None
    """For each table, what there is to tell of it once it was read; it is kept with the commit's summary."""
    originals: Mapping[str, Incoming] = field(default_factory=dict)
    """By the name of a table, what its file has beside its values; read after the tables."""


class Elsewhere(Protocol):
    """Writes a table in another place than this thread: the same chunks as `write_table`, and the same errors."""

    def __call__(
        self, incoming: Incoming, table: TableInput, into: ISegmentStore, known: Collection[ObjectId], rising: Rising
    ) -> list[Chunk] | None:
        """Write all rows of `incoming`, laid out as `table`; None where they are to be written here.

        `known` are ids of segments that are stored already; `rising` is told what rose.
        """
        ...


@dataclass(frozen=True, slots=True)
class Promise:
    """What a preview has shown: where the branch was, and the tree of the tables that came of it."""

    head: ObjectId | None
    tree: ObjectId

    def __str__(self) -> str:
        """Write it down, so that it can be kept elsewhere."""
        return f"{self.head.hex() if self.head is not None else 'none'}.{self.tree.hex()}"

    @classmethod
    def read(cls, text: str) -> Promise:
        """Read what `str` gave; InvalidInput where it is none."""
        head, _, tree = text.partition(".")
        if not re.fullmatch("none|[0-9a-f]{64}", head) or not re.fullmatch("[0-9a-f]{64}", tree):
            raise InvalidInput(
                f"{text!r:.80} is no promise of a preview.", hint="Make one with dry_run=True (--dry-run)."
            )
        return cls(None if head == "none" else from_hex(head), from_hex(tree))


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
    promise: Promise | None = None
    """What the commit must come to, if it was previewed."""
    elsewhere: Elsewhere | None = None
    """Who may write whole tables in another place."""


@dataclass(frozen=True, slots=True)
class Base:
    """What stands there when the work begins."""

    dataset: Dataset | None = None
    ref: Ref | None = None
    commit: Commit | None = None
    tables: Mapping[str, StoredTable] = field(default_factory=dict)
    tree: Tree = field(default_factory=lambda: Tree(()))
    originals: Mapping[str, StoredTable] = field(default_factory=dict)
    """By the name of a table, what its file had beside its values."""


@dataclass(frozen=True, slots=True)
class Built:
    """The tree that a commit would point at, the manifests and tables that were written for it, by name."""

    tree: Tree
    manifests: Mapping[str, BuiltManifest]
    tables: Mapping[str, StoredTable]
    uploaded: frozenset[ObjectId]
    notes: tuple[str, ...]
    hint: str = ""
    remarks: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    sources: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """What is known of the files that tables were read from."""
    originals: Mapping[str, BuiltManifest] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """The rows of the written tables."""
        return sum(b.manifest.rows for b in self.manifests.values())


def build_tables(
    into: ISegmentStore, segments: ISegmentStore, cache: SegmentCache, base: Base, command: CommitTables
) -> Built:
    """Write what comes in `into` a store of segments; `segments` are read from, and hold both that and the base's.

    Raises
    ------
    InvalidInput, ImportRejected
        The tables cannot be taken.
    """
    arriving = command.arrive({name: t.schema for name, t in base.tables.items()})
    incoming = arriving.tables
    _check_tables(incoming)
    names = [t.name for t in incoming] if arriving.whole else _target_names(command, base, incoming)
    skips: Sequence[Skip | None] = arriving.skips if arriving.skips is not None else [None] * len(incoming)
    built: dict[str, BuiltManifest] = {}
    uploaded: set[ObjectId] = set()
    notes: list[str] = []
    hint = ""
    for table, name, skip in zip(incoming, names, skips, strict=True):
        written = _write(into, command, table, base.tables.get(name), skip)
        built[name] = written.built
        uploaded |= written.uploaded
        notes += [*written.notes, *table.notes]
        hint = hint or written.hint
    originals: dict[str, BuiltManifest] = {}
    for table, name in zip(incoming, names, strict=True):
        if table.name in arriving.originals:
            # It is a table of its own, which shares what the version before has of it.
            alone = CommitTables(name, command.arrive, key=())
            written = _write(into, alone, arriving.originals[table.name], base.originals.get(name), None)
            originals[name] = written.built
            uploaded |= written.uploaded
    if arriving.whole and command.mode is Mode.REPLACE:
        entries = {name: m.id for name, m in built.items()}
        gone = [name for name in base.tree.names if name not in entries]
        if gone:
            notes.append(f"The tables {', '.join(gone)} are not in it: this version is without them.")
    else:
        entries = dict(base.tree.tables) | {name: m.id for name, m in built.items()}
    tree = Tree(tuple(sorted(entries.items())), tuple(sorted((name, m.id) for name, m in originals.items())))
    tree = tree.keeping_originals(base.tree)
    tables = {name: stored_table(segments, cache, manifest) for name, manifest in built.items()}
    sources = _sources(command, base, dict(zip(names, incoming, strict=True)), tree)
    if base.commit is not None and tree_id(tree).hex() == base.commit.tree:
        events = (file_event(base.commit.sources.get(name), sources.get(name)) for name in names)
        notes += [event.sentence for event in events if event is not None]
    told = {name: remark() for name, remark in zip(names, arriving.remarks or (), strict=False)}
    remarks = {n: t for n, t in told.items() if t}
    return Built(tree, built, tables, frozenset(uploaded), tuple(notes), hint, remarks, sources, originals)


def _sources(
    command: CommitTables, base: Base, incoming: Mapping[str, Incoming], tree: Tree
) -> dict[str, dict[str, Any]]:
    """Describe the files of the tables that are a file each: what was added to is none, what stays is as it was."""
    before = base.commit.sources if base.commit is not None else {}
    kept = {name: before[name] for name in tree.names if name in before and name not in incoming}
    if command.mode is not Mode.REPLACE:
        return kept
    return kept | {name: found for name, table in incoming.items() if (found := imprint(table)) is not None}


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
    hint: str = ""


def _write(
    into: ISegmentStore, command: CommitTables, incoming: Incoming, base: StoredTable | None, skip: Skip | None
) -> _Written:
    known = {oid for chunk in base.chunks for oid in chunk.segments} if base is not None else set()
    rising = Rising()
    while True:
        plan = plan_table(incoming, base, mode=command.mode, key=command.key, rename=command.rename, skip=skip)
        table, chunks = plan.table, None
        # What is added to a table says nothing of the rows that stand there.
        alone = base is None or command.mode is Mode.REPLACE
        if not table.key and alone:
            table = replace(table, batches=partial(rising.watched, table.batches))
        try:
            if command.elsewhere is not None and alone and skip is None:
                chunks = command.elsewhere(incoming, plan.table, into, known, rising)
            if chunks is None:
                chunks = write_table(table, into, known=known, progress=command.progress)
        except Retyped:
            continue
        except BadKeys as bad:
            if skip is None:
                raise
            skip.drop(bad)
            continue
        built = build_manifest(plan.table.schema, plan.table.key, plan.table.chunk_by, chunks)
        ids = {oid for chunk in chunks for oid in chunk.segments}
        hint = (
            f"{rising.column} tells all rows apart: --key {rising.column} would pair rows by it."
            if rising.column
            else ""
        )
        return _Written(built, frozenset(ids - known), plan.notes, hint)


def stored_table(segments: ISegmentStore, cache: SegmentCache, built: BuiltManifest) -> StoredTable:
    """Give a table that was just written as one that can be read."""
    return StoredTable(built.manifest, [p.body for p in built.pages], [p.stats for p in built.pages], segments, cache)
