"""Listing refs."""

from __future__ import annotations

from dsa_workbench.core.model.ref import Dataset, Ref
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore, IUnitOfWork
from dsa_workbench.errors import NotFound
from dsa_workbench.features.versioning.resolve import did_you_mean, find_dataset


def list_refs(_actor: Actor, store: IStore, dataset: str) -> tuple[Ref, ...]:
    """List a dataset's refs, branches first."""
    with store.unit() as unit:
        return tuple(unit.refs.list(find_dataset(unit, dataset).id))


def get_ref(_actor: Actor, store: IStore, dataset: str, name: str) -> Ref:
    """Find one ref of a dataset; raise NotFound where there is none."""
    with store.unit() as unit:
        return find_ref(unit, find_dataset(unit, dataset), name)


def find_ref(unit: IUnitOfWork, dataset: Dataset, name: str) -> Ref:
    """Find a ref by name; raise NotFound with the nearest name where there is none."""
    ref = unit.refs.find(dataset.id, name)
    if ref is None:
        known = [r.name for r in unit.refs.list(dataset.id)]
        raise NotFound(f"{dataset.name} has no branch or tag {name!r}.", hint=did_you_mean(name, known))
    return ref
