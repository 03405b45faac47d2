"""What commit a version means: every reader of a table asks it first, so it takes one round trip of the bare driver."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import psycopg as dialects

from dsa_workbench.core.database import Database
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.services.postgres.datasets import LIVE
from dsa_workbench.core.services.postgres.tables import dataset_commits, datasets, refs

_WHOLE_ID = re.compile(r"[0-9a-f]{64}")
_named = (refs.c.dataset_id == datasets.c.id) & (refs.c.name == sa.bindparam("version"))
_whole = (dataset_commits.c.dataset_id == datasets.c.id) & (dataset_commits.c.commit_id == sa.bindparam("id"))
_select: Any = (
    sa.select(sa.func.coalesce(refs.c.commit_id, dataset_commits.c.commit_id))
    .select_from(datasets.outerjoin(refs, _named).outerjoin(dataset_commits, _whole))
    .where(LIVE, datasets.c.name == sa.bindparam("dataset"))
)
_FIND = str(_select.compile(dialect=dialects.dialect()))  # type: ignore[no-untyped-call] # a class of SQLAlchemy's


def find_head(database: Database, dataset: str, version: str) -> ObjectId | None:
    """Find the commit of a ref, or of a whole commit id, in a live dataset; None where there is none.

    Raises
    ------
    DatabaseUnavailable
        The database does not answer.
    """
    named = {
        "dataset": dataset,
        "version": version,
        "id": bytes.fromhex(version) if _WHOLE_ID.fullmatch(version) else b"",
    }
    with database.raw(autocommit=True, trusting=True) as connection:
        row = connection.execute(_FIND, named, prepare=True).fetchone()
    return None if row is None or row[0] is None else ObjectId(row[0])
