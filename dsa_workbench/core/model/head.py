"""What a spec means at the head of a ref, found at once."""

from __future__ import annotations

from dataclasses import dataclass

from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.ref import Dataset, Ref


@dataclass(frozen=True, slots=True)
class Head:
    """A ref of a live dataset, its commit, and the canonical bytes of the commit's tree."""

    dataset: Dataset
    ref: Ref
    commit: Commit
    tree: bytes
