"""Making a dataset before anything is committed to it, and changing what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dsa_workbench.core.model.ref import DEFAULT_BRANCH, Dataset
from dsa_workbench.core.model.spec import check_name
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.features.datasets.find_datasets import Headed
from dsa_workbench.features.versioning.resolve import find_dataset


def create_dataset(
    actor: Actor, store: IStore, name: str, *, description: str = "", metadata: Mapping[str, Any] | None = None
) -> Dataset:
    """Make an empty dataset.

    Raises
    ------
    InvalidInput
        The name cannot be used.
    AlreadyExists
        A dataset has it.
    """
    check_name("dataset", name)
    with store.unit() as unit:
        found = unit.datasets.create(name, actor)
        if description or metadata:
            unit.datasets.update(found.id, description=description, metadata=metadata)
        unit.commit()
        return find_dataset(unit, name)


def update_dataset(
    _actor: Actor,
    store: IStore,
    name: str,
    *,
    description: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    check: Callable[[Headed], object] | None = None,
) -> Dataset:
    """Replace a dataset's description or metadata; raise NotFound where there is no dataset of this name.

    `check` sees the dataset as it is when nobody else can change it any more; what it raises ends the change.
    """
    with store.unit() as unit:
        found = find_dataset(unit, name)
        if check is not None:
            unit.profiles.lock(found.id)
            check(Headed(find_dataset(unit, name), unit.refs.find(found.id, DEFAULT_BRANCH)))
        unit.datasets.update(found.id, description=description, metadata=metadata)
        unit.commit()
        return find_dataset(unit, name)
