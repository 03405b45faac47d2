"""Arrow tables as pandas and polars frames, without losing what they hold."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.types as types

from dsa_workbench.errors import Unsupported

_NULLABLE: dict[Any, Any] = {
    pa.bool_(): pd.BooleanDtype(),
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
}


def to_pandas(table: Any) -> pd.DataFrame:
    """Turn an Arrow table into a pandas frame.

    Whole numbers and booleans with nulls become pandas' nullable types, since floats would round whole
    numbers beyond 2**53. All else follows pyarrow.
    """
    series = {}
    for index, field in enumerate(table.schema):
        column = table.column(index)
        nullable = column.null_count and (types.is_integer(field.type) or types.is_boolean(field.type))
        series[index] = column.to_pandas(types_mapper=_NULLABLE.get) if nullable else column.to_pandas()
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
