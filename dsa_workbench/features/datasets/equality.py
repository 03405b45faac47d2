"""The equality profile of a dataset: shown and set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.objects import parse_manifest, parse_tree
from dsa_workbench.core.model.profile import EqualityProfile, StoredProfile
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore, IUnitOfWork
from dsa_workbench.errors import NotFound
from dsa_workbench.features.versioning.resolve import did_you_mean, find_dataset


def equality_history(_actor: Actor, store: IStore, dataset: str) -> tuple[StoredProfile, ...]:
    """List all versions of a dataset's profile, latest first."""
    with store.unit() as unit:
        return tuple(unit.profiles.history(find_dataset(unit, dataset).id))


def set_equality(
    actor: Actor,
    store: IStore,
    dataset: str,
    settings: EqualityProfile | Mapping[str, Any],
    *,
    clear: bool = False,
    check: Callable[[Sequence[StoredProfile]], object] | None = None,
) -> tuple[StoredProfile, ...]:
    """Change a dataset's profile, and list all its versions, latest first.

    A profile takes the place of the one before. Settings change it one by one, or begin anew with `clear`. What
    changes nothing makes no version. `check` sees all versions, latest first, when nobody else can add one any more;
    what it raises ends the change.

    Raises
    ------
    NotFound
        There is no such dataset, or no branch or tag of it has a column that is named.
    InvalidInput
        A setting makes no sense.
    """
    with store.unit() as unit:
        found = find_dataset(unit, dataset)
        unit.profiles.lock(found.id)
        if check is not None:
            check(unit.profiles.history(found.id))
        current = unit.profiles.current(found.id)
        before = EqualityProfile() if current is None else current.profile
        if isinstance(settings, EqualityProfile):
            profile = settings
        else:
            profile = (EqualityProfile() if clear else before).changed(settings)
        if profile != before:
            _check_columns(unit, found.id, dataset, set(profile.columns) - set(before.columns))
            unit.profiles.add(found.id, profile, actor)
        history = unit.profiles.history(found.id)
        unit.commit()
    return tuple(history)


def _check_columns(unit: IUnitOfWork, dataset_id: int, dataset: str, named: set[str]) -> None:
    if not named:
        return
    known: set[str] = set()
    for ref in unit.refs.list(dataset_id):
        tree = parse_tree(unit.objects.get_tree(ObjectId(bytes.fromhex(unit.commits.get(ref.commit_id).tree))))
        for _, oid in tree.tables:
            known.update(parse_manifest(unit.objects.get_manifest(oid)).schema.names)
    for name in sorted(named - known):
        raise NotFound(
            f"No version of {dataset} that has a name has a column {name!r}.", hint=did_you_mean(name, known)
        )
