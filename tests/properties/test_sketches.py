"""Sketches of parts, merged in any order, tell of the whole what they promise."""

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.columns.layout import normalize
from dsa_workbench.columns.sketch import GROUPS, distance, merge, sketch
from tests.properties.strategies import arrays, types


@given(st.data(), st.integers(0, 2**32), st.lists(st.integers(1, 3000), min_size=1, max_size=6), st.floats(0, 1))
def test_ranks_are_within_half_a_group_of_each_part(data: Any, seed: int, sizes: list[int], share: float) -> None:
    random = np.random.default_rng(seed)
    parts = [np.round(random.lognormal(i, 2, n), 1) for i, n in enumerate(sizes)]
    sketches = [sketch(pa.array(p)) for p in parts]
    merged = merge(data.draw(st.permutations(sketches)))
    whole = np.concatenate(parts)
    found = merged.quantile(share)
    assert found is not None
    bound = sum(-(-n // GROUPS) // 2 for n in sizes) + max(-(-n // GROUPS) for n in sizes)
    assert np.count_nonzero(whole < found) <= share * len(whole) + bound
    assert np.count_nonzero(whole <= found) >= share * len(whole) - bound
    assert merged.weights.sum() == merged.histogram(16).sum() == len(whole)


@given(st.data(), types(), st.integers(1, 40))
def test_order_and_grouping_of_merges_do_not_show(data: Any, kind: Any, rows: int) -> None:
    array = normalize(data.draw(arrays(kind, rows)))
    cuts = sorted(data.draw(st.lists(st.integers(0, rows), max_size=4)))
    parts = [sketch(array.slice(a, b - a)) for a, b in zip([0, *cuts], [*cuts, rows], strict=True)]
    one, other = merge(parts), merge([merge(parts[::-1][:1]), *parts[::-1][1:]])
    for name in ("rows", "nulls", "registers", "points", "weights"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    whole = sketch(array)
    assert (one.rows, one.nulls) == (rows, array.null_count)
    np.testing.assert_array_equal(one.registers, whole.registers)


@pytest.mark.parametrize("distinct", [1, 10, 500, 3000, 100_000])
@pytest.mark.parametrize("text", [False, True])
def test_distinct_values_are_within_four_standard_errors(distinct: int, text: bool) -> None:
    values = np.tile(np.arange(distinct), 2)
    array = pa.array([f"https://example.org/{v}/the-same-end" for v in values]) if text else pa.array(values)
    half = len(array) // 3
    found = merge([sketch(array[:half]), sketch(array[half:])]).distinct
    assert found is not None
    assert abs(found - distinct) <= 4 * 0.0325 * distinct


def test_few_values_are_exact_and_spreads_that_moved_are_far() -> None:
    values = pa.array([3, 1, None, 2, 5, 4])
    found = sketch(values)
    assert (found.distinct, found.quantile(0.5), found.nulls) == (5, 3.0, 1)
    assert distance(found, found) == 0
    assert distance(found, sketch(pa.array([9, 10]))) == 1
    assert sketch(pa.array([0.0, -0.0, np.nan, np.nan])).distinct == 2


def test_decimals_with_more_digits_than_their_type_has() -> None:
    wide = pa.array([Decimal("123456.78"), Decimal("-1.00")], pa.decimal128(38, 2))
    array = pa.Array.from_buffers(pa.decimal128(4, 2), 2, wide.buffers())
    assert sketch(array).ends == (Decimal("-1.00"), Decimal("123456.78"))
