"""The command that writes a version to a file: its words, and what it does with them."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import Any

from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.errors import InvalidInput
from dsa_workbench.files.writing import FORMATS
from kernel_magics.grammar import Argument, Command, Means, Option, natural, sign, text
from kernel_magics.options import BACKGROUND, COLUMNS, LINE_ENDS, TABLE, WHERE
from kernel_magics.session import Session

_VALUES = (
    "format", "columns", "where", "order_by", "offset", "limit", "delimiter", "quote", "encoding", "null", "decimal",
    "compression", "overflow", "sql_table", "sql_rows",
)  # fmt: skip
_SWITCHES = ("exact", "guard_formulas", "sql_create")


def export(session: Session, words: Namespace) -> Any:
    """Write a version to a file."""
    word, path = (words.spec, words.path) if words.path is not None else (None, words.spec)
    spec = session.spec(word)
    if words.table is not None:
        parsed = parse_spec(spec)
        if parsed.table not in (None, words.table):
            raise InvalidInput(f"{spec!r} and --table {words.table} name two tables.", hint="Leave one of them out.")
        spec = str(parsed.with_table(words.table))
    given = {name: value for name in _VALUES if (value := getattr(words, name)) is not None}
    given |= {name: True for name in _SWITCHES if getattr(words, name)}
    if words.line_end is not None:
        given["line_end"] = LINE_ENDS[words.line_end]
    if words.no_header:
        given["header"] = False
    path = os.path.expanduser(path)  # noqa: PTH111 - pathlib would eat the slashes of a URL
    given |= {"background": True} if words.background else {"progress": session.report}
    return session.workbench.export(spec, path, **given)


EXPORT = Command(
    "export",
    "write a version to a file: CSV, Excel, Parquet, Arrow, JSON lines or SQL",
    export,
    (
        Argument("SPEC", "the version", Means.SPEC),
        Argument(
            "PATH", "the file; its ending says the format, and .gz .zst .bz2 .xz pack it", Means.FILE, optional=True
        ),
    ),
    (
        Option(("--format",), "the format, where the ending does not say it", text, "NAME", choices=FORMATS),
        COLUMNS,
        WHERE,
        Option(("--order-by",), "the order of rows in words of SQL, as in: qty desc, id", text, "ORDER"),
        Option(("--offset",), "rows to skip", natural, "N"),
        Option(("--limit",), "rows to write at most", natural, "N"),
        TABLE,
        Option(("--exact",), "give back the bytes of the file that was imported with --exact"),
        Option(("--guard-formulas",), "put an apostrophe before texts that a spreadsheet would take for formulas"),
        Option(("--delimiter",), "between cells; tab for the tab", sign, "CHAR"),
        Option(("--quote",), "around the texts that need it, or all cells", text, "HOW", choices=("needed", "all")),
        Option(("--line-end",), "at the end of lines", text, "HOW", choices=tuple(LINE_ENDS)),
        Option(("--no-header",), "without the line of names"),
        Option(("--encoding",), "as in utf-8, utf-8-sig (for Excel), utf-16, cp1252", text, "NAME"),
        Option(("--null",), "what stands for null", text, "TEXT"),
        Option(("--decimal",), "before the decimals of numbers", sign, "CHAR"),
        Option(
            ("--compression",), "whatever the ending says", text, "NAME", choices=("none", "gz", "zst", "bz2", "xz")
        ),
        Option(
            ("--overflow",),
            "rows beyond a sheet: further sheets (default), or refuse",
            text,
            "HOW",
            choices=("sheets", "refuse"),
        ),
        Option(("--sql-table",), "the table's name in SQL", text, "NAME"),
        Option(("--sql-create",), "begin with CREATE TABLE"),
        Option(("--sql-rows",), "rows in one INSERT (default 500)", natural, "N"),
        BACKGROUND,
    ),
    (
        ("%dsa export sales@v1.0 v1.parquet", ""),
        ("%dsa export sales out.csv.gz --columns order_id,qty --order-by 'qty desc'", "some columns, sorted, packed"),
        ("%dsa export sales sales.xlsx --where \"city = 'Ulm'\"", "a workbook of some rows"),
        ("%dsa export book all.xlsx", "all tables of a version, a sheet each"),
        ("%dsa export sales copy.csv --exact", "byte for byte what was imported with --exact"),
    ),
)
