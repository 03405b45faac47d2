"""Batches brought into the schema that stands there, and the value named that does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.columns import layout
from dsa_workbench.columns.types import normal_type
from dsa_workbench.errors import ImportRejected
from dsa_workbench.features.versioning.skipping import Skip
from dsa_workbench.files.rejects import reject_rows
from dsa_workbench.files.values.misfits import cast_values
from dsa_workbench.files.words import an


def conformed(
    batches: Callable[[], Iterator[Any]], arrow: Any, label: str, skip: Skip | None = None
) -> Callable[[], Iterator[Any]]:
    """Give batches in the schema `arrow`: columns by name, absent ones null, values cast where they fit.

    Rows that do not fit go to `skip` where it is given.

    Raises
    ------
    ImportRejected
        A value does not fit; says row, column and value.
    """
    if skip is not None:
        return lambda: _fitting(skip, batches, arrow)

    def read() -> Iterator[Any]:
        done = 0
        for batch in batches():
            names = batch.schema.names
            columns = []
            for field in arrow:
                if field.name in names:
                    column = batch.column(names.index(field.name))
                    columns.append(_cast(column, field, label, done))
                else:
                    columns.append(pa.nulls(batch.num_rows, field.type))
            done += batch.num_rows
            yield pa.RecordBatch.from_arrays(columns, schema=arrow)

    return read


def _fitting(skip: Skip, batches: Callable[[], Iterator[Any]], arrow: Any) -> Iterator[Any]:
    """Give the rows that fit, in the schema `arrow`."""
    for batch, places in skip.stream(batches):
        names = batch.schema.names
        columns, texts, masks, reasons = [], [], {}, {}
        for i, field in enumerate(arrow):
            if field.name not in names:
                columns.append(pa.nulls(batch.num_rows, field.type))
                texts.append(columns[-1])
                continue
            array = layout.normalize(batch.column(names.index(field.name)))
            texts.append(array)
            if array.type != field.type:
                array, wrong = cast_values(array, field.type)
                if wrong is not None:
                    masks[i], reasons[i] = wrong, f"not {an(str(field.type))}, as in the table"
            columns.append(array)
        if masks:
            wrong = np.logical_or.reduce(list(masks.values()))
            rows = np.flatnonzero(wrong)
            told = [t.cast(pa.string()) if i in masks else t for i, t in enumerate(texts)]
            skip.leave_out(
                places[rows], batch.take(pa.array(rows)), reject_rows(rows, told, masks, arrow.names, reasons)
            )
            kept = pa.array(~wrong)
            columns = [column.filter(kept) for column in columns]
        yield pa.RecordBatch.from_arrays(columns, schema=arrow)


def _cast(column: Any, field: Any, label: str, done: int) -> Any:
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    array = layout.normalize(array) if array.type != normal_type(array.type) else array
    if array.type == field.type:
        return array
    try:
        return array.cast(field.type)
    except pa.ArrowInvalid as err:
        row = _first_misfit(array, field.type)
        raise ImportRejected(
            f"{label}, row {done + row + 1:,}, column {field.name}: {array[row]} does not fit {field.type}.",
            hint="Mend the value, or import with mode replace to change the column's type.",
            row=done + row + 1,
            column=field.name,
        ) from err


def find_misfit(batches: Iterator[Any], name: str, target: Any) -> tuple[int, str | None]:
    """Find the first text that is not exactly a value of a type: its row, counted from 1, or 0 where there is none."""
    if not _has_texts(target):
        return 0, None
    done = 0
    for batch in batches:
        array = layout.normalize(batch.column(batch.schema.names.index(name)))
        if not pa.types.is_string(array.type):
            return 0, None
        row = _first_inexact(array, target)
        if row >= 0:
            return done + row + 1, array[row].as_py()
        done += batch.num_rows
    return 0, None


def _has_texts(kind: Any) -> bool:
    """Say whether Arrow reads values of a type from texts, and writes them back: not those of lists, for example."""
    try:
        pa.array([], pa.string()).cast(kind).cast(pa.string())
    except pa.ArrowNotImplementedError:
        return False
    return True


def _first_inexact(array: Any, target: Any) -> int:
    """Find the first text that is no value, or that would be written in another way (02139); -1 where there is none."""
    try:
        again = array.cast(target).cast(pa.string())
    except pa.ArrowInvalid:
        return _first_misfit(array, target)
    other = pc.fill_null(pc.not_equal(again, array), False)
    return int(pc.index(other, True).as_py())


def _first_misfit(array: Any, target: Any) -> int:
    low, high = 0, len(array)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            array.slice(low, middle - low).cast(target)
        except pa.ArrowInvalid:
            high = middle
        else:
            low = middle
    return low
