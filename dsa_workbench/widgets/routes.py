"""The routes that a page may ask a widget's kernel for, each answered by a verb of the workbench."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from dsa_workbench.core.model.spec import VersionSpec, parse_spec
from dsa_workbench.errors import InvalidInput, NotFound
from dsa_workbench.models.commits import CommitShown, CommitTold, HistoryAsked, HistoryTold, SchemaChangeTold
from dsa_workbench.models.datasets import RefsTold, RefTold
from dsa_workbench.models.diffs import DiffAsked, DiffTold, TableDiffTold
from dsa_workbench.models.jobs import EventsAsked, JobLineTold, JobLogTold, JobTold
from dsa_workbench.models.tables import ColumnTold, DataAsked, SchemaAsked, SchemaTold
from dsa_workbench.results import Diff, Reading
from dsa_workbench.widgets.answers import ARROW, Answer, Asked, arrow_of
from dsa_workbench.widgets.door import Door

HELD = 8
"""Readings and diffs that are held for their next page."""
_ENDINGS = {"highlighter": "diff.csv"}
"""How the names of files end, where it is not by their format."""


class TableRoutes:
    """The schema and the rows of a table at a version."""

    def __init__(self, door: Door) -> None:
        self._reading: Callable[..., Reading] = lru_cache(HELD)(door.read)
        self._read = door.read

    def __call__(self, asked: Asked) -> Answer:
        """Answer a request."""
        dataset, what = _parts(asked, 2)
        if what == "schema":
            return self._schema(dataset, SchemaAsked.model_validate(asked.query))
        if what == "data":
            return self._data(dataset, DataAsked.model_validate(asked.query))
        raise _unknown(asked)

    def _schema(self, dataset: str, query: SchemaAsked) -> Answer:
        # A branch moves: it is looked up anew each time, and what follows asks by the commit.
        found = self._read(_spec(dataset, query.at, query.table))
        fields = found.schema
        columns = [
            ColumnTold(name=field.name, type=str(field.type), nullable=field.nullable, key=field.name in found.key)
            for field in fields
        ]
        name = found.spec.table or ""  # a version of one table may leave it unnamed
        told = SchemaTold(
            commit=found.commit.id, table=name, rows=found.num_rows, columns=columns, tables=[name]
        )  # fmt: skip
        return Answer(told)

    def _data(self, dataset: str, query: DataAsked) -> Answer:
        if query.order_by is not None:
            raise InvalidInput("Widgets show rows as they stand.", hint="Leave order_by out.")
        columns = None if query.columns is None else tuple(query.columns)
        found = self._reading(_spec(dataset, query.at, query.table), columns, query.where)
        total = {"X_DSA_Total": str(found.num_rows)} if query.count else {}
        return arrow_of(found.source.table(query.offset, query.limit), **total)


class DiffRoutes:
    """What differs: `find` gives the diff of two versions."""

    def __init__(self, find: Callable[[str, str, str], Diff]) -> None:
        self._find = lru_cache(HELD)(find)

    def __call__(self, asked: Asked) -> Answer:
        """Answer a request."""
        dataset, what = _parts(asked, 2)
        if what == "refs":
            return Answer(RefsTold(items=[]))
        if what != "diff":
            raise _unknown(asked)
        query = DiffAsked.model_validate(asked.query)
        diff = self._find(dataset, query.from_, query.to)
        if query.format is not None:
            return _file(diff, query)
        if asked.accept == ARROW:
            return arrow_of(_table(diff, query).rows(
                query.offset, query.limit, query.kinds, query.changed_columns, query.columns
            ))  # fmt: skip
        return Answer(
            DiffTold(
                from_commit=query.from_, to_commit=query.to, profile=diff.profile.title if diff.profile else None,
                tables={name: TableDiffTold.of(table, events=query.events) for name, table in diff.tables.items()},
                total=_total(diff, query) if query.limit else None,
            )
        )  # fmt: skip


class HistoryRoutes:
    """Commits, refs, and the diff of any two of the commits."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._diffs = DiffRoutes(lambda dataset, old, new: door.diff(f"{dataset}@{old}", f"{dataset}@{new}"))

    def __call__(self, asked: Asked) -> Answer:
        """Answer a request."""
        dataset, what, *rest = _parts(asked)
        if what == "refs":
            return Answer(RefsTold(items=[RefTold.of(ref) for ref in self._door.refs(dataset)]))
        if what == "commits" and rest:
            return self._commit(dataset, rest[0])
        if what == "commits":
            return self._history(dataset, HistoryAsked.model_validate(asked.query))
        return self._diffs(asked)

    def _history(self, dataset: str, query: HistoryAsked) -> Answer:
        start = int(query.cursor or 0)
        end = start + query.limit
        spec = dataset if query.all else _spec(dataset, query.at, query.table)
        found = self._door.log(spec, end + 1, all=query.all)
        items = [CommitTold.of(commit, found.refs.get(commit.id, ())) for commit in found[start:end]]
        return Answer(HistoryTold(items=items, next=str(end) if len(found) > end else None))

    def _commit(self, dataset: str, at: str) -> Answer:
        found = self._door.show(f"{dataset}@{at}")
        told = CommitTold.of(found.commit, found.refs).model_dump()
        schema = {name: [SchemaChangeTold.of(c) for c in changes] for name, changes in found.schema.items()}
        return Answer(CommitShown(**told, schema_changes=schema))


