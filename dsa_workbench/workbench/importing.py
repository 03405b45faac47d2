"""The verbs that bring tables in."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, overload

from dsa_workbench.core.model.job import JobKind
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.ref import DEFAULT_BRANCH
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.imports.import_file import ImportFile, default_message, import_file
from dsa_workbench.features.jobs.running import StartJob
from dsa_workbench.files.hold import hold
from dsa_workbench.files.tables import DETECT
from dsa_workbench.results import CommitResult, JobResult
from dsa_workbench.workbench.arguments import columns_of, mode_of
from dsa_workbench.workbench.explaining import ExplainVerbs, read_options
from dsa_workbench.workbench.jobs import JobVerbs, both, recorded_commit

ProgressHook = Callable[[Progress], None]


class ImportVerbs(ExplainVerbs, JobVerbs):
    """Bring tables in: import, commit."""

    @overload
    def import_file(
        self, source: Any, dataset: str, *, table: str | None = None, ref: str = DEFAULT_BRANCH,
        key: Sequence[str] | str | None = None, mode: str = "replace", message: str | None = None,
        author: str | None = None, types: Mapping[str, str] | str | None = None,
        sheets: Sequence[str] | str | None = None, delimiter: str | None = None, encoding: str | None = None,
        header: bool | None = None, quote: str | None = DETECT, escape: str | None = None, comment: str | None = None,
        skip_rows: int | None = None, decimal: str | None = None, thousands: str | None = None,
        null_tokens: Sequence[str] | None = None, decimals: str = "float", ragged: str = "error",
        member: str | None = None, rename: Mapping[str, str] | None = None, idempotency_key: str | None = None,
        exact: bool = False, progress: ProgressHook | None = None, background: Literal[False] = False,
    ) -> CommitResult: ...  # fmt: skip

    @overload
    def import_file(
        self, source: Any, dataset: str, *, background: Literal[True], **options: Any
    ) -> JobResult[CommitResult]: ...

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
        types: Mapping[str, str] | str | None = None,
        sheets: Sequence[str] | str | None = None,
        delimiter: str | None = None,
        encoding: str | None = None,
        header: bool | None = None,
        quote: str | None = DETECT,
        escape: str | None = None,
        comment: str | None = None,
        skip_rows: int | None = None,
        decimal: str | None = None,
        thousands: str | None = None,
        null_tokens: Sequence[str] | None = None,
        decimals: str = "float",
        ragged: str = "error",
        member: str | None = None,
        rename: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        exact: bool = False,
        progress: ProgressHook | None = None,
        background: bool = False,
    ) -> CommitResult | JobResult[CommitResult]:
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
            Later imports of the dataset keep what was given, until ``"detect"`` (for all or for a column) ends it.
        delimiter, quote, escape, comment, skip_rows, decimal, thousands, encoding, header, null_tokens, ragged, member
            How text is read; each is found where it is not given. `explain` says what was found.
        decimals
            ``"exact"``: numbers with a point become decimals with all their digits, not floats.
        rename
            Old column name -> new, where columns were renamed.
        idempotency_key
            A word for this write: repeated with the same word, it is done once.
        exact
            Remember how a CSV file is written, beside its values, so that ``export(..., exact=True)`` gives back its
            bytes (of a packed file, those inside).
        background
            Import on a thread and hand back a `JobResult` at once; errors are then raised by its `wait`. A file object
            is copied to a temporary file first, and a pandas frame in memory: both are yours again.

        Raises
        ------
        ImportRejected
            The file cannot be taken: says file, row, column and value. Nothing was committed.
        RefConflict
            Somebody else committed meanwhile.
        """
        options = read_options(
            types=types, sheets=sheets, delimiter=delimiter, encoding=encoding, header=header, quote=quote,
            escape=escape, comment=comment, skip_rows=skip_rows, decimal=decimal, thousands=thousands,
            null_tokens=null_tokens, decimals=decimals, ragged=ragged, member=member,
        )  # fmt: skip
        command = ImportFile(
            source, dataset, table, ref, mode_of(mode), columns_of(key), rename or {}, message, author, options,
            idempotency_key, progress, exact,
        )  # fmt: skip
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
        done = import_file(self.actor, self.store, self._cache, command)
        seconds = time.perf_counter() - started
        return CommitResult(done.commit, done.dataset, done.ref, done.created, done.rows, seconds, done.notes)

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
