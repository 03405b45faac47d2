"""Moving a branch to another commit of its dataset."""

from __future__ import annotations

from dsa_workbench.core.model.ids import short
from dsa_workbench.core.model.ref import Ref
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import NotFound, RefConflict
from dsa_workbench.features.refs.list_refs import find_ref
from dsa_workbench.features.versioning.resolve import find_dataset


def move_ref(actor: Actor, store: IStore, dataset: str, name: str, *, expected: str, new: str) -> Ref:
    """Move a branch by compare-and-swap; `expected` and `new` are commit ids of the dataset, or their beginnings.

    Raises
    ------
    RefConflict
        It points at another commit than `expected`; `details` holds its head.
    RefProtected
        It is protected.
    InvalidInput
        It is a tag.
    NotFound
        There is no such branch, or the dataset has no such commit.
    """
    with store.unit() as unit:
        found = find_dataset(unit, dataset)
        ref = find_ref(unit, found, name)
        target = unit.commits.by_prefix(found.id, new)
        if len(target) != 1:
            # A spec would take a branch for a commit: the message is the same, the meaning is not.
            raise NotFound(f"{dataset} has no single commit {new!r}.", hint="Give more of its id, or look at the log.")
        conflict = RefConflict(
            f"{dataset}@{name} points at {short(ref.commit_id)}, and not at {expected[:7]}.",
            hint="Look at its new head, then decide.",
            head=ref.commit_id.hex(),
        )
        if not ref.commit_id.hex().startswith(expected):
            raise conflict
        if not unit.refs.move(found.id, name, ref.commit_id, target[0].oid, actor):
            raise conflict
        unit.commit()
        return find_ref(unit, found, name)
