"""Open a workbench on the store that is given, or on the user's own."""

from __future__ import annotations

from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.opening import open_store
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.settings import Settings, read_settings
from dsa_workbench.workbench.workbench import Workbench


def connect(url: str | None = None, *, actor: str | None = None, settings: Settings | None = None) -> Workbench:
    """Open a workbench.

    Parameters
    ----------
    url
        A Postgres server, ``postgresql://user@host/database``, version 14 or newer. Without one, and without
        DSA_DATABASE_URL, the embedded Postgres of the user is started, or joined where it runs already.
    actor
        The author of commits; by default the operating system's user.

    Raises
    ------
    DatabaseUnavailable
        The server does not answer, or the embedded one cannot be started.
    InvalidInput
        The URL is none.
    """
    settings = settings or read_settings()
    who = Actor(actor or settings.actor)
    cache = SegmentCache(settings.cache_bytes)
    found = open_store(settings, url)
    folder = str(settings.data_dir) if found.server is not None else None
    return Workbench(who, found.store, cache, server=found.server, folder=folder)
