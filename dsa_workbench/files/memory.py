"""Tables that are in memory already: pandas, polars, Arrow, and whatever streams Arrow.

Nothing is guessed here: the types are those that the user's table has. pandas keeps no null in a float column, so a
NaN there comes in as null (as `pyarrow.Table.from_pandas` has it); a NaN inside an Arrow or polars column stays
NaN. Of a pandas index, whole numbers without a name are the row labels that filters, sorts and concat leave behind:
they stay out, with a note where they are not 0, 1, 2... Any other index comes first, as a column of its own.
pandas and polars are never imported here: who has such a table has imported them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from dsa_workbench.core.model.finding import Effect, Finding
from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.files.tables import ArrowSource, TableSource

BATCH_ROWS = 65_536


def is_table(thing: object) -> bool:
    """Say whether `open_memory` can take it."""
    arrow = (pa.Table, pa.RecordBatch, pa.RecordBatchReader)
    return isinstance(thing, arrow) or _kind(thing) != "" or (_streams(thing) and not isinstance(thing, type))


def open_memory(thing: Any, name: str) -> TableSource:
    """Open a table that is in memory, or a thing that streams one (Arrow's PyCapsule interface).

    Raises
    ------
    ImportRejected
        A column holds values of several types, or two columns have one name.
    InvalidInput
        What is streamed is one column and no table.
    """
    if isinstance(thing, pa.RecordBatchReader):
        schema = plain_schema(thing.schema)
        _check_names(schema.names, name)
        return ArrowSource(name, name, schema, _once(thing, schema, name))
    kind = _kind(thing)
    if kind == "" and not isinstance(thing, (pa.Table, pa.RecordBatch)):
        return _open_stream(thing, name)
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    if isinstance(thing, pa.RecordBatch):
        table = pa.Table.from_batches([thing])
    elif isinstance(thing, pa.Table):
        table = thing
    elif kind == "pandas":
        table, notes = _from_pandas(thing, name)
        findings = _nans(thing, table)
    else:
        table = (thing.collect() if kind == "polars lazy" else thing).to_arrow()
    _check_names(table.column_names, name)
    schema = plain_schema(table.schema)
    table = _plain_table(table, schema)

    def read() -> Iterator[pa.RecordBatch]:
        yield from table.to_batches(max_chunksize=BATCH_ROWS)

    return ArrowSource(name, name, schema, read, notes, findings=findings)


def _streams(thing: object) -> bool:
    return hasattr(thing, "__arrow_c_stream__")


def _open_stream(thing: Any, name: str) -> TableSource:
    try:
        schema = plain_schema(pa.RecordBatchReader.from_stream(thing).schema)
    except pa.ArrowInvalid as err:
        raise InvalidInput(
            f"{name}: a {type(thing).__name__} is one column and no table.",
            hint="Give a table, as in pandas.DataFrame({'name': values}).",
        ) from err
    _check_names(schema.names, name)

    def read() -> Iterator[pa.RecordBatch]:
        # Errors come through an Arrow stream as bare text: a thing that gives batches in Python keeps them whole.
        batches = thing.to_batches() if hasattr(thing, "to_batches") else pa.RecordBatchReader.from_stream(thing)
        for batch in batches:
            yield plain_batch(batch, schema)

    return ArrowSource(name, name, schema, read)


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """Replace view types, which few kernels know, by the plain types of the same values; drop pandas' own notes."""
    fields = [f.with_type(_plain(f.type)) for f in schema]
    kept = {k: v for k, v in (schema.metadata or {}).items() if k not in (b"pandas", b"ARROW:schema")}
    return pa.schema(fields, metadata=kept or None)


def plain_batch(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Give a batch the schema that `plain_schema` announced for it."""
    if batch.schema.equals(schema, check_metadata=True):
        return batch
    return pa.RecordBatch.from_arrays(_plain_columns(batch.columns, schema), schema=schema)


def _plain_table(table: pa.Table, schema: pa.Schema) -> pa.Table:
    if table.schema.equals(schema, check_metadata=True):
        return table
    return pa.Table.from_arrays(_plain_columns(table.columns, schema), schema=schema)


def _plain_columns(columns: list[Any], schema: pa.Schema) -> list[Any]:
    # Arrow casts some nested types not even to themselves: only columns that need it are cast.
    return [c if c.type == field.type else c.cast(field.type) for c, field in zip(columns, schema, strict=True)]


def _plain(kind: pa.DataType) -> pa.DataType:
    if kind == pa.string_view():
        return pa.string()
    if kind == pa.binary_view():
        return pa.binary()
    return kind


def _kind(thing: object) -> str:
    for base in type(thing).__mro__:
        home = base.__module__.partition(".")[0]
        if home == "pandas" and base.__name__ == "DataFrame":
            return "pandas"
        if home == "polars" and base.__name__ == "DataFrame":
            return "polars"
        if home == "polars" and base.__name__ == "LazyFrame":
            return "polars lazy"
    return ""


def _once(reader: Any, schema: pa.Schema, name: str) -> Any:
    state = {"used": False}

    def read() -> Iterator[pa.RecordBatch]:
        if state["used"]:
            raise InvalidInput(
                f"{name}: the RecordBatchReader was read already.",
                hint="Make a new one, or give its read_all().",
            )
        state["used"] = True
        for batch in reader:
            yield plain_batch(batch, schema)

    return read


def _check_names(names: list[str], label: str) -> None:
    repeated = sorted(n for n, count in Counter(names).items() if count > 1)
    if repeated:
        raise ImportRejected(
            f"{label}: {len(repeated)} column name(s) stand more than once: {', '.join(map(repr, repeated[:10]))}.",
            hint="Rename the columns so that each name stands once.",
            column=repeated[0],
        )


def _from_pandas(frame: Any, label: str) -> tuple[pa.Table, tuple[str, ...]]:
    notes: list[str] = []
    if frame.index.nlevels == 1 and frame.index.name is None and frame.index.dtype.kind in "iu":
        if type(frame.index).__name__ != "RangeIndex":
            notes.append("the row labels of the frame have no name and stay out; name its index to keep them.")
        frame = frame.reset_index(drop=True)
    else:
        taken = {str(c) for c in frame.columns}
        names = [
            str(n) if n is not None else _free(f"index_{i}" if frame.index.nlevels > 1 else "index", taken)
            for i, n in enumerate(frame.index.names)
        ]
        frame = frame.reset_index(names=names)
        notes.append(f"the index became column(s) {', '.join(names)}.")
    columns = [c if isinstance(c, str) else _text_name(c) for c in frame.columns]
    changed = [str(c) for c in frame.columns if not isinstance(c, str)]
    if changed:
        notes.append(f"{len(changed)} column name(s) that were not text became text, such as {changed[0]!r}.")
    _check_names(columns, label)
    frame = frame.set_axis(columns, axis=1)
    arrays = [_series(frame.iloc[:, i], column, label) for i, column in enumerate(columns)]
    return pa.Table.from_arrays(arrays, names=columns) if arrays else pa.table({}), tuple(notes)


def _nans(frame: Any, table: pa.Table) -> tuple[Finding, ...]:
    """Count the NaNs that became null: numpy's floats have no other way to say that a value is missing."""
    columns = table.columns[table.num_columns - frame.shape[1] :]
    names = table.column_names[table.num_columns - frame.shape[1] :]
    floats = (getattr(kind, "kind", "") == "f" and type(kind).__module__.startswith("numpy") for kind in frame.dtypes)
    found = ((name, c.null_count) for name, c, is_float in zip(names, columns, floats, strict=True) if is_float)
    return tuple(Finding("NaN is null", Effect.FORM, count, name) for name, count in found if count)


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _text_name(name: object) -> str:
    return "_".join(str(part) for part in name if str(part)) if isinstance(name, tuple) else str(name)


def _series(series: Any, column: str, label: str) -> pa.Array:
    try:
        return pa.Array.from_pandas(series)
    except (
        pa.ArrowInvalid,
        pa.ArrowTypeError,
        pa.ArrowNotImplementedError,
        OverflowError,
        UnicodeError,
    ) as err:
        row, value = _odd_one(series)
        raise ImportRejected(
            f"{label}: column {column!r} holds values of several types: row {row + 1:,} is {value!r:.80} "
            f"({type(value).__name__}).",
            hint=f"Make the column one type first, for example df[{column!r}] = df[{column!r}].astype('string').",
            column=column,
            row=row + 1,
            value=repr(value),
            cause=re.sub(r"\s+", " ", str(err)),
        ) from err


def _odd_one(series: Any) -> tuple[int, object]:
    """Find the first value whose type is not that of the first value that is there."""
    values = series.array
    first: type | None = None
    fallback: tuple[int, object] = (0, values[0])
    for i, value in enumerate(values):
        if value is None or value != value:
            continue
        if first is None:
            first, fallback = type(value), (i, value)
        elif type(value) is not first:
            return i, value
    return fallback
