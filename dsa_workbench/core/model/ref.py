"""Refs and datasets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from dsa_workbench.core.model.ids import ObjectId, short

DEFAULT_BRANCH = "main"


class RefKind(StrEnum):
    """What a ref is: a branch moves, a tag does not."""

    BRANCH = "branch"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A named thing with a history."""

    id: int
    name: str
    created_at: datetime
    created_by: str
    description: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Ref:
    """A branch or a tag of a dataset."""

    dataset_id: int
    name: str
    kind: RefKind
    commit_id: ObjectId
    updated_at: datetime
    updated_by: str
    protected: bool = False

    def __repr__(self) -> str:
        protected = ", protected" if self.protected else ""
        return f"<{self.kind} {self.name} at {short(self.commit_id)}{protected}>"
