"""The best common ancestor of two commits."""

from __future__ import annotations

from dataclasses import dataclass

from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.services.interfaces import IUnitOfWork

_FIRST = 256


@dataclass(frozen=True, slots=True)
class MergeBase:
    """The commit that a merge begins with; None where the histories have none in common.

    `others` counts further common ancestors that are as good: histories that crossed have several.
    """

    commit: Commit | None
    others: int = 0


def find_merge_base(unit: IUnitOfWork, ours: ObjectId, theirs: ObjectId) -> MergeBase:
    """Find the common ancestor of highest generation, the latest where several have it.

    Histories are read in growing windows, so the cost follows the age of the fork. A common ancestor that is itself
    an ancestor of another is no candidate.
    """
    width = _FIRST
    while True:
        left, right = (unit.commits.history(oid, limit=width) for oid in (ours, theirs))
        known = {c.id for c in right}
        common = [c for c in left if c.id in known]
        if common or (len(left) < width and len(right) < width):
            break
        width *= 4
    if not common:
        return MergeBase(None)
    below: set[str] = set()
    best = []
    # Children stand before parents, so what is reachable from a common ancestor is marked before it is met.
    for commit in common:
        if commit.id not in below:
            best.append(commit)
        below.update(commit.parents)
    return MergeBase(best[0], len(best) - 1)
