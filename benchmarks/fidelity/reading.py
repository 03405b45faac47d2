"""What a reader made of a file, in a form in which all readers can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_BYTES = 400_000_000
"""A larger table is counted and not compared: its values as Python objects would be our burden, not the reader's."""
BEYOND_PYTHON = "beyond what Python can hold"
MOST_ROWS = 20_000
"""Rows that are kept to be compared; the count is that of all."""


@dataclass(frozen=True, slots=True)
class Written:
    """How a reader found a file to be written; None where it does not say."""

    delimiter: str | None = None
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """One table: names, the first rows as Python values, and how many rows there are."""

    names: list[str]
    rows: list[list[Any]]
    count: int


@dataclass(frozen=True, slots=True)
class Reading:
    """All tables of a file by name."""

    tables: dict[str, Grid]
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one file: it was read, refused with a sentence, or `broke` (crash, hang, memory)."""

    reading: Reading | None = None
    written: Written | None = None
    refusal: str = ""
    broke: str = ""
    seconds: float = 0.0
    peak: int = 0
    """The most memory that the process held, in bytes."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A way of reading: what it is called, and the kinds of files that it reads."""

    key: str
    title: str
    kinds: frozenset[str] = field(default_factory=lambda: frozenset({"csv", "excel", "parquet"}))


OURS = Tool("ours", "DSA Workbench")
TOOLS = (
    OURS,
    Tool("pandas", "pandas"),
    Tool("pandas_sniffing", "pandas, sniffing", frozenset({"csv"})),
    Tool("pyarrow", "pyarrow", frozenset({"csv", "parquet"})),
    Tool("duckdb", "DuckDB", frozenset({"csv", "parquet"})),
    Tool("polars", "polars"),
)


def arrow_grid(table: Any) -> Grid:
    """Take an Arrow table; names may repeat."""
    head = table.slice(0, MOST_ROWS if table.nbytes < MOST_BYTES else 0)
    columns = [values(column.to_pylist, len(column)) for column in head.columns]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return Grid(list(table.column_names), rows, table.num_rows)


def values(listed: Callable[[], Iterable[Any]], count: int) -> list[Any]:
    """Give Python values; what Python cannot hold (the year 20,000, text that is no UTF-8) is no fault of a reader."""
    try:
        return list(listed())
    except (OverflowError, ValueError, UnicodeDecodeError):
        return [BEYOND_PYTHON] * count


def grid(names: Iterable[Any], rows: Sequence[Sequence[Any]], count: int | None = None) -> Grid:
    """Take names and rows."""
    return Grid([str(n) for n in names], [list(r) for r in rows[:MOST_ROWS]], len(rows) if count is None else count)
