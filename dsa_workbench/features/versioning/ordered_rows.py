"""Rows of a table in another order than they stand in, in bounded memory.

DuckDB sorts the columns of the order and gives positions; from these follows the rank of each row. The table is then
read once, from its first chunk to its last, and its rows go to buckets by rank: in memory where one bucket takes all,
else in files. Each bucket is put in order by itself. So every value stays as it is stored, whatever its type.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns.extensions import revive_extensions
from dsa_workbench.features.versioning.get_data import Selection
from dsa_workbench.features.versioning.queries.order import Order
from dsa_workbench.features.versioning.read_table import StoredTable

BUCKET_BYTES = 64 << 20
_BATCH = 65_536

I64 = npt.NDArray[np.int64]


def chosen_rows(
    table: StoredTable,
    columns: Sequence[str] | None = None,
    where: Any = None,
    order_by: str | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> Selection | OrderedRows:
    """Choose columns and rows of a table, in an order or as they stand; errors are those of either."""
    if order_by is None:
        return Selection(table, columns, where, offset, limit)
    return OrderedRows(table, Selection(table, columns, where), order_by, offset, limit)


class OrderedRows:
    """A selection of a table (columns, condition) in an order, of which a page may be taken.

    Raises
    ------
    InvalidInput
        The order cannot be read.
    """

    def __init__(
        self, table: StoredTable, selection: Selection, order: str, offset: int = 0, limit: int | None = None
    ) -> None:
        self._table, self._selection = table, selection
        self._order = Order(table, order)
        self._offset, self._limit = offset, limit
        self._columns = selection.schema.names

    @property
    def schema(self) -> Any:
        """The columns as a `pyarrow.Schema`."""
        return self._selection.schema

    def batches(self, bucket_bytes: int = BUCKET_BYTES) -> Iterator[Any]:
        """Read the rows in order as `pyarrow.RecordBatch`es, a few in memory at a time."""
        with tempfile.TemporaryDirectory(prefix="dsa-order-") as folder:
            ranks, count = self._ranks()
            buckets = _Buckets(self._table.arrow_schema(self._columns), count, Path(folder), bucket_bytes)
            starts = self._table.starts
            chunks = [i for i in range(len(self._table.chunks)) if (ranks[starts[i] : starts[i + 1]] >= 0).any()]
            for i, batch in zip(chunks, self._table.read_chunks(self._columns, chunks), strict=True):
                own = ranks[starts[i] : starts[i + 1]]
                chosen = np.flatnonzero(own >= 0)
                buckets.put(batch.take(pa.array(chosen)), own[chosen])
            for batch in buckets.in_order():
                yield from revive_extensions(pa.Table.from_batches([batch])).to_batches()

    def _ranks(self) -> tuple[I64, int]:
        """Give each row its place in the page, -1 where it has none, and the number of places."""
        chosen = None
        found = self._selection.positions()
        if found is not None:
            chosen = np.zeros(self._table.rows, bool)
            for positions in found:
                chosen[positions.to_numpy()] = True
        ranks = np.full(self._table.rows, -1, np.int64)
        passed = 0
        stop = None if self._limit is None else self._offset + self._limit
        for batch in self._order.positions():
            places = batch.column(0).to_numpy()
            if chosen is not None:
                places = places[chosen[places]]
            ranks[places] = np.arange(passed, passed + len(places)) - self._offset
            passed += len(places)
            if stop is not None and passed >= stop:
                break
        ranks[ranks < 0] = -1
        if self._limit is not None:
            ranks[ranks >= self._limit] = -1
        return ranks, int((ranks >= 0).sum())


class _Buckets:
    """Rows by rank: each bucket holds a run of ranks, and all but a single one lie in files."""

    def __init__(self, schema: Any, count: int, folder: Path, bucket_bytes: int) -> None:
        self._schema, self._count, self._folder, self._bytes = schema, count, folder, bucket_bytes
        self._spill = pa.schema([pa.field(str(i), f.type) for i, f in enumerate(schema)] + [pa.field("r", pa.int64())])
        self._size = 0
        self._held: list[Any] = []
        self._files: dict[int, Any] = {}

    def put(self, batch: Any, ranks: I64) -> None:
        """Take rows with their ranks."""
        rows = pa.RecordBatch.from_arrays([*batch.columns, pa.array(ranks)], schema=self._spill)
        if not self._size:
            # Judged by the first rows; a bucket may turn out larger, but not by orders of magnitude.
            each = max(1, batch.nbytes // max(1, batch.num_rows))
            self._size = max(_BATCH, self._bytes // each) if each * self._count > self._bytes else self._count
        if self._size >= self._count:
            self._held.append(rows)
            return
        buckets = ranks // self._size
        order = np.argsort(buckets, kind="stable")
        rows, buckets = rows.take(pa.array(order)), buckets[order]
        names, begins = np.unique(buckets, return_index=True)
        for name, begin, end in zip(names.tolist(), begins, [*begins[1:], len(buckets)], strict=True):
            self._file(name).write_batch(rows.slice(int(begin), int(end) - int(begin)))

    def _file(self, bucket: int) -> Any:
        if bucket not in self._files:
            self._files[bucket] = pa.ipc.new_file(str(self._folder / str(bucket)), self._spill)
        return self._files[bucket]

    def in_order(self) -> Iterator[Any]:
        """Give all rows by rank."""
        if self._held:
            yield from self._sorted(pa.Table.from_batches(self._held))
        for bucket in sorted(self._files):
            self._files[bucket].close()
            with pa.memory_map(str(self._folder / str(bucket))) as file:
                yield from self._sorted(pa.ipc.open_file(file).read_all())

    def _sorted(self, rows: Any) -> Iterator[Any]:
        order = np.argsort(rows.column("r").to_numpy())
        for start in range(0, len(order), _BATCH):
            part = rows.take(pa.array(order[start : start + _BATCH])).combine_chunks().to_batches()[0]
            yield pa.RecordBatch.from_arrays(part.columns[:-1], schema=self._schema)
