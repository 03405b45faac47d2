"""Rows that a condition found, in an order, as their positions: found once, and read a page at a time.

Whoever scrolls through them asks for one page after the other. To look through the table for each page again would take
as long each time; positions are four bytes a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns.extensions import revive_extensions
from dsa_workbench.features.versioning.get_data import Selection
from dsa_workbench.features.versioning.queries.order import Order
from dsa_workbench.features.versioning.read_table import StoredTable

Positions = npt.NDArray[np.int32] | npt.NDArray[np.int64]


def find_rows(table: StoredTable, where: str | None, order_by: str | None) -> Positions:
    """Find the positions of all rows that match, in their order; as they stand where there is none.

    Raises
    ------
    InvalidInput
        The condition or the order cannot be read, or does not fit the columns.
    """
    kind = np.int32 if table.rows < 2**31 else np.int64
    matching = Selection(table, [], where).positions()
    found = None if matching is None else _joined(matching, kind)
    if order_by is None:
        return _joined(iter([np.arange(table.rows)]), kind) if found is None else found
    if found is None:
        return _joined((batch.column(0) for batch in Order(table, order_by).positions()), kind)
    chosen = np.zeros(table.rows, bool)
    chosen[found] = True
    ordered = (batch.column(0).to_numpy() for batch in Order(table, order_by).positions())
    return _joined((places[chosen[places]] for places in ordered), kind)


def _joined(parts: Iterator[Any], kind: Any) -> Positions:
    return np.concatenate([np.empty(0, kind), *(np.asarray(part).astype(kind) for part in parts)])


class FoundRows:
    """Columns of rows at known positions, in the order of these."""

    def __init__(self, table: StoredTable, columns: Sequence[str] | None, positions: Positions) -> None:
        self._table, self._positions = table, positions
        self._columns = tuple(table.schema.names if columns is None else columns)
        self._storage = table.arrow_schema(self._columns)

    @property
    def schema(self) -> Any:
        """The columns as a `pyarrow.Schema`."""
        return revive_extensions(self._storage.empty_table()).schema

    def batches(self) -> Iterator[Any]:
        """Read the rows as one `pyarrow.RecordBatch`; of each chunk no more is kept than what is wanted of it."""
        wanted = self._positions.astype(np.int64)
        if not len(wanted):
            return
        owner = np.searchsorted(self._table.starts, wanted, side="right") - 1
        order = np.argsort(owner, kind="stable")
        chunks, begins = np.unique(owner[order], return_index=True)
        ends = [*begins[1:], len(order)]
        parts = []
        read = self._table.read_chunks(self._columns, chunks.tolist())
        for chunk, batch, begin, end in zip(chunks, read, begins, ends, strict=True):
            local = wanted[order[begin:end]] - self._table.starts[chunk]
            parts.append(batch.take(pa.array(local)))
        back = np.empty(len(order), np.int64)
        back[order] = np.arange(len(order))
        rows = pa.Table.from_batches(parts, self._storage).take(pa.array(back))
        yield from revive_extensions(rows.combine_chunks()).to_batches()
