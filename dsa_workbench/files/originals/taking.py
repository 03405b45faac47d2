"""Takes up what a file has beside the values of its table: a second reading, in bounded memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.files.originals.looking import find_look
from dsa_workbench.files.originals.remembered import FIELDS, Remembered, encoder
from dsa_workbench.files.sets.united import UnitedTable
from dsa_workbench.files.tables import Retyped
from dsa_workbench.files.text.delimited import DelimitedTable
from dsa_workbench.files.text.detect import to_utf8
from dsa_workbench.files.text.line_ends import guarded
from dsa_workbench.files.text.records import Dialect, last_border, record_starts
from dsa_workbench.files.writing.render import Look, joined, render_rows

_BATCH = 16_384
_FIRST_BYTES = 256 * 1024
_SCHEMA = pa.schema(FIELDS)


def original_of(table: Any) -> Original:
    """Prepare to take up a table's file; nothing is read before the table was.

    Raises
    ------
    InvalidInput
        The table does not come from one file of delimited text.
    """
    inner = table
    while not isinstance(inner, DelimitedTable):
        if isinstance(inner, UnitedTable):
            raise InvalidInput(
                f"{table.label} is read as a set of files, and exact=True (--exact) remembers the bytes of one file.",
                hint="Import each file by itself, as a table of its own, or leave exact out.",
            )
        if not hasattr(inner, "table"):
            raise InvalidInput(
                f"{table.label} is no delimited text: its bytes cannot be remembered.",
                hint="Leave exact=True (--exact) out; it is for CSV and its kin.",
            )
        inner = inner.table
    return Original(inner)


class Original:
    """What a file has beside its values, as a table that can be committed; read it after the table itself."""

    name = "original"

    def __init__(self, table: DelimitedTable) -> None:
        self._table = table
        self._stamp = _stamp(table)

    @property
    def label(self) -> str:
        """What messages call the file."""
        return self._table.label

    @property
    def notes(self) -> tuple[str, ...]:
        """Say nothing: the table has said it."""
        return ()

    @cached_property
    def schema(self) -> pa.Schema:
        """The schema, with what is remembered of the file as a whole."""
        return self._remembered.schema()

    def locate(self, row: int) -> str:
        """Say where an entry stands."""
        return f"entry {row + 1:,}"

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give the entries in order.

        Raises
        ------
        ImportRejected
            The file was changed since the table was read.
        """
        yield from _gathered(self._raw() if self._remembered.encoding is None else self._entries())
        if _stamp(self._table) != self._stamp:
            raise ImportRejected(
                f"{self.label} was changed while it was read.", hint="Import it again.", file=self.label
            )

    @cached_property
    def _survey(self) -> _Survey:
        return _survey(self._table)

    @cached_property
    def _remembered(self) -> Remembered:
        survey, table = self._survey, self._table
        mark = b"".join(chunk for chunk, _ in _first(table))[: table.found.bom].hex()
        encoding = table.text.encoding if survey.faithful and not survey.guarded else None
        return Remembered(self._look(), encoding, mark, survey.sha256, survey.size)

    def _look(self) -> Look:
        for text, batch in self._table.pieces():
            # The first records are enough, and telling all records of a block apart takes longer than parsing them.
            first = text[: last_border(text[:_FIRST_BYTES], self._table.text.layout.dialect) or len(text)]
            if len(first) < len(text):
                layout = self._table.text.layout
                count = len(_starts(first, layout.dialect, blank_lines=layout.columns == 1))
                batch = batch.slice(0, count)
            return find_look(first, batch, self._table, record_edges(first, batch.num_rows, self._table))
        return Look()

    def _entries(self) -> Iterator[tuple[Any, Any, Any]]:
        """Compare each record with what the look makes of its row."""
        above = self._table.text.above()
        if above:
            yield [0], [0], [above]
        left = self._survey.length - len(above)
        look = self._remembered.look
        passed = 0
        try:
            for given, batch in self._table.pieces():
                text = given[:left]  # a line end may have been added to the last record
                left -= len(text)
                skips, rows, texts = _differences(text, batch, look, self._table)
                if skips:
                    last = batch.num_rows - sum(skips) - sum(rows)
                    skips[0] += passed
                    passed = last
                    yield skips, rows, texts
                else:
                    passed += batch.num_rows
        except Retyped as err:
            raise ImportRejected(f"{err.reason}.", hint="Import it again.", file=self.label) from err

    def _raw(self) -> Iterator[tuple[Any, Any, Any]]:
        """Keep the bytes as they are, by lines, and write none of the rows."""
        rows = sum(batch.num_rows for _, batch in self._table.pieces())
        rest = b""
        for chunk, _ in self._table.text.file.chunks(1 << 20):
            *lines, rest = (rest + chunk).split(b"\n")
            if lines:
                yield [0] * len(lines), [0] * len(lines), [line + b"\n" for line in lines]
        yield [0], [rows], [rest]


