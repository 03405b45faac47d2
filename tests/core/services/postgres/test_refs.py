from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from dsa_workbench.core.model.ref import RefKind
from dsa_workbench.core.services.postgres.tables import ref_log
from dsa_workbench.errors import AlreadyExists, InvalidInput, NotFound, RefConflict, RefProtected
from tests.fixtures.history import ANN, BOB, make_commit, oid, put_commits
from tests.fixtures.waiting import wait_until_blocked

A, B, C = make_commit("a"), make_commit("b"), make_commit("c")


@pytest.fixture
def dataset(store):
    """Give a dataset's number; it has three commits and the branch main at the first."""
    with store.unit() as unit:
        made = unit.datasets.create("sales", ANN)
        put_commits(unit, made.id, A, B, C)
        unit.refs.create(made.id, "main", RefKind.BRANCH, A.oid, ANN)
        unit.commit()
    return made.id


@pytest.fixture
def unit(store):
    with store.unit() as unit:
        yield unit


def test_created_ref_is_found_as_it_was_given(unit, dataset):
    made = unit.refs.create(dataset, "v1.0", RefKind.TAG, B.oid, BOB)
    assert (made.kind, made.commit_id, made.updated_by, made.protected) == (RefKind.TAG, B.oid, "bob", False)
    assert made.updated_at.utcoffset().total_seconds() == 0
    assert unit.refs.find(dataset, "v1.0") == made
    assert unit.refs.find(dataset, "v2.0") is None


@pytest.mark.parametrize("kind", list(RefKind))
def test_name_is_taken_by_a_branch_or_a_tag(unit, dataset, kind):
    with pytest.raises(AlreadyExists, match="branch 'main'"):
        unit.refs.create(dataset, "main", kind, B.oid, ANN)


def test_lists_branches_first_then_tags_by_name(unit, dataset):
    for name, kind in [("v2", RefKind.TAG), ("v1", RefKind.TAG), ("dev", RefKind.BRANCH), ("Zeta", RefKind.BRANCH)]:
        unit.refs.create(dataset, name, kind, A.oid, ANN)
    assert [r.name for r in unit.refs.list(dataset)] == ["Zeta", "dev", "main", "v1", "v2"]


def test_ref_cannot_point_to_a_commit_that_is_not_stored(unit, dataset):
    with pytest.raises(NotFound, match="not present"):
        unit.refs.create(dataset, "dev", RefKind.BRANCH, oid("nowhere"), ANN)


def test_move_compares_and_swaps(unit, dataset):
    assert unit.refs.move(dataset, "main", A.oid, B.oid, BOB)
    assert not unit.refs.move(dataset, "main", A.oid, C.oid, ANN)
    found = unit.refs.find(dataset, "main")
    assert (found.commit_id, found.updated_by) == (B.oid, "bob")


def test_move_refuses_tags_unknown_and_protected_refs(unit, dataset):
    unit.refs.create(dataset, "v1", RefKind.TAG, A.oid, ANN)
    with pytest.raises(InvalidInput, match="'v1' is a tag"):
        unit.refs.move(dataset, "v1", A.oid, B.oid, ANN)
    with pytest.raises(InvalidInput, match="'v1' is a tag"):
        unit.refs.move(dataset, "v1", A.oid, B.oid, ANN, force=True)
    with pytest.raises(NotFound, match="'dev'"):
        unit.refs.move(dataset, "dev", A.oid, B.oid, ANN)
    unit.refs.protect(dataset, "main", True, ANN)
    with pytest.raises(RefProtected, match="'main'"):
        unit.refs.move(dataset, "main", A.oid, B.oid, ANN)
    assert unit.refs.find(dataset, "main").commit_id == A.oid


def test_force_moves_a_protected_branch_but_still_compares(unit, dataset):
    unit.refs.protect(dataset, "main", True, ANN)
    assert not unit.refs.move(dataset, "main", B.oid, C.oid, ANN, force=True)
    assert unit.refs.move(dataset, "main", A.oid, B.oid, ANN, force=True)
    assert unit.refs.find(dataset, "main").protected


def test_delete_compares_and_spares_the_protected(unit, dataset):
    assert not unit.refs.delete(dataset, "main", B.oid, ANN)
    unit.refs.protect(dataset, "main", True, ANN)
    with pytest.raises(RefProtected):
        unit.refs.delete(dataset, "main", A.oid, ANN)
    unit.refs.protect(dataset, "main", False, ANN)
    assert unit.refs.delete(dataset, "main", A.oid, ANN)
    assert unit.refs.find(dataset, "main") is None
    with pytest.raises(NotFound):
        unit.refs.delete(dataset, "main", A.oid, ANN)
    with pytest.raises(NotFound):
        unit.refs.protect(dataset, "main", True, ANN)


