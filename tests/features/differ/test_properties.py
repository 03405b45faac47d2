"""Any two tables, keyed and keyless, however they are cut, against a model in plain Python."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.features.versioning.differ import TableDiff, diff_tables
from tests.features.differ.memory_version import MemoryVersion

NAN = float("nan")
VALUES = {
    "int64": st.one_of(st.none(), st.integers(0, 3)),
    "int32": st.one_of(st.none(), st.integers(0, 3)),
    "float64": st.sampled_from([None, NAN, 0.0, -0.0, 1.0, 2.0, 2.5]),
    "string": st.sampled_from([None, "", "a", "b", "1"]),
    "list": st.sampled_from([None, [], [1], [None], [1, 2]]),
}
TYPES = {
    "int64": pa.int64(),
    "int32": pa.int32(),
    "float64": pa.float64(),
    "string": pa.string(),
    "list": pa.list_(pa.int64()),
}


def plain(value: Any) -> Any:
    """Give a value in a form whose Python equality is equality of value."""
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else ("number", value + 0.0)
    if isinstance(value, list):
        return ("list", *map(plain, value))
    return ("number", value) if isinstance(value, int) else value


def plain_rows(table: Any, names: list[str]) -> list[tuple[Any, ...]]:
    columns = [[plain(v) for v in table.column(n).to_pylist()] for n in names]
    return list(zip(*columns, strict=True)) if names else []


@st.composite
def cases(draw: Any) -> tuple[MemoryVersion, MemoryVersion, list[str]]:
    """Draw an old table, an edited one, and the names of their common columns; both cut anywhere."""
    width = draw(st.integers(1, 4))
    kinds = draw(st.lists(st.sampled_from(sorted(TYPES)), min_size=width, max_size=width))
    row = st.tuples(*(VALUES[k] for k in kinds))
    old_rows = draw(st.lists(row, max_size=14))
    new_rows = list(old_rows)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(new_rows)))
        match draw(st.sampled_from(["insert", "delete", "edit", "move", "double"])):
            case "insert":
                new_rows.insert(at, draw(row))
            case "delete" if at < len(new_rows):
                del new_rows[at]
            case "edit" if at < len(new_rows):
                place = draw(st.integers(0, width - 1))
                cells = list(new_rows[at])
                cells[place] = draw(VALUES[kinds[place]])
                new_rows[at] = tuple(cells)
            case "move" if at < len(new_rows):
                new_rows.insert(draw(st.integers(0, len(new_rows) - 1)), new_rows.pop(at))
            case "double" if at < len(new_rows):
                new_rows.insert(at, new_rows[at])
    names = [f"c{i}" for i in range(width)]
    new_kinds = [draw(st.sampled_from(["int64", "int32"])) if k == "int64" else k for k in kinds]
    return make(draw, names, kinds, old_rows), make(draw, names, new_kinds, new_rows), names


def make(draw: Any, names: list[str], kinds: list[str], rows: list[tuple[Any, ...]]) -> MemoryVersion:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    table = pa.table({n: pa.array(c, TYPES[k]) for n, k, c in zip(names, kinds, columns, strict=True)})
    return MemoryVersion(table, (), draw(st.lists(st.integers(1, 14), max_size=4)))


def check_whole(diff: TableDiff, old: MemoryVersion, new: MemoryVersion, names: list[str]) -> None:
    """Check what holds for every diff: applied to the old rows it gives the new ones, and the counts agree."""
    table = diff.rows()
    rows = table.to_pylist()
    before, after = plain_rows(old.table, names), plain_rows(new.table, names)
    result = Counter(before)
    cells: Counter[str] = Counter()
    for row in rows:
        was = tuple(plain(row[f"old.{n}"]) for n in names)
        now = tuple(plain(row[f"new.{n}"]) for n in names)
        if row["old_row"] is not None:
            assert was == before[row["old_row"]]
            result[was] -= 1
        if row["new_row"] is not None:
            assert now == after[row["new_row"]]
            result[now] += 1
        differing = [n for n, a, b in zip(names, was, now, strict=True) if a != b]
        assert row["changed_columns"] == (differing if row["change"] == "changed" else [])
        cells.update(row["changed_columns"])
    assert +result == Counter(after)
    counts, kinds = diff.counts, Counter(r["change"] for r in rows)
    assert (counts.added, counts.removed, counts.changed) == (
        kinds["added"],
        kinds["removed"],
        kinds["changed"],
    )
    assert counts.cells == dict(cells)
    assert counts.unchanged + counts.changed + counts.removed == old.rows
    assert counts.unchanged + counts.changed + counts.added == new.rows
    new_positions = [r["new_row"] for r in rows if r["new_row"] is not None]
    assert new_positions == sorted(set(new_positions))
    again = pa.Table.from_batches(list(diff.batches(3)), table.schema)
    assert again.to_pydict().__repr__() == table.to_pydict().__repr__()
    assert diff.rows(1, 2).to_pydict().__repr__() == table.slice(1, 2).to_pydict().__repr__()


@given(cases())
def test_keyless(case: tuple[MemoryVersion, MemoryVersion, list[str]]) -> None:
    old, new, names = case
    diff = diff_tables(old, new)
    check_whole(diff, old, new, names)
    before, after = Counter(plain_rows(old.table, names)), Counter(plain_rows(new.table, names))
    assert diff.counts.added + diff.counts.changed == (after - before).total()
    assert diff.counts.removed + diff.counts.changed == (before - after).total()
    for row in diff.rows(kinds=["changed"]).to_pylist():
        assert 2 * len(row["changed_columns"]) <= len(names)


@given(cases(), st.data())
def test_keyed_with_repeats(case: tuple[MemoryVersion, MemoryVersion, list[str]], data: st.DataObject) -> None:
    old, new, names = case
    key = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    diff = diff_tables(old, new, key=key)
    check_whole(diff, old, new, names)
    before, after = labelled(old, key), labelled(new, key)
    rows = diff.rows().to_pylist()
    assert {r["new_row"] for r in rows if r["change"] == "added"} == {after[k] for k in after.keys() - before.keys()}
    assert {r["old_row"] for r in rows if r["change"] == "removed"} == {before[k] for k in before.keys() - after.keys()}
    old_rows, new_rows = plain_rows(old.table, names), plain_rows(new.table, names)
    both = [(before[k], after[k]) for k in before.keys() & after.keys()]
    edited = {(i, j) for i, j in both if old_rows[i] != new_rows[j]}
    assert {(r["old_row"], r["new_row"]) for r in rows if r["change"] == "changed"} == edited
    assert diff.counts.moved == len(both) - longest_rise([i for i, _ in sorted(both, key=lambda p: p[1])])


def labelled(version: MemoryVersion, key: list[str]) -> dict[tuple[Any, ...], int]:
    seen: Counter[tuple[Any, ...]] = Counter()
    out = {}
    for i, value in enumerate(plain_rows(version.table, key)):
        out[*value, seen[value]] = i
        seen[value] += 1
    return out


def longest_rise(values: list[int]) -> int:
    best: list[int] = []
    for i, value in enumerate(values):
        best.append(1 + max((b for b, v in zip(best, values[:i], strict=True) if v < value), default=0))
    return max(best, default=0)


@given(st.permutations(range(12)), st.lists(st.integers(0, 11), unique=True, max_size=6), st.data())
def test_a_declared_key_gives_the_same_whether_chunks_are_skipped_or_not(
    order: list[int], edited: list[int], data: st.DataObject
) -> None:
    ids = list(range(12)) if data.draw(st.booleans()) else order
    old = pa.table({"id": range(12), "a": [f"a{i}" for i in range(12)], "b": [i % 3 for i in range(12)]})
    new = pa.table({"id": ids, "a": [f"a{i}" for i in ids], "b": [9 if i in edited else i % 3 for i in ids]})
    cuts = data.draw(st.lists(st.integers(1, 11), max_size=5))
    one = diff_tables(MemoryVersion(old, ["id"], cuts), MemoryVersion(new, ["id"], cuts))
    other = diff_tables(MemoryVersion(old), MemoryVersion(new), key=["id"])
    assert one.counts == other.counts
    assert one.counts.changed == len(edited)
    assert one.rows().equals(other.rows())
