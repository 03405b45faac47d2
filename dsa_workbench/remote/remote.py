"""A workbench whose store is behind a server: the same verbs, over HTTP."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self
from weakref import WeakSet

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.ref import Ref
from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.remote import told
from dsa_workbench.remote.asking import at_of
from dsa_workbench.remote.blaming import RemoteBlame
from dsa_workbench.remote.comparing import RemoteDiffs
from dsa_workbench.remote.disk_cache import DiskCache
from dsa_workbench.remote.equality import RemoteEquality
from dsa_workbench.remote.forwarding import ForwardingDesk
from dsa_workbench.remote.importing import RemoteImports, listed
from dsa_workbench.remote.looking import RemoteLooks
from dsa_workbench.remote.merging import RemoteMerges
from dsa_workbench.remote.patching import RemotePatches
from dsa_workbench.remote.reads import RemoteReads
from dsa_workbench.remote.transport import Transport
from dsa_workbench.remote.upkeep import RemoteUpkeep
from dsa_workbench.results import (
    CommitView,
    Datasets,
    Log,
    Refs,
    Status,
    Storage,
    TableProfile,
)
from dsa_workbench.settings import Settings, read_settings
from dsa_workbench.widgets.verbs import WidgetVerbs

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


class RemoteWorkbench(
    RemoteReads,
    RemoteDiffs,
    RemoteBlame,
    RemoteLooks,
    RemoteImports,
    RemoteMerges,
    RemotePatches,
    RemoteEquality,
    RemoteUpkeep,
    WidgetVerbs,
):
    """The verbs of `Workbench`, on a server: see there for what each does, and which errors it raises.

    Rows come as Arrow streams and are kept on this machine's disk, since a commit never changes.
    """

    def __init__(self, transport: Transport, cache: DiskCache) -> None:
        super().__init__(transport)
        self._cache = cache
        self._desks: WeakSet[ForwardingDesk] = WeakSet()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<RemoteWorkbench on {self.database_url}>"

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
        for desk in list(self._desks):
            desk.close()
        self._transport.close()

    def status(self) -> Status:
        """Say where we work, as whom, and how much is there."""
        found = self._transport.get("health", "ready")
        total = self._transport.get("datasets", limit=1)["total"]
        taken = found.get("bytes_stored")
        return Status(
            found["version"], found["actor"], self.database_url, found["server"], total, bytes_stored=taken
        )  # fmt: skip

    # ------------------------------------------------------------------------------------- datasets and refs

    def datasets(self, deleted: bool = False) -> Datasets:
        """List the datasets, or the deleted ones."""
        items = self._pages("datasets", None, deleted=deleted or None)
        return Datasets(tuple(told.dataset(item) for item in items), deleted)

    def storage(self, dataset: str) -> Storage:
        """Tell what all versions of a dataset take in the store together; what they share is counted once."""
        found = self._transport.get("datasets", dataset, "storage")
        return Storage(dataset, found["versions"], found["segments"], found["bytes_stored"], found["bytes_raw"])

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
        body = {"name": name, "kind": kind, "at": at_of(version)}
        return told.ref(self._write("POST", ("datasets", version.dataset, "refs"), body))

    # ------------------------------------------------------------------------------------- history

    def log(self, spec: str, limit: int | None = None, *, all: bool = False) -> Log:
        """List a version and what came before it, latest first; with `all` what any branch or tag reaches."""
        version = parse_spec(spec)
        path = (version.dataset, "commits")
        of = {"all": True} if all else {"at": at_of(version)}
        items = list(self._pages("datasets", limit, *path, **of, table=version.table))
        refs = {item["id"]: tuple(item["refs"]) for item in items if item["refs"]}
        return Log(spec, tuple(told.commit(item) for item in items), refs)

    def show(self, spec: str) -> CommitView:
        """Describe a commit: what it changed, and which refs point at it."""
        version = parse_spec(spec)
        found = self._transport.get("datasets", version.dataset, "commits", at_of(version))
        schema = {name: told.changes(changes) for name, changes in found["schema_changes"].items()}
        return CommitView(told.commit(found), tuple(found["refs"]), schema)

    # ------------------------------------------------------------------------------------- tables out

    def profile(self, spec: str, columns: Sequence[str] | str | None = None) -> TableProfile:
        """Tell a version's columns in numbers."""
        version = parse_spec(spec)
        found = self._transport.get(
            "datasets",
            version.dataset,
            "profile",
            at=at_of(version),
            table=version.table,
            columns=listed(columns),
        )
        return TableProfile(spec, found["rows"], tuple(told.column_profile(c) for c in found["columns"]))

    # ------------------------------------------------------------------------------------- how to ask

    def _desk(self) -> ForwardingDesk:
        desk = ForwardingDesk(self._transport)
        self._desks.add(desk)
        return desk

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
