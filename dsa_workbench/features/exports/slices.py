"""Some chunks of a table as text, made by itself in whatever process; and who has such slices made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from dsa_workbench.columns import codec
from dsa_workbench.columns.extensions import revive_extensions
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.services.interfaces import ISegmentStore
from dsa_workbench.files.writing import WriteOptions
from dsa_workbench.files.writing.delimited import rendered


@dataclass(frozen=True, slots=True)
class TextTask:
    """All that is needed to make one slice; it can be pickled. `chunks` are the segments of the columns, by chunk."""

    schema: Any
    chunks: tuple[tuple[ObjectId, ...], ...]
    rows: int
    options: WriteOptions


class SpreadText(Protocol):
    """Has slices of tables made, by other threads or other machines."""

    def takes_table(self, size: int) -> bool:
        """Say whether a table of so many bytes of text is worth it."""
        ...

    def texts(
        self, tasks: Iterator[TextTask], of: ISegmentStore, look: Callable[[], None]
    ) -> Iterator[tuple[int, bytes]]:
        """Give rows and text of the slices, in their order; tasks are asked for as workers come free.

        `look` is called now and then while nothing comes; what it raises ends the work, and so does closing this.

        Raises
        ------
        SpreadFailed
            A slice could not be made; the cause says why.
        """
        ...


def make_text(task: TextTask, store: ISegmentStore, look: Callable[[], None]) -> tuple[int, bytes]:
    """Make one slice on this thread; `look` is called for each chunk, and stops the work by what it raises."""
    return task.rows, rendered(_batches(task, store, look), task.options)


def _batches(task: TextTask, store: ISegmentStore, look: Callable[[], None]) -> Iterator[Any]:
    for ids in task.chunks:
        look()
        found = store.get_many(ids)
        arrays = [
            codec.load(s.encoding, s.blob, s.size, field.type, s.rows)
            for field, s in zip(task.schema, (found[oid] for oid in ids), strict=True)
        ]
        batch = pa.RecordBatch.from_arrays(arrays, schema=task.schema)
        yield from revive_extensions(pa.Table.from_batches([batch])).to_batches()
