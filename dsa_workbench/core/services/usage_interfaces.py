"""What is asked of a store about the room that its contents take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from dsa_workbench.core.model.ids import ObjectId


@dataclass(frozen=True, slots=True)
class SegmentBytes:
    """How many segments there are, what they take in the store, and what their values take in canonical bytes."""

    segments: int
    stored: int
    raw: int


class IUsageRepository(Protocol):
    """The way from a dataset to its segments, without their values, their statistics, or the order of anything."""

    def trees(self, dataset_id: int) -> Iterator[bytes]:
        """Walk the bodies of the trees of all commits of a dataset, each once."""
        ...

    def manifests(self, ids: Sequence[ObjectId]) -> Iterator[bytes]:
        """Walk the bodies of manifests."""
        ...

    def pages(self, ids: Sequence[ObjectId]) -> Iterator[bytes]:
        """Walk the bodies of pages."""
        ...

    def segments(self, ids: Iterable[ObjectId]) -> SegmentBytes:
        """Add up segments; no blob is read."""
        ...
