"""Says how a file would be read before anything is imported.

Each setting comes with its reason, with what else it could be, and with the flag that changes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.described import describe
from dsa_workbench.files.memory import is_table
from dsa_workbench.files.sets.gather import FileSet, gather
from dsa_workbench.files.source import open_file, open_tables
from dsa_workbench.files.stream import Input
from dsa_workbench.files.tables import DETECT, ProgressHook, ReadOptions, TableSource
from dsa_workbench.files.text.delimited import DelimitedTable
from dsa_workbench.files.text.dialects import Candidate
from dsa_workbench.files.text.line_ends import text_of
from dsa_workbench.files.text.records import Dialect
from dsa_workbench.files.text.shape import kind_of
from dsa_workbench.files.text.sniff import NAMES, Found, sniff
from dsa_workbench.files.values.forms import Form
from dsa_workbench.files.workbooks.cells import as_text
from dsa_workbench.files.workbooks.sheets import SheetSource

NULL_WORDS = ("NA", "N/A", "n/a", "null", "NULL", "None", "nan", "NaN", "-", "--", "?", "\\N", ".", "#N/A")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Alternative:
    """What else was thought of, and how good it looked beside what was chosen."""

    value: str
    score: float


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: what it is, why, what else it could be, and how to say it."""

    name: str
    value: str
    reason: str
    override: str
    given: bool = False
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """A column, the type that the first look gives it, and why that is no better one."""

    name: str
    type: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a file would be read. `problem` says what an import would be refused for, as far as the first look sees."""

    label: str
    kind: str
    size: int | None
    settings: tuple[Setting, ...] = ()
    columns: tuple[ColumnGuess, ...] = ()
    sample: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    problem: str | None = None
    compression: str | None = field(default=None)


def explain(source: Any, options: ReadOptions | None = None) -> list[Explanation]:
    """Look at a file as an import would, and say what was found: one explanation for each table in it.

    Raises
    ------
    InvalidInput
        The source is not there, may not be read, or an option cannot be used.
    ImportRejected
        It is no table at all.
    """
    options = options or ReadOptions()
    if is_table(source) or isinstance(source, dict):
        return [_known(table, None) for table in open_tables(source, options)]
    found = gather(source)
    if isinstance(found, FileSet):
        return [_known(table, None) for table in open_tables(source, options)]
    texts: list[Input] = []

    def noted(file: Input, options: ReadOptions, *, progress: ProgressHook | None = None) -> list[TableSource]:
        texts.append(file)
        return []

    tables = open_file(found, options, None, noted)
    if texts:
        return [_delimited(texts[0], options)]
    return [_sheet(table, options) if isinstance(table, SheetSource) else _known(table, found) for table in tables]


def _known(table: TableSource, file: Input | None) -> Explanation:
    columns = tuple(ColumnGuess(f.name, str(f.type)) for f in table.schema)
    name = table.label if table.name == "data" else f"{table.label}: {table.name}"
    told = describe(table, file)
    settings = tuple(Setting(what, value, reason, "") for what, value, reason in told.facts)
    return Explanation(name, told.kind, told.size, settings, columns, told.sample, table.notes, told.problem)


def _sheet(table: SheetSource, options: ReadOptions) -> Explanation:
    heading, above = table.heading, table.first_row - 1 - table.heading.header
    settings = (
        Setting(
            "sheet", table.name, "it was given" if options.sheets else "every sheet that holds cells is a table",
            f"sheets=[{table.name!r}] (--sheets {table.name!r})", options.sheets is not None,
        ),
        Setting(
            "rows above the table", str(above) if above else "none",
            "they are blank or thin, above a full row of names" if above else "the first row belongs to the table",
            "skip_rows=3 (--skip-rows 3)", options.skip_rows is not None,
        ),
        Setting(
            "header", f"row {above + 1}" if heading.header else "none", heading.reason,
            "header=False (--no-header), header=True (--header)", options.header is not None,
        ),
    )  # fmt: skip
    columns = tuple(ColumnGuess(f.name, str(f.type), why) for f, why in zip(table.schema, table.reasons, strict=True))
    first = next(table.batches(), None)
    rows = [] if first is None else first.slice(0, _SHOWN).to_pylist()
    sample = tuple(tuple("" if cell is None else as_text(cell) for cell in row.values()) for row in rows)
    label = f"{table.label}: {table.name}"
    return Explanation(label, "a sheet of a workbook", None, settings, columns, sample, table.notes)


def _delimited(file: Input, options: ReadOptions) -> Explanation:
    found = sniff(file, options)
    problem = None
    columns: tuple[ColumnGuess, ...] = tuple(ColumnGuess(name, "") for name in found.names)
    notes = found.notes
    try:
        table = DelimitedTable(file, options, None)
        columns = tuple(_column(table, i, f) for i, f in enumerate(table.schema))
        notes = table.notes
    except ImportRejected as err:
        problem = str(err)
    best, dialect = found.candidates[0], found.layout.dialect
    rows = [r.cells for r in best.shape.rows[1 if found.header else 0 :][:_SHOWN]]
    sample = tuple(tuple(map(text_of, cells) if dialect.guarded else cells) for cells in rows)
    return Explanation(
        file.label, "delimited text", file.size, tuple(_settings(file, found, options)), columns,
        sample, notes, problem, file.compression,
    )  # fmt: skip


def _settings(file: Input, found: Found, options: ReadOptions) -> list[Setting]:
    dialect, best = found.layout.dialect, found.candidates[0]
    rows = best.shape.rows
    above = found.lines - 1 - (1 if found.header else 0)
    fitting = sum(len(r.cells) == len(found.names) for r in rows)
    return [
        _encoding(file, found, options),
        Setting(
            "delimiter", _named(dialect.delimiter), _why(best, found), "delimiter=';' (--delimiter ;)",
            options.delimiter is not None, _others(found.candidates, lambda d: _named(d.delimiter)),
        ),
        Setting(
            "quote", _sign(dialect.quote), _quote_reason(dialect),
            "quote=\"'\" (--quote \"'\"), quote=None (--quote none)",
            options.quote != DETECT, _others(found.candidates, lambda d: _sign(d.quote)),
        ),
        Setting(
            "escape", repr(dialect.escape) if dialect.escape else "quotes in quotes are doubled",
            "it stands before quotes inside of cells" if dialect.escape else "nothing else stands before quotes",
            "escape='\\\\' (--escape \\\\)", options.escape is not None,
            _others(found.candidates, lambda d: repr(d.escape) if d.escape else "doubled"),
        ),
        _line_ends(dialect, options),
        Setting(
            "comments", f"lines that begin with {dialect.comment}" if dialect.comment else "none",
            "those lines do not fit the table" if dialect.comment else "every line of the sample is a row",
            "comment='#' (--comment #), comment='' (--comment none)", options.comment is not None,
        ),
        Setting(
            "lines above the table", str(above) if found.preamble else "none",
            "they are shorter than the rows that follow, or stand above the names" if found.preamble
            else "the first line belongs to the table", "skip_rows=3 (--skip-rows 3)", options.skip_rows is not None,
        ),
        Setting(
            "header", "the first row" if found.header else "none", best.shape.reason,
            "header=False (--no-header), header=True (--header)", options.header is not None,
        ),
        Setting(
            "cells in a row", str(len(found.names)),
            f"{fitting:,} of the first {len(rows):,} rows have so many"
            + (", the others a delimiter behind the last" if found.layout.trailing else ""),
            "ragged='fill' (--ragged fill)", options.ragged != "error",
        ),
        _numbers(found, options),
        _nulls([r.cells for r in rows[1:]], options),
    ]  # fmt: skip


def _encoding(file: Input, found: Found, options: ReadOptions) -> Setting:
    if options.encoding:
        reason = "it was given"
    elif found.bom:
        reason = "the file begins with a byte order mark"
    elif found.encoding.startswith("utf-16"):
        reason = "every second byte is zero"
    elif found.encoding == "utf-8":
        reason = "all bytes are valid UTF-8 as far as the first look goes"
    else:
        reason = "some bytes are not UTF-8, and the characters stand where one expects them"
    others = tuple(Alternative(g.encoding, g.score) for g in found.encodings[:4])
    return Setting(
        "encoding", found.encoding, reason, "encoding='cp1252' (--encoding cp1252)", bool(options.encoding), others
    )


def _why(best: Candidate, found: Found) -> str:
    if found.separator_line:
        return "the first line says so"
    if len(found.candidates) == 1:
        return "all rows of the sample have the same number of cells with it"
    return f"consistency of rows {best.consistency:.2f}, share of cells that look like values {best.typed:.2f}"


def _others(candidates: Sequence[Candidate], show: Any) -> tuple[Alternative, ...]:
    """Give each other value of a setting with the best score that a dialect with it has."""
    best: dict[str, float] = {}
    for candidate in candidates:
        value = show(candidate.dialect)
        best[value] = max(best.get(value, 0.0), round(candidate.score, 3))
    return tuple(Alternative(v, s) for v, s in best.items()) if len(best) > 1 else ()


def _quote_reason(dialect: Dialect) -> str:
    if dialect.quote is None:
        return "quotes do not come in pairs around cells"
    return "it stands around cells" if dialect.quote == "'" else "the usual sign; it need not occur"


def _line_ends(dialect: Dialect, options: ReadOptions) -> Setting:
    returns = dialect.newline == b"\r"
    value = "carriage returns" if returns else "line feeds, with a carriage return or without"
    reason = "no line feed stands outside of quotes" if returns else "they end the rows of the sample"
    if options.line_end is not None:
        value, reason = repr(options.line_end), "the others are part of the cells"
    override = r"line_end='\r\n' (--line-end crlf), where the others are part of the cells"
    return Setting("line ends", value, reason, override, options.line_end is not None)


def _numbers(found: Found, options: ReadOptions) -> Setting:
    given = options.decimal is not None or options.thousands is not None
    override = "decimal=',' thousands='.' (--decimal , --thousands .)"
    if found.numerals is None:
        reason = "it was given" if given else "no column is made of numbers with a decimal comma"
        return Setting("decimal sign", "point", reason, override, given)
    value = f"{found.numerals.decimal!r}"
    if found.numerals.thousands:
        value += f", {found.numerals.thousands!r} between thousands"
    reason = "it was given" if given else f"{found.numerals.example!r} cannot be read otherwise, nor its column"
    return Setting("decimal sign", value, reason, override, given)


def _nulls(rows: Sequence[Sequence[str]], options: ReadOptions) -> Setting:
    told = ", ".join(repr(t) if t else "nothing between delimiters" for t in options.null_tokens)
    words: list[str] = []
    for column in zip(*rows, strict=False):
        there = [c for c in column if c]
        used = {c for c in there if c in NULL_WORDS} - set(options.null_tokens)
        if used and not kind_of(there) and kind_of([c for c in there if c not in used]):
            words += sorted(used - set(words))
    reason = (
        "the usual rule; NA is a text like others"
        if not words
        else (f"{', '.join(map(repr, words))} keep columns from being numbers or dates")
    )
    tokens = words or ["NA"]
    override = f"null_tokens={tokens!r} (--null-tokens {','.join(tokens)})"
    return Setting("null", told, reason, override, options.null_tokens != ("",))


def _column(table: DelimitedTable, place: int, arrow: Any) -> ColumnGuess:
    evidence = table.seen[place] if place < len(table.seen) else None
    reason = ""
    if evidence is not None and arrow.type == pa.string() and evidence.first:
        row, value = evidence.first.get(Form.TEXT, min(evidence.first.values()))
        reason = f"row {row + 1:,} holds {value!r:.60}"
    return ColumnGuess(arrow.name, str(arrow.type), reason)


def _named(delimiter: str) -> str:
    return f"{delimiter!r} ({NAMES[delimiter]})" if delimiter in NAMES else repr(delimiter)


def _sign(quote: str | None) -> str:
    return quote or "none"
