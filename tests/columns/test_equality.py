"""Equality of value and of form, type by type."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.columns.codes import codes
from dsa_workbench.columns.equality import equal_values, same_form

NAN = float("nan")
OTHER_NAN = float(np.array(0x7FF8000000000123, np.uint64).view(np.float64))


def D(*texts: str | None) -> list[Decimal | None]:  # noqa: N802 -- reads as the literal it stands for
    return [None if t is None else Decimal(t) for t in texts]


CASES: list[tuple[str, Any, Any, list[bool]]] = [
    ("floats", pa.array([1.0, NAN, 0.0, None, None]), pa.array([1.0, OTHER_NAN, -0.0, None, NAN]), [1, 1, 1, 1, 0]),
    ("float16", pa.array([1.5, NAN, -0.0], pa.float16()), pa.array([1.5, NAN, 0.0], pa.float32()), [1, 1, 1]),
    ("float32 is exact", pa.array([0.1, 0.5], pa.float32()), pa.array([0.1, 0.5]), [0, 1]),
    ("int and float", pa.array([2**53 + 1, 2**53, 1, None]), pa.array([2.0**53, 2.0**53, 1.5, None]), [0, 1, 0, 1]),
    ("int and inf", pa.array([2**63 - 1, -(2**63)]), pa.array([2.0**63, -(2.0**63)]), [0, 1]),
    ("int widths", pa.array([1, None], pa.int8()), pa.array([1, 0], pa.int64()), [1, 0]),
    ("uint64", pa.array([2**64 - 1, 5], pa.uint64()), pa.array([-1, 5], pa.int64()), [0, 1]),
    ("uint64 and float", pa.array([2**63, 2**63 + 1], pa.uint64()), pa.array([2.0**63, 2.0**63]), [1, 0]),
    ("decimals", pa.array(D("1.50", None, "2.00")), pa.array(D("1.5000", None, "2.0001")), [1, 1, 0]),
    ("decimal widths", pa.array(D("1.5"), pa.decimal32(5, 1)), pa.array(D("1.5"), pa.decimal256(60, 30)), [1]),
    ("decimal scale below zero", pa.array(D("12E3"), pa.decimal128(3, -3)), pa.array([12000]), [1]),
    ("int and decimal", pa.array([1, 2, 3]), pa.array(D("1.00", "2.5", None)), [1, 0, 0]),
    (
        "uint64 and decimal",
        pa.array([2**64 - 1], pa.uint64()),
        pa.array(D(f"{2**64 - 1}.0"), pa.decimal128(30, 1)),
        [1],
    ),
    (
        "float and decimal",
        pa.array([0.1, 1e-7, 1e300, NAN, None, -0.0, 1e-30, 0.1]),
        pa.array(
            D("0.1", "0.0000001", "1", "1", None, "0", "0", "0.1000000000000000055511151231257827"),
            pa.decimal128(38, 35),
        ),
        [1, 1, 0, 0, 1, 1, 0, 0],
    ),
    (
        "decimals that no type holds together",
        pa.array(D("0.5", "1E-70"), pa.decimal256(76, 76)),
        pa.array(D("0", "1E+70"), pa.decimal256(76, 0)),
        [0, 0],
    ),
    ("wide decimal and float", pa.array(D("0.5", "0.25"), pa.decimal256(76, 76)), pa.array([0.5, 0.5]), [1, 0]),
    ("bool is no number", pa.array([True, None]), pa.array([1, None]), [0, 1]),
    ("text is no number", pa.array(["1", None]), pa.array([1, None]), [0, 1]),
    ("text byte for byte", pa.array(["é", "a", ""]), pa.array(["e\u0301", "a ", ""]), [0, 0, 1]),
    ("text and binary", pa.array(["a"]), pa.array([b"a"]), [0]),
    ("large text", pa.array(["a", "b"]), pa.array(["a", "c"], pa.large_string()), [1, 0]),
    ("binary widths", pa.array([b"ab", b"cd"], pa.binary(2)), pa.array([b"ab", b"c"]), [1, 0]),
    ("nulls", pa.array([None, None]), pa.array([1, None]), [0, 1]),
    (
        "instants",
        pa.array([1, 1], pa.timestamp("s", "UTC")),
        pa.array([1000, 1001], pa.timestamp("ms", "Asia/Tokyo")),
        [1, 0],
    ),
    ("far instants", pa.array([2**40], pa.timestamp("s")), pa.array([2**40 * 1000], pa.timestamp("ms")), [1]),
    ("before 1970", pa.array([-1], pa.timestamp("s")), pa.array([-(10**9)], pa.timestamp("ns")), [1]),
    ("zoned or not", pa.array([1], pa.timestamp("s", "UTC")), pa.array([1], pa.timestamp("s")), [0]),
    ("date and midnight", pa.array([1, 1], pa.date32()), pa.array([86_400, 86_401], pa.timestamp("s")), [1, 0]),
    ("date64", pa.array([1], pa.date32()), pa.array([86_400_000], pa.date64()), [1]),
    ("times", pa.array([1], pa.time32("s")), pa.array([10**9], pa.time64("ns")), [1]),
    ("durations", pa.array([1, 2], pa.duration("s")), pa.array([1000, 1], pa.duration("ms")), [1, 0]),
    ("lists", pa.array([[1.0, None], [], None, [-0.0]]), pa.array([[1, None], [None], None, [0]]), [1, 0, 1, 1]),
    ("fixed lists", pa.array([[1, 2], [3, 4], None], pa.list_(pa.int8(), 2)), pa.array([[1, 2], [3], None]), [1, 0, 1]),
    ("empty and null list", pa.array([[], None]), pa.array([None, None], pa.list_(pa.null())), [0, 1]),
    (
        "structs by name",
        pa.array([{"a": 1, "b": "x"}, None, {"a": None, "b": None}]),
        pa.array([{"b": "x", "a": 1.0}, None, None], pa.struct([("b", pa.string()), ("a", pa.float64())])),
        [1, 1, 0],
    ),
    ("structs of other fields", pa.array([{"a": 1}, None]), pa.array([{"c": 1}, None]), [0, 1]),
    (
        "maps",
        pa.array([[("a", 1)], [("b", 2), ("c", 3)], []], pa.map_(pa.string(), pa.int8())),
        pa.array([[("a", 1)], [("b", 2), ("c", 4)], []], pa.map_(pa.string(), pa.int64())),
        [1, 0, 1],
    ),
    (
        "intervals",
        pa.array([pa.MonthDayNano([1, 2, 3]), None]),
        pa.array([pa.MonthDayNano([1, 2, 4]), None]),
        [0, 1],
    ),
]


@pytest.mark.parametrize(("a", "b", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_values(a: Any, b: Any, expected: list[int]) -> None:
    wanted = [bool(x) for x in expected]
    assert equal_values(a, b).tolist() == wanted
    assert equal_values(b, a).tolist() == wanted
    assert equal_values(a, a).all()
    assert equal_values(b, b).all()


@pytest.mark.parametrize(("a", "b", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_values_do_not_depend_on_offsets_or_chunks(a: Any, b: Any, expected: list[int]) -> None:
    shifted = [pa.concat_arrays([x.slice(0, 1), x]).slice(1) for x in (a, b)]
    assert equal_values(*shifted).tolist() == [bool(x) for x in expected]
    chunked = pa.chunked_array([a.slice(0, 1), a.slice(1)]), pa.chunked_array([b])
    assert equal_values(*chunked).tolist() == [bool(x) for x in expected]


@pytest.mark.parametrize(("a", "b", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_codes_agree_with_equality(a: Any, b: Any, expected: list[int]) -> None:
    (x, y), count = codes([a, b])
    assert (x == y).tolist() == [bool(v) for v in expected]
    assert max(x.max(), y.max()) < count


@pytest.mark.parametrize("a", [c[1] for c in CASES], ids=[c[0] for c in CASES])
def test_form_of_itself(a: Any) -> None:
    assert same_form(a, a).all()


def test_form_tells_bits_apart() -> None:
    a = pa.array([0.0, NAN, 1.0, None])
    b = pa.array([-0.0, OTHER_NAN, 1.0, None])
    assert same_form(a, b).tolist() == [False, False, True, True]
    assert same_form(pa.array([[0.0], [1.0], None]), pa.array([[-0.0], [1.0], None])).tolist() == [False, True, True]
    nested = [pa.array([{"a": [x]}]) for x in (0.0, -0.0)]
    assert same_form(*nested).tolist() == [False]
    assert equal_values(*nested).tolist() == [True]


def test_form_needs_one_type() -> None:
    assert same_form(pa.array([1], pa.int8()), pa.array([1])).tolist() == [False]


def test_no_rows() -> None:
    for arrow in (pa.int64(), pa.float64(), pa.string(), pa.list_(pa.int64()), pa.null()):
        empty = pa.chunked_array([], arrow)
        assert equal_values(empty, empty).tolist() == []
        (left, right), _ = codes([empty, pa.array([], arrow)])
        assert (len(left), len(right)) == (0, 0)


numbers = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.sampled_from([0, 2**53, 2**53 + 1, 2**62]))
floats = st.one_of(st.none(), st.floats(), st.integers(-(2**63), 2**63).map(float), st.sampled_from([2.0**53, -0.0]))


@given(st.lists(st.tuples(numbers, floats)))
def test_integers_meet_floats_exactly(pairs: list[tuple[int | None, float | None]]) -> None:
    a = pa.array([i for i, _ in pairs], pa.int64())
    b = pa.array([f for _, f in pairs], pa.float64())
    # Python compares the two exactly.
    assert equal_values(a, b).tolist() == [i == f for i, f in pairs]


@given(st.lists(st.tuples(st.floats(-1e20, 1e20), st.integers(0, 6))))
def test_a_float_is_its_shortest_text(pairs: list[tuple[float, int]]) -> None:
    a = pa.array([f for f, _ in pairs], pa.float64())
    texts = [Decimal(repr(f)).quantize(Decimal(1).scaleb(-n)) for f, n in pairs]
    b = pa.array(texts, pa.decimal128(38, 6))
    assert equal_values(a, b).tolist() == [Decimal(repr(f)) == d for (f, _), d in zip(pairs, texts, strict=True)]
