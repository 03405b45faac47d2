"""Equality under a profile, rule by rule."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.columns.equality import equal_values
from dsa_workbench.columns.loosened import equal_under, normal_form
from dsa_workbench.core.model.profile import Rules

NAN, INF = float("nan"), float("inf")


def D(text: str) -> Decimal:  # noqa: N802 -- reads as the literal it stands for
    return Decimal(text)


CASES: list[tuple[str, Rules, Any, Any, list[int]]] = [
    ("case", Rules(case=True), ["Ab", "ΣΑΣ", "É", "a", None], ["aB", "σας", "é", "b", "x"], [1, 1, 1, 0, 0]),
    ("trim", Rules(whitespace="trim"), [" a\u00a0", "a  b", "\ta"], ["a", "a b", "a\r\n"], [1, 0, 1]),
    ("collapse", Rules(whitespace="collapse"), [" a \n b", "ab", "a\u2003b"], ["a b ", "a b", "a b"], [1, 0, 1]),
    ("ignore", Rules(whitespace="ignore"), ["a b", "a\r\nb", "ab"], ["ab", "a\nb", "a c"], [1, 1, 0]),
    ("null tokens", Rules(null_tokens=("NA", "")), ["NA", "", "na", None], [None, "NA", None, ""], [1, 1, 0, 1]),
    (
        "null tokens under the other rules",
        Rules(null_tokens=(" n/a",), case=True, whitespace="trim"),
        ["N/A ", "x"],
        [None, None],
        [1, 0],
    ),
    ("a token and a null of another type", Rules(null_tokens=("NA",)), ["NA", "1"], [None, 1], [1, 0]),
    ("scale", Rules(decimal_scale=2), [2.675, 0.1 + 0.2, -2.675], [2.68, 0.3, -2.68], [1, 1, 1]),
    ("scale of the tiny and the huge", Rules(decimal_scale=2), [1e-30, 1e300], [0.0, 1e300], [1, 1]),
    ("scale of what is no number", Rules(decimal_scale=2), [NAN, INF, None], [NAN, -INF, NAN], [1, 0, 0]),
    ("scale of decimals", Rules(decimal_scale=1), [D("9.95"), D("1.04")], [D("10.0"), D("1.1")], [1, 0]),
    ("scale of floats and decimals", Rules(decimal_scale=2), [0.125, 1.0], [D("0.13"), D("1.004")], [1, 1]),
    ("scale leaves whole numbers", Rules(decimal_scale=0), [1, 2], [1.4, 2.5], [1, 0]),
    ("tolerance", Rules(float_tolerance=0.5), [1.0, 1.0, 1.0], [1.5, 1.6, None], [1, 0, 0]),
    ("tolerance of what equals itself", Rules(float_tolerance=0.5), [NAN, INF, None], [NAN, INF, None], [1, 1, 1]),
    ("tolerance and infinity", Rules(float_tolerance=0.5), [INF, INF, 1e308], [-INF, 1.0, -1e308], [0, 0, 0]),
    ("relative tolerance", Rules(relative_tolerance=0.01), [100.0, 100.0, 0.0], [101.0, 102.0, 1e-300], [1, 0, 0]),
    ("tolerance between types", Rules(float_tolerance=0.1), [1, 2], [1.05, 2.2], [1, 0]),
    ("tolerance is for floats", Rules(float_tolerance=5.0), [1, 2], [2, 2], [0, 1]),
    ("tolerance is for numbers", Rules(float_tolerance=5.0), ["1", "2"], [1.0, 2.0], [0, 0]),
    ("rules for text leave others", Rules(case=True, whitespace="trim"), [[" a"], ["b"]], [["a"], ["b"]], [0, 1]),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "a", "b", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_rules(rules: Rules, a: Any, b: Any, expected: list[int]) -> None:
    left, right = pa.array(a), pa.array(b)
    wanted = [bool(x) for x in expected]
    assert equal_under(left, right, rules).tolist() == wanted
    assert equal_under(right, left, rules).tolist() == wanted
    chunked = pa.chunked_array([left.slice(0, 1), left.slice(1)]), pa.chunked_array([right])
    assert equal_under(*chunked, rules).tolist() == wanted


rules = st.builds(
    Rules,
    case=st.booleans(),
    whitespace=st.sampled_from(["exact", "trim", "collapse", "ignore"]),
    null_tokens=st.sampled_from([(), ("NA",), ("", "a")]),
    decimal_scale=st.sampled_from([None, 0, 2]),
    float_tolerance=st.sampled_from([0.0, 0.1]),
    relative_tolerance=st.sampled_from([0.0, 0.1]),
)
texts = st.lists(st.one_of(st.none(), st.sampled_from(["", "a", "A ", " a", "a  b", "A\tb", "NA", "na"])), max_size=9)
floats = st.lists(st.one_of(st.none(), st.floats(), st.sampled_from([0.1, 0.11, 0.105, 1.0, 1.05])), max_size=9)


@given(rules, st.one_of(texts, floats))
def test_a_normal_form_is_its_own(rule: Rules, values: list[Any]) -> None:
    column = pa.array(values, pa.string() if any(isinstance(v, str) for v in values) else pa.float64())
    once = normal_form(column, rule)
    assert once.type == column.type
    assert equal_values(normal_form(once, rule), once).all()
    assert equal_under(column, once, rule).all()


@given(rules, st.lists(st.tuples(st.floats(), st.floats())))
def test_equality_under_rules_is_symmetric_and_never_narrower(rule: Rules, pairs: list[tuple[float, float]]) -> None:
    a, b = (pa.array([p[i] for p in pairs], pa.float64()) for i in (0, 1))
    one = equal_under(a, b, rule)
    assert (one == equal_under(b, a, rule)).all()
    assert one[equal_values(a, b)].all()


@given(st.lists(st.floats(-1e15, 1e15)), st.integers(0, 6))
def test_floats_round_by_their_digits(values: list[float], places: int) -> None:
    got = normal_form(pa.array(values, pa.float64()), Rules(decimal_scale=places)).to_pylist()
    step = Decimal(1).scaleb(-places)
    wanted = [float(Decimal(repr(v)).quantize(step, ROUND_HALF_UP)) if abs(v) >= 1e-21 else 0.0 for v in values]
    assert got == wanted


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))))
def test_tolerance_is_that_of_math_isclose(pairs: list[tuple[float, float]]) -> None:
    a, b = (pa.array([p[i] for p in pairs], pa.float64()) for i in (0, 1))
    got = equal_under(a, b, Rules(float_tolerance=1.0, relative_tolerance=0.125)).tolist()
    assert got == [math.isclose(x, y, rel_tol=0.125, abs_tol=1.0) for x, y in pairs]
