"""The door: the verbs that magics, widgets, handlers and scripts hold.

It opens the store, knows who acts, and turns words into commands and what comes back into results. What a verb does
stands in `features`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import dsa_workbench
from dsa_workbench.core.database import Database
from dsa_workbench.core.embedded import EmbeddedPostgres
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.ref import DEFAULT_BRANCH, Ref, RefKind
from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.postgres.store import PostgresStore
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.datasets.delete_dataset import delete_dataset, restore_dataset
from dsa_workbench.features.datasets.list_datasets import list_datasets
from dsa_workbench.features.exports.export_file import export_file
from dsa_workbench.features.imports.import_file import ImportFile, import_file
from dsa_workbench.features.refs.create_ref import create_ref
from dsa_workbench.features.refs.delete_ref import delete_ref
from dsa_workbench.features.refs.list_refs import list_refs
from dsa_workbench.features.refs.protect_ref import protect_ref
from dsa_workbench.features.upkeep.check import check
from dsa_workbench.features.versioning.diff import compared_sides, diff_sides
from dsa_workbench.features.versioning.get_data import Selection, get_table
from dsa_workbench.features.versioning.history import history, show
from dsa_workbench.features.versioning.incoming import Mode
from dsa_workbench.features.versioning.merge import MergeVersions, merge_versions
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.files.source import ReadOptions
from dsa_workbench.results import (
    CheckReport,
    CommitResult,
    CommitView,
    Datasets,
    Diff,
    Exported,
    Log,
    MergeResult,
    Reading,
    Refs,
    Status,
)
from dsa_workbench.settings import Settings, read_settings

ProgressHook = Callable[[Progress], None]


def connect(url: str | None = None, *, actor: str | None = None, settings: Settings | None = None) -> Workbench:
    """Open a workbench.

    Parameters
    ----------
    url
        A Postgres server, ``postgresql://user@host/database``, version 14 or newer. Without one, and without
        DSA_DATABASE_URL, the embedded Postgres of the user is started, or joined where it runs already.
    actor
        The author of commits; by default the operating system's user.

    Raises
    ------
    DatabaseUnavailable
        The server does not answer, or the embedded one cannot be started.
    InvalidInput
        The URL is none.
    """
    settings = settings or read_settings()
    who = Actor(actor or settings.actor)
    cache = SegmentCache(settings.cache_bytes)
    given = url or settings.database_url
    if given is not None:
        return Workbench(who, PostgresStore(Database(given)), cache)
    server = EmbeddedPostgres(settings.data_dir)
    try:
        store = PostgresStore(Database(server.acquire(), ensure=server.ensure))
    except BaseException:
        server.release()
        raise
    return Workbench(who, store, cache, server=server, folder=str(settings.data_dir))


class Workbench:
    """A connection to a store, with the verbs of versioning. Made by `connect`; use it in a `with` statement."""

    def __init__(
        self,
        actor: Actor,
        store: PostgresStore,
        cache: SegmentCache,
        *,
        server: EmbeddedPostgres | None = None,
        folder: str | None = None,
    ) -> None:
        self.actor = actor
        self.store = store
        self._cache, self._server, self._folder = cache, server, folder

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Workbench of {self.actor.name} on {self.database_url}>"

    @property
    def database_url(self) -> str:
        """The database, without its password."""
        return self.store.database.safe_url

    def close(self) -> None:
        """Give back connections; the embedded Postgres stops when its last user leaves. Closing twice does nothing."""
        self.store.database.dispose()
        if self._server is not None:
            self._server.release()

    def status(self) -> Status:
        """Say where we work, as whom, and how much is there."""
        info = self.store.info()
        return Status(
            dsa_workbench.__version__,
            self.actor.name,
            self.database_url,
            info.server,
            len(list_datasets(self.actor, self.store)),
            self._folder,
            info.bytes_stored,
        )

    # In

    def import_file(
        self,
        source: Any,
        dataset: str,
        *,
        table: str | None = None,
        ref: str = DEFAULT_BRANCH,
        key: Sequence[str] | str | None = None,
        mode: str = "replace",
        message: str | None = None,
        author: str | None = None,
        types: Mapping[str, str] | str | None = None,
        sheets: Sequence[str] | str | None = None,
        delimiter: str | None = None,
        encoding: str | None = None,
        header: bool | None = None,
        quote: str | None = '"',
        null_tokens: Sequence[str] | None = None,
        ragged: str = "error",
        rename: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        progress: ProgressHook | None = None,
    ) -> CommitResult:
        """Import a CSV, Excel or Parquet file and commit it.

        Parameters
        ----------
        source
            A path, a binary file object, a table in memory, or a dict of these.
        dataset
            The dataset; it is created where it does not exist.
        table
            The table's name; by default ``data``, or the sheets' names of a workbook.
        key
            Key columns: checked for nulls and repeats, and followed by diffs. None keeps those of the version before,
            an empty list drops them.
        mode
            ``replace`` (the file is the whole new state), ``append``, or ``upsert`` (by key).
        types
            Column -> type (text, int, float, decimal, bool, date, time, timestamp), or ``"text"`` for all.
        rename
            Old column name -> new, where columns were renamed.
        idempotency_key
            A word for this write: repeated with the same word, it is done once.

        Raises
        ------
        ImportRejected
            The file cannot be taken: says file, row, column and value. Nothing was committed.
        RefConflict
            Somebody else committed meanwhile.
        """
        options = ReadOptions(
            delimiter=delimiter,
            quote=quote,
            encoding=encoding,
            header=header,
            null_tokens=("",) if null_tokens is None else tuple(null_tokens),
            types=types,
            ragged=_one_of("ragged", ragged, ("error", "fill")),
            sheets=(sheets,) if isinstance(sheets, str) else sheets,
        )
        return self._import(
            ImportFile(
                source, dataset, table, ref, _mode(mode), _columns(key), rename or {}, message, author, options,
                idempotency_key, progress,
            )
        )  # fmt: skip

    def commit(
        self,
        data: Any,
        dataset: str,
        *,
        table: str | None = None,
        ref: str = DEFAULT_BRANCH,
        key: Sequence[str] | str | None = None,
        mode: str = "replace",
        message: str | None = None,
        author: str | None = None,
        rename: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        progress: ProgressHook | None = None,
    ) -> CommitResult:
        """Commit a table in memory (pandas, polars, Arrow), or a dict of tables; parameters as in `import_file`."""
        if isinstance(data, str):
            raise InvalidInput(
                f"commit takes a table in memory, and {data!r} is text.",
                hint=f"For a file: wb.import_file({data!r}, ...).",
            )
        return self._import(
            ImportFile(
                data, dataset, table, ref, _mode(mode), _columns(key), rename or {}, message, author,
                idempotency_key=idempotency_key, progress=progress,
            )
        )  # fmt: skip

    def _import(self, command: ImportFile) -> CommitResult:
        started = time.perf_counter()
        done = import_file(self.actor, self.store, self._cache, command)
        seconds = time.perf_counter() - started
        return CommitResult(done.commit, done.dataset, done.ref, done.created, done.rows, seconds, done.notes)

    # Out

    def read(
        self,
        spec: str,
        columns: Sequence[str] | str | None = None,
        where: Any = None,
        offset: int = 0,
        limit: int | None = None,
    ) -> Reading:
        """Read a table at a version: all of it or a page, all columns or some.

        `where` is a list of (column, operator, value) that must all hold, or a `pyarrow.compute.Expression`. The rows
        are fetched when they are asked for: ``.to_pandas()``, ``.to_arrow()``, ``.to_polars()``, ``.to_batches()``.
        """
        found = get_table(self.actor, self.store, self._cache, parse_spec(spec))
        selection = Selection(found.table, _columns(columns), where, offset, limit)
        return Reading(found.spec, found.commit, selection, found.table.key, offset)

    def export(
        self,
        spec: str,
        path: Any,
        *,
        format: str | None = None,
        columns: Sequence[str] | str | None = None,
        progress: ProgressHook | None = None,
    ) -> Exported:
        """Write a table at a version to a CSV or Parquet file; the ending or `format` says which."""
        started = time.perf_counter()
        done = export_file(
            self.actor,
            self.store,
            self._cache,
            parse_spec(spec),
            path,
            format=format,
            columns=_columns(columns),
            progress=progress,
        )
        return Exported(spec, path, done.rows, done.bytes, time.perf_counter() - started)

    def diff(
        self,
        a: Any,
        b: Any = None,
        *,
        key: Sequence[str] | str | None = None,
        rename: Mapping[str, str] | None = None,
    ) -> Diff:
        """Compare two versions, a version and a table in memory, or two datasets.

        `a` is the old side, `b` the new; each is a spec or a table in memory (or a dict of them). With `a` alone, the
        version is compared with the one before it. `key` pairs rows by these columns, whatever the tables declare.
        """
        old, new = compared_sides(self.actor, self.store, self._cache, a, b)
        return Diff(old.title, new.title, diff_sides(old, new, key=_columns(key), rename=rename))

    # History

    def log(self, spec: str, limit: int | None = None) -> Log:
        """List the commits of a version and before it, latest first."""
        found = history(self.actor, self.store, parse_spec(spec), limit)
        return Log(spec, found.commits, found.refs)

    def show(self, spec: str) -> CommitView:
        """Describe one commit: who, when, why, and what changed in numbers."""
        found = show(self.actor, self.store, parse_spec(spec))
        return CommitView(found.commit, found.refs, found.schema)

    def merge(
        self,
        source: str,
        into: str | None = None,
        *,
        resolve: Any = None,
        message: str | None = None,
        author: str | None = None,
        dry_run: bool = False,
    ) -> MergeResult:
        """Merge a version into a branch of its dataset (default main), row by row and cell by cell.

        With conflicts nothing is written, and the result lists them and is false. `resolve` settles them: ``"ours"``
        (the branch's side) or ``"theirs"``, a frame of the conflicts with a column ``value``, or a dict of these by
        table.
        """
        target = parse_spec(into) if into is not None else None
        command = MergeVersions(parse_spec(source), target, resolve, message, author, dry_run)
        done = merge_versions(self.actor, self.store, self._cache, command)
        return MergeResult(
            done.outcome, done.source, done.into, done.commit, done.base, done.summary, done.conflicts, done.notes,
            dry_run,
        )  # fmt: skip

    # Refs and datasets

    def branch(self, spec: str, name: str) -> Ref:
        """Make a branch of a dataset at a version."""
        return create_ref(self.actor, self.store, parse_spec(spec), name, RefKind.BRANCH)

    def tag(self, spec: str, name: str) -> Ref:
        """Give a version a name that does not move."""
        return create_ref(self.actor, self.store, parse_spec(spec), name, RefKind.TAG)

    def refs(self, dataset: str) -> Refs:
        """List a dataset's branches and tags."""
        return Refs(dataset, list_refs(self.actor, self.store, dataset))

    def delete_ref(self, dataset: str, name: str) -> None:
        """Delete a branch or a tag; its commits stay."""
        delete_ref(self.actor, self.store, dataset, name)

    def protect(self, dataset: str, name: str, protected: bool = True) -> Ref:
        """Keep a branch or tag from being moved or deleted, or lift that."""
        return protect_ref(self.actor, self.store, dataset, name, protected=protected)

    def datasets(self, deleted: bool = False) -> Datasets:
        """List the datasets, or the deleted ones."""
        return Datasets(list_datasets(self.actor, self.store, deleted=deleted), deleted)

    def delete_dataset(self, name: str) -> None:
        """Hide a dataset; `restore_dataset` brings it back."""
        delete_dataset(self.actor, self.store, name)

    def restore_dataset(self, name: str) -> None:
        """Bring back a deleted dataset with all its history."""
        restore_dataset(self.actor, self.store, name)

    def check(self) -> CheckReport:
        """Read everything that is stored and hash it again; list what is wrong."""
        found = check(self.actor, self.store)
        return CheckReport(tuple(found.problems), found.counts)


def _columns(given: Sequence[str] | str | None) -> tuple[str, ...] | None:
    """Take one column's name for a list of one."""
    if given is None:
        return None
    return (given,) if isinstance(given, str) else tuple(given)


def _mode(given: str) -> Mode:
    return Mode(_one_of("mode", given, tuple(Mode)))


def _one_of(what: str, given: str, known: tuple[str, ...]) -> Any:
    if given not in known:
        raise InvalidInput(f"{given!r} is no {what}.", hint=f"It is one of: {', '.join(known)}.")
    return given
