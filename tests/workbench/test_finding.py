"""Specs on a real store: what they find, at which moment, and what is said where there is nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from dsa_workbench.errors import InvalidInput, InvalidSpec, NotFound, RefProtected
from dsa_workbench.workbench import Workbench


def commit(wb: Workbench, n: int, ref: str = "main") -> str:
    return str(wb.commit(pd.DataFrame({"n": [n]}), "sales", ref=ref, message=f"n is {n}").id)


@pytest.fixture
def history(wb: Workbench) -> tuple[Workbench, list[str]]:
    return wb, [commit(wb, n) for n in range(4)]


def value(wb: Workbench, spec: str) -> int:
    return int(wb.read(spec).to_arrow()["n"][0].as_py())


def test_steps_back_tags_branches_and_ids_find_their_commit(history: tuple[Workbench, list[str]]) -> None:
    wb, ids = history
    wb.tag("sales~1", "v1")
    wb.branch("sales@v1", "dev")
    commit(wb, 9, "dev")
    found = [value(wb, spec) for spec in ("sales", "sales~3", "sales^^", "sales@v1", "sales@v1~2", "sales@dev")]
    assert found == [3, 0, 1, 2, 0, 9]
    assert [value(wb, f"sales@{oid}") for oid in ids] == [0, 1, 2, 3]
    assert value(wb, f"sales@{ids[2][:10]}~1") == 1
    assert value(wb, f"sales@{ids[1][:12].upper()}") == 1


def test_a_moment_finds_what_a_branch_was_then(history: tuple[Workbench, list[str]]) -> None:
    wb, ids = history
    for listed in wb.log("sales"):
        soon = listed.time + timedelta(seconds=1)  # the ref moves a moment after the commit is made
        found = wb.show(f"sales@main@{{{soon:%Y-%m-%d %H:%M:%S}+00:00}}")
        assert ids.index(found.id) >= ids.index(listed.id)
    assert value(wb, f"sales@{{{datetime.now(UTC):%Y-%m-%d}}}") == 3
    with pytest.raises(NotFound, match=r"sales had no main at 1999-12-31.*See %dsa log sales"):
        wb.read("sales@{1999-12-31 12:00+00:00}")


def test_a_moment_sees_the_branch_and_not_the_history(wb: Workbench) -> None:
    first = commit(wb, 1)
    wb.branch("sales", "dev")
    between = datetime.now(UTC)
    commit(wb, 2, "dev")
    wb.merge("sales@dev")
    assert wb.show(f"sales@{{{between.isoformat()}}}").id == first
    assert value(wb, "sales") == 2


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("slaes", "There is no dataset 'slaes'. Did you mean sales?"),
        ("sales@mian", "sales has no branch, tag or commit 'mian'. Did you mean main?"),
        ("sales@00000000", "sales has no branch, tag or commit '00000000'"),
        ("sales~4", "sales@main has fewer than 4 commits before it. See %dsa log sales@main."),
        ("sales:Sheet1", "sales has no table 'Sheet1' at this version."),
    ],
)
def test_what_is_not_there_is_named_with_what_is(history: tuple[Workbench, list[str]], spec: str, says: str) -> None:
    wb, _ = history
    with pytest.raises(NotFound, match=re.escape(says)):
        wb.read(spec)


def test_an_empty_store_says_so(wb: Workbench) -> None:
    with pytest.raises(NotFound, match="The store is empty"):
        wb.read("sales")


def test_the_start_of_an_id_that_fits_several_commits_lists_them(wb: Workbench) -> None:
    seen: dict[str, int] = {}
    prefix = next(p for n in range(2_000) if seen.setdefault(p := commit(wb, n)[:4], n) != n)
    with pytest.raises(InvalidSpec, match=rf"{prefix} begins several commit ids of sales\. Give more of it: ") as many:
        wb.read(f"sales@{prefix}")
    assert many.value.hint.count(prefix) >= 2
    assert "n is" in many.value.hint


def test_several_tables_ask_for_one(wb: Workbench) -> None:
    wb.commit({"a": pd.DataFrame({"n": [1]}), "b": pd.DataFrame({"n": [2]})}, "book")
    assert value(wb, "book:b") == 2
    with pytest.raises(NotFound, match=r"book@main has 2 tables.*Name one of them, as in book@main:a.*a, b"):
        wb.read("book")


def test_refs_do_what_they_say(history: tuple[Workbench, list[str]]) -> None:
    wb, ids = history
    wb.tag("sales~3", "v0")
    with pytest.raises(InvalidInput, match="v0"):
        commit(wb, 7, "v0")
    wb.protect("sales", "main")
    wb.branch("sales", "dev")
    wb.protect("sales", "dev")
    writes: list[Callable[[], object]] = [lambda: commit(wb, 7), lambda: wb.delete_ref("sales", "dev")]
    for write in writes:
        with pytest.raises(RefProtected, match=r"main|dev"):
            write()
    wb.protect("sales", "main", False)
    wb.protect("sales", "dev", False)
    wb.delete_ref("sales", "dev")
    with pytest.raises(InvalidInput, match="main is the default branch of sales"):
        wb.delete_ref("sales", "main")
    assert [ref.commit_id.hex() for ref in wb.refs("sales")] == [ids[3], ids[0]]
    wb.delete_ref("sales", "v0")
    assert [ref.name for ref in wb.refs("sales")] == ["main"]
    assert value(wb, f"sales@{ids[0]}") == 0
