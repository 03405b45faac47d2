"""Profiles: what users write, and the one text that stands for it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.core.model.profile import SPACES, EqualityProfile, Rules, make_profile
from dsa_workbench.errors import InvalidInput

columns = st.text(st.characters(codec="utf-8"), min_size=1, max_size=4)


def by_column(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values, st.dictionaries(columns, values, max_size=2))


profiles = st.builds(
    make_profile,
    ignore=st.lists(columns, max_size=2),
    case=st.one_of(st.none(), st.booleans(), st.lists(columns, max_size=2), st.dictionaries(columns, st.booleans())),
    whitespace=by_column(st.sampled_from(SPACES)),
    null_tokens=by_column(st.lists(st.text(st.characters(codec="utf-8"), max_size=3), max_size=2)),
    decimal_scale=by_column(st.integers(0, 18)),
    float_tolerance=by_column(st.floats(0, 1)),
    relative_tolerance=by_column(st.floats(0, 1)),
)


@given(profiles)
def test_json_gives_the_profile_back(profile: EqualityProfile) -> None:
    again = EqualityProfile.from_json(profile.to_json())
    assert again == profile
    assert again.to_json() == profile.to_json()
    assert again.id == profile.id
    assert profile.plain is (profile.to_json() == "{}")


def test_the_text_is_canonical() -> None:
    one = make_profile(ignore=["b", "a", "b"], null_tokens=["NA", "-"], case={"z": True, "y": False})
    other = make_profile(null_tokens=("-", "NA"), case={"y": False, "z": True}, ignore=("a", "b"))
    assert one == other
    assert one.to_json() == '{"case":{"y":false,"z":true},"ignore":["a","b"],"null_tokens":{"*":["-","NA"]}}'
    assert len(one.short) == 10
    assert one.id.startswith(one.short)
    assert make_profile(ignore="a").id != one.id


def test_a_column_says_more_than_all() -> None:
    profile = make_profile(whitespace={"*": "trim", "raw": "exact"}, case=True, decimal_scale={"price": 2}, ignore="at")
    assert profile.rules("name") == Rules(case=True, whitespace="trim")
    assert profile.rules("raw") == Rules(case=True)
    assert profile.rules("price").decimal_scale == 2
    assert profile.rules("at").ignored
    assert profile.rules("new", "raw").whitespace == "exact"
    assert profile.columns == ("at", "price", "raw")


def test_settings_change_one_by_one() -> None:
    profile = make_profile(ignore="at", case=True)
    assert profile.changed({"float_tolerance": 0.5}) == make_profile(ignore="at", case=True, float_tolerance=0.5)
    assert profile.changed({"ignore": []}) == make_profile(case=True)
    assert profile.changed({"case": False, "ignore": None}).plain


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"colour": 1}, "no setting 'colour'"),
        ({"whitespace": "squeeze"}, "'squeeze' is none of"),
        ({"whitespace": {"a": 1}}, "1 is none of"),
        ({"null_tokens": [1]}, "no list of texts"),
        ({"decimal_scale": -1}, "no number of decimals"),
        ({"decimal_scale": 19}, "no number of decimals"),
        ({"decimal_scale": True}, "no number of decimals"),
        ({"float_tolerance": float("nan")}, "no tolerance"),
        ({"float_tolerance": "0.1"}, "no tolerance"),
        ({"relative_tolerance": {"a": -1}}, "no tolerance"),
        ({"ignore": [1]}, "names no columns"),
        ({"ignore": [""]}, "names no columns"),
    ],
)
def test_what_makes_no_sense_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        make_profile(settings)


def test_json_is_json() -> None:
    assert json.loads(make_profile(float_tolerance=1e-9).to_json()) == {"float_tolerance": {"*": 1e-9}}
