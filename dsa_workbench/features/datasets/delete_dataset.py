"""Deleting a dataset, and taking that back. Nothing is erased: a deleted dataset is hidden."""

from __future__ import annotations

from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import NotFound
from dsa_workbench.features.versioning.resolve import did_you_mean, find_dataset


def delete_dataset(actor: Actor, store: IStore, name: str) -> None:
    """Hide a dataset and free its name; raise NotFound where there is none."""
    with store.unit() as unit:
        unit.datasets.delete(find_dataset(unit, name).id, actor)
        unit.commit()


def restore_dataset(actor: Actor, store: IStore, name: str) -> None:
    """Bring back the dataset of this name that was deleted last.

    Raises
    ------
    NotFound
        No deleted dataset has the name.
    AlreadyExists
        A live dataset has it by now.
    """
    with store.unit() as unit:
        gone = unit.datasets.list(deleted=True)
        found = next((d for d in gone if d.name == name), None)
        if found is None:
            hint = did_you_mean(name, {d.name for d in gone}) if gone else "No dataset was deleted."
            raise NotFound(f"There is no deleted dataset {name!r}.", hint=hint)
        unit.datasets.restore(found.id, actor)
        unit.commit()
