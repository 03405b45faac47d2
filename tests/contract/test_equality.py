"""What counts as equal is said through either door, and diffs go by it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from dsa_workbench.core.model.profile import EqualityProfile, make_profile
from dsa_workbench.errors import DsaError, InvalidInput, NotFound

OLD = pa.table({"id": [1, 2, 3], "city": ["Ulm", "Bonn", "Kiel"], "price": [1.0, 2.0, 3.0]})
NEW = pa.table({"id": [1, 2, 3], "city": ["ulm", "Bonn ", "Rom"], "price": [1.0, 2.0 + 1e-12, 3.0]})


@pytest.fixture
def sales(door: Any, dataset: str) -> str:
    door.commit(OLD, dataset, key="id")
    door.commit(NEW, dataset)
    return dataset


def test_a_profile_is_set_and_followed(door: Any, sales: str) -> None:
    none = door.equality(sales)
    assert (none.version, none.profile, none.versions) == (0, EqualityProfile(), ())
    assert door.diff(sales).summary["data"]["changed"] == 3
    done = door.set_equality(sales, case=True, float_tolerance=1e-9)
    assert (done.version, done.profile) == (1, make_profile(case=True, float_tolerance=1e-9))
    assert door.diff(sales).summary["data"]["changed"] == 2
    more = door.set_equality(sales, whitespace={"city": "trim"}, null_tokens=["NA", "-"])
    assert more.profile == make_profile(
        case=True, float_tolerance=1e-9, whitespace={"city": "trim"}, null_tokens=["NA", "-"]
    )
    diff = door.diff(sales)
    assert diff.summary["data"]["changed"] == 1
    assert diff.profile.profile == more.profile
    assert door.diff(sales, profile="none").summary["data"]["changed"] == 3


def test_versions_are_kept(door: Any, sales: str) -> None:
    door.set_equality(sales, ignore=["price"], decimal_scale=2)
    assert door.set_equality(sales, ignore="price").version == 1  # what changes nothing makes no version
    assert door.set_equality(sales, decimal_scale=None).profile == make_profile(ignore=["price"])
    assert door.set_equality(sales, clear=True, case=["city"]).profile == make_profile(case=["city"])
    whole = make_profile(relative_tolerance={"price": 1e-6, "*": 0.5}, null_tokens={"city": ["x"]}, case=True)
    assert door.set_equality(sales, whole).profile == whole
    assert door.set_equality(sales, clear=True).profile.plain
    found = door.equality(sales, log=True)
    assert [v.version for v in found.versions] == [5, 4, 3, 2, 1]
    assert ({v.created_by for v in found.versions}, found.versions[1].profile) == ({"ann"}, whole)
    assert "2 decimals count" in repr(found)
    assert repr(door.equality(sales))


def test_settings_that_make_no_sense_say_the_same(door: Any, sales: str) -> None:
    words: list[tuple[Any, type[DsaError], str]] = [
        (lambda: door.equality(f"{sales}-not"), NotFound, "no dataset"),
        (lambda: door.set_equality(f"{sales}-not", case=True), NotFound, "no dataset"),
        (lambda: door.set_equality(sales, ignore=["nope"]), NotFound, "'nope'"),
        (lambda: door.set_equality(sales, nope=1), InvalidInput, "no setting 'nope'"),
        (lambda: door.set_equality(sales, decimal_scale=99), InvalidInput, "no number of decimals"),
        (lambda: door.set_equality(sales, make_profile(), case=True), InvalidInput, "A profile and settings"),
    ]  # fmt: skip
    for wrong, error, said in words:
        with pytest.raises(error, match=said) as raised:
            wrong()
        assert raised.value.hint
    assert door.equality(sales).version == 0
