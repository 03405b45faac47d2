"""Merges of tables without a key: the algebra of multisets where they merge, a conflict where nobody can know."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tests.features.merger.merging import conflicts_of, merge, rows_of, version

Rows = list[tuple[int, str]]
ROW = st.tuples(st.integers(0, 6), st.sampled_from("abc"))


@st.composite
def three(draw: st.DrawFn) -> tuple[Rows, Rows, Rows]:
    """Draw a base and two sides that are near to it."""
    base = draw(st.lists(ROW, max_size=10))

    def side() -> Rows:
        out = list(base)
        for _ in range(draw(st.integers(0, 3))):
            at = draw(st.integers(0, len(out)))
            match draw(st.sampled_from(["add", "remove", "change"])):
                case "add":
                    out.insert(at, draw(ROW))
                case "remove":
                    del out[at : at + 1]
                case _ if at < len(out):
                    out[at] = (out[at][0], draw(st.sampled_from("abc")))
        return out

    return base, side(), side()


def table(rows: Rows) -> Any:
    columns = {"n": pa.array([n for n, _ in rows], pa.int64()), "t": pa.array([t for _, t in rows], pa.string())}
    return version(pa.table(columns), key=(), borders=[3])


def merged_rows(merged: Any) -> Rows:
    return [(row["n"], row["t"]) for row in rows_of(merged)]


@given(three())
def test_every_change_of_both_sides_is_in_the_merge(sides: tuple[Rows, Rows, Rows]) -> None:
    base, ours, theirs = map(Counter, sides)
    merged = merge(*map(table, sides))
    if len(merged.conflicts):
        return
    found = Counter(merged_rows(merged))
    for row in {*base, *ours, *theirs}:
        mine, their = ours[row] - base[row], theirs[row] - base[row]
        both = {base[row] + mine + their} | ({base[row] + mine} if mine == their else set())
        assert found[row] in both, (row, found[row], base[row], ours[row], theirs[row])


@given(three())
def test_a_side_settles_all(sides: tuple[Rows, Rows, Rows]) -> None:
    made = [table(rows) for rows in sides]
    free = len(merge(*made).conflicts) == 0
    results = [Counter(merged_rows(merge(*made, resolve=side))) for side in ("ours", "theirs")]
    if free:
        assert results[0] == results[1] == Counter(merged_rows(merge(*made)))


@given(three())
def test_an_unchanged_side_gives_the_other(sides: tuple[Rows, Rows, Rows]) -> None:
    base, side, _ = map(table, sides)
    assert merged_rows(merge(base, side, base)) == sides[1]
    assert merged_rows(merge(base, side, side)) == sides[1]
    # Rows that theirs only moved stand as in ours; a whole table that ours left alone is never merged row by row.
    assert Counter(merged_rows(merge(base, base, side))) == Counter(sides[1])


def test_appends_of_both_sides_come_in_ours_first() -> None:
    base: Rows = [(1, "a"), (2, "b")]
    merged = merge(table(base), table([*base, (3, "a")]), table([*base, (4, "a"), (5, "b")]))
    assert merged_rows(merged) == [(1, "a"), (2, "b"), (3, "a"), (4, "a"), (5, "b")]


def test_equal_rows_added_by_both_sides_are_a_conflict() -> None:
    base: Rows = [(1, "a"), (2, "b")]
    merged = merge(table(base), table([*base, (3, "a")]), table([*base, (3, "a"), (4, "c")]))
    assert conflicts_of(merged) == [("rows", None, "row 2", "1 added", "1 added")]


def test_one_row_replaced_by_both_sides_is_a_conflict() -> None:
    base: Rows = [(1, "a"), (2, "b"), (3, "c")]
    merged = merge(table(base), table([(1, "a"), (5, "c"), (3, "c")]), table([(1, "a"), (6, "a"), (3, "c")]))
    assert len(merged.conflicts) == 1


def test_both_ending_with_the_same_rows_is_no_conflict() -> None:
    """Rule 40, decided otherwise than Dolt: there is one result that both sides have."""
    base: Rows = [(1, "a")]
    side: Rows = [(1, "a"), (2, "b"), (2, "b")]
    assert merged_rows(merge(table(base), table(side), table(side[:1] + side[2:] + side[1:2]))) == side


def test_a_bag_of_ten_from_which_both_delete() -> None:
    """Rule 41: a conflict; ours resolves to 6, and theirs to 8."""
    bag: Rows = [(1, "a")] * 10
    made = table(bag), table(bag[4:]), table(bag[2:])
    assert len(merge(*made).conflicts) == 1
    assert len(merged_rows(merge(*made, resolve="ours"))) == 6
    assert len(merged_rows(merge(*made, resolve="theirs"))) == 8
