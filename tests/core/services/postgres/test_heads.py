"""The head of a ref, found with one question: the same as piece by piece, and nothing where a piece is missing."""

import pytest

from dsa_workbench.core.model.ref import RefKind
from tests.fixtures.history import ANN, BOB, make_commit, put_commits

A = make_commit("a")
B = make_commit("b", A)


@pytest.fixture
def dataset(store):
    """Give a dataset's number; main is at the second of its commits, the tag v1 at the first."""
    with store.unit() as unit:
        made = unit.datasets.create("sales", ANN)
        put_commits(unit, made.id, A, B)
        unit.refs.create(made.id, "main", RefKind.BRANCH, B.oid, ANN)
        unit.refs.create(made.id, "v1", RefKind.TAG, A.oid, BOB)
        unit.datasets.update(made.id, description="Orders", metadata={"owner": "ann"})
        unit.commit()
    return made.id


def test_a_head_is_what_its_pieces_are(store, dataset):
    with store.unit() as unit:
        for name, commit in (("main", B), ("v1", A)):
            head = unit.heads.find("sales", name)
            assert head.dataset == unit.datasets.find("sales")
            assert head.ref == unit.refs.find(dataset, name)
            assert head.commit == unit.commits.get(commit.oid)
            assert head.tree == unit.objects.get_tree(bytes.fromhex(commit.tree))


def test_what_is_not_there_has_no_head(store, dataset):
    with store.unit() as unit:
        assert unit.heads.find("sales", "v2") is None
        assert unit.heads.find("orders", "main") is None
        unit.datasets.delete(dataset, ANN)
        assert unit.heads.find("sales", "main") is None
