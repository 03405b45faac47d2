"""Things that stream Arrow are tables like any other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from dsa_workbench.errors import InvalidInput
from dsa_workbench.files.memory import open_memory


class Streamed:
    """A table of another library, which gives Arrow streams and nothing else."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


def test_whatever_streams_arrow_is_a_table() -> None:
    table = pa.table({"n": [1, 2], "t": pa.array(["a", "b"], pa.string_view())})
    source = open_memory(Streamed(table), "data")
    for _ in range(2):
        assert pa.Table.from_batches(source.batches(), source.schema).to_pydict() == table.to_pydict()


def test_a_column_alone_is_no_table() -> None:
    with pytest.raises(InvalidInput, match="a Streamed is one column and no table"):
        open_memory(Streamed(pa.chunked_array([[1, 2]])), "data")


@pytest.mark.parametrize("wrap", [lambda table: table, Streamed, pa.Table.to_reader])
def test_a_view_stands_beside_a_type_that_arrow_cannot_cast(wrap: Callable[[pa.Table], Any]) -> None:
    nothing = pa.array([[[None], [None]], None], pa.list_(pa.list_(pa.null(), 1), 2))
    table = pa.table({"nothing": nothing, "t": pa.array(["a", None], pa.string_view())})
    source = open_memory(wrap(table), "data")
    assert source.schema.field("t").type == pa.string()
    assert pa.Table.from_batches(source.batches(), source.schema).to_pydict() == table.to_pydict()
