"""A workbench whose store is behind a server: the same verbs, over HTTP."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dsa_workbench.core.model.profile import EqualityProfile, UsedProfile
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.ref import DEFAULT_BRANCH, Ref
from dsa_workbench.core.model.spec import VersionSpec, parse_spec
from dsa_workbench.errors import InvalidInput, Unsupported
from dsa_workbench.files.memory import is_table
from dsa_workbench.remote import told
from dsa_workbench.remote.asking import at_of as _at
from dsa_workbench.remote.asking import refuse_author
from dsa_workbench.remote.disk_cache import DiskCache
from dsa_workbench.remote.equality import RemoteEquality
from dsa_workbench.remote.exporting import export_to
from dsa_workbench.remote.merging import RemoteMerges
from dsa_workbench.remote.patching import RemotePatches, fetch_patch
from dsa_workbench.remote.reading import ARROW_STREAM, RemoteChanges, RemoteSelection, counts_of
from dsa_workbench.remote.sending import send_file, table_bytes
from dsa_workbench.remote.transport import Transport
from dsa_workbench.remote.upkeep import RemoteUpkeep
from dsa_workbench.results import (
    CommitResult,
    CommitView,
    Datasets,
    Diff,
    Exported,
    JobResult,
    Log,
    Reading,
    Refs,
    Status,
    TableProfile,
)
from dsa_workbench.settings import Settings, read_settings

ProgressHook = Callable[[Progress], None]
PAGE = 1000
"""Entries of a list that are asked for at once."""
_ELSEWHERE = "It needs the store itself: dsa.connect('postgresql://…'), or a notebook on the server."
_LINE_ENDS = {"\n": "lf", "\r\n": "crlf", "\r": "cr"}


def connect_http(url: str, *, token: str | None = None, settings: Settings | None = None) -> RemoteWorkbench:
    """Open a workbench on a Jupyter server with DSA Workbench; errors are those of `Transport`.

    Parameters
    ----------
    url
        The server's address with its base, ``https://hub.example/user/ann/``; a ``?token=`` in it counts.
    token
        The server's token, or one of JupyterHub; commits bear the name of its user.
    """
    settings = settings or read_settings()
    return RemoteWorkbench(
        Transport(url, token or settings.token), DiskCache(settings.remote_cache_dir, settings.remote_cache_bytes)
    )  # fmt: skip


class RemoteWorkbench(RemoteMerges, RemotePatches, RemoteEquality, RemoteUpkeep):
    """The verbs of `Workbench`, on a server: see there for what each does, and which errors it raises.

    Rows come as Arrow streams and are kept on this machine's disk, since a commit never changes.
    """

    def __init__(self, transport: Transport, cache: DiskCache) -> None:
        super().__init__(transport)
        self._cache = cache

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<RemoteWorkbench on {self.database_url}>"

    def __getattr__(self, name: str) -> Any:
        if name in ("explain", "sql", "suggest_keys"):
            raise Unsupported(f"{name} is not there over HTTP.", hint=_ELSEWHERE)
        raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")

    @property
    def database_url(self) -> str:
        """The server's address."""
        return self._transport.url

    @property
    def jobs_here(self) -> int:
        """Background jobs of this process: none, for the server has them."""
        return 0

    def close(self, *, cancel_jobs: bool = False) -> None:
        """Close the connections; jobs go on in the server."""
        self._transport.close()

    def status(self) -> Status:
        """Say where we work, as whom, and how much is there."""
        found = self._transport.get("health", "ready")
        total = self._transport.get("datasets", limit=1)["total"]
        return Status(found["version"], found["actor"], self.database_url, found["server"], total)

    # ------------------------------------------------------------------------------------- datasets and refs

    def datasets(self, deleted: bool = False) -> Datasets:
        """List the datasets, or the deleted ones."""
        items = self._pages("datasets", None, deleted=deleted or None)
        return Datasets(tuple(told.dataset(item) for item in items), deleted)

    def delete_dataset(self, name: str) -> None:
        """Hide a dataset; `restore_dataset` brings it back."""
        self._transport.ask("DELETE", ("datasets", name))

    def restore_dataset(self, name: str) -> None:
        """Bring back a deleted dataset with all its history."""
        self._write("POST", ("datasets", name, "restore"))

    def refs(self, dataset: str) -> Refs:
        """List branches and tags."""
        found = self._transport.get("datasets", dataset, "refs")
        return Refs(dataset, tuple(told.ref(item) for item in found["items"]))

    def branch(self, spec: str, name: str) -> Ref:
        """Make a branch of a dataset at a version."""
        return self._make_ref(spec, name, "branch")

    def tag(self, spec: str, name: str) -> Ref:
        """Give a version a name that does not move."""
        return self._make_ref(spec, name, "tag")

    def delete_ref(self, dataset: str, name: str) -> None:
        """Delete a branch or a tag; its commits stay."""
        self._transport.ask("DELETE", ("datasets", dataset, "refs", name))

    def protect(self, dataset: str, name: str, protected: bool = True) -> Ref:
        """Keep a branch or tag from being moved or deleted, or lift that."""
        return told.ref(self._write("PATCH", ("datasets", dataset, "refs", name), {"protected": protected}))

    def _make_ref(self, spec: str, name: str, kind: str) -> Ref:
        version = parse_spec(spec)
        body = {"name": name, "kind": kind, "at": _at(version)}
        return told.ref(self._write("POST", ("datasets", version.dataset, "refs"), body))

    # ------------------------------------------------------------------------------------- history

    def log(self, spec: str, limit: int | None = None) -> Log:
        """List a version and what came before it, latest first."""
        version = parse_spec(spec)
        path = (version.dataset, "commits")
        items = list(self._pages("datasets", limit, *path, at=_at(version), table=version.table))
        refs = {item["id"]: tuple(item["refs"]) for item in items if item["refs"]}
        return Log(spec, tuple(told.commit(item) for item in items), refs)

    def show(self, spec: str) -> CommitView:
        """Describe a commit: what it changed, and which refs point at it."""
        version = parse_spec(spec)
        found = self._transport.get("datasets", version.dataset, "commits", _at(version))
        schema = {name: told.changes(changes) for name, changes in found["schema_changes"].items()}
        return CommitView(told.commit(found), tuple(found["refs"]), schema)

    # ------------------------------------------------------------------------------------- tables in

    def import_file(
        self,
        source: Any,
        dataset: str,
        *,
        ref: str = DEFAULT_BRANCH,
        key: Sequence[str] | str | None = None,
        mode: str = "replace",
        idempotency_key: str | None = None,
        progress: ProgressHook | None = None,
        background: bool = False,
        **options: Any,
    ) -> CommitResult | JobResult[Any]:
        """Send a file of this machine, or a file object, and import it; `options` are those of the store's own verb."""
        refuse_author(options.pop("author", None))
        if is_table(source):
            return self.commit(source, dataset, ref=ref, key=key, mode=mode, progress=progress, **options)
        started = time.perf_counter()
        path = send_file(self._transport, dataset, ref, source, options.pop("name", None), progress)
        headers = {"Idempotency-Key": idempotency_key or secrets.token_hex(16)}
        if background:
            headers["Prefer"] = "respond-async"
        body = _options(options | {"key": _listed(key), "mode": mode})
        answer = self._transport.ask("POST", (*path, "complete"), body=body, headers=headers)
        if answer.status_code == 202:
            job: JobResult[Any] = self.job(answer.json()["id"])
            return job if background else job.wait(progress=progress)
        return self._committed(answer.json(), started)

    def commit(
        self,
        data: Any,
        dataset: str,
        *,
        ref: str = DEFAULT_BRANCH,
        key: Sequence[str] | str | None = None,
        mode: str = "replace",
        table: str | None = None,
        message: str | None = None,
        idempotency_key: str | None = None,
        progress: ProgressHook | None = None,
        **options: Any,
    ) -> CommitResult:
        """Commit a table in memory (pandas, polars, Arrow)."""
        refuse_author(options.pop("author", None))
        if isinstance(data, str):
            raise InvalidInput(f"commit takes a table in memory, and {data!r} is text.", hint="See import_file.")
        if isinstance(data, Mapping):
            raise Unsupported("Several tables in one commit are not there over HTTP.", hint=_ELSEWHERE)
        if any(value for value in options.values()):
            raise Unsupported(f"{', '.join(options)}: not there over HTTP.", hint=_ELSEWHERE)
        started = time.perf_counter()
        content, notes = table_bytes(data)
        headers = {"Content-Type": ARROW_STREAM, "Idempotency-Key": idempotency_key or secrets.token_hex(16)}
        query = {"key": _listed(key), "mode": mode, "table": table, "message": message}
        answer = self._transport.ask(
            "POST", ("datasets", dataset, "refs", ref, "commits"), query, content=content, headers=headers
        )
        if answer.status_code == 202:
            done: CommitResult = self.job(answer.json()["id"]).wait(progress=progress)
            return done
        return self._committed(answer.json(), started, notes)

    def _committed(self, found: told.Told, started: float, notes: tuple[str, ...] = ()) -> CommitResult:
        commit = told.commit(self._transport.get("datasets", found["dataset"], "commits", found["commit"]))
        said = tuple(dict.fromkeys((*notes, *found["notes"])))
        return CommitResult(
            commit, found["dataset"], found["ref"], found["created"], found["rows"], time.perf_counter() - started, said
        )  # fmt: skip

    # ------------------------------------------------------------------------------------- tables out

    def read(
        self,
        spec: str,
        columns: Sequence[str] | str | None = None,
        where: str | None = None,
        offset: int = 0,
        limit: int | None = None,
    ) -> Reading:
        """Read a table at a version; `where` is a condition in SQL."""
        return self._read(spec, _listed(columns), where, offset, limit)

    def _read(self, spec: str, columns: Any, where: Any, offset: int, limit: int | None) -> Reading:
        if where is not None and not isinstance(where, str):
            raise Unsupported("Over HTTP a condition is text.", hint="Write it as \"qty > 3 and city = 'Ulm'\".")
        if min(offset, limit or 0) < 0:
            raise InvalidInput("offset and limit cannot be negative.", hint="Count rows from 0.")
        version = parse_spec(spec)
        found = self._transport.get("datasets", version.dataset, "schema", at=_at(version), table=version.table)
        commit = told.commit(self._transport.get("datasets", version.dataset, "commits", found["commit"]))
        selection = RemoteSelection(
            self._transport, self._cache, version.dataset, commit.id, found["table"], found["rows"],
            None if columns is None else tuple(columns), where, offset, limit,
        )  # fmt: skip
        selection.schema  # noqa: B018 - an error of the columns or of the condition is told now
        key = tuple(column["name"] for column in found["columns"] if column["key"])
        shown = version.with_table(found["table"]) if len(found["tables"]) > 1 else version
        return Reading(shown, commit, selection, key, offset)

    def export(
        self, spec: str, path: str | os.PathLike[str], format: str | None = None, *, background: bool = False,
        columns: Sequence[str] | str | None = None, progress: ProgressHook | None = None, **options: Any,
    ) -> Exported:  # fmt: skip
        """Write a version to a file of this machine; `options` are those of the store's own verb."""
        if background or not isinstance(path, str | os.PathLike):
            raise Unsupported("Over HTTP an export writes to a path, and is waited for.", hint=_ELSEWHERE)
        reading = self._read(
            spec, _listed(columns), options.get("where"), options.get("offset", 0), options.get("limit")
        )
        if "line_end" in options:
            options["line_end"] = _LINE_ENDS.get(options["line_end"], options["line_end"])
        query = options | {
            "at": reading.commit.id, "table": parse_spec(spec).table, "columns": _listed(columns)
        }  # fmt: skip
        target = Path(os.fspath(path)).expanduser()
        started = time.perf_counter()
        size = export_to(self._transport, reading.spec.dataset, target, format, query, progress)
        return Exported(spec, target, reading.num_rows, size, time.perf_counter() - started)

    def diff(
        self, a: Any, b: Any = None, *, key: Sequence[str] | str | None = None, profile: Any = None,
        merge_base: bool = False,
    ) -> Diff:  # fmt: skip
        """Compare two versions, or the one before a version with it."""
        if not isinstance(a, str) or not isinstance(b, str | None) or profile not in (None, "none"):
            raise Unsupported("Over HTTP versions are compared, by the dataset's profile or none.", hint=_ELSEWHERE)
        new = parse_spec(a if b is None else b)
        old = VersionSpec(new.dataset, new.version, new.at, new.back + 1, new.table) if b is None else parse_spec(a)
        query = {
            "from_": _at(old), "to": _at(new), "to_dataset": new.dataset, "key": _listed(key),
            "profile": profile, "merge_base": merge_base or None,
        }  # fmt: skip
        path = ("datasets", old.dataset, "diff")
        found = self._transport.get(*path, **query)
        pinned = query | {"from_": found["from_commit"], "to": found["to_commit"]}
        tables = {
            name: RemoteChanges(
                self._transport, path, pinned | {"table": name}, told.changes(table["schema_changes"]),
                counts_of(table), table["pairing"], tuple(table["key"]), tuple(table["columns"]),
            )
            for name, table in found["tables"].items()
        }  # fmt: skip
        used = found.get("profile_settings")
        title = found.get("profile") or ""
        exact = {name: value for name, value in pinned.items() if name != "profile"}
        patch = fetch_patch(self._transport, ("datasets", old.dataset, "patch"), exact, (str(old), str(new)))
        went_by = UsedProfile(title, EqualityProfile.from_json(used)) if used else None
        return Diff(str(old), str(new), tables, went_by, elsewhere=patch)

    def profile(self, spec: str, columns: Sequence[str] | str | None = None) -> TableProfile:
        """Tell a version's columns in numbers."""
        version = parse_spec(spec)
        found = self._transport.get(
            "datasets", version.dataset, "profile", at=_at(version), table=version.table, columns=_listed(columns)
        )
        return TableProfile(spec, found["rows"], tuple(told.column_profile(c) for c in found["columns"]))

    # ------------------------------------------------------------------------------------- how to ask

    def _write(self, method: str, path: tuple[str, ...], body: Any = None) -> Any:
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        return self._transport.ask(method, path, body=body, headers=headers).json()

    def _pages(self, first: str, limit: int | None, *path: str, **query: Any) -> Any:
        cursor, given = None, 0
        while limit is None or given < limit:
            size = PAGE if limit is None else min(PAGE, limit - given)
            page = self._transport.get(first, *path, limit=size, cursor=cursor, **query)
            yield from page["items"]
            given += len(page["items"])
            cursor = page.get("next")
            if cursor is None:
                return


def _listed(given: Sequence[str] | str | None) -> list[str] | None:
    return None if given is None else [given] if isinstance(given, str) else list(given)


def _options(given: dict[str, Any]) -> dict[str, Any]:
    """Give what a body may hold; what the server does not know it refuses by name."""
    found = {name: value for name, value in given.items() if value is not None and value != {}}
    if "line_end" in found:
        found["line_end"] = _LINE_ENDS.get(found["line_end"], found["line_end"])
    for name in ("sheets", "null_tokens"):
        if isinstance(found.get(name), str):
            found[name] = [found[name]]
    return found
