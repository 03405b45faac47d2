"""Deleting a branch or a tag. Its commits stay."""

from __future__ import annotations

from dsa_workbench.core.model.ref import DEFAULT_BRANCH
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import InvalidInput, RefConflict
from dsa_workbench.features.refs.list_refs import find_ref
from dsa_workbench.features.versioning.resolve import find_dataset


def delete_ref(actor: Actor, store: IStore, dataset: str, name: str) -> None:
    """Delete a ref.

    Raises
    ------
    InvalidInput
        It is the default branch.
    RefProtected
        It is protected.
    RefConflict
        Somebody moved it at the same moment.
    """
    if name == DEFAULT_BRANCH:
        raise InvalidInput(
            f"{name} is the default branch of {dataset}.",
            hint="Delete the dataset instead, or another branch.",
        )
    with store.unit() as unit:
        found = find_dataset(unit, dataset)
        ref = find_ref(unit, found, name)
        if not unit.refs.delete(found.id, name, ref.commit_id, actor):
            raise RefConflict(f"{dataset}@{name} was moved just now.", hint="Look at it again before you delete it.")
        unit.commit()
