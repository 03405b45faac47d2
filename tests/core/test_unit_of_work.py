import pytest

from dsa_workbench.core.model.ref import RefKind
from dsa_workbench.core.services.interfaces import IStore, IUnitOfWork
from dsa_workbench.core.services.postgres.store import PostgresStore
from dsa_workbench.errors import AlreadyExists
from tests.fixtures.history import ANN, make_commit, make_segment, oid, put_commits


def names(store: IStore) -> list[str]:
    with store.unit() as unit:
        return [d.name for d in unit.datasets.list()]


def test_store_and_unit_are_what_the_core_asks_for(store: PostgresStore):
    as_store: IStore = store  # mypy reads these two lines
    as_unit: IUnitOfWork = store.unit()
    with as_unit:
        assert as_unit.datasets.list() == []
    assert list(as_store.all_segments()) == []


def test_all_segments_walks_them_all(store):
    given = {s.id: s for s in (make_segment(i) for i in range(150))}
    store.segments.put_many(list(given.values()))
    assert {s.id: s for s in store.all_segments()} == given


def test_work_without_commit_leaves_no_trace(store):
    with store.unit() as unit:
        made = unit.datasets.create("sales", ANN)
        put_commits(unit, made.id, make_commit("a"))
        unit.refs.create(made.id, "main", RefKind.BRANCH, make_commit("a").oid, ANN)
    assert names(store) == []
    with pytest.raises(KeyError, match="later"), store.unit() as unit:  # noqa: PT012 # the body is what is tested
        unit.datasets.create("sales", ANN)
        raise KeyError("later")
    assert names(store) == []


def test_what_was_committed_stays_and_what_came_after_goes(store):
    with store.unit() as unit:
        unit.datasets.create("a", ANN)
        unit.commit()
        unit.datasets.create("b", ANN)
        unit.commit()
        unit.datasets.create("c", ANN)
    assert names(store) == ["a", "b"]


def test_others_see_nothing_before_the_commit(store):
    with store.unit() as unit:
        unit.datasets.create("sales", ANN)
        assert names(store) == []
        unit.commit()
        assert names(store) == ["sales"]


def test_reader_sees_what_was_committed_meanwhile(store):
    """READ COMMITTED: a long unit is not blind to the moves of others, or its swap would lie."""
    with store.unit() as unit:
        made = unit.datasets.create("sales", ANN)
        put_commits(unit, made.id, make_commit("a"), make_commit("b"))
        unit.refs.create(made.id, "main", RefKind.BRANCH, make_commit("a").oid, ANN)
        unit.commit()
    with store.unit() as reader:
        assert reader.refs.find(made.id, "main").commit_id == oid("a")
        with store.unit() as writer:
            writer.refs.move(made.id, "main", oid("a"), oid("b"), ANN)
            writer.commit()
        assert reader.refs.find(made.id, "main").commit_id == oid("b")
        assert not reader.refs.move(made.id, "main", oid("a"), oid("b"), ANN)


def test_refused_name_does_not_spoil_the_unit(store):
    with store.unit() as unit:
        unit.datasets.create("a", ANN)
        with pytest.raises(AlreadyExists):
            unit.datasets.create("a", ANN)
        unit.datasets.create("b", ANN)
        unit.commit()
    assert names(store) == ["a", "b"]


def test_commit_outside_of_the_with_statement_is_a_mistake(store):
    unit = store.unit()
    with pytest.raises(RuntimeError, match="with"):
        unit.commit()


def test_commits_wait_for_the_disk_even_if_the_server_says_otherwise(store, database):
    with database.raw(autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    database.dispose()
    with database.raw() as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
    store.segments.put_many([make_segment("a")])
    with database.raw() as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
