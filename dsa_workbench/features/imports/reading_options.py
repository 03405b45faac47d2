"""How files are to be read: the options of `import_file` and `explain` at every door, written down once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypedDict

from dsa_workbench.core.model.choice import one_of
from dsa_workbench.errors import InvalidInput
from dsa_workbench.files.source import ReadOptions


class ReadingOptions(TypedDict, total=False):
    """How a file is to be read; what is not given is found out, and said in the notes."""

    types: Mapping[str, str] | str | None
    """Column -> type (text, int, float, decimal, bool, date, time, timestamp), or ``"text"`` for all. Later imports of
    the dataset keep what was given, until ``"detect"`` (for all or for a column) ends it."""
    sheets: Sequence[str] | str | None
    """The sheets of a workbook to read."""
    delimiter: str | None
    """One ASCII character; a blank stands for any number of them."""
    quote: str | None
    """One ASCII character, or None where quotes mean nothing; ``"detect"`` finds out."""
    escape: str | None
    """What stands before a quote in quotes; the empty text where quotes are doubled only."""
    comment: str | None
    """What begins a line that is no row; the empty text where there are none."""
    line_end: str | None
    r"""``"\n"``, ``"\r\n"`` or ``"\r"`` where it alone ends rows, and the others are part of the cells."""
    encoding: str | None
    """A name that Python knows, such as ``"cp1252"``."""
    compression: str | None
    """``gz``, ``zst``, ``bz2``, ``xz`` or ``none``; the first bytes of the file say it."""
    member: str | None
    """The file to take out of a zip archive that holds several."""
    skip_rows: int | None
    """Lines, or rows of a sheet, above the table."""
    header: bool | None
    """Whether the first row holds names."""
    decimal: str | None
    """The sign before the decimals of numbers."""
    thousands: str | None
    """The sign between thousands."""
    null_tokens: Sequence[str] | None
    """Unquoted texts that stand for null, beside nothing at all; an empty list: nothing is null."""
    decimals: str
    """``"exact"``: numbers with a point become decimals with all their digits, not floats."""
    ragged: str
    """``"fill"``: short rows are filled with nulls, and cells beyond the header get columns of their own."""
    filename: str | None
    """A column that takes the name of the file in which a row stands."""
    huge: bool
    """Take Parquet files that hold a hundred times more than their size tells."""


def read_options(given: ReadingOptions) -> ReadOptions:
    """Gather how a file is to be read.

    Raises
    ------
    InvalidInput
        There is no such option, or a choice is none of those known.
    """
    for name in given:
        one_of("option of reading", name, tuple(ReadingOptions.__annotations__))
    sheets, tokens = given.get("sheets"), given.get("null_tokens")
    known = {name: value for name, value in given.items() if name not in ("sheets", "null_tokens")}
    options = ReadOptions(**known)  # type: ignore[arg-type] # each has the type that the dict says
    one_of("way of decimals", options.decimals, ("float", "exact"))
    one_of("ragged", options.ragged, ("error", "fill"))
    return replace(
        options, sheets=(sheets,) if isinstance(sheets, str) else sheets, null_tokens=_null_tokens(tokens)
    )  # fmt: skip


def skips_rejects(given: str | None, target: object) -> bool:
    """Say whether rows that do not fit are left out: where it is said so, or where it is said where they go."""
    if given is None:
        return target is not None
    if one_of("way with rejects", given, ("refuse", "skip")) == "refuse" and target is not None:
        raise InvalidInput("rejects='refuse' leaves no rows for rejects_to=.", hint="Leave one of them out.")
    return given == "skip"


def _null_tokens(given: Sequence[str] | None) -> tuple[str, ...]:
    return ("", *(t for t in given or () if t)) if given is None or given else ()
