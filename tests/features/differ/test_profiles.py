"""Diffs under a profile: what it takes for the same is no change, and nothing else moves."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.core.model.profile import EqualityProfile, make_profile
from dsa_workbench.features.versioning.differ import TableDiff, diff_tables
from tests.features.differ.memory_version import MemoryVersion

NAMES = ["code", "price", "note"]
CODES = st.sampled_from([None, "a", "A", "b", "B ", " b", "NA"])
PRICES = st.sampled_from([None, 1.0, 1.04, 1.1, 2.0, float("nan")])
NOTES = st.sampled_from([None, "", "x", "X", "x ", "-"])
ROW = st.tuples(CODES, PRICES, NOTES)

PROFILES = st.builds(
    make_profile,
    ignore=st.sampled_from([(), ("note",), ("price", "note"), ("code",)]),
    case=st.sampled_from([None, True, ("code",), ("note",)]),
    whitespace=st.sampled_from([None, "trim", {"note": "ignore"}]),
    null_tokens=st.sampled_from([None, ["NA", "-", ""]]),
    decimal_scale=st.sampled_from([None, 1]),
    float_tolerance=st.sampled_from([None, 0.05]),
)


@st.composite
def versions(draw: Any) -> tuple[MemoryVersion, MemoryVersion]:
    """Draw two versions that share some of their rows, each cut anywhere."""
    rows = draw(st.lists(ROW, max_size=8))
    other = draw(st.permutations(rows)) if draw(st.booleans()) else list(rows)
    other = other[: draw(st.integers(0, 8))] + draw(st.lists(ROW, max_size=4))
    return _version(draw, rows), _version(draw, other)


def _version(draw: Any, rows: list[tuple[Any, ...]]) -> MemoryVersion:
    types = [pa.string(), pa.float64(), pa.string()]
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    table = pa.table({n: pa.array(c, t) for n, c, t in zip(NAMES, columns, types, strict=True)})
    return MemoryVersion(table, (), draw(st.lists(st.integers(1, 8), max_size=3)))


KEYS = st.sampled_from([None, ["code"], ["code", "note"]])


@given(versions(), PROFILES, KEYS)
def test_a_profile_never_turns_equal_into_changed(
    case: tuple[MemoryVersion, MemoryVersion], profile: EqualityProfile, key: list[str] | None
) -> None:
    plain, loose = diff_tables(*case, key=key), diff_tables(*case, key=key, profile=profile)
    before, after = plain.counts, loose.counts
    assert after.unchanged >= before.unchanged
    if not (plain.key and loose.key):
        # Edits are paired by what stands around them, and with more rows equal that may be other rows.
        assert after.added + after.changed <= before.added + before.changed
        assert after.removed + after.changed <= before.removed + before.changed
    else:
        assert after.added <= before.added
        assert after.removed <= before.removed
    assert _whole(loose, *case)


@given(versions(), PROFILES, KEYS)
def test_a_diff_under_a_profile_is_symmetric(
    case: tuple[MemoryVersion, MemoryVersion], profile: EqualityProfile, key: list[str] | None
) -> None:
    old, new = case
    there, back = (diff_tables(*pair, key=key, profile=profile).counts for pair in ((old, new), (new, old)))
    assert there.added + there.changed == back.removed + back.changed
    if key is not None:
        assert (there.added, there.removed, there.changed) == (back.removed, back.added, back.changed)
        assert (there.cells, there.reformed) == (back.cells, back.reformed)


@given(versions(), PROFILES)
def test_what_a_profile_takes_from_the_changes_is_told_as_form(
    case: tuple[MemoryVersion, MemoryVersion], profile: EqualityProfile
) -> None:
    """Where the profile does not touch the key, it pairs the same rows."""
    settings = {**{n: getattr(profile, n) for n in ("ignore", "decimal_scale", "float_tolerance")}}
    for name in ("case", "whitespace", "null_tokens"):
        said = {c: v for c, v in getattr(profile, name).items() if c != "code"}
        settings[name] = {"note": said["*"]} if "*" in said else said
    loosened = make_profile(settings)
    plain, loose = diff_tables(*case, key=["code"]), diff_tables(*case, key=["code"], profile=loosened)
    assert (loose.counts.added, loose.counts.removed) == (plain.counts.added, plain.counts.removed)
    for name in NAMES:
        if name not in loose.ignored:
            assert _cells(loose, name) == _cells(plain, name)
        else:
            assert _cells(loose, name) == 0


@given(versions(), PROFILES)
def test_keyless_rows_of_one_normal_form_meet(
    case: tuple[MemoryVersion, MemoryVersion], profile: EqualityProfile
) -> None:
    """A multiset difference of normal forms, as plain Python sees it."""
    exact = profile.changed({"float_tolerance": None, "decimal_scale": None})
    diff = diff_tables(*case, profile=exact)
    before, after = (Counter(_normal_rows(v, exact)) for v in case)
    assert diff.counts.added + diff.counts.changed == (after - before).total()
    assert diff.counts.removed + diff.counts.changed == (before - after).total()


@given(versions())
def test_ignoring_all_columns_leaves_the_number_of_rows(case: tuple[MemoryVersion, MemoryVersion]) -> None:
    old, new = case
    diff = diff_tables(old, new, profile=make_profile(ignore=NAMES))
    assert diff.counts.added == max(0, new.rows - old.rows)
    assert diff.counts.removed == max(0, old.rows - new.rows)
    assert not diff.counts.changed
    assert diff.ignored == tuple(NAMES)


@given(versions(), KEYS)
def test_an_empty_profile_is_no_profile(case: tuple[MemoryVersion, MemoryVersion], key: list[str] | None) -> None:
    plain, loose = diff_tables(*case, key=key), diff_tables(*case, key=key, profile=make_profile())
    assert loose.counts == plain.counts
    assert str(loose.rows().to_pydict()) == str(plain.rows().to_pydict())


def test_keys_that_become_equal_are_repeats_and_none_is_lost() -> None:
    old = MemoryVersion(pa.table({"id": ["A", "a"], "v": [1, 2]}), ["id"])
    new = MemoryVersion(pa.table({"id": ["a", " A", "A "], "v": [2, 1, 3]}), ["id"])
    diff = diff_tables(old, new, profile=make_profile(case=True, whitespace="trim"))
    assert (diff.counts.added, diff.counts.removed, diff.counts.changed, diff.counts.unchanged) == (1, 0, 0, 2)
    assert diff.rows().column("new_row").to_pylist() == [2]
    assert diff.pairing == "id repeats (1 key): repeats are paired in order."
    assert diff.counts.reformed == {"id": 1}


def test_form_changes_are_viewed_on_request() -> None:
    old = MemoryVersion(pa.table({"id": [1, 2, 3], "name": ["a", "b", "c"], "at": [1, 1, 1]}), ["id"])
    new = MemoryVersion(pa.table({"id": [1, 2, 3], "name": ["A", "b", "d"], "at": [2, 2, 2]}), ["id"])
    diff = diff_tables(old, new, profile=make_profile(case=["name"], ignore=["at"]))
    assert (diff.counts.cells, diff.counts.reformed, diff.ignored) == ({"name": 1}, {"name": 1}, ("at",))
    (row,) = diff.reformed_rows().to_pylist()
    assert (row["change"], row["old_row"], row["new_row"], row["changed_columns"]) == ("reformed", 0, 0, ["name"])
    assert (row["old.name"], row["new.name"]) == ("a", "A")
    assert diff.reformed_rows(1).num_rows == 0
    assert diff.reformed_rows(0, 0).num_rows == 0


def test_noise_in_all_floats_of_a_keyless_table_is_no_change() -> None:
    old = MemoryVersion(pa.table({"x": [1.0, 2.0, 3.0], "y": [5.0, 6.0, 7.0]}))
    new = MemoryVersion(pa.table({"x": [1.0 + 1e-12, 2.0 - 1e-12, 3.5], "y": [5.0 + 1e-12, 6.0 - 1e-12, 7.0 + 1e-12]}))
    diff = diff_tables(old, new, profile=make_profile(float_tolerance=1e-9))
    assert (diff.counts.changed, diff.counts.unchanged, diff.counts.added) == (1, 2, 0)
    assert (diff.counts.cells, diff.counts.reformed) == ({"x": 1}, {"x": 2, "y": 3})


def test_a_column_may_be_named_as_it_was() -> None:
    old = MemoryVersion(pa.table({"id": [1, 2], "name": ["a", "b"]}), ["id"])
    new = MemoryVersion(pa.table({"id": [1, 2], "title": ["A", "b"]}), ["id"])
    diff = diff_tables(old, new, rename={"name": "title"}, profile=make_profile(case=["name"]))
    assert diff.counts.reformed == {"title": 1}


def test_columns_and_chunks_that_are_equal_are_never_read() -> None:
    rows = 30
    old_table = pa.table({"id": range(rows), "name": ["x"] * rows, "at": [1.0] * rows})
    new_table = old_table.set_column(1, "name", pa.array(["X"] + ["x"] * (rows - 1)))
    new_table = new_table.set_column(2, "at", pa.array([2.0] * rows))
    old, new = (MemoryVersion(t, ["id"], [10, 20]) for t in (old_table, new_table))
    diff = diff_tables(old, new, profile=make_profile(case=True, ignore=["at"]))
    assert diff.counts.same
    assert set(old.reads) == set(new.reads) == {("name", 0)}


def test_a_row_of_one_normal_form_comes_before_an_edit() -> None:
    old = MemoryVersion(pa.table({"code": ["ab"], "v": ["p"], "w": ["x"]}))
    new = MemoryVersion(pa.table({"code": ["ab", "AB"], "v": ["q", "p"], "w": ["x", "x"]}))
    plain, loose = diff_tables(old, new), diff_tables(old, new, profile=make_profile(case=True))
    assert (plain.counts.changed, plain.counts.unchanged, plain.counts.added) == (1, 0, 1)
    assert (loose.counts.changed, loose.counts.unchanged, loose.counts.added) == (0, 1, 1)


def test_a_true_equal_comes_before_one_that_is_tolerated() -> None:
    old = MemoryVersion(pa.table({"code": ["k", "k", "a", "b"], "x": [1.0, 1.5, 1.0, 1.0]}))
    new = MemoryVersion(pa.table({"code": ["k", "k", "a", "b"], "x": [1.5, 1.0, 1.0, 1.0]}))
    diff = diff_tables(old, new, profile=make_profile(float_tolerance=1))
    assert (diff.counts.unchanged, diff.counts.reformed, diff.counts.moved) == (4, {}, 1)


def _cells(diff: TableDiff, name: str) -> int:
    return diff.counts.cells.get(name, 0) + diff.counts.reformed.get(name, 0)


def _whole(diff: TableDiff, old: MemoryVersion, new: MemoryVersion) -> bool:
    counts, kinds = diff.counts, Counter(diff.rows().column("change").to_pylist())
    assert (counts.added, counts.removed, counts.changed) == (kinds["added"], kinds["removed"], kinds["changed"])
    assert counts.unchanged + counts.changed + counts.removed == old.rows
    assert counts.unchanged + counts.changed + counts.added == new.rows
    return True


def _normal_rows(version: MemoryVersion, profile: EqualityProfile) -> list[tuple[Any, ...]]:
    columns = []
    for name in NAMES:
        rules = profile.rules(name)
        if not rules.ignored:
            columns.append([_normal(v, rules) for v in version.table.column(name).to_pylist()])
    return list(zip(*columns, strict=True)) if columns else [()] * version.rows


def _normal(value: Any, rules: Any) -> Any:
    if not isinstance(value, str):
        return str(value)
    if rules.whitespace != "exact":
        value = value.strip() if rules.whitespace == "trim" else value.replace(" ", "")
    if rules.null_tokens and (value.lower() if rules.case else value) in {
        t.lower() if rules.case else t for t in rules.null_tokens
    }:
        return "None"
    return "text " + (value.lower() if rules.case else value)
