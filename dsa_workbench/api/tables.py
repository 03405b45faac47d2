"""Routes of tables at a version: their schema, and their rows as a page or a stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dsa_workbench.api.base import ApiHandler, tag_of
from dsa_workbench.api.negotiation import FORMATS, JSON, chosen
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.api.pages import cursor_of, place_of
from dsa_workbench.api.refs import version_of
from dsa_workbench.api.streaming import Pipe
from dsa_workbench.core.model.spec import VersionSpec
from dsa_workbench.errors import InvalidInput, NotFound
from dsa_workbench.features.versioning.found_rows import FoundRows, Positions, find_rows
from dsa_workbench.features.versioning.get_data import TableAt, get_tables
from dsa_workbench.features.versioning.ordered_rows import chosen_rows
from dsa_workbench.features.versioning.profile_table import profile_table
from dsa_workbench.files.writing import WriteOptions, write_batches
from dsa_workbench.files.writing.json_text import beyond_doubles, json_rows
from dsa_workbench.models.tables import (
    ColumnProfileTold,
    DataAsked,
    DataTold,
    ProfileAsked,
    ProfileTold,
    SchemaAsked,
    SchemaTold,
    TablesAsked,
    TablesTold,
    TableTold,
    columns_told,
)
from dsa_workbench.workbench import Workbench

RESOURCE = "data"
JSON_ROWS = 10_000
"""Rows of a page in JSON; streams have no such limit."""


class TablesHandler(ApiHandler):
    """The tables of a version."""

    @operation(Operation("List the tables of a version: how many rows and columns, and the key", "read", RESOURCE,
                         {200: TablesTold}, query=TablesAsked, headers=("If-None-Match",)))  # fmt: skip
    async def get(self, dataset: str, query: TablesAsked) -> None:
        """Give all tables, in the order of their names."""
        spec = version_of(dataset, query.at)
        found = await self.read(lambda wb: get_tables(wb.actor, wb.store, wb.cache, spec))
        commit = found[0][1].commit.id
        if not self.is_fresh(tag_of(commit, "tables"), immutable=_is_commit(query.at, commit)):
            tables = [
                TableTold(
                    name=name, rows=at.table.rows, columns=len(at.table.schema.columns), key=list(at.table.key)
                )
                for name, at in found
            ]  # fmt: skip
            self.answer(TablesTold(commit=commit, items=tables))


class SchemaHandler(ApiHandler):
    """The schema of a table at a version."""

    @operation(Operation("Describe a table: its columns, its key, how many rows", "read", RESOURCE, {200: SchemaTold},
                         query=SchemaAsked, headers=("If-None-Match",)))  # fmt: skip
    async def get(self, dataset: str, query: SchemaAsked) -> None:
        """Give the schema."""
        spec = version_of(dataset, query.at, query.table)

        def ask(wb: Workbench) -> SchemaTold:
            found = get_tables(wb.actor, wb.store, wb.cache, spec)
            names = (
                found if query.table is None else get_tables(wb.actor, wb.store, wb.cache, replace(spec, table=None))
            )
            name, at = _one(spec, found)
            return SchemaTold(
                commit=at.commit.id, table=name, rows=at.table.rows, tables=[name for name, _ in names],
                columns=columns_told(at.table.schema, at.table.key),
            )  # fmt: skip

        told = await self.read(ask)
        if not self.is_fresh(tag_of(told.commit, told.table), immutable=_is_commit(query.at, told.commit)):
            self.answer(told)


class ProfileHandler(ApiHandler):
    """A table's columns in numbers."""

    @operation(Operation("Tell columns in numbers: nulls, distinct values, bounds, quartiles, spread", "read", RESOURCE,
                         {200: ProfileTold}, query=ProfileAsked, headers=("If-None-Match",)))  # fmt: skip
    async def get(self, dataset: str, query: ProfileAsked) -> None:
        """Give the profile; what was told of a version before is told again without reading it."""
        spec = version_of(dataset, query.at, query.table)
        name, at = await self.read(lambda wb: _one(spec, get_tables(wb.actor, wb.store, wb.cache, spec)))
        tag = tag_of(at.commit.id, name, "\0".join(query.columns or ()), "profile")
        if self.is_fresh(tag, immutable=_is_commit(query.at, at.commit.id)):
            return

        def ask(_: Workbench) -> ProfileTold:
            found = profile_table(at.table, query.columns)
            columns = [ColumnProfileTold.of(column) for column in found]
            return ProfileTold(commit=at.commit.id, table=name, rows=at.table.rows, columns=columns)

        self.answer(await self.read(ask))


