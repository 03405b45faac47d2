"""The history of a table: what changed it, found through merges, and nothing else."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.errors import NotFound
from dsa_workbench.features.versioning import table_history
from dsa_workbench.workbench import Workbench


def table(*values: int) -> pa.Table:
    return pa.table({"id": list(range(len(values))), "x": list(values)})


def messages(wb: Workbench, spec: str, limit: int | None = None) -> list[str]:
    return [commit.message for commit in wb.log(spec, limit)]


def test_only_what_changed_the_table_is_listed(wb: Workbench) -> None:
    wb.commit(table(1), "shop", table="orders", key="id", message="orders 1")
    wb.commit(table(1), "shop", table="stock", key="id", message="stock 1")
    wb.commit(table(2), "shop", table="orders", message="orders 2")
    wb.commit(table(2), "shop", table="stock", message="stock 2")
    assert messages(wb, "shop:orders") == ["orders 2", "orders 1"]
    assert messages(wb, "shop:stock") == ["stock 2", "stock 1"]
    assert messages(wb, "shop:orders", 1) == ["orders 2"]
    assert messages(wb, "shop@main~3:orders") == ["orders 1"]
    with pytest.raises(NotFound, match="no table 'order' at this version, nor had it before"):
        wb.log("shop:order")
    with pytest.raises(NotFound, match="nor had it before"):
        wb.log("shop@main~3:stock")


def test_a_merge_is_listed_where_it_made_the_table(wb: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    wb.commit(table(0, 0, 0), "shop", table="orders", key="id", message="first")
    wb.branch("shop", "dev")
    wb.commit(table(7, 0, 0), "shop", table="orders", ref="dev", message="on dev")
    wb.commit(table(1), "shop", table="stock", key="id", message="stock")
    wb.merge("shop@dev", message="takes dev's orders")
    assert messages(wb, "shop:orders") == ["on dev", "first"]
    wb.commit(table(7, 8, 0), "shop", table="orders", ref="dev", message="more on dev")
    wb.commit(table(7, 0, 9), "shop", table="orders", message="more on main")
    wb.merge("shop@dev", message="both")
    assert set(messages(wb, "shop:orders")) == {"both", "more on dev", "more on main", "on dev", "first"}
    assert messages(wb, "shop:orders")[0] == "both"
    assert messages(wb, "shop:stock") == ["stock"]
    whole = messages(wb, "shop:orders")
    monkeypatch.setattr(table_history, "_FIRST", 1)
    assert messages(wb, "shop:orders") == whole
    assert [messages(wb, "shop:orders", limit) for limit in range(6)] == [whole[:limit] for limit in range(6)]


def commit(number: int, parents: tuple[int, ...], value: int | None) -> tuple[Commit, ObjectId | None]:
    named = tuple(f"{p:064x}" for p in parents)
    made = Commit(f"{number:064x}", "", named, "", "", None, {})  # type: ignore[arg-type] # has no time
    return made, None if value is None else ObjectId(bytes([value]))


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[Commit, ObjectId | None]]:
    """Draw commits with up to two parents before them, latest first, all of them reached from the latest."""
    count = draw(st.integers(1, 12))
    found = []
    for number in range(count):
        parents = (number - 1,) if number else ()
        if number > 1 and draw(st.booleans()):
            parents = (draw(st.integers(0, number - 2)), number - 1)
        found.append(commit(number, parents, draw(st.sampled_from([None, 1, 2]))))
    return found[::-1]


@given(histories())
@settings(max_examples=300)
def test_what_is_listed_leads_to_what_the_table_holds(found: list[tuple[Commit, ObjectId | None]]) -> None:
    tables = {c.id: oid for c, oid in found}
    listed = table_history._changes([c for c, _ in found], tables)
    head = found[0][1]
    for c in listed:
        assert all(tables[p] != tables[c.id] for p in c.parents)
    if listed:
        assert tables[listed[0].id] == head
    else:
        assert head is None
    assert [c.id for c in listed] == sorted((c.id for c in listed), reverse=True)
