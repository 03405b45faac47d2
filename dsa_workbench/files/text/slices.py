"""A file of delimited text in slices: runs of whole records, each of which can be read by itself, in any process.

Where records end is found as for blocks, by `cut_blocks`, on the bytes as they lie in the file. So all of the file is
looked at once by whoever cuts it, at the speed of counting quotes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
from blake3 import blake3

from dsa_workbench.files.stream import damaged
from dsa_workbench.files.tables import MIB, SINGLE
from dsa_workbench.files.text.blocks import BlockReader, Reading
from dsa_workbench.files.text.cleaning import without_marks
from dsa_workbench.files.text.delimited import DelimitedTable
from dsa_workbench.files.text.detect import CP1252, to_utf8
from dsa_workbench.files.text.records import Block, cut_blocks
from dsa_workbench.files.values.forms import Evidence

_SCANNED = MIB
"""Bytes that are looked at at once for where records end: as many as stay in the cache of a core."""
_AHEAD = MIB
"""Bytes that are read at once behind a slice: some three of these are needed."""


@dataclass(frozen=True, slots=True)
class FileSlice:
    """Whole records of a file: the bytes from `start` to `stop`, the first of them in `line`.

    `size` and `modified` (nanoseconds) are those of the file when it was cut: another process must see the same one.
    """

    path: str
    label: str
    size: int
    modified: int
    encoding: str
    start: int
    stop: int
    line: int
    is_first: bool
    block_bytes: int
    max_record_bytes: int


def can_slice(table: DelimitedTable) -> bool:
    """Say whether a file can be read in slices: it lies on a disk as it is, and a byte means the same everywhere."""
    file, dialect = table.text.file, table.text.layout.dialect
    signs = "".join(sign or "" for sign in (dialect.delimiter, dialect.quote, dialect.escape, dialect.comment))
    return (
        file.path is not None
        and file.compression is None
        and table.text.encoding in ("utf-8", CP1252)
        and not dialect.guarded
        and not table.reader.lenient
        and signs.isascii()
    )


def cut_slices(table: DelimitedTable, size: int) -> Iterator[FileSlice]:
    """Cut a file behind its header into slices of about `size` bytes, in order; none where nothing is there.

    The table has the digest of its file from then on.

    Raises
    ------
    ImportRejected
        A record does not end.
    """
    text, options = table.text, table.options
    if text.file.path is None:
        raise TypeError("only a file on a disk can be cut into slices")
    path, found = text.file.path.absolute(), text.file.path.stat()
    first = start = stop = _first_row(table)
    # The first is a short one: nobody has anything to do before it is cut.
    goal = first + size // 3
    line = after = text.found.lines

    def cut() -> FileSlice:
        return FileSlice(
            str(path), table.label, found.st_size, found.st_mtime_ns, text.encoding, start, stop, line,
            start == first, options.block_bytes, options.max_record_bytes,
        )  # fmt: skip

    table.digest = None
    digest = blake3()
    with damaged(table.label), path.open("rb") as file:
        digest.update(file.read(first))

    def scanned() -> Iterator[tuple[bytes, int]]:
        # All bytes pass here, and reading them a second time for their digest would have the workers wait at the end.
        for chunk in _raw(path, first, found.st_size, min(_SCANNED, size), table.label):
            digest.update(chunk[0])
            yield chunk

    blocks = cut_blocks(
        scanned(), text.layout.dialect, label=table.label,
        limit=options.max_record_bytes, line=after, offset=first,
    )  # fmt: skip
    for block in blocks:
        if stop >= goal:
            yield cut()
            start, line = stop, block.line
            # Counted from the beginning, so that what slices pass their ends by does not add up to one more slice.
            goal = max(goal, stop - size // 2) + size
        # The last block may have a line end that is not in the file.
        stop = min(block.offset + len(block.data), found.st_size)
    if stop > start:
        yield cut()
    table.digest = digest.hexdigest()


class SliceTable:
    """The rows of one slice, under the types that its reader has; `reading` tells of all rows once they were read."""

    name = SINGLE
    notes: tuple[str, ...] = ()

    def __init__(self, file: FileSlice, reader: BlockReader) -> None:
        self.label = file.label
        self.file, self.reader = file, reader
        self.reading = Reading([])
        self.fits = True
        """Whether the types held so far, in the rows ahead, too."""
        self.marked = False
        """Whether byte order marks were left out."""

    @property
    def schema(self) -> pa.Schema:
        """Give the schema of the batches."""
        return self.reader.schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read the rows in order. Where the types do not hold, no batch follows, and the rest is read for its types.

        Raises
        ------
        SliceChanged
            The file is not the one that was cut.
        ImportRejected, Wider, BadEncoding, Misfit
            As `BlockReader.read`; what these say of places counts from the beginning of the slice.
        """
        self.reading = Reading([Evidence() for _ in self.reader.names])
        for block in self._blocks(self.file.start, self.file.stop, self.file.block_bytes):
            result = self.reader.read(block, [seen.forms for seen in self.reading.evidence])
            self.reading.fold(result.reading)
            self.fits = not self.reading.wrong
            if result.batch is not None and self.fits and result.batch.num_rows:
                yield result.batch

    def ahead(self) -> Iterator[pa.RecordBatch]:
        """Read the rows that follow in the file, once the slice's own were; nothing is told of them.

        Where the types do not hold, no batch follows. Errors are those of `batches`.
        """
        known = [seen.forms for seen in self.reading.evidence]
        for block in self._blocks(self.file.stop, self.file.size, min(_AHEAD, self.file.block_bytes)):
            if not self.fits:
                return
            batch = self.reader.read(block, known).batch
            self.fits = batch is not None
            if batch is not None and batch.num_rows:
                yield batch

    def locate(self, row: int) -> str:
        """Say where a row of the slice stands in the file, as far as the slice can tell."""
        return f"row {row + 1:,} from line {self.file.line:,} on"

    def _blocks(self, start: int, stop: int, size: int) -> Iterator[Block]:
        file = self.file
        path = Path(file.path)
        try:
            found = path.stat()
        except OSError as err:
            raise SliceChanged(f"{path} is not here: {err}") from err
        if (found.st_size, found.st_mtime_ns) != (file.size, file.modified):
            raise SliceChanged(f"{path} is another file than the one that was cut")
        raw = _raw(path, start, stop, size, file.label)
        blocks = cut_blocks(
            to_utf8(raw, file.encoding, 0, file.label), self.reader.layout.dialect, label=file.label,
            limit=file.max_record_bytes, line=file.line, offset=start,
        )  # fmt: skip
        for block in blocks:
            data, marked = without_marks(block.data)
            self.marked = self.marked or marked
            yield replace(block, data=data) if marked else block


class SliceChanged(Exception):
    """A slice whose file is not there, or not as it was."""


def _first_row(table: DelimitedTable) -> int:
    """Find the byte of the file at which the first row begins."""
    text = table.text
    above = text.above()
    # In a code page each character is one byte.
    return text.found.bom + (len(above) if text.encoding == "utf-8" else len(above.decode()))


def _raw(path: Path, start: int, stop: int, size: int, label: str) -> Iterator[tuple[bytes, int]]:
    """Read the bytes of a file from `start` to `stop`, with how far it was read."""
    with damaged(label), path.open("rb") as file:
        file.seek(start)
        while start < stop and (chunk := file.read(min(size, stop - start))):
            start += len(chunk)
            yield chunk, start
