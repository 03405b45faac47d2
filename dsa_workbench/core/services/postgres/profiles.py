"""Equality profiles: every version that a dataset ever had, none of them changed again."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from dsa_workbench.core.model.profile import EqualityProfile, StoredProfile
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.postgres.tables import datasets, profiles

_of_dataset = sa.select(profiles).where(profiles.c.dataset_id == sa.bindparam("dataset"))
_history = _of_dataset.order_by(profiles.c.version.desc())
_current = _history.limit(1)
_find = _of_dataset.where(profiles.c.version == sa.bindparam("wanted"))
# One after the other for one dataset: two writers must not take the same number.
_lock = sa.select(datasets.c.id).where(datasets.c.id == sa.bindparam("dataset")).with_for_update()
_add = sa.insert(profiles).returning(profiles)


class PostgresProfileRepository:
    """Profiles in the table `profiles`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def current(self, dataset_id: int) -> StoredProfile | None:
        """Find the latest version; None where the dataset never had a profile."""
        return _stored(self._connection.execute(_current, {"dataset": dataset_id}).one_or_none())

    def find(self, dataset_id: int, version: int) -> StoredProfile | None:
        """Find a version by its number, from 1."""
        return _stored(self._connection.execute(_find, {"dataset": dataset_id, "wanted": version}).one_or_none())

    def history(self, dataset_id: int) -> list[StoredProfile]:
        """List all versions, latest first."""
        rows = self._connection.execute(_history, {"dataset": dataset_id})
        return [stored for row in rows if (stored := _stored(row)) is not None]

    def lock(self, dataset_id: int) -> None:
        """Keep others from adding a version until this unit of work ends."""
        self._connection.execute(_lock, {"dataset": dataset_id})

    def add(self, dataset_id: int, profile: EqualityProfile, actor: Actor) -> StoredProfile:
        """Add a version; `lock` comes first."""
        before = self.current(dataset_id)
        row = {
            "dataset_id": dataset_id,
            "version": 1 if before is None else before.version + 1,
            "body": profile.to_json(),
            "created_by": actor.name,
        }
        made = self._connection.execute(_add, row).one()
        return StoredProfile(made.version, profile, made.created_by, made.created_at)


def _stored(row: sa.Row[Any] | None) -> StoredProfile | None:
    if row is None:
        return None
    return StoredProfile(row.version, EqualityProfile.from_json(row.body), row.created_by, row.created_at)