class DataHandler(ApiHandler):
    """The rows of a table at a version."""

    @operation(
        Operation(
            "Read rows: a page in JSON, or a stream", "read", RESOURCE, {200: DataTold}, query=DataAsked,
            media=tuple(FORMATS), headers=("If-None-Match", "Accept"), problems=(400, 403, 404, 406, 504),
        )
    )  # fmt: skip
    async def get(self, dataset: str, query: DataAsked) -> None:
        """Give rows as the client accepts them; pages that follow are of the same commit, though refs move."""
        media = chosen(self.request.headers.get("Accept", ""), (JSON, *FORMATS))
        place = place_of(query.cursor, commit=str, offset=int)
        spec = version_of(dataset, place["commit"] if place else query.at, query.table)
        if place is not None:
            query = query.model_copy(update={"offset": place["offset"]})

        def ask(wb: Workbench) -> tuple[tuple[str, TableAt], Positions | None, bytes | None]:
            found = _one(spec, get_tables(wb.actor, wb.store, wb.cache, spec))
            if self.has(_page_tag(*found, media, query)):
                return found, None, None
            positions = self._positions(*found, query)
            return found, positions, _page(*found, query, positions) if media == JSON else None

        at, positions, body = await self.read(ask)
        if self.is_fresh(_page_tag(*at, media, query), immutable=_is_commit(query.at, at[1].commit.id)):
            return
        if body is not None:
            self.finish(body, set_content_type=f"{JSON}; charset=utf-8")
            return
        self.set_header("Content-Type", media)
        self.set_header("X-DSA-Commit", at[1].commit.id)
        if query.count:
            self.set_header("X-DSA-Total", str(at[1].table.rows if positions is None else len(positions)))

        def write(pipe: Pipe) -> None:
            rows = _rows(at[1], query, positions)
            options = WriteOptions(table=at[0], compression="none" if query.compression == "none" else None)
            write_batches(rows.batches(), rows.schema, pipe, FORMATS[media], options)  # type: ignore[arg-type] # all of a binary file that is written to

        await self.send_stream(write)

    def _positions(self, name: str, at: TableAt, query: DataAsked) -> Positions | None:
        """Find the rows that are to be counted, or take those found before; None where all are, as they stand."""
        if not query.count or (query.where is None and query.order_by is None):
            return None
        key = (at.commit.id, name, query.where, query.order_by)
        found: Positions = self.service.rows.get(key, lambda: find_rows(at.table, query.where, query.order_by))
        return found


def _one(spec: VersionSpec, found: Sequence[tuple[str, TableAt]]) -> tuple[str, TableAt]:
    if len(found) != 1:
        names = ", ".join(name for name, _ in found)
        raise NotFound(f"{spec} has {len(found)} tables.", hint=f"Name one of them with table=: {names}.")
    return found[0]


def _page_tag(name: str, at: TableAt, media: str, query: DataAsked) -> str:
    return tag_of(at.commit.id, name, media, query.model_dump_json())


def _rows(at: TableAt, query: DataAsked, positions: Positions | None = None) -> Any:
    if positions is not None:
        return FoundRows(at.table, query.columns, positions[query.offset : query.offset + query.limit])
    return chosen_rows(at.table, query.columns, query.where, query.order_by, query.offset, query.limit)


def _page(name: str, at: TableAt, query: DataAsked, positions: Positions | None) -> bytes:
    """Write a page as JSON; rows are written by columns, since objects for each value would take longer."""
    if query.limit > JSON_ROWS:
        raise InvalidInput(
            f"limit={query.limit} is more than a page in JSON holds.",
            hint=f"Ask for {JSON_ROWS:,} rows at most, or accept {', '.join(FORMATS)}, which are streams.",
        )
    rows = _rows(at, query, positions)
    batches = list(rows.batches())
    count = sum(b.num_rows for b in batches)
    end = query.offset + count
    total = len(positions) if positions is not None else at.table.rows if query.where is None else None
    more = end < total if total is not None else count == query.limit > 0
    names = list(at.table.schema.names if query.columns is None else query.columns)
    told = DataTold(
        commit=at.commit.id, table=name, columns=columns_told(at.table.schema, at.table.key, names),
        rows=[], offset=query.offset, total=total, next=cursor_of(commit=at.commit.id, offset=end) if more else None,
    )  # fmt: skip
    as_text = beyond_doubles if query.numbers == "text" else lambda kind: False
    written = b",".join(json_rows(b, as_text=as_text) for b in batches if b.num_rows)
    head, _, tail = told.model_dump_json(exclude_none=True).partition('"rows":[]')
    return b"".join([head.encode(), b'"rows":[', written, b"]", tail.encode()])


def _is_commit(at: str, commit: str) -> bool:
    """Say whether a version was named by a whole commit id: what is there never changes."""
    return at == commit
