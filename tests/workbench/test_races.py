"""Lost races: a replace says who came first, an append goes on, a repeated write is recognized."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from dsa_workbench.errors import RefConflict, RefProtected
from dsa_workbench.features.versioning import commit_tables as committing
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import Workbench, connect


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Do something once, just before the next commit moves its ref."""

    def arrange(deed: Callable[[], object]) -> None:
        publish = committing._publish

        def watched(*args: Any) -> Any:
            monkeypatch.setattr(committing, "_publish", publish)
            deed()
            return publish(*args)

        monkeypatch.setattr(committing, "_publish", watched)

    return arrange


def numbers(*values: int) -> pa.Table:
    return pa.table({"n": list(values)})


def test_a_replace_says_who_came_first(wb: Workbench, pg_url: str, meanwhile: Any) -> None:
    wb.commit(numbers(1), "log")
    with connect(pg_url, actor="bob", settings=Settings()) as bob:
        meanwhile(lambda: bob.commit(numbers(2), "log"))
        with pytest.raises(RefConflict, match=r"log@main was moved while you were writing: it is \w{10} by bob now"):
            wb.commit(numbers(3), "log")
    assert wb.read("log").to_arrow() == numbers(2)


def test_a_replace_of_a_new_dataset_says_that_it_is_there_now(wb: Workbench, pg_url: str, meanwhile: Any) -> None:
    with connect(pg_url, actor="bob", settings=Settings()) as bob:
        meanwhile(lambda: bob.commit(numbers(2), "log"))
        with pytest.raises(RefConflict, match="log@main was made by somebody else"):
            wb.commit(numbers(3), "log")
    assert wb.read("log").to_arrow() == numbers(2)


def test_an_append_goes_on_from_the_new_head(wb: Workbench, pg_url: str, meanwhile: Any) -> None:
    wb.commit(numbers(1), "log")
    with connect(pg_url, actor="bob", settings=Settings()) as bob:
        meanwhile(lambda: bob.commit(numbers(2), "log", mode="append"))
        wb.commit(numbers(3), "log", mode="append")
    assert wb.read("log").to_arrow() == numbers(1, 2, 3)
    assert len(wb.log("log")) == 3


def test_an_upsert_goes_on_from_the_new_head(wb: Workbench, pg_url: str, meanwhile: Any) -> None:
    wb.commit(pa.table({"k": [1, 2], "v": [1, 2]}), "log", key="k")
    with connect(pg_url, actor="bob", settings=Settings()) as bob:
        meanwhile(lambda: bob.commit(pa.table({"k": [1], "v": [10]}), "log", mode="upsert"))
        wb.commit(pa.table({"k": [2, 3], "v": [20, 30]}), "log", mode="upsert")
    assert wb.read("log").to_arrow().to_pydict() == {"k": [1, 2, 3], "v": [10, 20, 30]}


def test_the_same_write_at_the_same_moment_is_done_once(wb: Workbench, pg_url: str, meanwhile: Any) -> None:
    wb.commit(numbers(1), "log")
    with connect(pg_url, actor="ann", settings=Settings()) as again:
        meanwhile(lambda: again.commit(numbers(5), "log", idempotency_key="x"))
        done = wb.commit(numbers(5), "log", idempotency_key="x")
    assert not done.created
    assert len(wb.log("log")) == 2
    assert done.id == wb.log("log")[0].id


def test_a_replace_with_a_key_that_lost_to_another_write_says_so(wb: Workbench, pg_url: str, meanwhile: Any) -> None:
    wb.commit(numbers(1), "log")
    with connect(pg_url, actor="bob", settings=Settings()) as bob:
        meanwhile(lambda: bob.commit(numbers(2), "log"))
        with pytest.raises(RefConflict, match="by bob now"):
            wb.commit(numbers(3), "log", idempotency_key="x")
    assert wb.read("log").to_arrow() == numbers(2)


def test_a_branch_protected_meanwhile_is_not_moved(wb: Workbench, meanwhile: Any) -> None:
    wb.commit(numbers(1), "log")
    meanwhile(lambda: wb.protect("log", "main"))
    with pytest.raises(RefProtected):
        wb.commit(numbers(2), "log")
    with pytest.raises(RefProtected, match="log@main is protected"):
        wb.commit(numbers(2), "log")
    wb.protect("log", "main", protected=False)
    assert wb.commit(numbers(2), "log").created


def test_a_merge_goes_on_from_the_new_head(wb: Workbench, pg_url: str, meanwhile: Any) -> None:
    wb.commit(pa.table({"k": [1, 2, 3], "v": [1, 2, 3]}), "log", key="k")
    wb.branch("log", "dev")
    wb.commit(pa.table({"k": [1, 2, 3], "v": [10, 2, 3]}), "log")
    wb.commit(pa.table({"k": [1, 2, 3], "v": [1, 20, 3]}), "log", ref="dev")
    with connect(pg_url, actor="bob", settings=Settings()) as bob:
        meanwhile(lambda: bob.commit(pa.table({"k": [3], "v": [30]}), "log", mode="upsert"))
        merged = wb.merge("log@dev")
    assert merged.parents[0] == wb.show("log@main~1").id
    assert wb.show("log@main~1").author == "bob"
    assert wb.read("log").to_arrow().to_pydict() == {"k": [1, 2, 3], "v": [10, 20, 30]}


def test_a_merge_that_meets_a_conflict_on_the_new_head_writes_nothing(
    wb: Workbench, pg_url: str, meanwhile: Any
) -> None:
    wb.commit(pa.table({"k": [1, 2], "v": [1, 2]}), "log", key="k")
    wb.branch("log", "dev")
    wb.commit(pa.table({"k": [1, 2], "v": [10, 2]}), "log")
    wb.commit(pa.table({"k": [1, 2], "v": [1, 20]}), "log", ref="dev")
    with connect(pg_url, actor="bob", settings=Settings()) as bob:
        meanwhile(lambda: bob.commit(pa.table({"k": [2], "v": [21]}), "log", mode="upsert"))
        assert not wb.merge("log@dev")
    assert wb.read("log").to_arrow().to_pydict() == {"k": [1, 2], "v": [10, 21]}
