"""Canonical bytes, stored forms and fingerprints of any array."""

from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.columns import canonical, codec
from dsa_workbench.columns.chunker import Chunker
from dsa_workbench.columns.fingerprint import fingerprint
from dsa_workbench.columns.hashing import row_hashes
from dsa_workbench.columns.layout import normalize
from dsa_workbench.columns.row_sizes import row_sizes
from dsa_workbench.columns.stats import PREFIX, column_stats
from dsa_workbench.columns.types import normal_type, parse_type, type_text
from tests.properties.strategies import arrays, laid_out, types


@given(types())
def test_type_texts_are_read_back(kind: Any) -> None:
    assert parse_type(type_text(kind)) == normal_type(kind)


@given(laid_out())
def test_values_come_back_bit_for_bit(pair: tuple[Any, Any]) -> None:
    array = normalize(pair[0])
    body = canonical.encode(array)
    again = canonical.decode(body, array.type, len(array))
    again.validate(full=True)
    assert canonical.encode(again) == body
    assert again.type == array.type
    assert again.is_valid().equals(array.is_valid())
    if "float" not in str(array.type) and "double" not in str(array.type):
        assert again.equals(array)
    encoding, blob = codec.store(array, body)
    loaded = codec.load(encoding, blob, len(body), array.type, len(array))
    loaded.validate(full=True)
    assert canonical.encode(loaded) == body


@given(laid_out())
def test_layout_does_not_show(pair: tuple[Any, Any]) -> None:
    a, b = (normalize(array) for array in pair)
    assert a.type == b.type
    assert canonical.encode(a) == canonical.encode(b)
    assert np.array_equal(fingerprint([a], len(a)), fingerprint([b], len(b)))
    assert np.array_equal(row_sizes([a], len(a)), row_sizes([b], len(b)))


@given(st.data(), types(), st.integers(1, 12))
def test_rows_are_fingerprinted_one_by_one(data: st.DataObject, kind: Any, rows: int) -> None:
    array = normalize(data.draw(arrays(kind, rows)))
    alone = [fingerprint([array.slice(i, 1)], 1)[0] for i in range(rows)]
    assert fingerprint([array], rows).tolist() == [int(f) for f in alone]
    assert row_sizes([array], rows).tolist() == [int(row_sizes([array.slice(i, 1)], 1)[0]) for i in range(rows)]


@given(st.data(), types(), st.integers(1, 8))
def test_equal_rows_have_equal_hashes(data: st.DataObject, kind: Any, rows: int) -> None:
    array = normalize(data.draw(arrays(kind, rows))).drop_null()
    twice = pa.concat_arrays([array, array])
    hashes = row_hashes([twice], len(twice))
    assert np.array_equal(hashes[: len(array)], hashes[len(array) :])


@given(st.lists(st.one_of(st.none(), st.text(max_size=12)), min_size=1))
def test_bounds_of_text_hold(values: list[str | None]) -> None:
    stats = column_stats(pa.array(values, pa.string()))
    assert stats.nulls == values.count(None)
    for value in values:
        if value is not None:
            assert stats.minimum is not None
            assert stats.maximum is not None
            prefix = value.encode()[:PREFIX].ljust(PREFIX, b"\0").hex()
            assert stats.minimum <= prefix <= stats.maximum


@given(st.lists(st.one_of(st.none(), st.floats(), st.integers(-5, 5).map(float)), min_size=1))
def test_bounds_of_floats_hold(values: list[float | None]) -> None:
    stats = column_stats(pa.array(values, pa.float64()))
    numbers = [v for v in values if v is not None and v == v]
    if numbers:
        assert (float(stats.minimum or "x"), float(stats.maximum or "x")) == (min(numbers), max(numbers))
    else:
        assert stats.minimum is None


def borders(prints: list[int], window: int, limit: int) -> list[tuple[int, bool]]:
    """Find the cuts as docs/format.md says it, word by word."""
    rows, cuts, start = len(prints), [], 0
    marks = [
        i
        for i in range(window, rows)
        if all(prints[i] < p for p in prints[i - window : i])
        and all(prints[i] <= p for p in prints[i + 1 : i + window + 1])
    ]
    for mark in [*marks, rows]:
        while start + limit < mark:
            start += limit
            cuts.append((start, True))
        if mark < rows:
            cuts.append((mark, False))
            start = mark
    return cuts


def found(prints: list[int], window: int, limit: int, steps: list[int]) -> list[tuple[int, bool]]:
    chunker = Chunker(window, limit, 1 << 40)
    cuts, at = [], 0
    for step in [*steps, len(prints)]:
        part = np.array(prints[at : at + step], np.uint64)
        cuts += chunker.push(part, np.ones(len(part), np.int64))
        at += step
    return [(c.row, c.forced) for c in [*cuts, *chunker.finish()]]


PRINTS = st.one_of(st.lists(st.integers(0, 9), max_size=120), st.lists(st.integers(0, 1 << 63), max_size=120))


@given(PRINTS, st.integers(1, 8), st.integers(0, 20), st.lists(st.integers(1, 40), max_size=5))
def test_borders_are_those_of_the_definition(prints: list[int], window: int, more: int, steps: list[int]) -> None:
    assert found(prints, window, window + more, steps) == borders(prints, window, window + more)


@given(PRINTS, PRINTS, st.integers(1, 6))
def test_rows_appended_leave_firm_borders_where_they_are(prints: list[int], more: list[int], window: int) -> None:
    limit = 1 << 40
    before, after = (borders(p, window, limit) for p in (prints, prints + more))
    firm = [cut for cut in before if cut[0] + window < len(prints)]
    assert after[: len(firm)] == firm
    if firm:
        start = firm[-1][0]
        assert [(row + start, f) for row, f in borders((prints + more)[start:], window, limit)] == after[len(firm) :]


@given(st.lists(st.integers(1, 30), min_size=1, max_size=80), st.integers(10, 60))
def test_no_chunk_is_larger_than_the_limit_unless_a_row_is(sizes: list[int], limit: int) -> None:
    chunker = Chunker(1_000, 1_000_000, limit)
    cuts = [*chunker.push(np.zeros(len(sizes), np.uint64), np.array(sizes)), *chunker.finish()]
    edges = [0, *(c.row for c in cuts), len(sizes)]
    for a, b in pairwise(edges):
        assert b - a == 1 or sum(sizes[a:b]) <= limit
        assert b == len(sizes) or sum(sizes[a : b + 1]) > limit
