"""The history of all refs of a dataset, as one list: what a graph of branches and merges is drawn from.

The history of one version is in the order of generations, which would put the new commits of a short branch far below
those of a long one. Here the latest stands first, though never before a child of it, whatever the clocks of those who
committed. The order is that of the whole graph, so ids, parents and times of all commits are read for each page; the
commits themselves are read for the page alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from dsa_workbench.core.model.commit import Commit, CommitNode
from dsa_workbench.core.model.ids import from_hex
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore, IUnitOfWork
from dsa_workbench.features.versioning.resolve import find_dataset


@dataclass(frozen=True, slots=True)
class WholeHistory:
    """A page of commits, the names of refs that point at each, and whether older ones follow."""

    commits: tuple[Commit, ...]
    refs: dict[str, tuple[str, ...]]
    more: bool


def whole_history(_actor: Actor, store: IStore, dataset: str, limit: int, after: str | None = None) -> WholeHistory:
    """List the commits that any ref of a dataset reaches, latest first.

    Parameters
    ----------
    after
        The last commit of the page before. Where it has gone with its branch, the page begins with what is as old.

    Raises
    ------
    NotFound
        There is no such dataset, or no commit `after`.
    """
    with store.unit() as unit:
        refs = unit.refs.list(find_dataset(unit, dataset).id)
        pointing: dict[str, list[str]] = defaultdict(list)
        for ref in refs:
            pointing[ref.commit_id.hex()].append(ref.name)
        nodes = unit.commits.graph(list({ref.commit_id for ref in refs}))
        ordered = latest_first(nodes)
        start = 0 if after is None else _start_after(unit, after, ordered, nodes)
        page = ordered[start : start + limit]
        commits = unit.commits.get_many([from_hex(commit) for commit in page])
    marks = {oid: tuple(names) for oid, names in pointing.items()}
    return WholeHistory(tuple(commits), marks, len(ordered) > start + limit)


def _start_after(unit: IUnitOfWork, after: str, ordered: Sequence[str], nodes: Sequence[CommitNode]) -> int:
    if after in (place := {commit: number for number, commit in enumerate(ordered)}):
        return place[after] + 1
    time = unit.commits.get(from_hex(after)).time
    return min((place[node.id] for node in nodes if node.time <= time), default=len(ordered))


def latest_first(nodes: Sequence[CommitNode]) -> list[str]:
    """Order the commits of a graph by time, latest first, children before parents; of one time by id."""
    by_id = {node.id: node for node in nodes}
    children = dict.fromkeys(by_id, 0)
    for node in nodes:
        for parent in node.parents:
            children[parent] += 1
    ready = [(-node.time.timestamp(), node.id) for node in nodes if not children[node.id]]
    heapify(ready)
    ordered = []
    while ready:
        _, commit = heappop(ready)
        ordered.append(commit)
        for parent in by_id[commit].parents:
            children[parent] -= 1
            if not children[parent]:
                heappush(ready, (-by_id[parent].time.timestamp(), parent))
    return ordered
