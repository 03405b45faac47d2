"""What every reader of this package gives, and what it may be told: the contract with the importer.

A reader turns a file into `TableSource` objects: one for a CSV or Parquet file, one a sheet for a workbook.
It is opened cheaply, its schema is known before its first batch, and its batches come as a stream.

A CSV file has no schema, so the reader guesses one from the first block and checks the guess on every value that
follows. When a value disagrees, `batches` reads the rest for its types and raises `Retyped`; from then on `schema` is
final, and `batches` starts again. An importer therefore does its work inside `while True: try ... except Retyped`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import pyarrow as pa

from dsa_workbench.core.model.finding import Finding
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.files.rejects import RejectLog

MIB = 1024 * 1024

DETECT = "detect"
"""The reader finds out, where None has a meaning of its own."""

SINGLE = "data"
"""The name of the only table of a file."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file; None means that the reader finds out, and says in its notes what it assumed."""

    delimiter: str | None = None
    """One ASCII character; a blank stands for any number of them."""
    quote: str | None = DETECT
    """One ASCII character, or None where quotes mean nothing; found among quote and apostrophe."""
    escape: str | None = None
    """What stands before a quote in quotes; the empty text where quotes are doubled only."""
    comment: str | None = None
    """What begins a line that is no row; the empty text where there are none."""
    line_end: str | None = None
    r"""What alone ends rows: "\n", "\r\n" or "\r"; the others are part of the cells then. All of them do by default."""
    skip_rows: int | None = None
    """How many lines stand above the table."""
    decimal: str | None = None
    """The sign before the decimals: a comma is found where numbers have one beyond doubt."""
    thousands: str | None = None
    """The sign between thousands."""
    encoding: str | None = None
    """A Python codec name; UTF-8 and UTF-16 are found, what is neither is guessed, with a note."""
    header: bool | None = None
    """Whether the first row holds names; it does unless it looks like the rows below. Without, columns are `c1`, `c2`,
    and so on."""
    compression: str | None = None
    """How the file is packed: gz, zst, bz2, xz, or none; its first bytes say it."""
    member: str | None = None
    """The file to read out of a zip archive that holds several."""
    null_tokens: tuple[str, ...] = ("",)
    """Unquoted texts that stand for null. A quoted empty cell is the empty text."""
    types: Mapping[str, str] | str | None = None
    """A contract: column name to type, or "text" for all columns. Values that do not fit are refused."""
    decimals: Literal["float", "exact"] = "float"
    """Numbers with a point are floats where these hold them; or always decimals with as many digits as they have."""
    ragged: Literal["error", "fill"] = "error"
    """What to do with rows of unlike length: refuse the file, or fill short ones up with nulls, and give columns of
    their own (`c8`) to the cells that stand beyond the header."""
    rejects: RejectLog | None = None
    """Where rows go that do not fit; without it such a row refuses the file."""
    sheets: Sequence[str] | None = None
    """The sheets of a workbook to read; all of them by default."""
    filename: str | None = None
    """The name of a column that takes the name of the file in which a row stands; none by default."""
    huge: bool = False
    """Whether to take files that hold a hundred times more than their size tells, see `parquet`."""
    block_bytes: int = 4 * MIB
    """How much is parsed at once. It changes speed and memory, never the result."""
    max_record_bytes: int = 64 * MIB
    """A longer row means a quote that was never closed, and is refused before it fills the memory."""
    threads: int | None = None
    """Blocks parsed at once; None takes the machine's cores, at most four."""


ProgressHook = Callable[[Progress], None]


class Retyped(Exception):
    """The rows that follow do not fit the schema given so far: take `schema` and begin again."""

    def __init__(self, schema: pa.Schema, reason: str) -> None:
        super().__init__(reason)
        self.schema = schema
        self.reason = reason


class TableSource(Protocol):
    """One table of a file or of memory, ready to be read."""

    @property
    def name(self) -> str:
        """Name the table: `data`, or the sheet's name."""
        ...

    @property
    def label(self) -> str:
        """Name the file for messages."""
        ...

    @property
    def schema(self) -> pa.Schema:
        """Give the schema of the batches; see `Retyped`."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """Say in sentences what was assumed, decided or lost; complete once all batches were read."""
        ...

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read the rows in order.

        Raises
        ------
        Retyped
            The schema was a guess that does not hold; it is final now.
        ImportRejected
            The file cannot be read; the message says where.
        """
        ...

    def locate(self, row: int) -> str:
        """Say where row `row` (from 0) stands in the file, in the words of a person who has it open."""
        ...


@dataclass(frozen=True, slots=True)
class ArrowSource:
    """A table whose schema is known: Parquet, Arrow, workbooks, tables in memory."""

    name: str
    label: str
    schema: pa.Schema
    read: Callable[[], Iterator[pa.RecordBatch]]
    notes: tuple[str, ...] = ()
    first_row: int = 1
    """The number that the file gives to the first data row."""
    findings: tuple[Finding, ...] = ()
    """What is written otherwise now, and what was lost."""

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read the rows in order."""
        return self.read()

    def locate(self, row: int) -> str:
        """Say where a row stands in the file."""
        return f"row {row + self.first_row:,}"

    def noting(self, notes: Sequence[str]) -> ArrowSource:
        """Give the same table with more notes."""
        return replace(self, notes=(*self.notes, *notes))


class Over:
    """A table that stands over another, and is like it in all that it does not say itself."""

    __slots__ = ()
    table: TableSource

    @property
    def name(self) -> str:
        """Name the table."""
        return self.table.name

    @property
    def label(self) -> str:
        """Name the file for messages."""
        return self.table.label

    @property
    def schema(self) -> pa.Schema:
        """Give the schema of the batches."""
        return self.table.schema

    @property
    def notes(self) -> tuple[str, ...]:
        """Say what was assumed, decided or lost."""
        return self.table.notes

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read the rows in order."""
        return self.table.batches()

    def locate(self, row: int) -> str:
        """Say where a row stands in the file."""
        return self.table.locate(row)


class Named(Over):
    """Another table under a name of its own."""

    __slots__ = ("_name", "table")

    def __init__(self, name: str, table: TableSource) -> None:
        self._name, self.table = name, table

    @property
    def name(self) -> str:
        """Name the table."""
        return self._name


def read_all(source: TableSource) -> pa.Table:
    """Read a whole table into memory, beginning again where the reader says so."""
    while True:
        try:
            return pa.Table.from_batches(list(source.batches()), schema=source.schema)
        except Retyped:
            continue