@dataclass(frozen=True, slots=True)
class _Survey:
    """The sum and size of a file, the length of its text in UTF-8, and whether its encoding gives its bytes back.

    `guarded` says whether the text that is parsed holds stand-ins for line ends (`line_ends`).
    """

    sha256: str
    size: int
    length: int
    faithful: bool
    guarded: bool


def _survey(table: DelimitedTable) -> _Survey:
    whole, body, again = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
    size = length = 0
    bom = table.found.bom

    def chunks() -> Iterator[tuple[bytes, int]]:
        nonlocal size
        for chunk, position in table.text.file.chunks(1 << 20):
            whole.update(chunk)
            body.update(chunk[max(0, bom - size) :])
            size += len(chunk)
            yield chunk, position

    encode = encoder(table.text.encoding)
    plain = table.text.encoding == "utf-8"

    def decoded() -> Iterator[tuple[bytes, int]]:
        nonlocal length
        for text, position in to_utf8(chunks(), table.text.encoding, bom, table.label):
            length += len(text)
            if not plain:
                again.update(encode(text))
            yield text, position

    parsed = sum(len(text) for text, _ in guarded(decoded(), table.text.line_end))
    faithful = plain or again.digest() == body.digest()
    return _Survey(whole.hexdigest(), size, length, faithful, parsed != length)


def _first(table: DelimitedTable) -> Iterator[tuple[bytes, int]]:
    for chunk in table.text.file.chunks(16):
        yield chunk
        return


def _stamp(table: DelimitedTable) -> tuple[int, int] | None:
    path = table.text.file.path
    if path is None:
        return None
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _differences(
    text: bytes, batch: pa.RecordBatch, look: Look, table: DelimitedTable
) -> tuple[list[int], list[int], list[bytes]]:
    """Find the records that the look does not give: rows to skip, rows that each stands for, and its text."""
    count = batch.num_rows
    if not count:
        return ([0], [0], [text]) if text else ([], [], [])
    lines = render_rows(batch, look)
    if joined(lines) == text:
        return [], [], []
    edges = record_edges(text, count, table)
    if edges is None:
        return [0], [count], [text]
    records = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), count, [None, pa.py_buffer(edges.astype(np.int64)), pa.py_buffer(text)]
    )
    other = pc.invert(pc.equal(lines.cast(pa.large_binary()), records))
    places = pc.indices_nonzero(other).to_numpy().astype(np.int64)
    skips = np.diff(places, prepend=-1) - 1
    return skips.tolist(), [1] * len(places), records.take(pa.array(places)).to_pylist()


def record_edges(text: bytes, count: int, table: DelimitedTable) -> npt.NDArray[np.int64] | None:
    """Find where each of the records begins, and where the last ends; None where they cannot be told apart.

    What stands between two records, blank lines and comments, belongs to the first of them; what stands before all of
    them, to the first.
    """
    layout = table.text.layout
    starts = _starts(text, layout.dialect, blank_lines=layout.columns == 1)
    if len(starts) != count:
        return None
    edges = np.append(starts, len(text))
    edges[0] = 0
    return edges


def _starts(text: bytes, dialect: Dialect, *, blank_lines: bool) -> npt.NDArray[np.int64]:
    """Find the beginnings of records, by counting quotes where that is enough."""
    array = np.frombuffer(text, np.uint8)
    plain = dialect.quote is not None and dialect.escape is None and dialect.comment is None
    if not plain or not _quotes_pair(text, array, dialect):
        return record_starts(memoryview(text), dialect, blank_lines=blank_lines)
    inside = np.cumsum(array == ord(dialect.quote or '"'), dtype=np.int32) & 1
    ends = np.flatnonzero((array == dialect.newline[0]) & (inside == 0)) + 1
    starts = np.concatenate([np.zeros(1, np.int64), ends])
    starts = starts[starts < len(text)]
    if blank_lines:
        return starts
    first = array[starts]
    filled: npt.NDArray[np.int64] = starts[(first != 10) & (first != 13)]
    return filled


def _quotes_pair(text: bytes, array: Any, dialect: Dialect) -> bool:
    """Say whether each opening quote stands where a cell begins, or doubles a closing one."""
    quote = ord(dialect.quote or '"')
    opening = np.flatnonzero(array == quote)[::2]
    before = array[opening[opening > 0] - 1]
    fine = (before == ord(dialect.delimiter)) | (before == quote) | (before == 10) | (before == 13)
    return bool(fine.all())


def _gathered(parts: Iterator[tuple[Any, Any, Any]]) -> Iterator[pa.RecordBatch]:
    """Put entries together to batches of a fair size."""
    held: tuple[list[int], list[int], list[bytes]] = ([], [], [])
    size = 0
    for part in parts:
        held[0].extend(part[0])
        held[1].extend(part[1])
        held[2].extend(part[2])
        size += sum(map(len, part[2]))
        if len(held[0]) >= _BATCH or size > 1 << 24:
            yield _batch(held)
            held, size = ([], [], []), 0
    if held[0]:
        yield _batch(held)


def _batch(held: tuple[list[int], list[int], list[bytes]]) -> pa.RecordBatch:
    arrays = [pa.array(values, field.type) for values, field in zip(held, FIELDS, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)
