"""Where a ref points: what every reader of a table asks first, so it takes one round trip of the bare driver."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import psycopg as dialects

from dsa_workbench.core.database import Database
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.ref import Dataset, Ref, RefKind
from dsa_workbench.core.services.postgres.tables import datasets, refs

_DATASET = [datasets.c[name] for name in ("id", "name", "created_at", "created_by", "description", "metadata")]
_REF = [refs.c[name] for name in ("name", "kind", "commit_id", "updated_at", "updated_by", "protected")]
_select: Any = (
    sa.select(*_DATASET, *_REF)
    .join(refs, refs.c.dataset_id == datasets.c.id)
    .where(
        datasets.c.deleted_at.is_(None),
        datasets.c.name == sa.bindparam("dataset"),
        refs.c.name == sa.bindparam("ref"),
    )
)
_FIND = str(_select.compile(dialect=dialects.dialect()))  # type: ignore[no-untyped-call] # a class of SQLAlchemy's


def find_head(database: Database, dataset: str, ref: str) -> tuple[Dataset, Ref] | None:
    """Find a ref of a live dataset; None where there is none.

    Raises
    ------
    DatabaseUnavailable
        The database does not answer.
    """
    with database.raw(autocommit=True, trusting=True) as connection:
        row = connection.execute(_FIND, {"dataset": dataset, "ref": ref}, prepare=True).fetchone()
    if row is None:
        return None
    found = Dataset(*row[: len(_DATASET)])
    name, kind, commit, *rest = row[len(_DATASET) :]
    return found, Ref(found.id, name, RefKind(kind), ObjectId(commit), *rest)
