"""Rows replaced by key: what stands there, with new values in place, and new keys at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.errors import ImportRejected
from dsa_workbench.features.versioning.read_table import StoredTable

I64 = npt.NDArray[np.int64]

_ROW = "\0row"


def upsert_batches(
    base: StoredTable,
    incoming: Callable[[], Iterator[Any]],
    given: Sequence[str],
    arrow: Any,
    key: Sequence[str],
    label: str,
) -> Callable[[], Iterator[Any]]:
    """Give the batches of the table after the upsert, in the schema `arrow`.

    Only the columns in `given` are changed in rows that stand there; `incoming` is in the schema `arrow` already, and
    is held in memory.
    """

    def read() -> Iterator[Any]:
        new = _without_equal_repeats(pa.Table.from_batches(list(incoming()), arrow), key, label)
        target = _match(base, new, key)
        where = np.flatnonzero(target >= 0)
        order = where[np.argsort(target[where], kind="stable")]
        rows = target[order]
        changed = [name for name in arrow.names if name in set(given) and name not in set(key)]
        for i, batch in enumerate(base.read_chunks(base.schema.names, range(len(base.chunks)))):
            start, stop = np.searchsorted(rows, [base.starts[i], base.starts[i + 1]])
            inside = rows[start:stop] - base.starts[i]
            yield _replaced(batch, inside, new.take(pa.array(order[start:stop])), changed, arrow)
        yield from new.take(pa.array(np.flatnonzero(target < 0))).to_batches()

    return read


def _without_equal_repeats(new: Any, key: Sequence[str], label: str) -> Any:
    """Drop rows that repeat another row whole.

    Raises
    ------
    ImportRejected
        Two rows have the same key and different values.
    """
    numbered = new.append_column(_ROW, pa.array(np.arange(new.num_rows)))
    keys = numbered.group_by(list(key)).aggregate([(_ROW, "min"), (_ROW, "count")])
    if keys.num_rows == new.num_rows:
        return new
    first = np.sort(keys[f"{_ROW}_min"].to_numpy())
    owner = numbered.join(keys, list(key)).sort_by(_ROW)[f"{_ROW}_min"]
    again = np.flatnonzero(owner.to_numpy() != np.arange(new.num_rows))
    for row in again.tolist():
        before = owner[row].as_py()
        if new.slice(row, 1).to_pylist() != new.slice(before, 1).to_pylist():
            shown = ", ".join(str(new[name][row]) for name in key)
            raise ImportRejected(
                f"{label}: rows {before + 1:,} and {row + 1:,} have the same key {', '.join(key)} = {shown}, "
                "and different values.",
                hint="Keep one of them.",
                row=row + 1,
            )
    return new.take(pa.array(first))


def _match(base: StoredTable, new: Any, key: Sequence[str]) -> I64:
    """Give for each new row the row that has its key, or -1."""
    stored = base.read(key, range(len(base.chunks)))
    columns = [c.cast(new.schema.field(name).type) for name, c in zip(key, stored.columns, strict=True)]
    old = pa.table([*columns, pa.array(np.arange(base.rows))], names=[*key, _ROW])
    wanted = new.select(key).append_column("\0new", pa.array(np.arange(new.num_rows)))
    joined = wanted.join(old, list(key), join_type="left outer")
    target = np.full(new.num_rows, -1, dtype=np.int64)
    target[joined["\0new"].to_numpy()] = pc.fill_null(joined[_ROW], -1).to_numpy()
    return target


def _replaced(batch: Any, rows: I64, new: Any, changed: Sequence[str], arrow: Any) -> Any:
    mask = np.zeros(batch.num_rows, dtype=np.bool_)
    mask[rows] = True
    columns = []
    for field in arrow:
        index = batch.schema.get_field_index(field.name)
        column = batch.column(index) if index >= 0 else pa.nulls(batch.num_rows, field.type)
        if column.type != field.type:
            column = column.cast(field.type)
        if len(rows) and field.name in changed:
            column = _put(column, mask, new[field.name])
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, schema=arrow)


def _put(column: Any, mask: npt.NDArray[np.bool_], values: Any) -> Any:
    """Put values at the masked places, in order; by position, since not every type has a kernel that replaces."""
    places = np.arange(len(column), dtype=np.int64)
    places[mask] = len(column) + np.arange(int(mask.sum()))
    both = pa.concat_arrays([column, *values.chunks])
    return both.take(pa.array(places))
