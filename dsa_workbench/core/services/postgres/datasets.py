"""Datasets by name. A deleted one keeps its row, and leaves its name to others."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from dsa_workbench.core.model.ref import Dataset
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.postgres.ready import ready
from dsa_workbench.core.services.postgres.tables import datasets
from dsa_workbench.errors import AlreadyExists, NotFound

DATASET_COLUMNS = tuple(c for c in datasets.c if c.name != "deleted_by")

LIVE = datasets.c.deleted_at.is_(None)
_this = datasets.c.id == sa.bindparam("this")
_create = (
    insert(datasets)
    .on_conflict_do_nothing(index_elements=[datasets.c.name], index_where=LIVE)
    .returning(*DATASET_COLUMNS)
)
_find = ready(sa.select(*DATASET_COLUMNS).where(LIVE, datasets.c.name == sa.bindparam("name")))
_list = sa.select(*DATASET_COLUMNS).where(LIVE).order_by(datasets.c.name.collate("C"))
_list_deleted = sa.select(*DATASET_COLUMNS).where(~LIVE).order_by(datasets.c.deleted_at.desc(), datasets.c.id.desc())
_name = sa.select(datasets.c.name, datasets.c.deleted_at).where(_this)
_delete = (
    sa.update(datasets)
    .where(_this, LIVE)
    .values(deleted_at=sa.func.clock_timestamp(), deleted_by=sa.bindparam("actor"))
)
_restore = sa.update(datasets).where(_this, ~LIVE).values(deleted_at=None, deleted_by=None)


class PostgresDatasetRepository:
    """Datasets in the table `datasets`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def create(self, name: str, actor: Actor) -> Dataset:
        """Create a dataset; raise AlreadyExists where a live one has the name."""
        row = self._connection.execute(_create, {"name": name, "created_by": actor.name}).one_or_none()
        if row is None:
            raise _taken(name)
        return Dataset(**row._mapping)

    def find(self, name: str) -> Dataset | None:
        """Find a live dataset by name."""
        row = self._connection.execute(_find, {"name": name}).one_or_none()
        return None if row is None else Dataset(**row._mapping)

    def list(self, *, deleted: bool = False) -> builtins.list[Dataset]:
        """List live datasets by name, or the deleted ones, latest first."""
        rows = self._connection.execute(_list_deleted if deleted else _list)
        return [Dataset(**row._mapping) for row in rows]

    def delete(self, dataset_id: int, actor: Actor) -> None:
        """Mark as deleted."""
        if not self._connection.execute(_delete, {"this": dataset_id, "actor": actor.name}).rowcount:
            raise _unknown(dataset_id)

    def restore(self, dataset_id: int, actor: Actor) -> None:
        """Take the mark back; raise AlreadyExists where a live one has the name by now."""
        row = self._connection.execute(_name, {"this": dataset_id}).one_or_none()
        if row is None or row.deleted_at is None:
            raise _unknown(dataset_id)
        if self.find(row.name) is not None:
            raise _taken(row.name)
        self._connection.execute(_restore, {"this": dataset_id})

    def update(
        self, dataset_id: int, *, description: str | None = None, metadata: Mapping[str, Any] | None = None
    ) -> None:
        """Replace what is given."""
        values: dict[str, Any] = {}
        if description is not None:
            values["description"] = description
        if metadata is not None:
            values["metadata"] = dict(metadata)
        if values:
            statement = sa.update(datasets).where(datasets.c.id == dataset_id, LIVE).values(values)
            if not self._connection.execute(statement).rowcount:
                raise _unknown(dataset_id)


def _taken(name: str) -> AlreadyExists:
    return AlreadyExists(
        f"There is a dataset {name!r} already.", hint="Choose another name, or use that one.", name=name
    )


def _unknown(dataset_id: int) -> NotFound:
    return NotFound(f"There is no such dataset (number {dataset_id}) any more.", hint="List the datasets to see them.")