def test_at_tells_where_a_ref_pointed(store, dataset):
    def moment():
        return datetime.now(UTC)

    def do(act):
        with store.unit() as unit:
            act(unit.refs)
            unit.commit()

    do(lambda refs: refs.move(dataset, "main", A.oid, B.oid, ANN))
    at_b = moment()
    do(lambda refs: refs.protect(dataset, "main", True, ANN))
    do(lambda refs: refs.move(dataset, "main", B.oid, C.oid, ANN, force=True))
    do(lambda refs: refs.protect(dataset, "main", False, ANN))
    at_c = moment()
    do(lambda refs: refs.delete(dataset, "main", C.oid, ANN))
    gone = moment()
    do(lambda refs: refs.create(dataset, "main", RefKind.BRANCH, B.oid, ANN))
    with store.unit() as unit:
        answers = [unit.refs.at(dataset, "main", m) for m in (at_b, at_c, gone, moment())]
        assert answers == [B.oid, C.oid, None, B.oid]
        assert unit.refs.at(dataset, "main", at_b - timedelta(days=1)) is None
        assert unit.refs.at(dataset, "dev", at_b) is None


def test_every_change_is_logged_and_nothing_else(database, store, dataset):
    with store.unit() as unit:
        refs = unit.refs
        refs.move(dataset, "main", B.oid, C.oid, BOB)
        refs.move(dataset, "main", A.oid, B.oid, BOB)
        refs.protect(dataset, "main", True, ANN)
        refs.move(dataset, "main", B.oid, C.oid, BOB, force=True)
        refs.protect(dataset, "main", False, ANN)
        refs.delete(dataset, "main", C.oid, ANN)
        unit.commit()
    columns = (ref_log.c.action, ref_log.c.old, ref_log.c.new, ref_log.c.actor, ref_log.c.kind)
    with database.transaction() as connection:
        rows = connection.execute(sa.select(*columns).order_by(ref_log.c.id)).all()
    assert [tuple(r) for r in rows] == [
        ("create", None, A.oid, "ann", "branch"),
        ("move", A.oid, B.oid, "bob", "branch"),
        ("protect", B.oid, B.oid, "ann", "branch"),
        ("force", B.oid, C.oid, "bob", "branch"),
        ("unprotect", C.oid, C.oid, "ann", "branch"),
        ("delete", C.oid, None, "ann", "branch"),
    ]


def test_idempotency_key_is_remembered_once(unit, dataset):
    assert unit.refs.recall(dataset, "k") is None
    unit.refs.remember(dataset, "k", A.oid)
    unit.refs.remember(dataset, "k", A.oid)
    assert unit.refs.recall(dataset, "k") == A.oid
    with pytest.raises(RefConflict) as caught:
        unit.refs.remember(dataset, "k", B.oid)
    assert caught.value.details["head"] == A.id
    assert unit.refs.recall(dataset, "k") == A.oid
    other = unit.datasets.create("other", ANN)
    assert unit.refs.recall(other.id, "k") is None


@pytest.mark.parametrize("first_commits", [True, False])
@pytest.mark.parametrize(
    "change",
    [
        lambda refs, dataset: refs.move(dataset, "main", A.oid, B.oid, ANN),
        lambda refs, dataset: refs.delete(dataset, "main", A.oid, ANN),
    ],
)
def test_of_two_racing_moves_one_wins(store, dataset, pg_url, change, first_commits):
    def second():
        with store.unit() as unit:
            moved = unit.refs.move(dataset, "main", A.oid, C.oid, BOB)
            unit.commit()
            return moved

    with ThreadPoolExecutor(1) as threads:
        with store.unit() as unit:
            assert change(unit.refs, dataset)
            answer = threads.submit(second)
            wait_until_blocked(pg_url)
            if first_commits:
                unit.commit()
        if first_commits:
            with store.unit() as unit:
                now = unit.refs.find(dataset, "main")
            if now is None:
                with pytest.raises(NotFound):
                    answer.result(30)
            else:
                assert now.commit_id == B.oid
                assert answer.result(30) is False
        else:
            assert answer.result(30) is True


def test_of_two_racing_creations_one_wins(store, dataset, pg_url):
    def second():
        with store.unit() as unit:
            unit.refs.create(dataset, "dev", RefKind.TAG, B.oid, BOB)

    with ThreadPoolExecutor(1) as threads, store.unit() as unit:
        unit.refs.create(dataset, "dev", RefKind.BRANCH, A.oid, ANN)
        answer = threads.submit(second)
        wait_until_blocked(pg_url)
        unit.commit()
        with pytest.raises(AlreadyExists, match="branch 'dev'"):
            answer.result(30)


def test_of_two_racing_writes_with_one_key_the_later_one_is_told(store, dataset, pg_url):
    def second():
        with store.unit() as unit:
            unit.refs.remember(dataset, "k", B.oid)

    with ThreadPoolExecutor(1) as threads, store.unit() as unit:
        unit.refs.remember(dataset, "k", A.oid)
        answer = threads.submit(second)
        wait_until_blocked(pg_url)
        unit.commit()
        with pytest.raises(RefConflict):
            answer.result(30)


def test_appenders_that_retry_all_get_in(store, dataset):
    def append(name):
        with store.unit() as unit:
            commit = make_commit(name)
            put_commits(unit, dataset, commit)
            unit.commit()
        while True:
            with store.unit() as unit:
                head = unit.refs.find(dataset, "main").commit_id
                if unit.refs.move(dataset, "main", head, commit.oid, ANN):
                    unit.commit()
                    return

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(append, range(40)))
    with store.unit() as unit:
        log = unit.refs._connection.execute(sa.select(ref_log.c.old, ref_log.c.new).order_by(ref_log.c.at)).all()
    assert len(log) == 41
    assert [row.new for row in log[:-1]] == [row.old for row in log[1:]]
