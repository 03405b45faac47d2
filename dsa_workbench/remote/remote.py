"""A workbench whose store is behind a server: the same verbs, over HTTP."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dsa_workbench.core.model.profile import EqualityProfile, UsedProfile
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.ref import Ref
from dsa_workbench.core.model.spec import VersionSpec, parse_spec
from dsa_workbench.errors import InvalidInput, Unsupported
from dsa_workbench.remote import told
from dsa_workbench.remote.disk_cache import DiskCache
from dsa_workbench.remote.exporting import export_to
from dsa_workbench.remote.importing import LINE_ENDS, RemoteImports, listed
from dsa_workbench.remote.looking import RemoteLooks
from dsa_workbench.remote.reading import RemoteChanges, RemoteSelection, counts_of
from dsa_workbench.remote.transport import Transport
from dsa_workbench.results import (
    CommitView,
    Datasets,
    Diff,
    Exported,
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


class RemoteWorkbench(RemoteLooks, RemoteImports):
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
        if name in ("apply", "check", "collect", "equality", "merge", "set_equality"):
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
        self.abort_previews()
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
        items = list(self._pages("datasets", limit, version.dataset, "commits", at=_at(version)))
        refs = {item["id"]: tuple(item["refs"]) for item in items if item["refs"]}
        return Log(spec, tuple(told.commit(item) for item in items), refs)

    def show(self, spec: str) -> CommitView:
        """Describe a commit: what it changed, and which refs point at it."""
        version = parse_spec(spec)
        found = self._transport.get("datasets", version.dataset, "commits", _at(version))
        schema = {name: told.changes(changes) for name, changes in found["schema_changes"].items()}
        return CommitView(told.commit(found), tuple(found["refs"]), schema)

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
        return self._read(spec, listed(columns), where, offset, limit)

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
            spec, listed(columns), options.get("where"), options.get("offset", 0), options.get("limit")
        )
        if "line_end" in options:
            options["line_end"] = LINE_ENDS.get(options["line_end"], options["line_end"])
        query = options | {
            "at": reading.commit.id, "table": parse_spec(spec).table, "columns": listed(columns)
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
            "from_": _at(old), "to": _at(new), "to_dataset": new.dataset, "key": listed(key),
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
        return Diff(str(old), str(new), tables, UsedProfile(title, EqualityProfile.from_json(used)) if used else None)

    def profile(self, spec: str, columns: Sequence[str] | str | None = None) -> TableProfile:
        """Tell a version's columns in numbers."""
        version = parse_spec(spec)
        found = self._transport.get(
            "datasets", version.dataset, "profile", at=_at(version), table=version.table, columns=listed(columns)
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


def _at(spec: VersionSpec) -> str:
    """Write the version alone, as the routes take it."""
    return str(VersionSpec("x", spec.version, spec.at, spec.back)).removeprefix("x@")
