"""What a writer may be told, and which format and compression a file's name means."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from dsa_workbench.errors import InvalidInput

Target = str | os.PathLike[str] | BinaryIO

FORMATS = ("csv", "tsv", "parquet", "arrow", "arrows", "jsonl", "sql", "xlsx")
COMPRESSIONS = ("gz", "zst", "bz2", "xz")
COMPRESSED_INSIDE = ("parquet", "arrow", "arrows", "xlsx")
_BY_SUFFIX = {
    ".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".tab": "tsv", ".parquet": "parquet", ".pq": "parquet",
    ".arrow": "arrow", ".feather": "arrow", ".ipc": "arrow", ".arrows": "arrows", ".jsonl": "jsonl",
    ".ndjson": "jsonl", ".sql": "sql", ".xlsx": "xlsx",
}  # fmt: skip
_ALSO = {"feather": "arrow", "ipc": "arrow", "ndjson": "jsonl", "excel": "xlsx", "pq": "parquet"}


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How to write a file; what a format does not know is not looked at."""

    delimiter: str | None = None
    """Between cells: a comma, a tab in .tsv, a semicolon where the decimals stand behind a comma."""
    quote: Literal["needed", "all"] = "needed"
    """Quotes around the texts that would not come back without them, or around all cells but nulls."""
    line_end: str = "\n"
    header: bool = True
    encoding: str = "utf-8"
    """A Python codec name; a character that it does not have is refused with its row and column."""
    null: str = ""
    """What stands for null; a text that looks like it is quoted."""
    decimal: str = "."
    """The sign before the decimals."""
    guard_formulas: bool = False
    """Put an apostrophe before texts that a spreadsheet would take for a formula."""
    compression: str | None = None
    """gz, zst, bz2, xz or "none"; None means what the name's ending says, and Arrow under zstd."""
    overflow: Literal["sheets", "refuse"] = "sheets"
    """What becomes of rows beyond those of one sheet: they go to further sheets, or the table is refused."""
    table: str = "data"
    """The name of the sheet, and of the table in SQL."""
    sql_create: bool = False
    """Begin with a statement that makes the table."""
    sql_rows: int = 500
    """Rows in one INSERT."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: rows, bytes, and sentences on what a format could not hold as it was."""

    rows: int
    bytes: int
    notes: tuple[str, ...] = ()


def format_of(target: Target, given: str | None = None) -> str:
    """Find the format by its name, or by the ending of the path.

    Raises
    ------
    InvalidInput
        Neither says a format that can be written.
    """
    if given is None and isinstance(target, str | os.PathLike):
        given = _BY_SUFFIX.get(_inner(Path(target)).suffix.lower())
    chosen = _ALSO.get(given.lower(), given.lower()) if given is not None else None
    if chosen not in FORMATS:
        raise InvalidInput(
            f"{target} has no ending that says how to write it." if given is None else f"{given!r} cannot be written.",
            hint=f"Let it end in .csv, .xlsx, .parquet or .jsonl, or give a format= (--format): {', '.join(FORMATS)}.",
        )
    return chosen


def compression_of(target: Target, options: WriteOptions, format: str) -> str | None:
    """Find the compression by the option, else by the ending of the path.

    Raises
    ------
    InvalidInput
        It is not known, or the format is compressed inside and would be no file of that format any more.
    """
    found = options.compression
    if found is None and isinstance(target, str | os.PathLike):
        ending = Path(target).suffix.lower().lstrip(".")
        found = ending if ending in COMPRESSIONS else None
    if found in (None, "none"):
        return None
    if found not in COMPRESSIONS:
        raise InvalidInput(f"There is no compression {found!r}.", hint=f"It is one of: {', '.join(COMPRESSIONS)}.")
    if format in COMPRESSED_INSIDE:
        raise InvalidInput(f"A file of {format} is compressed inside.", hint=f"Leave {found} out.")
    return found


def _inner(path: Path) -> Path:
    """Take the ending of a compression away."""
    return path.with_suffix("") if path.suffix.lower().lstrip(".") in COMPRESSIONS else path
