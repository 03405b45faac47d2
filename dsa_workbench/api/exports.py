"""The route of exports that go out while they are written: no file is kept on the server."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dsa_workbench.api.base import ApiHandler
from dsa_workbench.api.negotiation import ARROW_FILE, ARROW_STREAM, CSV, JSON_LINES, PARQUET, SQL, TSV, XLSX
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.api.refs import version_of
from dsa_workbench.api.streaming import Pipe
from dsa_workbench.core.model.spec import VersionSpec
from dsa_workbench.features.uploads.spool import file_name
from dsa_workbench.features.versioning.get_data import get_tables
from dsa_workbench.models.diffs import ExportAsked
from dsa_workbench.workbench import Workbench

RESOURCE = "data"
MEDIA = {
    "csv": CSV, "tsv": TSV, "parquet": PARQUET, "arrow": ARROW_FILE, "arrows": ARROW_STREAM, "jsonl": JSON_LINES,
    "sql": SQL, "xlsx": XLSX,
}  # fmt: skip
PACKED = {"gz": "application/gzip", "zst": "application/zstd", "bz2": "application/x-bzip2", "xz": "application/x-xz"}
_LINE_ENDS = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}
_OPTIONS = (
    "delimiter", "quote", "header", "encoding", "null", "decimal", "guard_formulas", "compression", "sql_create",
)  # fmt: skip


class ExportHandler(ApiHandler):
    """A version as a file."""

    @operation(
        Operation(
            "Export a version as a file", "read", RESOURCE, {200: None}, query=ExportAsked,
            media=(*MEDIA.values(), *PACKED.values()),
        )
    )  # fmt: skip
    async def get(self, dataset: str, query: ExportAsked) -> None:
        """Write the file to the client; it may take as long as it likes, and the version stays the same meanwhile."""
        spec = version_of(dataset, query.at, query.table)

        def pin(wb: Workbench) -> VersionSpec:
            commit = get_tables(wb.actor, wb.store, wb.cache, spec)[0][1].commit
            return VersionSpec(spec.dataset, commit.id, table=spec.table)

        pinned = await self.read(pin)
        packed = query.compression if query.compression != "none" else None
        self.set_header("Content-Type", PACKED[packed] if packed else MEDIA[query.format])
        self.set_header("Content-Disposition", disposition(file_name_of(spec, query)))
        self.set_header("X-DSA-Commit", pinned.version)
        self.set_header("X-Content-Type-Options", "nosniff")
        options = write_options_of(query)
        actor = self.service.workbench

        def write(pipe: Pipe) -> None:
            wb = actor(self.actor)
            wb.export(
                str(pinned), pipe, format=query.format, columns=query.columns, where=query.where,
                order_by=query.order_by, offset=query.offset, limit=query.limit, exact=query.exact,
                sql_table=query.sql_table, **options,
            )  # fmt: skip

        await self.send_stream(write)
        self.happened("export", dataset=spec.dataset, commit=pinned.version, table=spec.table, format=query.format)


def write_options_of(query: ExportAsked) -> dict[str, Any]:
    """Give what was said about how to write, as the export takes it."""
    return {name: getattr(query, name) for name in _OPTIONS} | {"line_end": _LINE_ENDS[query.line_end]}


def file_name_of(spec: VersionSpec, query: ExportAsked) -> str:
    """Give the file the name that was asked for, or one that says what it holds."""
    packed = query.compression if query.compression != "none" else None
    return file_name(query.filename or _name(spec, query.format, packed))


def _name(spec: VersionSpec, format: str, packed: str | None) -> str:
    version = "" if spec.version == "main" and not spec.back and spec.at is None else f"-{spec.version}"
    table = f"-{spec.table}" if spec.table else ""
    ending = f"{format}.{packed}" if packed else format
    return f"{spec.dataset}{version}{table}.{ending}".replace("/", "-")


def disposition(name: str) -> str:
    """Name a file for browsers old and new (RFC 6266)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\/%' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
