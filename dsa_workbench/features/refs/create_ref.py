"""Making a branch or a tag."""

from __future__ import annotations

import re

from dsa_workbench.core.model.ref import Ref, RefKind
from dsa_workbench.core.model.spec import VersionSpec, check_name
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.resolve import resolve

_LIKE_AN_ID = re.compile(r"[0-9a-f]{7,64}")


def create_ref(actor: Actor, store: IStore, spec: VersionSpec, name: str, kind: RefKind) -> Ref:
    """Point a new branch or tag at a version.

    Raises
    ------
    InvalidInput
        The name cannot be used, or looks like a commit id and would hide it.
    AlreadyExists
        The dataset has a branch or tag of this name.
    """
    check_name(kind.value, name)
    if _LIKE_AN_ID.fullmatch(name):
        raise InvalidInput(f"{name!r} looks like a commit id.", hint="Choose a name that has another letter in it.")
    with store.unit() as unit:
        found = resolve(unit, spec)
        ref = unit.refs.create(found.dataset.id, name, kind, found.commit.oid, actor)
        unit.commit()
    return ref
