"""The order of a whole history: latest first, and never a commit before its children."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.core.model.commit import CommitNode
from dsa_workbench.features.versioning.whole_history import latest_first
from tests.fixtures.history import WHEN


@st.composite
def graphs(draw: st.DrawFn) -> list[CommitNode]:
    nodes: list[CommitNode] = []
    for number in range(draw(st.integers(0, 20))):
        parents = draw(st.lists(st.sampled_from(nodes), max_size=3, unique=True)) if nodes else []
        time = WHEN + timedelta(seconds=draw(st.integers(-5, 5)))
        nodes.append(CommitNode(f"{number:02}", tuple(p.id for p in parents), time))
    return draw(st.permutations(nodes))


@given(graphs())
def test_all_commits_once_and_children_first(nodes: list[CommitNode]) -> None:
    ordered = latest_first(nodes)
    assert sorted(ordered) == sorted(node.id for node in nodes)
    place = {commit: number for number, commit in enumerate(ordered)}
    assert all(place[node.id] < place[parent] for node in nodes for parent in node.parents)


def test_clocks_that_go_wrong_turn_nothing_round() -> None:
    times = {"root": 9, "main": 2, "dev": 5, "merge": 1}
    parents = {"root": (), "main": ("root",), "dev": ("root",), "merge": ("main", "dev")}
    nodes = [CommitNode(n, parents[n], WHEN + timedelta(seconds=times[n])) for n in times]
    assert latest_first(nodes) == ["merge", "dev", "main", "root"]
