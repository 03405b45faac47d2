"""Which columns' distributions moved, from what is stored, and nothing where chance would do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dsa_workbench.columns.sketch import sketch
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.services.interfaces import StoredSegment
from dsa_workbench.core.services.postgres.segments import PostgresSegmentStore
from dsa_workbench.features.versioning.differ.distributions import compare
from dsa_workbench.workbench import Workbench

ROWS = 30_000


def rows(count: int, seed: int, shift: float = 0.0) -> dict[str, Any]:
    """Make rows of one distribution; with `shift` more of it, and other cities, and more nulls."""
    random = np.random.default_rng(seed)
    empty = random.random(count) < 0.01 + shift / 100
    cities = random.choice(["Ulm", "Bon", "Kie", "Rom"], count, p=[0.25 + shift / 100, 0.25 - shift / 100, 0.25, 0.25])
    return {
        "qty": random.normal(100 + shift, 15, count),
        "city": pa.array(cities, pa.string(), mask=empty),
        "note": [f"note {n:06}" for n in random.integers(0, 10**6, count)],
        "still": random.integers(0, 1000, count),
    }


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    read: list[int] = []
    fetch = PostgresSegmentStore.get_many

    def get_many(store: PostgresSegmentStore, ids: Sequence[ObjectId]) -> dict[ObjectId, StoredSegment]:
        read.append(len(ids))
        return fetch(store, ids)

    monkeypatch.setattr(PostgresSegmentStore, "get_many", get_many)
    return read


def test_columns_that_moved_are_told_and_no_data_are_read(wb: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = rows(ROWS, 1), rows(ROWS, 2, shift=15.0)
    wb.commit(pa.table(before), "sales")
    wb.commit(pa.table(after), "sales", mode="replace")
    diff = wb.diff("sales")
    read = counted(monkeypatch)
    [qty, city] = diff.moved["data"]
    assert read == []
    # A normal distribution that is moved by its deviation: 2 Φ(1/2) - 1.
    assert (qty.column, qty.distance) == ("qty", pytest.approx(0.383, abs=0.03))
    assert (city.column, city.distance) == ("city", pytest.approx(0.15, abs=0.02))
    assert city.nulls_before == pytest.approx(0.01, abs=0.005)
    assert city.nulls_after == pytest.approx(0.16, abs=0.01)
    assert (city.distinct_before, city.distinct_after) == (4, 4)
    line = f"Distributions moved: qty ({qty.distance:.2f}), city ({city.distance:.2f}; nulls 1 % → 16 %)."
    assert line in repr(diff)
    assert "Distributions moved: qty (" in diff._repr_html_()
    with wb.store.database.raw() as connection:
        connection.execute("UPDATE dsa.segments SET sketch = NULL")
    diff = wb.diff("sales")
    read.clear()
    assert diff.moved == {"data": ()}
    assert read == []


def test_rows_of_the_same_distribution_and_few_changes_move_nothing(
    wb: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, more = pa.table(rows(ROWS, 3)), pa.table(rows(ROWS, 4))
    numbered = first.append_column("id", pa.array(range(ROWS)))
    wb.commit(numbered, "grown")
    wb.commit(more.append_column("id", pa.array(range(ROWS, 2 * ROWS))), "grown", mode="append")
    diff = wb.diff("grown")
    assert diff.summary["data"]["added"] == ROWS
    assert diff.moved == {"data": ()}
    assert "Distributions" not in repr(diff)
    edited = numbered.set_column(3, "still", pa.array([10**6] * 500 + numbered["still"].to_pylist()[500:]))
    wb.commit(edited, "edited")
    wb.commit(numbered, "edited", mode="replace")
    asked: list[int] = []
    monkeypatch.setattr(PostgresSegmentStore, "get_sketches", lambda _, ids: asked.append(len(ids)) or {})
    assert wb.diff("edited").moved == {"data": ()}
    assert asked == []


def test_a_rename_is_followed_and_types_that_cannot_be_compared_are_not(wb: Workbench) -> None:
    numbers = np.arange(4000) % 500
    wb.commit(pa.table({"id": range(4000), "a": numbers, "b": numbers, "c": numbers}), "t", key="id")
    texts = pa.array([str(n + 9000) for n in numbers])
    new = pa.table({"id": range(4000), "x": numbers + 300, "b": texts, "c": (numbers + 300.0)})
    wb.commit(new, "t", mode="replace")
    assert [m.column for m in wb.diff("t@main~1", "t", rename={"a": "x"}).moved["data"]] == ["x", "c"]


def test_the_key_and_what_the_profile_ignores_are_not_looked_at(wb: Workbench) -> None:
    numbers = [n * n for n in range(4000)]
    wb.commit(pa.table({"id": numbers, "a": numbers, "b": numbers}), "t", key="id")
    later = [n + 10**7 for n in numbers]
    wb.commit(pa.table({"id": later, "a": later, "b": later}), "t", mode="replace")
    assert [m.column for m in wb.diff("t").moved["data"]] == ["a", "b"]
    assert [m.column for m in wb.diff("t", profile={"ignore": ["a"]}).moved["data"]] == ["b"]


def test_samples_of_one_distribution_say_nothing_whatever_their_size() -> None:
    random = np.random.default_rng(8)
    told = 0
    for n, m in random.integers(1, 3000, (300, 2)).tolist():
        few, many = random.integers(0, 5, n + m), random.normal(0, 1, n + m)
        words = [f"{'x' * (v % 7)}{v}" for v in random.integers(0, 40, n + m)]
        for values in (few, many, words):
            array = pa.array(values, mask=random.random(n + m) < 0.2)
            told += compare("c", [sketch(array[:n])], [sketch(array[n:])]) is not None
    # Once in a thousand would be chance.
    assert told <= 1


def test_nulls_alone_and_values_alone_move_a_column() -> None:
    whole, half = pa.array(["a"] * 2000), pa.array(["a", None] * 1000)
    found = compare("c", [sketch(whole)], [sketch(half)])
    assert found is not None
    assert (found.distance, found.nulls_before, found.nulls_after) == (0.0, 0.0, 0.5)
    assert compare("c", [sketch(whole)], [sketch(pa.array(["b"] * 2000))]).distance == 1.0  # type: ignore[union-attr]
    lists = [sketch(pa.array([[k]] * 2000)) for k in (1, 2)]
    assert compare("c", lists[:1], lists[1:]).distance == 1.0  # type: ignore[union-attr]
    none = sketch(pa.nulls(2000, pa.int64()))
    assert compare("c", [none], [none]) is None
    assert compare("c", [none], [sketch(pa.array(range(2000)))]) is not None
