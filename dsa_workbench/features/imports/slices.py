"""One slice of a large file: read, cut and stored by itself, in whatever process; and who has slices done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.services.interfaces import ISegmentStore
from dsa_workbench.features.imports.counting import Counted, Counts
from dsa_workbench.features.imports.keeping_memory import keep_memory
from dsa_workbench.features.versioning.rising import Rising
from dsa_workbench.features.versioning.spreading import SpreadFailed
from dsa_workbench.features.versioning.table_parts import Part, PartLayout, write_part
from dsa_workbench.files.text.blocks import BlockReader, Reading
from dsa_workbench.files.text.slices import FileSlice, SliceTable

__all__ = ["SliceDone", "SliceTask", "Spread", "SpreadFailed", "do_slice"]


@dataclass(frozen=True, slots=True)
class SliceTask:
    """All that is needed to do one slice; it can be pickled. `known` are ids of segments that are stored already."""

    file: FileSlice
    reader: BlockReader
    layout: PartLayout
    known: frozenset[ObjectId]


@dataclass(frozen=True, slots=True)
class SliceDone:
    """What came of a slice: what was seen and counted, and the part of the table; None where its types do not hold.

    `marked` says that byte order marks were left out.
    """

    reading: Reading
    marked: bool
    counts: Counts
    rising: Rising
    part: Part | None


class Spread(Protocol):
    """Has slices done, by other threads or other machines."""

    def takes(self, size: int) -> bool:
        """Say whether a file of so many bytes is worth it."""
        ...

    def workers(self, look: Callable[[], None]) -> int:
        """Tell how many slices are done at once; what has to be started for it is started now.

        `look` is called while it starts.

        Raises
        ------
        SpreadFailed
            Nothing is there to do them.
        """
        ...

    def run(self, tasks: Iterator[SliceTask], into: ISegmentStore, look: Callable[[], None]) -> Iterator[SliceDone]:
        """Give what comes of the slices, in their order; tasks are asked for as workers come free.

        `look` is called now and then while nothing comes; what it raises ends the work, and so does closing this.

        Raises
        ------
        SpreadFailed
            A slice could not be done; the cause says why.
        """
        ...


def do_slice(task: SliceTask, store: ISegmentStore, look: Callable[[], None]) -> SliceDone:
    """Do one slice on this thread; `look` is called for each batch, and stops the work by what it raises.

    Raises
    ------
    ImportRejected, Wider, BadEncoding, Misfit, SliceChanged, PartUnfit
        It cannot be done by itself: whoever does all of the file says what is wrong with it.
    """
    keep_memory()
    table = SliceTable(task.file, task.reader)
    counted, rising = Counted(table), Rising()

    def looking(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            look()
            yield batch

    rows = counted.batches() if task.layout.key else rising.watched(counted.batches)
    part = write_part(
        task.layout, looking(rows), looking(table.ahead()), store, is_first=task.file.is_first, known=task.known
    )
    return SliceDone(table.reading, table.marked, counted.counts, rising, part if table.fits else None)
