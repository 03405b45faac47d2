"""Layouts of lists that Arrow's own casts get wrong."""

import pyarrow as pa
import pytest

from dsa_workbench.columns import canonical
from dsa_workbench.columns.layout import normalize

LISTS = [[1, 2], None, [], [3, None], None]


@pytest.mark.parametrize("kind", [pa.list_view(pa.int8()), pa.large_list_view(pa.int8()), pa.large_list(pa.int8())])
def test_every_layout_of_lists_is_the_same_column(kind: pa.DataType) -> None:
    array = normalize(pa.array(LISTS, kind))
    array.validate(full=True)
    assert array.to_pylist() == LISTS
    assert canonical.encode(array) == canonical.encode(pa.array(LISTS, pa.list_(pa.int8())))
    assert normalize(pa.array(LISTS, kind).slice(3)).to_pylist() == LISTS[3:]


def test_elements_under_a_null_list_do_not_become_its_neighbours() -> None:
    offsets = pa.array([0, 0, 0, 1], pa.int64()).buffers()[1]
    validity = pa.py_buffer(bytes([0b011]))
    array = pa.Array.from_buffers(pa.large_list(pa.int8()), 3, [validity, offsets], children=[pa.array([7], pa.int8())])
    assert normalize(array).to_pylist() == [[], [], None]
