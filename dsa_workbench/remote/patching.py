"""The verb that applies diffs, over HTTP: whatever holds one is sent as a file. And diffs of a server as patches."""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

from dsa_workbench.core.model.ref import DEFAULT_BRANCH
from dsa_workbench.core.model.spec import check_name
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.patches.documents import document_parts, read_document
from dsa_workbench.features.patches.export_patch import header_path
from dsa_workbench.features.patches.model import Patch
from dsa_workbench.features.patches.read_patch import open_patch
from dsa_workbench.files.stream import Input, open_input
from dsa_workbench.remote import told
from dsa_workbench.remote.asking import commit_of, refuse_author
from dsa_workbench.remote.jobs import RemoteJobs
from dsa_workbench.remote.merging import PAGE, all_conflicts
from dsa_workbench.remote.sending import BYTES
from dsa_workbench.remote.transport import Transport
from dsa_workbench.results import ApplyResult, Diff

_MODES = ("strict", "merge")
_IN_MEMORY = 8 << 20
"""Bytes of a document that are held in memory before it goes to disk."""


class RemotePatches(RemoteJobs):
    """The verb of patches: apply."""

    def apply(
        self,
        diff: Any,
        dataset: str,
        ref: str = DEFAULT_BRANCH,
        *,
        mode: str = "strict",
        reverse: bool = False,
        message: str | None = None,
        author: str | None = None,
        dry_run: bool = False,
    ) -> ApplyResult:
        """Apply a diff, wherever it was made, to the head of a branch, and commit what comes of it."""
        refuse_author(author)
        if mode not in _MODES:
            raise InvalidInput(f"{mode!r} is no mode.", hint=f"It is one of: {', '.join(_MODES)}.")
        path = ("datasets", check_name("dataset", dataset), "refs", check_name("branch", ref), "patches")
        with _sendable(diff) as (file, label):
            start = file.tell()
            query = {"mode": mode, "reverse": reverse, "message": message, "label": label, "limit": PAGE}

            def ask(offset: int, *, dry: bool) -> told.Told:
                headers = {"Content-Type": BYTES, "Idempotency-Key": secrets.token_hex(16)}
                asked = query | {"offset": offset, "dry_run": dry}
                file.seek(start)
                found: told.Told = self._transport.ask("POST", path, asked, content=file, headers=headers).json()
                return found

            found = ask(0, dry=dry_run)
            conflicts = all_conflicts(found, lambda offset: ask(offset, dry=True))
        return ApplyResult(
            found["outcome"], label, found["into"], commit_of(self._transport, dataset, found["commit"]),
            found["summary"], conflicts, tuple(found["notes"]), reverse, dry_run,
        )  # fmt: skip


def fetch_patch(transport: Transport, path: tuple[str, ...], query: Mapping[str, Any], label: tuple[str, str]) -> Any:
    """Give what fetches a diff of a server as a patch, with so many rows of context."""

    def fetch(context: int) -> Patch:
        found = transport.get(*path, **query, context=context)
        return read_document(found | {"old": label[0], "new": label[1]}, f"{label[0]} → {label[1]}")

    return fetch


@contextmanager
def _sendable(diff: Any) -> Iterator[tuple[BinaryIO, str]]:
    """Give what a server can read, and what messages are to call it."""
    if isinstance(diff, Diff):
        label = f"{diff.old} → {diff.new}"
        with _written(document_parts(diff.patch(), diff.schema)) as document:
            yield document, label
    elif isinstance(diff, Mapping):
        label = f"{diff.get('old', 'a diff')} → {diff.get('new', '')}"
        with _written([_dumped(diff)]) as document:
            yield document, label
    else:
        file = open_input(diff)
        with _whole(file, diff)() as content:
            yield content, file.label


def _whole(file: Input, diff: Any) -> Callable[[], Any]:
    """Give a file as it is; where its types stand beside it, both in one document."""
    if file.path is None or not header_path(file.path).exists():
        return file.open_raw
    opener, _ = open_patch(diff)
    patch = opener({})
    return lambda: _written(document_parts(patch, {}))


@contextmanager
def _written(parts: Iterable[bytes]) -> Iterator[BinaryIO]:
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        for part in parts:
            file.write(part)
        file.seek(0)
        yield file  # type: ignore[misc] # it reads and seeks as any file does


def _dumped(document: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(dict(document), allow_nan=False).encode()
    except (TypeError, ValueError) as err:
        raise InvalidInput(
            f"The document holds what JSON does not: {err}.", hint="Take it from Diff.to_dict()."
        ) from err
