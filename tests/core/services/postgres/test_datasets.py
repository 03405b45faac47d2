from concurrent.futures import ThreadPoolExecutor

import pytest

from dsa_workbench.errors import AlreadyExists, InvalidInput, NotFound
from tests.fixtures.history import ANN, BOB
from tests.fixtures.waiting import wait_until_blocked


def test_created_dataset_is_found_as_it_was_given(store):
    with store.unit() as unit:
        made = unit.datasets.create("sales", ANN)
        assert (made.name, made.created_by, made.description, made.metadata) == ("sales", "ann", "", {})
        assert made.created_at.utcoffset().total_seconds() == 0
        unit.commit()
    with store.unit() as unit:
        assert unit.datasets.find("sales") == made
        assert unit.datasets.find("SALES") is None


def test_name_is_unique_among_live_ones(store):
    with store.unit() as unit:
        first = unit.datasets.create("sales", ANN)
        with pytest.raises(AlreadyExists, match="'sales'"):
            unit.datasets.create("sales", BOB)
        unit.datasets.delete(first.id, ANN)
        second = unit.datasets.create("sales", BOB)
        assert second.id != first.id
        with pytest.raises(AlreadyExists, match="'sales'"):
            unit.datasets.restore(first.id, ANN)
        unit.datasets.delete(second.id, ANN)
        unit.datasets.restore(first.id, ANN)
        assert unit.datasets.find("sales") == first


def test_lists_live_by_name_and_deleted_latest_first(store):
    with store.unit() as unit:
        made = {name: unit.datasets.create(name, ANN) for name in ("b", "Z", "a", "ä", "c")}
        unit.datasets.delete(made["b"].id, ANN)
        unit.datasets.delete(made["a"].id, ANN)
        assert [d.name for d in unit.datasets.list()] == ["Z", "c", "ä"]
        deleted = unit.datasets.list(deleted=True)
        assert [d.name for d in deleted] == ["a", "b"]
        assert all(d.deleted_at is not None for d in deleted)


def test_update_replaces_what_is_given(store):
    with store.unit() as unit:
        made = unit.datasets.create("sales", ANN)
        unit.datasets.update(made.id, description="all orders")
        unit.datasets.update(made.id, metadata={"owner": "ann", "tags": ["x"], "n": 1.5, "none": None})
        unit.datasets.update(made.id)
        found = unit.datasets.find("sales")
        assert found.description == "all orders"
        assert found.metadata == {"owner": "ann", "tags": ["x"], "n": 1.5, "none": None}


@pytest.mark.parametrize(
    "act",
    [
        lambda datasets: datasets.delete(404, ANN),
        lambda datasets: datasets.restore(404, ANN),
        lambda datasets: datasets.update(404, description="x"),
    ],
)
def test_unknown_dataset_is_refused(store, act):
    with store.unit() as unit, pytest.raises(NotFound):
        act(unit.datasets)


def test_deleting_twice_and_restoring_a_live_one_are_refused(store):
    with store.unit() as unit:
        made = unit.datasets.create("sales", ANN)
        with pytest.raises(NotFound):
            unit.datasets.restore(made.id, ANN)
        unit.datasets.delete(made.id, ANN)
        with pytest.raises(NotFound):
            unit.datasets.delete(made.id, ANN)


def test_value_the_database_cannot_hold_is_refused(store):
    with store.unit() as unit, pytest.raises(InvalidInput, match="NUL"):
        unit.datasets.create("a\0b", ANN)


@pytest.mark.parametrize("first_commits", [True, False])
def test_two_writers_creating_one_name(store, pg_url, first_commits):
    def second() -> str:
        with store.unit() as unit:
            try:
                unit.datasets.create("sales", BOB)
            except AlreadyExists:
                return "taken"
            unit.commit()
            return "created"

    with ThreadPoolExecutor(1) as threads, store.unit() as unit:
        unit.datasets.create("sales", ANN)
        answer = threads.submit(second)
        wait_until_blocked(pg_url)
        if first_commits:
            unit.commit()
        else:
            unit.__exit__(None, None, None)
        assert answer.result(30) == ("taken" if first_commits else "created")
