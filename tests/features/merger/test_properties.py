"""Merges of small tables with a key, against a model in plain Python."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tests.features.merger.merging import conflicts_of, merge, rows_of, version

Rows = dict[int, tuple[Any, ...]]
NAMES = ("n", "x", "t")
CELLS = (
    st.sampled_from([None, 0, 1, 2]),
    st.sampled_from([None, 0.0, -0.0, math.nan, 1.5]),
    st.sampled_from([None, "", "a", "b"]),
)
TYPES = (pa.int64(), pa.float64(), pa.string())
ROW = st.tuples(*CELLS)
TABLES = st.dictionaries(st.integers(0, 9), ROW, max_size=8)


@st.composite
def three(draw: st.DrawFn) -> tuple[Rows, Rows, Rows]:
    """Draw a base and two sides that are near to it, each in an order of its own."""
    base = draw(TABLES)

    def side() -> Rows:
        out = dict(base)
        for key in draw(st.lists(st.sampled_from(sorted(base) or [0]), max_size=3)):
            out.pop(key, None)
        for key, place, cell in draw(
            st.lists(
                st.integers(0, 2).flatmap(lambda i: st.tuples(st.integers(0, 9), st.just(i), CELLS[i])), max_size=4
            )
        ):
            if key in out:
                out[key] = (*out[key][:place], cell, *out[key][place + 1 :])
        for key, row in draw(st.dictionaries(st.integers(0, 14), ROW, max_size=3)).items():
            out.setdefault(key, row)
        return {key: out[key] for key in draw(st.permutations(list(out)))} if draw(st.booleans()) else out

    return base, side(), side()


def table(rows: Rows, borders: list[int]) -> Any:
    columns: dict[str, Any] = {"id": pa.array(list(rows), pa.int64())}
    for i, (name, kind) in enumerate(zip(NAMES, TYPES, strict=True)):
        columns[name] = pa.array([row[i] for row in rows.values()], kind)
    return version(pa.table(columns), borders=borders)


def same(a: Any, b: Any) -> bool:
    return a == b or (isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b))


def equal(a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
    return all(map(same, a, b))


def model(base: Rows, ours: Rows, theirs: Rows, prefer: str | None = None) -> tuple[Rows, set[tuple[int, str | None]]]:
    """Merge row by row: the merged rows, and the conflicts as (key, column)."""
    out: Rows = {}
    conflicts: set[tuple[int, str | None]] = set()
    for key in {**base, **ours, **theirs}:
        b, o, t = base.get(key), ours.get(key), theirs.get(key)
        if o is None or t is None:
            kept = o if o is not None else t
            if kept is not None and b is not None and not equal(kept, b):
                conflicts.add((key, None))
                chosen = o if prefer == "ours" else t
                if chosen is not None:
                    out[key] = chosen
            elif kept is not None and b is None:
                out[key] = kept
            continue
        cells = []
        for i, name in enumerate(NAMES):
            if same(o[i], t[i]) or (b is not None and same(t[i], b[i])):
                cells.append(o[i])
            elif b is not None and same(o[i], b[i]):
                cells.append(t[i])
            else:
                conflicts.add((key, name))
                cells.append(o[i] if prefer == "ours" else t[i])
        out[key] = tuple(cells)
    return out, conflicts


def as_rows(found: list[dict[str, Any]]) -> Rows:
    rows = {row["id"]: tuple(row[name] for name in NAMES) for row in found}
    assert len(rows) == len(found)
    return rows


def agree(found: Rows, expected: Rows) -> None:
    assert sorted(found) == sorted(expected)
    wrong = {key: (found[key], expected[key]) for key in found if not equal(found[key], expected[key])}
    assert wrong == {}


BORDERS = st.lists(st.integers(1, 12), max_size=3)


@given(three(), BORDERS, BORDERS, BORDERS)
def test_merge_is_the_models(
    sides: tuple[Rows, Rows, Rows], cut_base: list[int], cut_ours: list[int], cut_theirs: list[int]
) -> None:
    made = [table(rows, cut) for rows, cut in zip(sides, (cut_base, cut_ours, cut_theirs), strict=True)]
    expected, conflicts = model(*sides)
    merged = merge(*made)
    assert {(c[0], c[2]) for c in conflicts_of(merged)} == conflicts
    if not conflicts:
        agree(as_rows(rows_of(merged)), expected)
    for side in ("ours", "theirs"):
        agree(as_rows(rows_of(merge(*made, resolve=side))), model(*sides, prefer=side)[0])


@given(three())
def test_sides_may_be_exchanged(sides: tuple[Rows, Rows, Rows]) -> None:
    base, ours, theirs = (table(rows, []) for rows in sides)
    here, there = merge(base, ours, theirs), merge(base, theirs, ours)
    turned = []
    for key, kind, column, before, left, right in conflicts_of(there):
        turned.append((key, "/".join(reversed(kind.split("/"))), column, before, right, left))
    assert conflicts_of(here) == sorted(turned, key=repr)
    if not turned:
        agree(as_rows(rows_of(here)), as_rows(rows_of(there)))


@given(three())
def test_rows_keep_the_order_of_ours(sides: tuple[Rows, Rows, Rows]) -> None:
    merged = merge(*(table(rows, [3]) for rows in sides), resolve="ours")
    found = list(as_rows(rows_of(merged)))
    left = [key for key in sides[1] if key in found]
    assert [key for key in found if key in sides[1]] == left


@given(three())
def test_conflicts_settled_one_by_one_as_a_side_would(sides: tuple[Rows, Rows, Rows]) -> None:
    made = [table(rows, []) for rows in sides]
    open_ = conflicts_of(merge(*made))
    lines = []
    for key, _, column, *_ in open_:
        value: Any = "theirs"
        if column is not None:
            value = sides[2][key][NAMES.index(column)]
        lines.append({"id": key, "column": column, "value": value})
    filled = [line for line in lines if line["value"] is not None]
    if not filled:
        return
    merged = merge(*made, resolve=filled)
    if len(filled) < len(lines):
        assert len(merged.conflicts) == len(lines) - len(filled)
    else:
        agree(as_rows(rows_of(merged)), model(*sides, prefer="theirs")[0])
