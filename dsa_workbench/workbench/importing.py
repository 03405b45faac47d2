"""The verbs that bring tables in."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, Unpack, overload

from dsa_workbench.core.model.ids import short
from dsa_workbench.core.model.job import JobKind
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.ref import DEFAULT_BRANCH
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.imports.import_file import ImportFile, default_message, import_file, preview_file
from dsa_workbench.features.imports.reading_options import ReadingOptions, read_options, skips_rejects
from dsa_workbench.features.jobs.running import StartJob
from dsa_workbench.features.versioning.build_tables import Promise
from dsa_workbench.files.hold import hold
from dsa_workbench.files.rejects import MOST
from dsa_workbench.results import CommitResult, Diff, JobResult, Preview, PreviewedTable, Rejects, Report
from dsa_workbench.workbench.arguments import columns_of, mode_of
from dsa_workbench.workbench.explaining import ExplainVerbs
from dsa_workbench.workbench.jobs import JobVerbs, both, recorded_commit

ProgressHook = Callable[[Progress], None]


class ImportVerbs(ExplainVerbs, JobVerbs):
    """Bring tables in: import, commit."""

    @overload
    def import_file(
        self, source: Any, dataset: str, *, table: str | None = None, ref: str = DEFAULT_BRANCH,
        key: Sequence[str] | str | None = None, mode: str = "replace", message: str | None = None,
        author: str | None = None, rename: Mapping[str, str] | None = None, idempotency_key: str | None = None,
        rejects: str | None = None, max_rejects: int = MOST, rejects_to: str | os.PathLike[str] | None = None,
        exact: bool = False, promise: str | None = None, dry_run: Literal[False] = False,
        progress: ProgressHook | None = None, background: Literal[False] = False, **reading: Unpack[ReadingOptions],
    ) -> CommitResult: ...  # fmt: skip

    @overload
    def import_file(
        self, source: Any, dataset: str, *, background: Literal[True], **options: Any
    ) -> JobResult[CommitResult]: ...

    @overload
    def import_file(self, source: Any, dataset: str, *, dry_run: Literal[True], **options: Any) -> Preview: ...

    def import_file(  # type: ignore[misc] # the options of a job are those of the other, and written once
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
        rename: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        rejects: str | None = None,
        max_rejects: int = MOST,
        rejects_to: str | os.PathLike[str] | None = None,
        exact: bool = False,
        promise: str | None = None,
        dry_run: bool = False,
        progress: ProgressHook | None = None,
        background: bool = False,
        **reading: Unpack[ReadingOptions],
    ) -> CommitResult | JobResult[CommitResult] | Preview:
        """Import a CSV, Excel, Parquet, Arrow or JSON file, or several as one table, and commit it.

        Parameters
        ----------
        source
            A path, a pattern (``data/**/*.parquet``), a folder, a URL, a binary file object, a list of these, a table
            in memory, or a dict of all these. Several files are one table.
        dataset
            The dataset; it is created where it does not exist.
        table
            The table's name; by default ``data``, or the sheets' names of a workbook.
        key
            Key columns: checked for nulls and repeats, and followed by diffs. None keeps those of the version before,
            an empty list drops them.
        mode
            ``replace`` (the file is the whole new state), ``append``, or ``upsert`` (by key).
        rename
            Old column name -> new, where columns were renamed.
        idempotency_key
            A word for this write: repeated with the same word, it is done once.
        rejects
            ``"refuse"`` (the default): a row that does not fit refuses the file. ``"skip"``: such rows are left out,
            `max_rejects` at most, and stand in the result's ``rejects``.
        rejects_to
            A CSV file for the rows that are left out, to be corrected and imported again; means ``rejects="skip"``.
        promise
            What a preview said (`Preview.promise`): where the branch was moved since, or the file is another, nothing
            is committed.
        dry_run
            Write nothing to the store, and show what would come of it; ``.commit()`` of the preview does it.
        exact
            Remember how a CSV file is written, beside its values, so that ``export(..., exact=True)`` gives back its
            bytes (of a packed file, those inside).
        background
            Import on a thread and hand back a `JobResult` at once; errors are then raised by its `wait`. A file object
            is copied to a temporary file first, and a pandas frame in memory: both are yours again.
        reading
            How the file is read: types, sheets, delimiter, quote, escape, comment, encoding, compression, member,
            skip_rows, header, decimal, thousands, null_tokens, decimals, ragged, filename, huge; see `ReadingOptions`.
            What is not given is found out: `explain` says how.

        Raises
        ------
        ImportRejected
            The file cannot be taken: says file, row, column and value. Nothing was committed.
        RefConflict
            Somebody else committed meanwhile.
        """
        command = ImportFile(
            source, dataset, table, ref, mode_of(mode), columns_of(key), rename or {}, message, author,
            read_options(reading), idempotency_key, progress, skips_rejects(rejects, rejects_to), max_rejects,
            rejects_to, None if promise is None else Promise.read(promise), exact,
        )  # fmt: skip
        if dry_run and background:
            raise InvalidInput("A dry run does not go to the background.", hint="Leave one of them out.")
        if dry_run:
            return self._preview(command)
        return self._import_in_background(command) if background else self._import(command)

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
                data, dataset, table, ref, mode_of(mode), columns_of(key), rename or {}, message, author,
                idempotency_key=idempotency_key, progress=progress,
            )
        )  # fmt: skip

    def _import(self, command: ImportFile) -> CommitResult:
        started = time.perf_counter()
        found = import_file(self.actor, self.store, self._cache, command)
        done, seconds = found.committed, time.perf_counter() - started
        rejects = Rejects({part.table: part for part in found.rejected})
        return CommitResult(
            done.commit, done.dataset, done.ref, done.created, done.rows, seconds, found.notes,
            Report(found.findings), rejects, done.hint,
        )  # fmt: skip

    def _preview(self, command: ImportFile) -> Preview:
        started = time.perf_counter()
        found = preview_file(self.actor, self.store, self._cache, command)
        seen, seconds = found.previewed, time.perf_counter() - started
        rejected = {part.table: part for part in found.rejected}
        names = dict(zip(seen.built.manifests, found.rejected, strict=True))
        tables = tuple(
            PreviewedTable(name, b.manifest.rows, b.manifest.schema, b.manifest.key, names[name].bad_keys)
            for name, b in seen.built.manifests.items()
        )
        source = command.source_name or ("the file" if hasattr(command.source, "read") else "the table in memory")
        head = f" ({short(seen.head)})" if seen.head is not None else ", which is not there yet"
        return Preview(
            source, command.dataset, command.ref, tables,
            Diff(f"{command.dataset}@{command.ref}{head}", source, seen.diff, seen.profile),
            seen.changes, seen.protected, command.skip, Report(found.findings), Rejects(rejected), found.notes, seconds,
            lambda: self._import(found.command), seen.built.hint, str(seen.promise),
        )  # fmt: skip

    def _import_in_background(self, command: ImportFile) -> JobResult[CommitResult]:
        """Start a job. Its key makes the import one that is done once, and tells later whether it was done."""
        key = command.idempotency_key or secrets.token_hex(16)
        about = default_message(command)
        held = replace(
            command, source=hold(command.source), idempotency_key=key, message=command.message or about
        )  # fmt: skip

        def work(tell: ProgressHook) -> CommitResult:
            return self._import(replace(held, progress=both(tell, command.progress)))

        where = f"{command.dataset}@{command.ref}"
        return self._in_background(
            StartJob(JobKind.IMPORT, f"{about} into {where}", work, recorded_commit, command.dataset, command.ref, key)
        )
