"""Merges as a user makes them: branches in a store, two parents, conflicts settled, nothing written before."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from dsa_workbench.errors import InvalidInput, NotFound, RefProtected
from dsa_workbench.workbench import Workbench

BASE = pd.DataFrame({"id": [1, 2, 3, 4], "qty": [1, 2, 3, 4], "city": ["Rome", "Oslo", "Bonn", "Linz"]})


def edited(**cells: Any) -> pd.DataFrame:
    """Change cells: ``qty_2=9`` sets qty of the key 2."""
    frame = BASE.copy()
    for place, value in cells.items():
        column, key = place.rsplit("_", 1)
        frame.loc[frame["id"] == int(key), column] = value
    return frame


@pytest.fixture
def forked(wb: Workbench) -> Workbench:
    """Give a dataset `s` with a branch `dev` at its first commit."""
    wb.commit(BASE, "s", key="id")
    wb.branch("s", "dev")
    return wb


def rows(wb: Workbench, spec: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in wb.read(spec).to_arrow().to_pylist()]


def test_two_branches_become_one_commit_with_two_parents(forked: Workbench) -> None:
    ours = forked.commit(edited(qty_1=10), "s")
    theirs = forked.commit(edited(city_1="Roma", city_4="Wien"), "s", ref="dev")
    base = forked.show("s@main~1")
    merged = forked.merge("s@dev")
    assert (merged.outcome, bool(merged), merged.parents) == ("merged", True, (ours.id, theirs.id))
    assert merged.base is not None
    assert merged.base.id == base.id
    assert merged.commit.message == "Merge dev into main"
    assert rows(forked, "s") == [(1, 10, "Roma"), (2, 2, "Oslo"), (3, 3, "Bonn"), (4, 4, "Wien")]
    assert merged.summary == {"data": {"added": 0, "removed": 0, "changed": 2, "unchanged": 2}}
    assert len(forked.log("s")) == 4
    assert forked.merge("s@dev").outcome == "up to date"
    assert forked.merge("s@main", "s@dev").outcome == "fast-forward"
    assert forked.show("s@dev").id == merged.id
    assert forked.check().ok


def test_fast_forward_makes_no_commit(forked: Workbench) -> None:
    theirs = forked.commit(edited(qty_2=20), "s", ref="dev")
    tried = forked.merge("s@dev", dry_run=True)
    assert (tried.outcome, forked.show("s").id == theirs.id) == ("fast-forward", False)
    done = forked.merge("s@dev")
    assert (done.outcome, done.id, forked.show("s").id) == ("fast-forward", theirs.id, theirs.id)


def test_the_side_that_alone_changed_gives_its_tree(wb: Workbench) -> None:
    wb.commit({"a": BASE, "b": BASE}, "s", key="id")
    wb.branch("s", "dev")
    wb.commit({"a": edited(qty_1=5), "b": BASE}, "s")
    wb.commit({"a": BASE, "b": edited(qty_2=6)}, "s", ref="dev")
    merged = wb.merge("s@dev")
    both = wb.commit({"a": edited(qty_1=5), "b": edited(qty_2=6)}, "other", key="id")
    assert merged.tree == both.tree


def test_conflicts_write_nothing_and_are_settled_by_a_side_or_one_by_one(forked: Workbench) -> None:
    ours = forked.commit(edited(qty_1=10, qty_2=20), "s")
    forked.commit(edited(qty_1=11, qty_2=21, city_3="Köln"), "s", ref="dev")
    before = forked.status().bytes_stored
    stopped = forked.merge("s@dev")
    assert (stopped.outcome, bool(stopped), forked.show("s").id) == ("conflicts", False, ours.id)
    assert forked.status().bytes_stored == before
    found = stopped.conflicts["data"].to_pandas()
    assert found[["id", "kind", "column", "base", "ours", "theirs"]].to_numpy().tolist() == [
        [1, "changed/changed", "qty", "1", "10", "11"],
        [2, "changed/changed", "qty", "2", "20", "21"],
    ]
    assert found["theirs.qty"].tolist() == [11, 21]
    assert forked.merge("s@dev", resolve="theirs", dry_run=True).outcome == "merged"
    found["value"] = [found["theirs.qty"][0], None]
    half = forked.merge("s@dev", resolve=found)
    assert (half.outcome, len(half.conflicts["data"])) == ("conflicts", 1)
    found["value"] = [11, 15]
    merged = forked.merge("s@dev", resolve=found, message="Settled")
    assert (merged.outcome, merged.commit.message) == ("merged", "Settled")
    assert rows(forked, "s") == [(1, 11, "Rome"), (2, 15, "Oslo"), (3, 3, "Köln"), (4, 4, "Linz")]


def test_a_text_says_what_is_in_conflict_and_what_to_do(forked: Workbench) -> None:
    forked.commit(edited(qty_1=10), "s")
    forked.commit(BASE[1:], "s", ref="dev")
    shown = repr(forked.merge("s@dev"))
    for words in ("1 conflict", "Nothing was written", "changed/deleted", "(whole row)", "resolve='ours'"):
        assert words in shown
    assert "<table" in (forked.merge("s@dev")._repr_html_() or "")


def test_a_table_dropped_on_one_side_and_changed_on_the_other(wb: Workbench) -> None:
    wb.commit({"a": BASE, "b": BASE}, "s", key="id")
    wb.branch("s", "dev")
    wb.commit({"a": BASE}, "s")
    wb.commit({"a": BASE, "b": edited(qty_2=6)}, "s", ref="dev")
    stopped = wb.merge("s@dev")
    assert stopped.conflicts["b"].to_arrow().to_pylist() == [
        {"kind": "table", "column": None, "base": "was there", "ours": "dropped", "theirs": "changed"}
    ]
    assert wb.merge("s@dev", resolve="ours", dry_run=True)
    assert wb.merge("s@dev", resolve={"b": "theirs"})
    assert rows(wb, "s:b")[1] == (2, 6, "Oslo")


def test_a_merged_key_that_repeats_is_a_conflict(wb: Workbench) -> None:
    wb.commit(BASE, "s")
    wb.branch("s", "dev")
    wb.commit(BASE, "s", key="id")
    twice = pd.concat([BASE, BASE.assign(qty=[7, 8, 9, 10])[:1]])
    wb.commit(twice, "s", ref="dev")
    stopped = wb.merge("s@dev")
    (line,) = stopped.conflicts["data"].to_arrow().to_pylist()
    assert (stopped.outcome, line["kind"]) == ("conflicts", "key")
    assert "1" in line["ours"]
    assert not wb.merge("s@dev", dry_run=True)


def test_criss_cross_histories_say_that_there_are_two_bases(forked: Workbench) -> None:
    forked.commit(edited(qty_1=10), "s")
    forked.commit(edited(qty_2=20), "s", ref="dev")
    forked.tag("s@main", "ours")
    forked.merge("s@dev")
    forked.merge("s@ours", "s@dev")
    forked.commit(edited(qty_1=10, qty_2=20, qty_3=30), "s")
    forked.commit(edited(qty_1=10, qty_2=20, qty_4=40), "s", ref="dev")
    merged = forked.merge("s@dev")
    assert any("another common ancestor" in note for note in merged.notes)
    assert [row[1] for row in rows(forked, "s")] == [10, 20, 30, 40]


def test_large_tables_are_merged_by_chunk_and_share_what_did_not_change(wb: Workbench) -> None:
    size = 60_000
    frame = pd.DataFrame({"id": range(size), "x": [i * 7 % 1000 for i in range(size)], "t": ["text"] * size})
    wb.commit(frame, "s", key="id")
    wb.branch("s", "dev")
    ours, theirs = frame.copy(), frame.copy()
    ours.loc[100, "x"] = -1
    theirs.loc[[50_000, 100], "t"] = "other"
    theirs = pd.concat([theirs, pd.DataFrame({"id": [size], "x": [1], "t": ["new"]})])
    wb.commit(ours, "s")
    wb.commit(theirs, "s", ref="dev")
    merged = wb.merge("s@dev")
    expected = theirs.copy()
    expected.loc[expected["id"] == 100, "x"] = -1
    assert wb.read("s").to_pandas().equals(expected.reset_index(drop=True))
    assert merged.tree == wb.commit(expected, "other", key="id").tree


def test_what_cannot_be_merged_is_refused(forked: Workbench) -> None:
    forked.commit(BASE, "other", key="id")
    forked.commit(edited(qty_1=9), "s", ref="dev")
    for source, into, error, words in [
        ("s@dev", "other", InvalidInput, "versions of two datasets"),
        ("s@dev", "s@main~1", InvalidInput, "is no branch"),
        ("s@dev:data", "s", InvalidInput, "Leave the table out"),
        ("s@nope", "s", NotFound, "nope"),
        ("s@dev", "s@nope", NotFound, "nope"),
    ]:
        with pytest.raises(error) as caught:
            forked.merge(source, into)
        assert words in str(caught.value)
    forked.tag("s", "v1")
    with pytest.raises(InvalidInput):
        forked.merge("s@dev", "s@v1")
    forked.commit(edited(qty_2=9), "s")
    with pytest.raises(InvalidInput, match="no table 'nope'"):
        forked.merge("s@dev", resolve={"nope": "ours"})
    forked.protect("s", "main")
    with pytest.raises(RefProtected):
        forked.merge("s@dev")
