from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsa_workbench.core.model.commit import Commit
from dsa_workbench.errors import InvalidInput, NotFound
from tests.fixtures.history import ANN, WHEN, make_commit, oid, put_commits


@pytest.fixture
def unit(store):
    with store.unit() as unit:
        yield unit


@pytest.fixture
def dataset(unit):
    return unit.datasets.create("sales", ANN).id


def chain(length):
    commits = [make_commit(0)]
    for i in range(1, length):
        commits.append(make_commit(i, commits[-1], time=WHEN + timedelta(seconds=i)))
    return commits


def test_commit_comes_back_as_it_was_given(unit, dataset):
    time = datetime(2026, 10, 25, 2, 30, 0, 999999, tzinfo=timezone(timedelta(hours=2)))
    summary = {"zeta": {"added": 1, "cells": {"b\0c": 2, "a": 1}}, "data": {"changed": 2}}
    parents = [make_commit("p1"), make_commit("p2")]
    commit = make_commit("merge", parents[1], parents[0], time=time, summary=summary)
    put_commits(unit, dataset, *parents, commit)
    found = unit.commits.get(commit.oid)
    assert found == commit
    assert found.time.microsecond == 999999
    assert found.time.utcoffset() == timedelta(0)
    assert found.parents == (parents[1].id, parents[0].id)
    assert list(found.summary) == ["zeta", "data"]
    assert found.summary == summary
    assert list(found.summary["zeta"]["cells"]) == ["b\0c", "a"]


def test_putting_twice_does_nothing(unit, dataset):
    commit = make_commit("a", summary={"data": {"added": 1}})
    put_commits(unit, dataset, commit)
    put_commits(unit, dataset, make_commit("a", summary={"data": {"added": 2}}))
    assert unit.commits.get(commit.oid).summary == {"data": {"added": 1}}
    child = make_commit("b", commit)
    put_commits(unit, dataset, child, child)
    assert unit.commits.get(child.oid) == child
    assert set(unit.commits.ids(dataset)) == {commit.oid, child.oid}


def test_commit_may_belong_to_two_datasets(unit, dataset):
    other = unit.datasets.create("other", ANN).id
    commit = make_commit("a")
    put_commits(unit, dataset, commit)
    assert unit.commits.ids(other) == []
    put_commits(unit, other, commit)
    assert unit.commits.ids(other) == unit.commits.ids(dataset) == [commit.oid]


def test_commit_needs_its_tree_and_parents(unit, dataset):
    with pytest.raises(NotFound, match="parent"):
        put_commits(unit, dataset, make_commit("child", make_commit("nowhere")))
    with pytest.raises(NotFound, match="not present in table"):
        unit.commits.put(dataset, Commit(oid("x").hex(), oid("no tree").hex(), (), "ann", "", WHEN))


def test_unknown_commit(unit, dataset):
    for ask in (unit.commits.get, unit.commits.history, lambda commit: unit.commits.get_many([commit])):
        with pytest.raises(NotFound, match=oid("nowhere").hex()):
            ask(oid("nowhere"))
    assert unit.commits.ancestor(oid("nowhere"), 0) is None


def test_message_with_nul_is_refused(unit, dataset):
    commit = Commit(oid("x").hex(), oid("tree").hex(), (), "ann", "a\0b", WHEN)
    with pytest.raises(InvalidInput):
        put_commits(unit, dataset, commit)


def test_prefix_finds_the_datasets_commits_only(unit, dataset):
    commits = [make_commit(i) for i in range(40)]
    put_commits(unit, dataset, *commits)
    put_commits(unit, unit.datasets.create("other", ANN).id, make_commit("other"))
    for length in (1, 2, 3, 4, 7, 63, 64):
        prefix = commits[0].id[:length]
        expected = sorted(c.id for c in commits if c.id.startswith(prefix))[:10]
        assert [c.id for c in unit.commits.by_prefix(dataset, prefix)] == expected
        assert [c.id for c in unit.commits.by_prefix(dataset, prefix.upper())] == expected
    assert unit.commits.by_prefix(dataset, oid("other").hex()) == []
    for nonsense in ("", "xyz", "0" * 65, "%"):
        assert unit.commits.by_prefix(dataset, nonsense) == []


def test_prefix_gives_ten_at_most(unit, dataset):
    put_commits(unit, dataset, *(make_commit(i) for i in range(400)))
    assert len(unit.commits.by_prefix(dataset, "a")) == 10


def test_ancestor_follows_first_parents(unit, dataset):
    commits = chain(30)
    side = make_commit("side")
    merge = make_commit("merge", commits[-1], side)
    put_commits(unit, dataset, *commits, side, merge)
    assert unit.commits.ancestor(merge.oid, 0) == merge
    assert unit.commits.ancestor(merge.oid, 1) == commits[-1]
    assert unit.commits.ancestor(merge.oid, 30) == commits[0]
    assert unit.commits.ancestor(merge.oid, 31) is None


@pytest.mark.parametrize("limit", [1, 2, 29, 30, 31, None])
def test_history_of_a_line(unit, dataset, limit):
    commits = chain(30)
    put_commits(unit, dataset, *commits)
    assert unit.commits.history(commits[-1].oid, limit=limit) == commits[::-1][:limit]


def test_history_without_room_is_empty(unit, dataset):
    commits = chain(2)
    put_commits(unit, dataset, *commits)
    assert unit.commits.history(commits[-1].oid, limit=0) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_history_of_any_graph_is_in_order_and_complete(store, data):
    shape = data.draw(st.lists(st.lists(st.integers(1, 12), max_size=3, unique=True), min_size=1, max_size=25))
    limit = data.draw(st.none() | st.integers(1, 30))
    commits, generation, ancestors = [], {}, {}
    for i, backs in enumerate(shape):
        parents = [commits[i - back] for back in backs if back <= i]
        time = WHEN + timedelta(seconds=data.draw(st.integers(-5, 5)))
        commit = make_commit(i, *parents, time=time)
        commits.append(commit)
        generation[commit.id] = 1 + max((generation[p.id] for p in parents), default=0)
        ancestors[commit.id] = {commit.id}.union(*(ancestors[p.id] for p in parents))
    head = commits[-1]
    expected = [c for c in commits if c.id in ancestors[head.id]]
    expected.sort(key=lambda c: c.id)
    expected.sort(key=lambda c: (generation[c.id], c.time), reverse=True)
    with store.unit() as unit:
        put_commits(unit, unit.datasets.create("sales", ANN).id, *commits)
        assert unit.commits.history(head.oid, limit=limit) == expected[:limit]
        starts = data.draw(st.lists(st.sampled_from(commits), unique_by=lambda c: c.id))
        reached = set().union(*(ancestors[c.id] for c in starts))
        nodes = unit.commits.graph([c.oid for c in starts])
        assert sorted((n.id, n.parents, n.time) for n in nodes) == sorted(
            (c.id, c.parents, c.time) for c in commits if c.id in reached
        )
        assert unit.commits.get_many([c.oid for c in starts]) == starts
