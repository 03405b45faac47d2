"""The route of diffs: a summary, a page of changed rows, or all of them as a stream."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from dsa_workbench.api.base import ApiHandler, tag_of
from dsa_workbench.api.exports import disposition
from dsa_workbench.api.negotiation import (
    ARROW_FILE,
    ARROW_STREAM,
    CSV,
    HTML,
    JSON,
    JSON_LINES,
    PARQUET,
    TSV,
    XLSX,
    chosen,
)
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.api.problems import HttpProblem
from dsa_workbench.api.refs import version_of
from dsa_workbench.api.streaming import Pipe
from dsa_workbench.core.model.ids import ID_BYTES
from dsa_workbench.core.model.profile import make_profile
from dsa_workbench.core.model.spec import VersionSpec
from dsa_workbench.features.uploads.spool import file_name
from dsa_workbench.features.versioning.history import show
from dsa_workbench.files.writing.json_text import json_rows
from dsa_workbench.models.diffs import DiffAsked, DiffTold, TableDiffTold
from dsa_workbench.results import Diff
from dsa_workbench.workbench import Workbench

RESOURCE = "diff"
FORMATS = {
    ARROW_STREAM: "arrows", CSV: "csv", PARQUET: "parquet", JSON_LINES: "jsonl", XLSX: "xlsx", HTML: "html",
}  # fmt: skip
"""Media type -> the format of an exported diff."""
FILES = {
    "csv": (CSV, "csv"), "tsv": (TSV, "tsv"), "parquet": (PARQUET, "parquet"), "arrow": (ARROW_FILE, "arrow"),
    "jsonl": (JSON_LINES, "jsonl"), "xlsx": (XLSX, "xlsx"), "json": (JSON, "json"), "highlighter": (CSV, "diff.csv"),
    "html": (HTML, "html"),
}  # fmt: skip
"""Format of a file -> its media type, and how its name ends."""


class DiffHandler(ApiHandler):
    """What differs between two versions."""

    @operation(
        Operation(
            "Compare two versions", "read", RESOURCE, {200: DiffTold}, query=DiffAsked, media=tuple(FORMATS),
            headers=("If-None-Match", "Accept"), problems=(400, 403, 404, 406, 504),
        )
    )  # fmt: skip
    async def get(self, dataset: str, query: DiffAsked) -> None:
        """Give the diff as the client accepts it. A diff of two commit ids never changes but by the profile."""
        accepted = self.request.headers.get("Accept", "")
        media = FILES[query.format][0] if query.format else chosen(accepted, (JSON, *FORMATS))
        old = version_of(dataset, query.from_)
        new = version_of(query.to_dataset or dataset, query.to)

        def compare(wb: Workbench) -> tuple[str, str, Diff]:
            from_commit, to_commit = (show(wb.actor, wb.store, spec).commit.id for spec in (old, new))
            pinned = (str(VersionSpec(old.dataset, from_commit)), str(VersionSpec(new.dataset, to_commit)))
            found = self.service.diff(
                wb, pinned, query.key, profile_of(query.profile), query.rename, merge_base=query.merge_base
            )
            return from_commit, to_commit, found

        from_commit, to_commit, diff = await self.read(compare)
        if query.table is not None and query.table not in diff.tables:
            names = ", ".join(diff.tables)
            raise HttpProblem(404, f"This diff has no table {query.table!r}.", hint=f"It has: {names}.")
        profile = repr(diff.profile)
        if self.is_fresh(tag_of(from_commit, to_commit, profile, media, query.model_dump_json())):
            return
        if media == JSON and not query.format:
            body = await self.read(lambda _: _told(from_commit, to_commit, diff, query))
            self.finish(body, set_content_type=f"{JSON}; charset=utf-8")
            return
        self.set_header("Content-Type", media)
        if media == HTML:
            # The page of a diff is made of users' data: it may show itself, and do nothing.
            self.set_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")

        if query.format:
            self.set_header("Content-Disposition", disposition(_file_name(old, new, query)))
            self.set_header("X-Content-Type-Options", "nosniff")

        def write(pipe: Pipe) -> None:
            if query.format:
                diff.export(pipe, query.table, query.format)
                return
            if media == ARROW_STREAM and query.limit:
                page = _changed(diff, query, query.limit)
                with pa.ipc.new_stream(pipe, page.schema) as writer:
                    writer.write_table(page)
                return
            diff.export(pipe, query.table, FORMATS[media])

        await self.send_stream(write)


def _file_name(old: VersionSpec, new: VersionSpec, query: DiffAsked) -> str:
    sides = [f"{spec.version}~{spec.back}" if spec.back else spec.version for spec in (old, new)]
    parts = [old.dataset, *(side[:10] if len(side) == 2 * ID_BYTES else side for side in sides), query.table or ""]
    return file_name("-".join(filter(None, parts)).replace("/", "-") + f".{FILES[query.format or 'csv'][1]}")


def profile_of(given: str) -> Any:
    """Read what is to count as equal, as `Workbench.diff` takes it."""
    if given.isascii() and given.isdecimal() and len(given) < 10:
        return int(given)
    if not given.startswith("{"):
        return None if given == "dataset" else given
    try:
        return make_profile(json.loads(given))
    except ValueError as err:
        raise HttpProblem(
            400, f"The profile is no JSON ({err}).", hint='Give it as {"ignore": ["updated_at"]}.'
        ) from err


def _told(from_commit: str, to_commit: str, diff: Diff, query: DiffAsked) -> bytes:
    told = DiffTold(
        from_commit=from_commit, to_commit=to_commit, profile=diff.profile.title if diff.profile else None,
        profile_settings=diff.profile.profile.to_json() if diff.profile else None,
        tables={
            name: TableDiffTold.of(table, events=query.events, distributions=query.distributions)
            for name, table in diff.tables.items()
        },
        offset=query.offset,
    )  # fmt: skip
    if not query.limit:
        return told.model_dump_json(exclude_none=True).encode()
    name = query.table or _only(diff)
    page = _changed(diff, query, query.limit + 1)
    more = page.num_rows > query.limit
    page = page.slice(0, query.limit)
    told = told.model_copy(
        update={
            "table": name, "row_columns": page.column_names, "rows": [], "total": _total(diff, query),
            "next_offset": query.offset + query.limit if more else None,
        }
    )  # fmt: skip
    written = b",".join(json_rows(batch) for batch in page.to_batches() if batch.num_rows)
    # Quotes in names are escaped, so that this text is found but once.
    head, _, tail = told.model_dump_json(exclude_none=True).partition('"rows":[]')
    return b"".join([head.encode(), b'"rows":[', written, b"]", tail.encode()])


def _changed(diff: Diff, query: DiffAsked, limit: int) -> Any:
    table: Any = diff.tables[query.table or _only(diff)]
    if not query.form:
        return table.rows(query.offset, limit, query.kinds, query.changed_columns, query.columns)
    for name in ("kinds", "changed_columns", "columns"):
        if getattr(query, name) is not None:
            raise HttpProblem(
                400, "Rows with cells that changed in form alone are given whole.", hint=f"Leave out {name}= or form=."
            )
    return table.reformed_rows(query.offset, limit)


def _total(diff: Diff, query: DiffAsked) -> int | None:
    if query.form:
        return None
    table: Any = diff.tables[query.table or _only(diff)]
    count: int = table.count_rows(query.kinds, query.changed_columns)
    return count


def _only(diff: Diff) -> str:
    if len(diff.tables) != 1:
        names = ", ".join(diff.tables)
        raise HttpProblem(400, "Several tables differ.", hint=f"Name one with table=: {names}.")
    return next(iter(diff.tables))
