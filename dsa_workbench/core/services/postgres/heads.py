"""The head of a ref with its dataset, commit and tree, in one question: every first look at a table begins with it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from dsa_workbench.core.model.head import Head
from dsa_workbench.core.model.ref import Dataset
from dsa_workbench.core.services.postgres.commits import PARENTS, commit_of
from dsa_workbench.core.services.postgres.datasets import DATASET_COLUMNS, LIVE
from dsa_workbench.core.services.postgres.ready import ready
from dsa_workbench.core.services.postgres.refs import ref_of
from dsa_workbench.core.services.postgres.tables import commits, datasets, refs, trees

_PARTS = {"dataset": DATASET_COLUMNS, "ref": tuple(refs.c), "commit": (*commits.c, PARENTS), "tree": (trees.c.body,)}

_find = ready(
    sa.select(*(column.label(f"{part}_{column.name}") for part, columns in _PARTS.items() for column in columns))
    .select_from(
        datasets.join(refs, refs.c.dataset_id == datasets.c.id)
        .join(commits, commits.c.id == refs.c.commit_id)
        .join(trees, trees.c.id == commits.c.tree)
    )
    .where(LIVE, datasets.c.name == sa.bindparam("dataset"), refs.c.name == sa.bindparam("ref"))
)


class PostgresHeadRepository:
    """Heads, joined from the tables `datasets`, `refs`, `commits` and `trees`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def find(self, dataset: str, ref: str) -> Head | None:
        """Find a ref of a live dataset with its commit and tree; None where any of it is missing."""
        row = self._connection.execute(_find, {"dataset": dataset, "ref": ref}).one_or_none()
        if row is None:
            return None
        values = iter(row)
        # The names come first: what zip takes of the values once the names have ended would be lost to the next part.
        found: dict[str, dict[str, Any]] = {
            part: dict(zip([column.name for column in columns], values, strict=False))
            for part, columns in _PARTS.items()
        }
        return Head(
            Dataset(**found["dataset"]),
            ref_of(SimpleNamespace(**found["ref"])),
            commit_of(SimpleNamespace(**found["commit"])),
            found["tree"]["body"],
        )
