"""Trees, manifests and manifest pages: immutable bytes by id."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.services.interfaces import StoredPage
from dsa_workbench.core.services.postgres.ready import ready
from dsa_workbench.core.services.postgres.tables import manifests, pages, trees
from dsa_workbench.errors import StoreCorrupt

_BATCH = 500

_put = {table: insert(table).on_conflict_do_nothing() for table in (trees, manifests, pages)}
_get = {
    table: ready(sa.select(table.c.body).where(table.c.id == sa.bindparam("id", type_=sa.LargeBinary)))
    for table in (trees, manifests)
}
_get_many = {
    table: sa.select(table).where(table.c.id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.LargeBinary))))
    for table in (trees, manifests)
}
_get_pages = ready(
    sa.select(pages).where(pages.c.id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.LargeBinary))))
)  # fmt: skip


class PostgresObjectRepository:
    """Objects in the tables `trees`, `manifests` and `pages`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def put_pages(self, pages_: Sequence[StoredPage]) -> None:
        """Store pages that are not there yet."""
        # In the order of their ids: two writers of the same pages then wait in one direction only.
        rows = {p.id: {"id": p.id, "body": p.body, "stats": p.stats} for p in sorted(pages_, key=lambda p: p.id)}
        if rows:
            self._connection.execute(_put[pages], list(rows.values()))

    def get_pages(self, ids: Sequence[ObjectId]) -> list[StoredPage]:
        """Fetch pages in the order asked for."""
        found: dict[bytes, StoredPage] = {}
        for start in range(0, len(ids), _BATCH):
            rows = self._connection.execute(_get_pages, {"ids": list(ids[start : start + _BATCH])})
            found.update((row.id, StoredPage(ObjectId(row.id), row.body, row.stats)) for row in rows)
        for oid in ids:
            if oid not in found:
                raise _lost("manifest page", oid)
        return [found[oid] for oid in ids]

    def put_manifest(self, oid: ObjectId, body: bytes) -> None:
        """Store a manifest if it is not there yet."""
        self._put(manifests, oid, body)

    def get_manifest(self, oid: ObjectId) -> bytes:
        """Fetch a manifest's canonical bytes."""
        return self._get(manifests, "manifest", oid)

    def put_tree(self, oid: ObjectId, body: bytes) -> None:
        """Store a tree if it is not there yet."""
        self._put(trees, oid, body)

    def get_tree(self, oid: ObjectId) -> bytes:
        """Fetch a tree's canonical bytes."""
        return self._get(trees, "tree", oid)

    def get_manifests(self, ids: Sequence[ObjectId]) -> dict[ObjectId, bytes]:
        """Fetch the canonical bytes of manifests, by id."""
        return self._get_many(manifests, "manifest", ids)

    def get_trees(self, ids: Sequence[ObjectId]) -> dict[ObjectId, bytes]:
        """Fetch the canonical bytes of trees, by id."""
        return self._get_many(trees, "tree", ids)

    def _get_many(self, table: sa.Table, word: str, ids: Sequence[ObjectId]) -> dict[ObjectId, bytes]:
        found: dict[ObjectId, bytes] = {}
        for start in range(0, len(ids), _BATCH):
            rows = self._connection.execute(_get_many[table], {"ids": list(ids[start : start + _BATCH])})
            found.update((ObjectId(row.id), row.body) for row in rows)
        for oid in ids:
            if oid not in found:
                raise _lost(word, oid)
        return found

    def _put(self, table: sa.Table, oid: ObjectId, body: bytes) -> None:
        self._connection.execute(_put[table], {"id": oid, "body": body})

    def _get(self, table: sa.Table, word: str, oid: ObjectId) -> bytes:
        body: bytes | None = self._connection.scalar(_get[table], {"id": oid})
        if body is None:
            raise _lost(word, oid)
        return body


def _lost(word: str, oid: ObjectId) -> StoreCorrupt:
    return StoreCorrupt(
        f"The {word} {oid.hex()} is not stored.",
        hint="The store has lost something that it refers to: restore it from a backup, and tell us.",
        id=oid.hex(),
    )
