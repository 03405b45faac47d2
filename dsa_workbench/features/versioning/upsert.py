"""Rows replaced by key: what stands there, with new values in place, and new keys at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns import layout
from dsa_workbench.columns.equality import same_form
from dsa_workbench.errors import ImportRejected
from dsa_workbench.features.versioning.differ.joining import column_codes, join_columns, row_codes
from dsa_workbench.features.versioning.read_table import StoredTable
from dsa_workbench.features.versioning.skipping import Skip

I64 = npt.NDArray[np.int64]


def upsert_batches(
    base: StoredTable,
    incoming: Callable[[], Iterator[Any]],
    given: Sequence[str],
    arrow: Any,
    key: Sequence[str],
    label: str,
    skip: Skip | None = None,
) -> Callable[[], Iterator[Any]]:
    """Give the batches of the table after the upsert, in the schema `arrow`.

    Only the columns in `given` are changed in rows that stand there; `incoming` is in the schema `arrow` already, and
    is held in memory. Rows with an empty or a repeated key go to `skip` where it is given.
    """

    def read() -> Iterator[Any]:
        new = pa.Table.from_batches(list(incoming()), arrow)
        new = _without_equal_repeats(_with_keys(new, key, label, skip), key, label, skip)
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


def _with_keys(new: Any, key: Sequence[str], label: str, skip: Skip | None) -> Any:
    """Leave out the rows in which a key column is empty.

    Raises
    ------
    ImportRejected
        There is one, and nothing may be left out.
    """
    empty = {name: layout.validity(new[name].combine_chunks()) == 0 for name in key if new[name].null_count}
    if not empty:
        return new
    rows = np.flatnonzero(np.logical_or.reduce(list(empty.values())))
    columns = [next(name for name in key if name in empty and empty[name][row]) for row in rows.tolist()]
    if skip is None:
        raise ImportRejected(
            f"{label}, row {rows[0] + 1:,}: the key column {columns[0]} is empty.",
            hint="Mend the file, or choose other key columns.",
            row=int(rows[0]) + 1,
            column=columns[0],
        )
    reasons = [f"the key column {name} is empty" for name in columns]
    skip.leave_out_keys(rows, new.take(pa.array(rows)), _found(columns, [None] * len(rows), reasons))
    return new.take(pa.array(np.delete(np.arange(new.num_rows), rows)))


def _without_equal_repeats(new: Any, key: Sequence[str], label: str, skip: Skip | None) -> Any:
    """Drop rows that repeat another row whole.

    Raises
    ------
    ImportRejected
        Two rows have the same key and different values, and nothing may be left out.
    """
    coded, _, _ = row_codes(column_codes([new[name] for name in key], [new[name].slice(0, 0) for name in key]))
    _, first, place = np.unique(coded, return_index=True, return_inverse=True)
    if len(first) == new.num_rows:
        return new
    owner = first[place]
    again = np.flatnonzero(owner != np.arange(new.num_rows))
    left, right = new.take(pa.array(owner[again])), new.take(pa.array(again))
    same = np.logical_and.reduce([same_form(a, b) for a, b in zip(left.columns, right.columns, strict=True)])
    other = again[~same]
    shown = [", ".join(str(new[name][row]) for name in key) for row in other.tolist()]
    if len(other) and skip is None:
        row = int(other[0])
        raise ImportRejected(
            f"{label}: rows {owner[row] + 1:,} and {row + 1:,} have the same key {', '.join(key)} = {shown[0]}, "
            "and different values.",
            hint="Keep one of them.",
            row=row + 1,
        )
    if len(other) and skip is not None:
        names = ", ".join(key)
        numbers = skip.numbers(owner[other])
        reasons = [
            f"{names} = {value} is the key of row {n:,} already" for value, n in zip(shown, numbers, strict=True)
        ]
        skip.leave_out_keys(other, new.take(pa.array(other)), _found([names] * len(other), shown, reasons))
    return new.take(pa.array(np.sort(first)))


def _found(columns: Sequence[str], values: Sequence[str | None], reasons: Sequence[str]) -> dict[str, Any]:
    return {
        "column": pa.array(columns, pa.string()),
        "value": pa.array(values, pa.string()),
        "reason": pa.array(reasons, pa.string()),
    }


def _match(base: StoredTable, new: Any, key: Sequence[str]) -> I64:
    """Give for each new row the row that has its key, or -1."""
    stored = base.read(key, range(len(base.chunks)))
    joined = join_columns(stored.columns, [new[name] for name in key])
    target = np.full(new.num_rows, -1, dtype=np.int64)
    target[joined.new] = joined.old
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
