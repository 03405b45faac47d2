"""The verbs that give tables out, over HTTP: read, export."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.errors import InvalidInput, Unsupported
from dsa_workbench.files.hold import hold_path
from dsa_workbench.remote import told
from dsa_workbench.remote.asking import at_of
from dsa_workbench.remote.disk_cache import DiskCache
from dsa_workbench.remote.exporting import export_to, fetch_file, format_of_target
from dsa_workbench.remote.filtering import filtered, said_in_sql
from dsa_workbench.remote.importing import LINE_ENDS, listed
from dsa_workbench.remote.jobs import RemoteJobs
from dsa_workbench.remote.reading import RemoteSelection
from dsa_workbench.results import Exported, JobResult, Reading

ProgressHook = Callable[[Progress], None]


class RemoteReads(RemoteJobs):
    """Give tables out: read, export."""

    _cache: DiskCache

    def read(
        self,
        spec: str,
        columns: Sequence[str] | str | None = None,
        where: Any = None,
        offset: int = 0,
        limit: int | None = None,
    ) -> Reading:
        """Read a table at a version.

        `where` is a condition in SQL, a list of (column, operator, value), or a `pyarrow.compute.Expression`. What
        SQL cannot say exactly is looked at on this machine, which then fetches all rows of the columns that it needs.
        """
        if min(offset, limit or 0) < 0:
            raise InvalidInput("offset and limit cannot be negative.", hint="Count rows from 0.")
        version = parse_spec(spec)
        found = self._transport.get("datasets", version.dataset, "schema", at=at_of(version), table=version.table)
        commit = told.commit(self._transport.get("datasets", version.dataset, "commits", found["commit"]))
        every = RemoteSelection(self._transport, self._cache, version.dataset, commit.id, found["table"], found["rows"])
        names = listed(columns)
        chosen = None if names is None else tuple(names)
        if where is None or isinstance(where, str):
            selection: Any = every.selecting(chosen, where, offset, limit)
        else:
            selection = filtered(every, chosen, where, offset, limit)
        selection.schema  # noqa: B018 - an error of the columns or of the condition is told now
        key = tuple(column["name"] for column in found["columns"] if column["key"])
        shown = version.with_table(found["table"]) if len(found["tables"]) > 1 else version
        return Reading(shown, commit, selection, key, offset)

    def export(
        self,
        spec: str,
        path: Any,
        format: str | None = None,
        *,
        background: bool = False,
        columns: Sequence[str] | str | None = None,
        progress: ProgressHook | None = None,
        **options: Any,
    ) -> Exported | JobResult[Exported]:
        """Write a version to a path of this machine, or a binary file; `options` are those of the store's own verb.

        In the background the server writes the file, and `wait` of the job fetches it.
        """
        started = time.perf_counter()
        where = options.get("where")
        if where is not None and not isinstance(where, str):
            # The server writes the file: it has to be told.
            options["where"] = said_in_sql(where, self.read(spec).schema)
            if options["where"] is None:
                raise Unsupported(f"SQL does not say {where!r} exactly.", hint='Write it as text: "qty > 3".')
        reading = self.read(spec, columns, options.get("where"), options.get("offset", 0), options.get("limit"))
        if "line_end" in options:
            options["line_end"] = LINE_ENDS.get(options["line_end"], options["line_end"])
        order = options.get("order_by")
        if order is not None and not isinstance(order, str):
            options["order_by"] = ", ".join(order)
        version = parse_spec(spec)
        query = options | {"at": reading.commit.id, "table": version.table, "columns": listed(columns)}
        is_path = isinstance(path, str | os.PathLike)
        if background:
            if not is_path:
                raise InvalidInput(
                    "A background export writes to a path, and this is a file object.",
                    hint="Give a path, or export without background=True.",
                )
            return self._export_in_background(spec, Path(hold_path(path)), format, query, progress)
        target = Path(os.fspath(path)).expanduser() if is_path else path
        size = export_to(self._transport, version.dataset, target, format, query, progress)
        return Exported(spec, target, reading.num_rows, size, time.perf_counter() - started)

    def _export_in_background(
        self, spec: str, target: Path, format: str | None, query: dict[str, Any], progress: ProgressHook | None
    ) -> JobResult[Exported]:
        body = {name: value for name, value in format_of_target(target, format, query).items() if value is not None}
        dataset = parse_spec(spec).dataset
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        job = self.job(
            self._transport.ask("POST", ("datasets", dataset, "exports"), body=body, headers=headers).json()["id"]
        )

        def fetch(_: int, timeout: float | None, hook: ProgressHook | None) -> Exported:
            done = self.ended(job.id, timeout, hook or progress)
            size = fetch_file(self._transport, ("jobs", str(job.id), "file"), {}, target, hook or progress)
            return Exported(spec, target, done["rows"], size, done["seconds"], tuple(done["notes"]))

        return JobResult(job.job, lambda _: job.refresh().job, fetch, lambda _: job.cancel().job)
