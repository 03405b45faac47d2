"""Datasets and their refs on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from dsa_workbench.core.model.ref import Dataset, Ref
from dsa_workbench.features.datasets.storage import DatasetStorage
from dsa_workbench.models.base import CommitId, DatasetName, Given, Paged, RefName, Told

Metadata = dict[str, Any]


class RefTold(Told):
    """A branch or a tag."""

    name: str
    kind: Literal["branch", "tag"]
    commit: str = Field(description="The id of the commit that it points at.")
    protected: bool
    updated_at: datetime
    updated_by: str

    @classmethod
    def of(cls, ref: Ref) -> RefTold:
        """Tell of a ref."""
        return cls(
            name=ref.name, kind=ref.kind.value, commit=ref.commit_id.hex(), protected=ref.protected,
            updated_at=ref.updated_at, updated_by=ref.updated_by,
        )  # fmt: skip


class DatasetTold(Told):
    """A dataset; `head` is its default branch, absent where nothing is committed yet."""

    name: str
    description: str
    metadata: Metadata
    created_at: datetime
    created_by: str
    deleted_at: datetime | None = None
    head: RefTold | None = None

    @classmethod
    def of(cls, dataset: Dataset, head: Ref | None) -> DatasetTold:
        """Tell of a dataset."""
        return cls(
            name=dataset.name, description=dataset.description, metadata=dataset.metadata,
            created_at=dataset.created_at, created_by=dataset.created_by, deleted_at=dataset.deleted_at,
            head=RefTold.of(head) if head is not None else None,
        )  # fmt: skip


class StorageTold(Told):
    """What all versions of a dataset take; what other datasets need as well is counted for each of them."""

    dataset: str
    versions: int = Field(description="All that was ever committed to it.")
    segments: int = Field(description="Columns of chunks that any version needs, each counted once.")
    bytes_stored: int = Field(description="What the segments take, compressed; without indexes and what names them.")
    bytes_raw: int = Field(description="What their values take before compression.")

    @classmethod
    def of(cls, found: DatasetStorage) -> StorageTold:
        """Tell what is taken."""
        return cls(
            dataset=found.dataset, versions=found.versions, segments=found.segments, bytes_stored=found.bytes_stored,
            bytes_raw=found.bytes_raw,
        )  # fmt: skip


class DatasetsAsked(Paged):
    """Which datasets, and in which order."""

    search: str = Field("", max_length=200, description="Words that name and description must hold, in any case.")
    sort: Literal["name", "-name", "created", "-created", "updated", "-updated"] = "name"
    deleted: bool = Field(False, description="The deleted ones instead.")


class DatasetsTold(Told):
    """A page of datasets."""

    items: list[DatasetTold]
    total: int = Field(description="How many there are on all pages.")
    next: str | None = Field(None, description="The cursor of the next page; absent on the last.")


class DatasetGiven(Given):
    """A dataset to be made."""

    name: DatasetName
    description: str = Field("", max_length=10_000)
    metadata: Metadata = Field(default_factory=dict)


class DatasetChanged(Given):
    """What is to change; what is left out stays, and metadata are replaced as a whole."""

    description: str | None = Field(None, max_length=10_000)
    metadata: Metadata | None = None


class RefsTold(Told):
    """All branches and tags, branches first."""

    items: list[RefTold]


class RefGiven(Given):
    """A branch or a tag to be made, at a version of the dataset: a ref, a commit, `main~2`, `@{2026-03-01}`."""

    name: RefName
    kind: Literal["branch", "tag"] = "branch"
    at: str = Field("main", min_length=1, max_length=500)


class RefChanged(Given):
    """Where a branch is to point, and whether it is protected; `expected` is where it points now."""

    commit: CommitId | None = None
    expected: CommitId | None = Field(None, description="Needed for a move, here or as If-Match.")
    protected: bool | None = None
