"""What the contents of a dataset take. Blobs lie apart from their rows, so that their lengths are told without them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa

from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.services.postgres.tables import commits, dataset_commits, manifests, pages, segments, trees
from dsa_workbench.core.services.usage_interfaces import SegmentBytes

_BODIES = 500
_LENGTHS = 5_000

_ids = sa.bindparam("ids", type_=sa.ARRAY(sa.LargeBinary))
_of_dataset = (
    sa.select(commits.c.tree)
    .join(dataset_commits, dataset_commits.c.commit_id == commits.c.id)
    .where(dataset_commits.c.dataset_id == sa.bindparam("dataset"))
)
_trees = sa.select(trees.c.body).where(trees.c.id.in_(_of_dataset))
_bodies = {table: sa.select(table.c.body).where(table.c.id == sa.any_(_ids)) for table in (manifests, pages)}
_lengths = sa.select(
    sa.func.count(),
    sa.func.coalesce(sa.func.sum(sa.func.octet_length(segments.c.blob)), 0),
    sa.func.coalesce(sa.func.sum(segments.c.size), 0),
).where(segments.c.id == sa.any_(_ids))


class PostgresUsageRepository:
    """Lengths, and the ids that lead to them."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def trees(self, dataset_id: int) -> Iterator[bytes]:
        """Walk the bodies of the trees of all commits of a dataset, each once."""
        yield from self._connection.scalars(_trees, {"dataset": dataset_id})

    def manifests(self, ids: Sequence[ObjectId]) -> Iterator[bytes]:
        """Walk the bodies of manifests."""
        yield from self._walk(manifests, ids)

    def pages(self, ids: Sequence[ObjectId]) -> Iterator[bytes]:
        """Walk the bodies of pages."""
        yield from self._walk(pages, ids)

    def segments(self, ids: Iterable[ObjectId]) -> SegmentBytes:
        """Add up segments; no blob is read."""
        count = stored = raw = 0
        # In the order of the index: neighbours lie on the same page of it.
        asked = sorted(ids)
        for start in range(0, len(asked), _LENGTHS):
            found = self._connection.execute(_lengths, {"ids": asked[start : start + _LENGTHS]}).one()
            count, stored, raw = count + found[0], stored + int(found[1]), raw + int(found[2])
        return SegmentBytes(count, stored, raw)

    def _walk(self, table: sa.Table, ids: Sequence[ObjectId]) -> Iterator[bytes]:
        for start in range(0, len(ids), _BODIES):
            yield from self._connection.scalars(_bodies[table], {"ids": list(ids[start : start + _BODIES])})
