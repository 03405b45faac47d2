"""Arrow tables as pandas and polars frames, without losing what they hold."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.types as types

from dsa_workbench.errors import Unsupported

_NULLABLE = {
    pa.bool_(): "boolean",
    pa.int8(): "Int8",
    pa.int16(): "Int16",
    pa.int32(): "Int32",
    pa.int64(): "Int64",
    pa.uint8(): "UInt8",
    pa.uint16(): "UInt16",
    pa.uint32(): "UInt32",
    pa.uint64(): "UInt64",
}


def to_pandas(table: Any) -> Any:
    """Turn an Arrow table into a pandas frame.

    Whole numbers and booleans with nulls become pandas' nullable types, since floats would round whole
    numbers beyond 2**53. All else follows pyarrow.
    """
    # pandas takes a third of a second to load, and most verbs do without it.
    import pandas as pd

    series = {}
    for index, field in enumerate(table.schema):
        column = table.column(index)
        nullable = column.null_count and (types.is_integer(field.type) or types.is_boolean(field.type))
        values = (
            column.to_pandas(types_mapper=lambda kind: pd.api.types.pandas_dtype(_NULLABLE[kind]))
            if nullable
            else column.to_pandas()
        )
        # Arrow lends numbers and times without copying them, and read-only: but frames are there to be edited.
        lent = not nullable and (types.is_primitive(field.type) and not types.is_boolean(field.type))
        series[index] = values.copy() if lent else values
    frame = pd.DataFrame(series, index=pd.RangeIndex(table.num_rows), copy=False)
    frame.columns = pd.Index(table.column_names)
    return frame


def to_polars(table: Any) -> Any:
    """Turn an Arrow table into a polars frame.

    Raises
    ------
    Unsupported
        Polars is not installed.
    """
    try:
        import polars as pl
    except ImportError as err:
        raise Unsupported(
            "polars is not installed here.", hint="Install it with: pip install 'dsa-workbench[polars]'"
        ) from err
    return pl.from_arrow(table)
