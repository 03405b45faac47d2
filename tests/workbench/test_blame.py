"""Blame against a plain model, on histories that branch and merge and on tables of many chunks."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsa_workbench.core.model.commit import Commit
from dsa_workbench.workbench import Workbench

cells = st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from([None, 0, 1]))
steps = st.lists(st.tuples(st.sampled_from(["main", "dev"]), st.lists(cells, max_size=4), st.booleans()), max_size=6)
_numbers = iter(range(10**9))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_it_is_what_following_each_cell_by_hand_gives(wb: Workbench, history: Any) -> None:
    name = f"h{next(_numbers)}"
    tables = {"main": {key: [0, 0] for key in range(3)}}
    wb.commit(_table(tables["main"]), name, key="id")
    wb.branch(name, "dev")
    tables["dev"] = {key: list(row) for key, row in tables["main"].items()}
    for branch, changes, merges in history:
        for key, column, value in changes:
            if column == 2:
                tables[branch].pop(key, None)
            else:
                tables[branch].setdefault(key, [0, 0])[column] = value
        wb.commit(_table(tables[branch]), name, ref=branch)
        if merges:
            other = "dev" if branch == "main" else "main"
            wb.merge(f"{name}@{branch}", f"{name}@{other}", resolve="theirs")
            tables[other] = {
                row["id"]: [row["a"], row["b"]] for row in wb.read(f"{name}@{other}").to_arrow().to_pylist()
            }
    commits = {commit.id: commit for commit in wb.log(name, all=True)}

    @functools.cache
    def rows(commit: str) -> dict[int, dict[str, Any]]:
        return {row["id"]: row for row in wb.read(f"{name}@{commit}").to_arrow().to_pylist()}

    def follow(commit: Commit, key: int, column: str | None) -> str:
        while True:
            here = rows(commit.id)[key]
            same = (
                p for p in commit.parents if key in rows(p) and (not column or rows(p)[key][column] == here[column])
            )
            parent = next(same, None)
            if parent is None:
                return commit.id
            commit = commits[parent]

    for branch in ("main", "dev"):
        head = wb.log(f"{name}@{branch}")[0]
        for key in rows(head.id):
            found = wb.blame(f"{name}@{branch}", key)
            assert {c: found[c].id for c in ("a", "b")} == {c: follow(head, key, c) for c in ("a", "b")}
            assert found.added.id == follow(head, key, None)
            assert found.row.to_pylist() == [rows(head.id)[key]]


def _table(rows: dict[int, list[int | None]]) -> Any:
    kinds = pa.schema([("id", pa.int64()), ("a", pa.int64()), ("b", pa.int64())])
    return pa.Table.from_pylist([{"id": key, "a": a, "b": b} for key, (a, b) in rows.items()], kinds)


def test_rows_of_large_tables_are_followed_through_changes_around_them(wb: Workbench) -> None:
    random = np.random.default_rng(2)
    ids, qty = random.permutation(120_000), random.integers(0, 9, 120_000)
    wb.commit(pa.table({"id": ids, "qty": qty}), "big", key="id", message="0")
    last = {int(i): 0 for i in ids}
    for step in range(1, 12):
        keep = np.ones(len(ids), np.bool_)
        keep[random.integers(0, len(ids), 30)] = False
        for gone in ids[~keep]:
            del last[int(gone)]
        ids, qty = ids[keep], qty[keep].copy()
        changed = random.integers(0, len(ids), 300)
        qty[changed] += 10
        last |= {int(i): step for i in ids[changed]}
        place = int(random.integers(0, len(ids)))
        new = np.arange(20) + 10**6 * step
        ids, qty = np.insert(ids, place, new), np.insert(qty, place, np.zeros(20, np.int64))
        last |= {int(i): step for i in new}
        if step == 6:
            order = np.argsort(ids)
            ids, qty = ids[order], qty[order]
        wb.commit(pa.table({"id": ids, "qty": qty}), "big", message=str(step))
    for key in [*random.choice(ids, 25).tolist(), *[i for i, step in last.items() if step][:25]]:
        found = wb.blame("big", key)
        assert (found["qty"].message, found.row["qty"].to_pylist()) == (str(last[key]), [qty[ids == key][0]])
        born = key // 10**6
        assert found.added.message == found["id"].message == str(born)


def test_a_long_history_is_followed_to_its_end(wb: Workbench) -> None:
    wb.commit(pa.table({"id": [0, 1], "n": [0, 0]}), "long", key="id", message="first")
    for i in range(150):
        wb.commit(pa.table({"id": [i + 2], "n": [i]}), "long", mode="append", message=str(i))
    assert {wb.blame("long", 0)[c].message for c in ("id", "n")} == {"first"}
    assert wb.blame("long", 100)["n"].message == "98"
