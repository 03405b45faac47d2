"""A large file of delimited text imported in slices, by whoever does them.

Nothing in a slice depends on where it is done, and what comes of slices is put together in their order. So the tree is
that of an import on one thread, and so are notes, findings and errors: where a slice meets anything that refuses the
file, the file is read here from its beginning, and says it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, cast

from dsa_workbench.columns.chunker import WINDOW
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.manifest import Chunk
from dsa_workbench.core.services.interfaces import ISegmentStore
from dsa_workbench.errors import DsaError
from dsa_workbench.features.imports.counting import Counted, Counts
from dsa_workbench.features.imports.given_types import ContractedTable
from dsa_workbench.features.imports.slices import SliceDone, SliceTask, Spread, SpreadFailed
from dsa_workbench.features.versioning.incoming import Incoming
from dsa_workbench.features.versioning.rising import Rising
from dsa_workbench.features.versioning.table_parts import PartJoiner, PartLayout
from dsa_workbench.features.versioning.write_table import TableInput
from dsa_workbench.files.tables import MIB, Named
from dsa_workbench.files.text.blocks import Reading
from dsa_workbench.files.text.delimited import DelimitedTable
from dsa_workbench.files.text.slices import can_slice, cut_slices
from dsa_workbench.files.values.forms import Evidence

LARGEST_SLICE = 64 * MIB
WIDEST_SLICE = 256 * MIB
"""Where rows are so wide that a slice of them would have to be larger, they are not sliced."""
SMALLEST_SLICE = 16 * MIB
WINDOWS_A_SLICE = 16
"""Some three windows of rows are read behind each slice: few of many."""
_ROUNDS = 4
"""Slices for each worker, at least. All have the same number, so that they end at about the same time."""
_MOST_KNOWN = 100_000
"""Ids that are sent with each slice; what is stored beyond them is encoded again, and found to be there."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SlicedImport:
    """Writes a table elsewhere (`build_tables.Elsewhere`), where it is one large file that can be cut."""

    spread: Spread

    def __call__(
        self, incoming: Incoming, table: TableInput, into: ISegmentStore, known: Collection[ObjectId], rising: Rising
    ) -> list[Chunk] | None:
        """Write the file's rows; None where they are to be written here.

        Raises
        ------
        Retyped
            The types do not hold; they are final now.
        ImportRejected
            A key repeats.
        """
        reader = _reader_of(incoming)
        if reader is None or not can_slice(reader) or not self.spread.takes(reader.text.file.size or 0):
            return None
        try:
            work = _Work(self.spread, reader, table, into, known)
            size = _slice_size(reader, self.spread.workers(work.tell))
            return None if size is None else work.run(incoming, rising, size)
        except SpreadFailed as err:
            _log.warning("%s is imported without a cluster: %s", reader.label, err)
            return None


class _Work:
    """One pass over a file."""

    def __init__(
        self,
        spread: Spread,
        reader: DelimitedTable,
        table: TableInput,
        into: ISegmentStore,
        known: Collection[ObjectId],
    ) -> None:
        self.spread, self.reader, self.into = spread, reader, into
        self.layout = PartLayout.of(table)
        self.known = frozenset(known) if len(known) <= _MOST_KNOWN else frozenset()
        self.joiner = PartJoiner(self.layout, into)
        blocks = reader.reader
        self.reading = Reading(reader.evidence if blocks.final else [Evidence() for _ in blocks.names])
        self.position = 0
        self.lacks = False

    def run(self, incoming: Incoming, rising: Rising, size: int) -> list[Chunk]:
        counts, seen = Counts(), Rising()
        done = cast("Any", self.spread.run(self._tasks(size), self.into, self.tell))
        with closing(done):
            for slice_done in done:
                self._take(slice_done, counts, seen)
        if self.lacks and not self.reading.wrong:
            raise SpreadFailed("the types did not hold behind a slice, and held in the next one")
        self.reader.conclude(self.reading)
        _counted(incoming).counts = counts
        rising.become(seen)
        return self.joiner.finish()

    def _tasks(self, size: int) -> Iterator[SliceTask]:
        reader = self.reader.reader
        self.stops: list[int] = []
        try:
            for file in cut_slices(self.reader, size):
                self.stops.append(file.stop)
                yield SliceTask(file, reader, self.layout, self.known)
        except (DsaError, OSError) as err:
            raise SpreadFailed(str(err)) from err

    def _take(self, done: SliceDone, counts: Counts, rising: Rising) -> None:
        self.reading.fold(done.reading)
        self.position = self.stops.pop(0)
        if done.marked:
            self.reader.text.note_marks()
        if done.part is None:
            self.lacks = True
        elif not self.lacks:
            counts.fold(done.counts)
            rising.fold(done.rising)
            self.joiner.add(done.part)
        self.tell()

    def tell(self) -> None:
        """Tell how far it is; raises where the import is to stop."""
        self.reader.tell(self.reading, self.position)


def _reader_of(incoming: Any) -> DelimitedTable | None:
    """Find the reader of a file whose rows come in as they are read."""
    while isinstance(incoming, Named | Counted | ContractedTable):
        incoming = incoming.table
    return incoming if isinstance(incoming, DelimitedTable) else None


def _counted(incoming: Any) -> Counted:
    while not isinstance(incoming, Counted):
        incoming = incoming.table
    return incoming


def _slice_size(reader: DelimitedTable, workers: int) -> int | None:
    """Choose the bytes of a slice; None where rows are too wide."""
    head, total = reader.text.file.head, reader.text.file.size or 0
    row = len(head) / max(head.count(reader.text.layout.dialect.newline), 1)
    least = max(SMALLEST_SLICE, int(row * WINDOWS_A_SLICE * WINDOW))
    if least > WIDEST_SLICE:
        return None
    rounds = max(_ROUNDS, -(-total // (LARGEST_SLICE * workers)))
    return max(least, total // (rounds * workers) + 1)
