"""The verbs that give tables out: read, export, diff."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, overload

from dsa_workbench.core.model.job import JobKind
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.spec import VersionSpec, parse_spec
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.exports.export_file import ExportFile, export_file
from dsa_workbench.features.jobs.running import StartJob
from dsa_workbench.features.versioning.diff import compared_sides, diff_sides, side_at, side_at_merge_base
from dsa_workbench.features.versioning.get_data import Selection, get_table, get_tables
from dsa_workbench.features.versioning.profiles import used_profile
from dsa_workbench.features.versioning.queries.query import query as make_query
from dsa_workbench.files.hold import hold_path
from dsa_workbench.results import Diff, Exported, JobResult, QueryResult, Reading
from dsa_workbench.widgets.verbs import draw_diff
from dsa_workbench.workbench.arguments import columns_of, write_options
from dsa_workbench.workbench.jobs import JobVerbs, both, recorded_export

ProgressHook = Callable[[Progress], None]


class ReadVerbs(JobVerbs):
    """Give tables out: read, export, diff."""

    def read(
        self,
        spec: str,
        columns: Sequence[str] | str | None = None,
        where: Any = None,
        offset: int = 0,
        limit: int | None = None,
    ) -> Reading:
        """Read a table at a version: all of it or a page, all columns or some.

        `where` is a condition in SQL (``"qty > 10 and city = 'Ulm'"``), a list of (column, operator, value) that must
        all hold, or a `pyarrow.compute.Expression`. The rows are fetched when they are asked for: ``.to_pandas()``,
        ``.to_arrow()``, ``.to_polars()``, ``.to_batches()``.
        """
        found = get_table(self.actor, self.store, self._cache, parse_spec(spec))
        selection = Selection(found.table, columns_of(columns), where, offset, limit)
        return Reading(found.spec, found.commit, selection, found.table.key, offset)

    def sql(self, query: str, params: Mapping[str, Any] | None = None, *, limit: int | None = None) -> QueryResult:
        """Ask versions in SQL: ``select city, sum(qty) from sales@main group by city``.

        A table is a version spec, in quotes or not. `params` are the values of ``$name`` in the query. It runs in
        this process, by DuckDB, which reads the columns and chunks that it needs and can reach nothing else.

        Raises
        ------
        InvalidInput
            It is no single statement that reads, or has a fault: the message says which.
        NotFound
            It names a version that is not there.
        """
        found = make_query(self.actor, self.store, self._cache, query, params or {}, limit)
        return QueryResult(query, found, {str(at.spec): at.commit.short for at in found.tables.values()})

    @overload
    def export(
        self, spec: str, path: Any, *, format: str | None = None, columns: Sequence[str] | str | None = None,
        where: Any = None, order_by: str | Sequence[str] | None = None, offset: int = 0, limit: int | None = None,
        exact: bool = False, sql_table: str | None = None, progress: ProgressHook | None = None,
        background: Literal[False] = False, **options: Any,
    ) -> Exported: ...  # fmt: skip

    @overload
    def export(self, spec: str, path: Any, *, background: Literal[True], **options: Any) -> JobResult[Exported]: ...

    def export(
        self,
        spec: str,
        path: Any,
        *,
        format: str | None = None,
        columns: Sequence[str] | str | None = None,
        where: Any = None,
        order_by: str | Sequence[str] | None = None,
        offset: int = 0,
        limit: int | None = None,
        exact: bool = False,
        sql_table: str | None = None,
        progress: ProgressHook | None = None,
        background: bool = False,
        **options: Any,
    ) -> Exported | JobResult[Exported]:
        """Write a version to a path or a binary file: CSV, Excel, Parquet, Arrow, JSON lines, SQL.

        Parameters
        ----------
        format
            csv, tsv, xlsx, parquet, arrow, arrows (a stream), jsonl or sql, where the ending does not say it. Another
            ending behind it packs a text: gz, zst, bz2, xz.
        columns, where, offset, limit
            As in `read`.
        order_by
            ``"qty desc, id"``, in words of SQL; nulls come last. Without it, rows come as they stand.
        exact
            Give back the bytes of the CSV file that was imported with ``exact=True``.
        sql_table
            What the table is called in SQL.
        options
            Of text: ``delimiter, quote="all", line_end, header, encoding, null, decimal, guard_formulas,
            compression``. Of workbooks: ``overflow="refuse"``. Of SQL: ``sql_create, sql_rows``. See
            docs/guide/exporting.md.
        background
            Write it on a thread, and hand back a `JobResult` at once: to a path only, and of the version that `spec`
            names now.

        Raises
        ------
        InvalidInput
            The format does not hold a value: says row and column. What was at the path is as it was.
        """
        order = order_by if order_by is None or isinstance(order_by, str) else ", ".join(order_by)
        command = ExportFile(
            parse_spec(spec), path, format, write_options(**options), columns_of(columns), where, order, offset, limit,
            sql_table, exact, progress,
        )  # fmt: skip

        def write(target: Any, version: VersionSpec, hook: ProgressHook | None) -> Exported:
            started = time.perf_counter()
            told = replace(command, spec=version, target=target, progress=hook)
            done = export_file(self.actor, self.store, self._cache, told)
            return Exported(spec, target, done.rows, done.bytes, time.perf_counter() - started, done.notes)

        if background:
            return self._export_in_background(spec, path, write, progress)
        return write(path, command.spec, progress)

    def _export_in_background(
        self,
        spec: str,
        path: Any,
        write: Callable[[Any, VersionSpec, ProgressHook | None], Exported],
        progress: ProgressHook | None,
    ) -> JobResult[Exported]:
        """Start a job that writes the version as it is now, whatever is committed meanwhile."""
        if not isinstance(path, str | os.PathLike):
            raise InvalidInput(
                "A background export writes to a path, and this is a file object.",
                hint="Give a path, or export without background=True.",
            )
        target = Path(hold_path(path))
        version = parse_spec(spec)
        commit = get_tables(self.actor, self.store, self._cache, version)[0][1].commit
        pinned = replace(version, version=commit.id, at=None, back=0)
        return self._in_background(
            StartJob(
                JobKind.EXPORT,
                f"Export {spec} to {target.name}",
                lambda tell: write(target, pinned, both(tell, progress)),
                recorded_export,
                version.dataset,
                version.version,
            )
        )

    def diff(
        self,
        a: Any,
        b: Any = None,
        *,
        key: Sequence[str] | str | None = None,
        rename: Mapping[str, str] | None = None,
        merge_base: bool = False,
        profile: Any = None,
    ) -> Diff:
        """Compare two versions, a version and a table in memory, or two datasets.

        `a` is the old side, `b` the new; each is a spec or a table in memory (or a dict of them). With `a` alone, the
        version is compared with the one before it. `key` pairs rows by these columns, whatever the tables declare.
        With `merge_base`, the old side is the last commit that both versions have in common: what `b` did since.
        `profile` says what counts as equal: by default the profile of the dataset (see `set_equality`), ``"none"``
        for values alone, the number of an older version of it, or a dict of settings for this diff.
        """
        if merge_base:
            if not isinstance(a, str) or not isinstance(b, str):
                raise InvalidInput("A merge base needs two versions.", hint="Give two specs of one dataset.")
            first, second = parse_spec(a), parse_spec(b)
            new = side_at(self.actor, self.store, self._cache, second)
            old = side_at_merge_base(self.actor, self.store, self._cache, first, second)
        else:
            old, new = compared_sides(self.actor, self.store, self._cache, a, b)
        used = used_profile(self.actor, self.store, profile, a, b)
        equality = used.profile if used is not None else None
        tables = diff_sides(old, new, key=columns_of(key), rename=rename, profile=equality)
        return Diff(old.title, new.title, tables, used, draw=draw_diff)
