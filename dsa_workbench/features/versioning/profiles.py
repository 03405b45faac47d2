"""Which equality profile a diff goes by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsa_workbench.core.model.profile import PLAIN, EqualityProfile, StoredProfile, UsedProfile, make_profile
from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore, IUnitOfWork
from dsa_workbench.errors import InvalidInput, NotFound
from dsa_workbench.features.versioning.resolve import find_dataset


def used_profile(_actor: Actor, store: IStore, given: Any, a: Any, b: Any) -> UsedProfile | None:
    """Find the profile for a diff of `a` and `b`, each a spec or tables in memory; None where values alone count.

    Parameters
    ----------
    given
        None: that of the new side's dataset as it is now, or of the old side's where the new one is no spec. A whole
        number: that version of it. ``"none"``: none. A profile, or a dict of its settings: this one.

    Raises
    ------
    InvalidInput, NotFound
        It is none of these, or the dataset has no such version.
    """
    if isinstance(given, EqualityProfile | Mapping):
        profile = given if isinstance(given, EqualityProfile) else make_profile(given)
        return None if profile.plain else UsedProfile("the profile that was given", profile)
    if given == PLAIN:
        return None
    if given is not None and (not isinstance(given, int) or isinstance(given, bool)):
        raise InvalidInput(
            f"{given!r} is no equality profile.",
            hint='Give "none", the number of a version, a dict of settings, or what wb.equality(...).profile gives.',
        )
    spec = next((side for side in (b, a) if isinstance(side, str)), None)
    if spec is None:
        if given is not None:
            raise InvalidInput("Tables in memory have no stored profile.", hint="Give a dict of settings.")
        return None
    name = parse_spec(spec).dataset
    with store.unit() as unit:
        stored = find_profile(unit, name, given)
    if stored is None or stored.profile.plain:
        return None
    return UsedProfile(f"version {stored.version} of the profile of {name}", stored.profile)


def find_profile(unit: IUnitOfWork, dataset: str, version: int | None = None) -> StoredProfile | None:
    """Find a dataset's profile, the latest or one by its number; None where it never had one.

    Raises
    ------
    NotFound
        There is no such dataset, or no such version.
    """
    found = find_dataset(unit, dataset)
    if version is None:
        return unit.profiles.current(found.id)
    stored = unit.profiles.find(found.id, version)
    if stored is None:
        raise NotFound(
            f"The equality profile of {dataset} has no version {version}.",
            hint=f"See its versions with %dsa equality {dataset} --log.",
        )
    return stored
