"""Protecting a ref from moves and deletion."""

from __future__ import annotations

from dsa_workbench.core.model.ref import Ref
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.features.refs.list_refs import find_ref
from dsa_workbench.features.versioning.resolve import find_dataset


def protect_ref(actor: Actor, store: IStore, dataset: str, name: str, *, protected: bool = True) -> Ref:
    """Protect a ref, or lift that; return it as it is now."""
    with store.unit() as unit:
        found = find_dataset(unit, dataset)
        find_ref(unit, found, name)
        unit.refs.protect(found.id, name, protected, actor)
        ref = find_ref(unit, found, name)
        unit.commit()
    return ref
