"""Requests with a key, and their answers."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from dsa_workbench.core.model.request import SavedAnswer, StoredRequest
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.postgres.tables import requests

_this = (requests.c.actor == sa.bindparam("by")) & (requests.c.key == sa.bindparam("word"))
_age = sa.func.extract("epoch", sa.func.now() - requests.c.begun_at)
_begin = (
    insert(requests)
    .values(actor=sa.bindparam("by"), key=sa.bindparam("word"), digest=sa.bindparam("of"))
    .on_conflict_do_nothing()
    .returning(requests.c.key)
)
_find = sa.select(requests, _age.label("age")).where(_this)
_again = sa.update(requests).where(_this).values(begun_at=sa.func.now(), digest=sa.bindparam("of"))
_end = sa.update(requests).where(_this)
_drop = sa.delete(requests).where(_this, requests.c.status.is_(None))
_forget = sa.delete(requests).where(_age > sa.bindparam("seconds"))


class PostgresRequestRepository:
    """Requests in the table `requests`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def begin(self, actor: Actor, key: str, digest: bytes) -> StoredRequest | None:
        """Note that a request is begun; where one of this key was before, give that one instead."""
        named = {"by": actor.name, "word": key, "of": digest}
        if self._connection.execute(_begin, named).one_or_none() is not None:
            return None
        row = self._connection.execute(_find, {"by": actor.name, "word": key}).one_or_none()
        if row is None:  # it was dropped just now
            return self.begin(actor, key, digest)
        answer = SavedAnswer(row.status, row.headers, row.body) if row.status is not None else None
        return StoredRequest(row.digest, float(row.age), answer)

    def begin_again(self, actor: Actor, key: str, digest: bytes) -> None:
        """Take a request over that was begun and never ended."""
        self._connection.execute(_again, {"by": actor.name, "word": key, "of": digest})

    def end(self, actor: Actor, key: str, answer: SavedAnswer) -> None:
        """Keep the answer of a request."""
        values = {"status": answer.status, "headers": dict(answer.headers), "body": answer.body}
        self._connection.execute(_end.values(values), {"by": actor.name, "word": key})

    def drop(self, actor: Actor, key: str) -> None:
        """Forget a request that was begun and came to nothing."""
        self._connection.execute(_drop, {"by": actor.name, "word": key})

    def forget(self, seconds: float) -> int:
        """Forget requests of so long ago; return how many."""
        return self._connection.execute(_forget, {"seconds": seconds}).rowcount