class JobRoutes:
    """How far a job is, its log, and what can be done with it."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def __call__(self, asked: Asked) -> Answer:
        """Answer a request."""
        match asked.method, asked.path:
            case "GET", ("jobs", id):
                return Answer(JobTold.of(self._door.job(int(id)).job))
            case "GET", ("jobs", id, "log"):
                lines = self._door.job_log(int(id), EventsAsked.model_validate(asked.query).after)
                return Answer(JobLogTold(items=[JobLineTold.of(line) for line in lines]))
            case "POST", ("jobs", id, "cancel"):
                return Answer(JobTold.of(self._door.job(int(id)).cancel().job))
            case "POST", ("jobs", id, "retry"):
                return Answer(JobTold.of(self._door.retry_job(int(id)).job))
        raise _unknown(asked)


def address_of(spec: str) -> tuple[str, str, str | None]:
    """Take a spec apart as the routes want it: dataset, version, table; errors are those of `parse_spec`."""
    found = parse_spec(spec)
    version = str(VersionSpec("x", found.version, found.at, found.back)).removeprefix("x@")
    return found.dataset, version, found.table


def _spec(dataset: str, at: str, table: str | None) -> str:
    return f"{dataset}@{at}" if table is None else f"{dataset}@{at}:{table}"


def _parts(asked: Asked, count: int | None = None) -> tuple[str, ...]:
    first, *rest = asked.path
    if first != "datasets" or len(rest) < 2 or (count is not None and len(rest) != count):
        raise _unknown(asked)
    return tuple(rest)


def _unknown(asked: Asked) -> NotFound:
    return NotFound(f"This widget does not answer {'/'.join(asked.path)!r}.", hint="Run its cell again.")


def _table(diff: Diff, query: DiffAsked) -> Any:
    name = query.table or next(iter(diff.tables), "")
    if name not in diff.tables:
        raise NotFound(f"This diff has no table {name!r}.", hint=f"It has: {', '.join(diff.tables)}.")
    return diff.tables[name]


def _total(diff: Diff, query: DiffAsked) -> int:
    """Say how many rows are chosen: known from the counts, wherever the diff is."""
    counts = _table(diff, query).counts
    kinds = query.kinds or ["added", "removed", "changed"]
    if query.changed_columns is None:
        return sum(getattr(counts, kind) for kind in set(kinds))
    (column,) = set(query.changed_columns)
    return counts.cells.get(column, 0) if "changed" in kinds else 0


def _file(diff: Diff, query: DiffAsked) -> Answer:
    sink = io.BytesIO()
    diff.export(sink, query.table, query.format)
    name = f"diff.{_ENDINGS.get(query.format or '', query.format)}"
    return Answer(bytes=sink.getvalue(), headers={"X-File-Name": name})
