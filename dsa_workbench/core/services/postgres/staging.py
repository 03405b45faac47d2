"""Records of running writes, which keep the collector off what they have stored."""

from __future__ import annotations

import sqlalchemy as sa

from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.postgres.tables import staging
from dsa_workbench.errors import NotFound

_this = staging.c.id == sa.bindparam("this")
_open = sa.insert(staging).returning(staging.c.id)
_touch = sa.update(staging).where(_this).values(seen_at=sa.func.clock_timestamp())
_close = sa.delete(staging).where(_this)


class PostgresStagingRepository:
    """Records in the table `staging`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def open(self, actor: Actor) -> str:
        """Begin a staging record; return its id."""
        return str(self._connection.scalar(_open, {"actor": actor.name}))

    def touch(self, staging_id: str) -> None:
        """Say that the write is still alive; raise NotFound where the collector has given it up."""
        if not self._connection.execute(_touch, {"this": staging_id}).rowcount:
            raise NotFound(
                "This write was given up as dead, and what it stored may be gone.", hint="Run it again from the start."
            )

    def close(self, staging_id: str) -> None:
        """End a staging record; closing twice does nothing."""
        self._connection.execute(_close, {"this": staging_id})
