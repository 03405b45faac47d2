"""The stored form of sketches: what was written is read, as on the first day, and nothing else is taken for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.columns.layout import normalize
from dsa_workbench.columns.packing import few_values
from dsa_workbench.columns.sketch import Sketch, merge, sketch
from dsa_workbench.columns.sketch_form import LONGEST_END, pack_sketch, unpack_sketch
from dsa_workbench.columns.value_hashes import value_hashes
from dsa_workbench.errors import StoreCorrupt
from tests.properties.strategies import arrays, types

PARTS = ("rows", "nulls", "registers", "points", "weights", "ends", "buckets")


def assert_same(one: Sketch | None, other: Sketch) -> None:
    assert one is not None
    for name in PARTS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@given(st.data(), types(), st.integers(0, 40))
def test_a_sketch_of_any_type_comes_back(data: Any, kind: Any, rows: int) -> None:
    array = normalize(data.draw(arrays(kind, rows)))
    found = sketch(array)
    assert_same(unpack_sketch(pack_sketch(found), array.type), found)


@pytest.mark.parametrize("values", [np.arange(20_000) * 3, np.random.default_rng(1).normal(size=20_000)])
def test_a_sketch_of_many_values_comes_back(values: Any) -> None:
    array = pa.array(values)
    packed = pack_sketch(sketch(array))
    assert_same(unpack_sketch(packed, array.type), sketch(array))
    assert len(packed) < 900


def test_few_words_give_the_sketch_of_all_rows() -> None:
    words = [None, "", "Ulm", "Neu-Ulm an der Donau", "x" * 300, "é"]
    array = pa.array([words[i * i % 11 % 6] for i in range(5000)])
    coded = few_values(array)
    assert coded is not None
    assert_same(sketch(array, coded), sketch(array))


def test_long_bounds_are_not_kept() -> None:
    array = pa.array(["a", "b" * (LONGEST_END + 1)])
    found = unpack_sketch(pack_sketch(sketch(array)), array.type)
    assert found is not None
    assert found.ends is None
    assert merge([found, sketch(array)]).ends is None


@given(st.lists(st.binary(max_size=400), max_size=20))
def test_a_text_is_hashed_alike_wherever_it_stands(texts: list[bytes]) -> None:
    together = value_hashes(pa.array(texts, pa.binary()))
    found = dict(zip(np.arange(len(texts))[together.rows].tolist(), together.values.tolist(), strict=True))
    for i, text in enumerate(texts):
        assert found[i] == value_hashes(pa.array([text], pa.binary())).values[0]
    assert len(set(found.values())) == len(set(texts))


def test_what_is_none_is_refused_and_a_form_of_the_future_is_as_if_it_were_not_there() -> None:
    array = pa.array([1, 2, 3])
    packed = pack_sketch(sketch(array))
    body = zstandard.decompress(packed)
    assert unpack_sketch(zstandard.compress(b"\x02" + body[1:]), array.type) is None
    for wrong in (packed[:-3], b"", zstandard.compress(body[:-1]), zstandard.compress(body + b"\x00")):
        with pytest.raises(StoreCorrupt):
            unpack_sketch(wrong, array.type)


GOLDEN = {
    "ints": (
        pa.array([3, None, 5, 5]),
        "011a04000000010000000300000001330135027be501010101030200000000000000000000000000000000000000000000",
    ),
    "floats": (
        pa.array([0.5, float("nan"), -0.0]),
        "0112030000000000000002000000042d302e3003302e3503c275d601020303020300000000000000000000000000e0003f",
    ),
    "text": (
        pa.array(["Ulm", "", None, "x" * 300]),
        (
            "012e040000000100000003000000030006b7000001200101010000000000000000000000000000000000000000000000"
            "000100000000000000000000000000000000000000000000000000000000000000000001000000000000000000000000"
            "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            "000000000000000000000000000000000000000000000000000000000000000000000000000000000003290000010000"
            "00000000000000000000000000000000"
        ),
    ),
    "list": (
        pa.array([[1], [], None]),
        (
            "010403000000010000000000000000000000000001000000000000000000000000000000000000000000000000000000"
            "000100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            "000000000000000000000000000000000000000000000000000000000000"
        ),
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_sketches_are_written_as_on_the_first_day(name: str) -> None:
    array, body = GOLDEN[name]
    assert zstandard.decompress(pack_sketch(sketch(array))).hex() == body
