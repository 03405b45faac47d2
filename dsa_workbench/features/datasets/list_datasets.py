"""Listing datasets."""

from __future__ import annotations

from dsa_workbench.core.model.ref import Dataset
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore


def list_datasets(_actor: Actor, store: IStore, *, deleted: bool = False) -> tuple[Dataset, ...]:
    """List the live datasets by name, or the deleted ones, latest first."""
    with store.unit() as unit:
        return tuple(unit.datasets.list(deleted=deleted))
