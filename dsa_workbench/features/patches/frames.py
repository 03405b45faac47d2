"""Tables with their types as JSON, value by value as in `values`: what goes over a wire and must come back the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from dsa_workbench.columns.types import normal_type, parse_type, type_text
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.patches.values import from_json, to_json
from dsa_workbench.features.versioning.merger.conflicts import one_array

_PLAIN = (str, int, float, bool)


def frame_to_json(table: Any) -> dict[str, Any]:
    """Give a table as ``columns``, each with `name` and `type`, and ``rows``, a list of values each.

    Raises
    ------
    InvalidInput
        A column has a type that cannot be stored.
    """
    columns, values = [], []
    for field, column in zip(table.schema, table.columns, strict=True):
        kind = normal_type(field.type)
        array = one_array(column)
        values.append(to_json(array if array.type == kind else array.cast(kind)))
        columns.append({"name": field.name, "type": type_text(kind)})
    rows = [list(row) for row in zip(*values, strict=True)] if values else [[] for _ in range(table.num_rows)]
    return {"columns": columns, "rows": rows}


def frame_from_json(columns: Sequence[Mapping[str, str]], rows: Sequence[Sequence[Any]]) -> Any:
    """Read what `frame_to_json` gave.

    Raises
    ------
    InvalidInput
        There is no such type, a row has too few or too many values, or a value is none of its type.
    """
    for number, row in enumerate(rows, 1):
        if len(row) != len(columns):
            raise InvalidInput(
                f"Row {number:,} has {len(row)} values, and there are {len(columns)} columns.",
                hint="Give each row a value for each column, null where there is none.",
            )
    arrays, fields = [], []
    for place, column in enumerate(columns):
        kind = _type(column["type"])
        arrays.append(_read([row[place] for row in rows], kind, column["name"]))
        fields.append(pa.field(column["name"], kind))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def value_to_json(value: Any) -> Any:
    """Give any one value: as it is where JSON has it, else as an object of its `type` and its `value`.

    Raises
    ------
    InvalidInput
        It is of no type that could be stored.
    """
    if value is None or (type(value) in _PLAIN and value == value and value not in (float("inf"), float("-inf"))):
        return value
    try:
        array = pa.array([value])
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError) as err:
        raise InvalidInput(
            f"{value!r} is no value of a table: {err}.", hint="Give a value of the column's type."
        ) from err
    kind = normal_type(array.type)
    (told,) = to_json(array.cast(kind))
    return {"type": type_text(kind), "value": told}


def value_from_json(told: Any) -> Any:
    """Read what `value_to_json` gave; errors are those of `frame_from_json`."""
    if isinstance(told, dict) and set(told) == {"type", "value"} and isinstance(told["type"], str):
        return _read([told["value"]], _type(told["type"]), "value")[0].as_py()
    return told


def _type(text: str) -> Any:
    try:
        return parse_type(text)
    except (pa.ArrowInvalid, ValueError, OverflowError, RecursionError) as err:
        raise InvalidInput(f"{text[:80]!r} is no type that there can be.", hint="Take types as they are told.") from err


def _read(values: list[Any], kind: Any, name: str) -> Any:
    try:
        return from_json(values, kind)
    except InvalidInput as err:
        raise InvalidInput(f"Column {name}: {err.message}", hint=err.hint) from err
    except (pa.ArrowNotImplementedError, AttributeError, IndexError) as err:
        # What is no object where a struct should be, and the like.
        raise InvalidInput(
            f"Column {name} holds a value that is no {kind}.", hint="Write values as they are told."
        ) from err
