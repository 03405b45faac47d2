"""What a dataset takes in the store: the segments that any of its versions needs, each counted once.

A segment that other datasets need as well is counted for each of them, so that the sum over all datasets may be more
than the store takes.
"""

from __future__ import annotations

from dataclasses import dataclass

from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.objects import page_segments, parse_manifest, parse_tree
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore, IUnitOfWork
from dsa_workbench.features.versioning.resolve import find_dataset


@dataclass(frozen=True, slots=True)
class DatasetStorage:
    """What a dataset takes: `bytes_stored` as it lies there, `bytes_raw` before it was compressed."""

    dataset: str
    versions: int
    segments: int
    bytes_stored: int
    bytes_raw: int


def storage_state(_actor: Actor, store: IStore, name: str) -> str:
    """Give a text that changes whenever a dataset may take something else; commits are added and never taken away."""
    with store.unit() as unit:
        dataset = find_dataset(unit, name)
        return f"{dataset.id}:{len(unit.commits.ids(dataset.id))}"


def dataset_storage(_actor: Actor, store: IStore, name: str) -> DatasetStorage:
    """Add up what a dataset takes; raise NotFound where there is none.

    It reads the pages of all its versions, those that they share once, and asks for the lengths of what they name.
    """
    with store.unit() as unit:
        dataset = find_dataset(unit, name)
        versions = len(unit.commits.ids(dataset.id))
        found = unit.usage.segments(_segments(unit, dataset.id))
    return DatasetStorage(name, versions, found.segments, found.stored, found.raw)


def _segments(unit: IUnitOfWork, dataset_id: int) -> set[ObjectId]:
    manifests = {oid for body in unit.usage.trees(dataset_id) for oid in parse_tree(body).manifests}
    pages = {page.id for body in unit.usage.manifests(sorted(manifests)) for page in parse_manifest(body).pages}
    return {oid for body in unit.usage.pages(sorted(pages)) for oid in page_segments(body)}
