"""Looking through datasets: search, order, pages; and one dataset, each with its default branch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dsa_workbench.core.model.ref import DEFAULT_BRANCH, Dataset, Ref
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.features.versioning.resolve import find_dataset


@dataclass(frozen=True, slots=True)
class Headed:
    """A dataset, and its default branch where something was committed to it."""

    dataset: Dataset
    head: Ref | None

    @property
    def updated_at(self) -> datetime:
        """When its default branch moved last, or it was made."""
        return self.head.updated_at if self.head is not None else self.dataset.created_at


_ORDERS: dict[str, Callable[[Headed], Any]] = {
    "name": lambda found: found.dataset.name,
    "created": lambda found: (found.dataset.created_at, found.dataset.name),
    "updated": lambda found: (found.updated_at, found.dataset.name),
}


def find_datasets(
    _actor: Actor, store: IStore, *, search: str = "", sort: str = "name", deleted: bool = False
) -> list[Headed]:
    """List the datasets whose name and description hold all words of `search`, in any case.

    `sort` is name, created or updated, with a minus before it for the other way round.
    """
    words = search.casefold().split()
    with store.unit() as unit:
        heads = unit.refs.heads(DEFAULT_BRANCH)
        found = [Headed(d, heads.get(d.id)) for d in unit.datasets.list(deleted=deleted)]
    if words:
        found = [f for f in found if all(w in f"{f.dataset.name}\n{f.dataset.description}".casefold() for w in words)]
    return sorted(found, key=_ORDERS[sort.removeprefix("-")], reverse=sort.startswith("-"))


def get_dataset(_actor: Actor, store: IStore, name: str) -> Headed:
    """Find one dataset; raise NotFound where there is none."""
    with store.unit() as unit:
        found = find_dataset(unit, name)
        return Headed(found, unit.refs.find(found.id, DEFAULT_BRANCH))
