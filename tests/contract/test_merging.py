"""What a merge hands back does not depend on where the store is: outcomes, conflicts with their types, settlements."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from dsa_workbench.errors import DsaError, InvalidInput, NotFound, RefProtected, Unsupported
from dsa_workbench.remote import RemoteWorkbench, merging

BASE = pd.DataFrame({"id": [1, 2, 3, 4], "qty": [1, 2, 3, 4], "city": ["Rome", "Oslo", "Bonn", "Linz"]})


def edited(**cells: Any) -> pd.DataFrame:
    """Change cells: ``qty_2=9`` sets qty of the key 2."""
    frame = BASE.copy()
    for place, value in cells.items():
        column, key = place.rsplit("_", 1)
        frame.loc[frame["id"] == int(key), column] = value
    return frame


@pytest.fixture
def forked(door: Any, dataset: str) -> str:
    """Give a dataset with a branch `dev` at its first commit."""
    door.commit(BASE, dataset, key="id")
    door.branch(dataset, "dev")
    return dataset


def rows(door: Any, spec: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in door.read(spec).to_arrow().to_pylist()]


def test_two_branches_become_one_commit(door: Any, forked: str) -> None:
    base = door.show(forked)
    ours = door.commit(edited(qty_1=10), forked)
    theirs = door.commit(edited(city_1="Roma", city_4="Wien"), forked, ref="dev")
    tried = door.merge(f"{forked}@dev", dry_run=True)
    assert (tried.outcome, tried.dry_run, tried.id, door.show(forked).id) == ("merged", True, ours.id, ours.id)
    merged = door.merge(f"{forked}@dev")
    assert (merged.outcome, bool(merged), merged.parents) == ("merged", True, (ours.id, theirs.id))
    assert (merged.source, merged.into, merged.dry_run) == (f"{forked}@dev", f"{forked}@main", False)
    assert merged.base.id == base.id
    assert (merged.commit.message, merged.commit.author, merged.commit.tree) == (
        "Merge dev into main",
        "ann",
        merged.tree,
    )
    assert rows(door, forked) == [(1, 10, "Roma"), (2, 2, "Oslo"), (3, 3, "Bonn"), (4, 4, "Wien")]
    assert merged.summary == {"data": {"added": 0, "removed": 0, "changed": 2, "unchanged": 2}}
    assert merged.conflicts == {}
    assert "Merged" in repr(merged)
    assert door.merge(f"{forked}@dev").outcome == "up to date"
    forward = door.merge(f"{forked}@main", f"{forked}@dev")
    assert (forward.outcome, forward.id, door.show(f"{forked}@dev").id) == ("fast-forward", merged.id, merged.id)


def test_conflicts_are_told_and_settled_by_a_side(door: Any, forked: str) -> None:
    ours = door.commit(edited(qty_1=10, qty_2=20), forked)
    door.commit(edited(qty_1=11, qty_2=21, city_3="Köln"), forked, ref="dev")
    stopped = door.merge(f"{forked}@dev")
    assert (stopped.outcome, bool(stopped), stopped.id, door.show(forked).id) == ("conflicts", False, ours.id, ours.id)
    found = stopped.conflicts["data"].to_arrow()
    assert found.to_pylist() == [
        {"id": 1, "kind": "changed/changed", "column": "qty", "base": "1", "ours": "10", "theirs": "11", "base.qty": 1,
         "ours.qty": 10, "theirs.qty": 11},
        {"id": 2, "kind": "changed/changed", "column": "qty", "base": "2", "ours": "20", "theirs": "21", "base.qty": 2,
         "ours.qty": 20, "theirs.qty": 21},
    ]  # fmt: skip
    assert len(stopped.conflicts["data"]) == 2
    for words in ("2 conflicts", "Nothing was written", "resolve='ours'"):
        assert words in repr(stopped)
    assert door.merge(f"{forked}@dev", resolve="theirs", dry_run=True).outcome == "merged"
    merged = door.merge(f"{forked}@dev", resolve={"data": "ours"}, message="Ours")
    assert (merged.outcome, merged.commit.message) == ("merged", "Ours")
    assert rows(door, forked) == [(1, 10, "Rome"), (2, 20, "Oslo"), (3, 3, "Köln"), (4, 4, "Linz")]


def test_conflicts_are_settled_line_by_line(door: Any, forked: str) -> None:
    door.commit(edited(qty_1=10, qty_2=20)[:3], forked)
    door.commit(edited(qty_1=11, qty_2=21, city_4="Wien"), forked, ref="dev")
    frame = door.merge(f"{forked}@dev").conflicts["data"].to_pandas()
    assert frame["kind"].tolist() == ["deleted/changed", "changed/changed", "changed/changed"]
    frame["value"] = [None, frame["theirs.qty"][1], None]
    half = door.merge(f"{forked}@dev", resolve=frame)
    assert (half.outcome, len(half.conflicts["data"])) == ("conflicts", 2)
    frame["value"] = ["theirs", 11, 15]
    merged = door.merge(f"{forked}@dev", resolve=frame)
    assert merged.outcome == "merged"
    assert sorted(rows(door, forked)) == [(1, 11, "Rome"), (2, 15, "Oslo"), (3, 3, "Bonn"), (4, 4, "Wien")]


TYPES: dict[str, tuple[Any, list[Any]]] = {
    "decimal": (pa.decimal128(9, 2), [Decimal("1.00"), Decimal("2.50"), Decimal("3.25")]),
    "day": (pa.date32(), [dt.date(2026, 3, n) for n in (1, 2, 3)]),
    "moment": (pa.timestamp("us", "UTC"), [dt.datetime(2026, 3, n, 12, tzinfo=dt.UTC) for n in (1, 2, 3)]),
    "bytes": (pa.binary(), [b"\x00", b"\xff", b"a"]),
    "number": (pa.uint64(), [1, 2**64 - 1, 2**63]),
    "float": (pa.float64(), [0.5, float("inf"), 1e-300]),
    "list": (pa.list_(pa.int64()), [[1], [], [None, 2]]),
    "struct": (pa.struct({"a": pa.int64()}), [{"a": 1}, {"a": None}, {"a": 3}]),
}


@pytest.mark.parametrize("kind", TYPES)
def test_values_in_conflict_keep_their_types(door: Any, dataset: str, kind: str) -> None:
    arrow, (base, ours, theirs) = TYPES[kind]
    day = pa.array([dt.date(2026, 1, 1)], pa.date32())

    def table(value: Any) -> pa.Table:
        return pa.table({"id": day, "x": pa.array([value], arrow)})

    door.commit(table(base), dataset, key="id")
    door.branch(dataset, "dev")
    door.commit(table(ours), dataset)
    door.commit(table(theirs), dataset, ref="dev")
    found = door.merge(f"{dataset}@dev").conflicts["data"].to_arrow()
    assert [found.schema.field(f"{side}.x").type for side in ("base", "ours", "theirs")] == [arrow] * 3
    assert found.schema.field("id").type == pa.date32()
    [line] = found.to_pylist()
    assert (line["base.x"], line["ours.x"], line["theirs.x"]) == (base, ours, theirs)
    filled = found.append_column("value", found["theirs.x"])
    assert door.merge(f"{dataset}@dev", resolve=filled).outcome == "merged"
    assert door.read(dataset).to_arrow().equals(table(theirs))


def test_several_tables_without_a_key(door: Any, dataset: str, tmp_path: Path) -> None:
    def book(ref: str, a: pd.DataFrame, b: pd.DataFrame) -> None:
        with pd.ExcelWriter(tmp_path / "book.xlsx") as file:
            a.to_excel(file, sheet_name="a", index=False)
            b.to_excel(file, sheet_name="b", index=False)
        door.import_file(tmp_path / "book.xlsx", dataset, ref=ref)

    book("main", BASE, BASE)
    door.branch(dataset, "dev")
    book("main", edited(qty_1=5), edited(qty_2=7))
    book("dev", edited(qty_1=6), edited(qty_2=6))
    stopped = door.merge(f"{dataset}@dev")
    assert {name: c.to_arrow()["kind"].to_pylist() for name, c in stopped.conflicts.items()} == {
        "a": ["rows"], "b": ["rows"],
    }  # fmt: skip
    assert list(door.merge(f"{dataset}@dev", resolve={"a": "ours"}).conflicts) == ["b"]
    assert door.merge(f"{dataset}@dev", resolve={"a": "ours", "b": "theirs"})
    assert rows(door, f"{dataset}@main:a")[0] == (1, 5, "Rome")
    assert rows(door, f"{dataset}@main:b")[1] == (2, 6, "Oslo")


def test_many_conflicts_all_come(door: Any, dataset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "PAGE", 700)
    numbers = range(2000)
    door.commit(pa.table({"id": numbers, "x": numbers}), dataset, key="id")
    door.branch(dataset, "dev")
    door.commit(pa.table({"id": numbers, "x": [n + 1 for n in numbers]}), dataset)
    door.commit(pa.table({"id": numbers, "x": [n + 2 for n in numbers]}), dataset, ref="dev")
    conflicts = door.merge(f"{dataset}@dev").conflicts["data"]
    assert (len(conflicts), conflicts.to_arrow()["id"].to_pylist()) == (2000, list(numbers))
    frame = conflicts.to_pandas()
    frame["value"] = frame["ours.x"] + frame["theirs.x"]
    assert door.merge(f"{dataset}@dev", resolve=frame).outcome == "merged"
    assert door.read(dataset).to_arrow()["x"].to_pylist() == [2 * n + 3 for n in numbers]


def test_a_merge_that_cannot_be_says_the_same(door: Any, forked: str) -> None:
    door.commit(edited(qty_1=10), forked)
    door.commit(edited(qty_1=11), forked, ref="dev")
    unknown = pd.DataFrame({"id": [99], "column": ["qty"], "value": [1]})
    words: list[tuple[Any, type[DsaError], str]] = [
        (lambda: door.merge(f"{forked}@nope"), NotFound, "nope"),
        (lambda: door.merge(f"{forked}@dev", f"{forked}@nope"), NotFound, "no branch 'nope'"),
        (lambda: door.merge(f"{forked}@dev", "other@main"), InvalidInput, "two datasets"),
        (lambda: door.merge(f"{forked}@dev", f"{forked}@main~1"), InvalidInput, "is no branch"),
        (lambda: door.merge(f"{forked}@dev:data"), InvalidInput, "all tables"),
        (lambda: door.merge(f"{forked}@dev", resolve="mine"), InvalidInput, "'mine' is no side"),
        (lambda: door.merge(f"{forked}@dev", resolve=3), InvalidInput, "resolve cannot be int"),
        (lambda: door.merge(f"{forked}@dev", resolve={"nope": "ours"}), InvalidInput, "no table 'nope'"),
        (lambda: door.merge(f"{forked}@dev", resolve=unknown), InvalidInput, "line 1 speaks of no conflict"),
        (lambda: door.merge(f"{forked}@dev", resolve=unknown.assign(id=1, value="x")), InvalidInput, "no int64"),
        (lambda: door.merge(f"{forked}@dev", resolve=unknown.drop(columns="value")), InvalidInput, "no column 'value'"),
    ]  # fmt: skip
    for wrong, error, said in words:
        with pytest.raises(error, match=said) as raised:
            wrong()
        assert raised.value.hint
    door.protect(forked, "main")
    with pytest.raises(RefProtected):
        door.merge(f"{forked}@dev", resolve="ours")
    door.protect(forked, "main", False)
    if isinstance(door, RemoteWorkbench):
        with pytest.raises(Unsupported, match="the name under which the server knows you"):
            door.merge(f"{forked}@dev", resolve="ours", author="bob")
    else:
        assert door.merge(f"{forked}@dev", resolve="ours", author="bob").commit.author == "bob"
