"""The verbs that bring tables in, over HTTP."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dsa_workbench.core.model.choice import one_of
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.ref import DEFAULT_BRANCH
from dsa_workbench.errors import DsaError, ImportRejected, InvalidInput, Unsupported
from dsa_workbench.features.imports.import_file import ImportFile, default_message
from dsa_workbench.features.imports.reading_options import read_options, skips_rejects
from dsa_workbench.features.imports.rejected_rows import check_target
from dsa_workbench.features.versioning.incoming import Mode
from dsa_workbench.files.memory import is_table
from dsa_workbench.files.rejects import MOST
from dsa_workbench.files.sets.gather import lasting
from dsa_workbench.files.stream import Input
from dsa_workbench.remote import told
from dsa_workbench.remote.asking import refuse_author
from dsa_workbench.remote.completing import Completing
from dsa_workbench.remote.jobs import RemoteJobs
from dsa_workbench.remote.reading import ARROW_STREAM
from dsa_workbench.remote.sending import Sender, table_bytes
from dsa_workbench.remote.transport import Transport
from dsa_workbench.results import CommitResult, JobResult, Preview

ProgressHook = Callable[[Progress], None]
LINE_ENDS = {"\n": "lf", "\r\n": "crlf", "\r": "cr"}


class RemoteImports(RemoteJobs):
    """Bring tables in: import_file, commit."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self._pending: set[tuple[str, ...]] = set()
        """Uploads of previews that were not committed."""

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
        rename: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        rejects: str | None = None,
        max_rejects: int = MOST,
        rejects_to: str | os.PathLike[str] | None = None,
        dry_run: bool = False,
        progress: ProgressHook | None = None,
        background: bool = False,
        name: str | None = None,
        **options: Any,
    ) -> CommitResult | JobResult[Any] | Preview:
        """Send files of this machine, or tables in memory, and import them as one commit.

        Parameters are those of the store's own verb; `name` is what a file object is called. Where rows that do not
        fit are left out, the server looks at the file first, and then imports it: the rows stand in the result, and
        `rejects_to` is a file of this machine.
        """
        refuse_author(options.pop("author", None))
        if dry_run and background:
            raise InvalidInput("A dry run does not go to the background.", hint="Leave one of them out.")
        skip = skips_rejects(rejects, rejects_to)
        chosen = Mode(one_of("mode", mode, tuple(Mode)))
        read_options({n: v for n, v in options.items() if n not in ("exact", "promise")})  # type: ignore[arg-type] # it says which is none
        if rejects_to is not None:
            check_target(rejects_to)
        if is_table(source) and not (dry_run or skip or background or any(options.values())):
            return self.commit(
                source, dataset, table=table, ref=ref, key=key, mode=mode, message=message, rename=rename,
                idempotency_key=idempotency_key, progress=progress,
            )  # fmt: skip
        started = time.perf_counter()
        source = lasting(source)
        command = ImportFile(source, dataset, table, ref, chosen, message=message)
        sent = Sender(self._transport, dataset, ref, progress).send(source, name)
        body = sent.body | body_options(
            options
            | {
                "table": table, "key": listed(key), "mode": mode, "rename": dict(rename or {}),
                "message": message or default_message(command), "rejects": "skip" if skip else None,
                "max_rejects": max_rejects if max_rejects != MOST else None,
            }
        )  # fmt: skip
        work = Completing(
            self._transport, sent, body, self.job, self.committed, idempotency_key, progress, rejects_to, started
        )
        if dry_run:
            self._pending |= set(sent.paths)
            is_file = hasattr(source, "read") or isinstance(source, Input)
            label = command.source_name or ("the file" if is_file else "the table in memory")
            return work.preview(label, lambda: self._pending.difference_update(sent.paths))
        try:
            if skip:
                return work.import_fitting(background=background, again=chosen is not Mode.REPLACE)
            return work.import_all(background=background)
        except (ImportRejected, InvalidInput):
            # Nobody else knows of these files, and they count against the quota.
            self._abort(sent.paths)
            raise

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
        rename: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        progress: ProgressHook | None = None,
        **options: Any,
    ) -> CommitResult:
        """Commit a table in memory (pandas, polars, Arrow), or a dict of tables."""
        if isinstance(data, str):
            raise InvalidInput(f"commit takes a table in memory, and {data!r} is text.", hint="See import_file.")
        refuse_author(options.pop("author", None))
        if any(options.values()):
            raise Unsupported(f"{', '.join(options)}: not there over HTTP.", hint="Leave it out.")
        if not is_table(data):
            done: Any = self.import_file(
                data, dataset, table=table, ref=ref, key=key, mode=mode, message=message, rename=rename,
                idempotency_key=idempotency_key, progress=progress,
            )  # fmt: skip
            several: CommitResult = done
            return several
        started = time.perf_counter()
        content, notes = table_bytes(data)
        headers = {"Content-Type": ARROW_STREAM, "Idempotency-Key": idempotency_key or secrets.token_hex(16)}
        query = {"key": listed(key), "mode": mode, "table": table, "message": message}
        renames = ",".join(f"{old}={new}" for old, new in (rename or {}).items()) or None
        answer = self._transport.ask(
            "POST", ("datasets", dataset, "refs", ref, "commits"), query | {"rename": renames}, content=content,
            headers=headers,
        )  # fmt: skip
        if answer.status_code == 202:
            done_later: CommitResult = self.job(answer.json()["id"]).wait(progress=progress)
            return done_later
        return self.committed(answer.json(), started, notes)

    def committed(self, found: told.Told, started: float, notes: tuple[str, ...] = ()) -> CommitResult:
        """Read what the server says of a commit."""
        commit = told.commit(self._transport.get("datasets", found["dataset"], "commits", found["commit"]))
        said = tuple(dict.fromkeys((*notes, *found["notes"])))
        return CommitResult(
            commit, found["dataset"], found["ref"], found["created"], found["rows"], time.perf_counter() - started, said
        )  # fmt: skip

    def abort_previews(self) -> None:
        """Have the server forget the files of previews that were not committed."""
        paths, self._pending = self._pending, set()
        self._abort(paths)

    def _abort(self, paths: Iterable[tuple[str, ...]]) -> None:
        for path in paths:
            # They expire by themselves where the server does not answer.
            with contextlib.suppress(DsaError):
                self._transport.ask("DELETE", path)


def listed(given: Sequence[str] | str | None) -> list[str] | None:
    """Take one name for a list of one."""
    return None if given is None else [given] if isinstance(given, str) else list(given)


def body_options(given: dict[str, Any]) -> dict[str, Any]:
    """Give what a body may hold; what the server does not know it refuses by name."""
    found = {name: value for name, value in given.items() if value is not None and value != {}}
    if "line_end" in found:
        found["line_end"] = LINE_ENDS.get(found["line_end"], found["line_end"])
    for name in ("sheets", "null_tokens"):
        if isinstance(found.get(name), str):
            found[name] = [found[name]]
    return found
