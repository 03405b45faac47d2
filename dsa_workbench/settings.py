"""Settings: read from the environment here and nowhere else, and passed on as values."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

CACHE_BYTES = 64 << 20
DASK_FROM_BYTES = 32 << 20
DASK_IDLE_SECONDS = 600.0
REMOTE_CACHE_BYTES = 2 << 30
SLOW_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set from outside."""

    database_url: str | None = None
    """DSA_DATABASE_URL: a Postgres to use instead of the embedded one; teams share one store this way."""

    data_dir: Path = Path()
    """DSA_DATA_DIR: where the embedded Postgres keeps its data. One folder a user by default, so that notebooks in
    any folder see the same datasets."""

    actor: str = "unknown"
    """DSA_ACTOR: the author of commits; by default the operating system's user."""

    cache_bytes: int = CACHE_BYTES
    """DSA_CACHE_MB: decoded segments kept in memory. 64 MB hold the columns of a few million cells, and leave room on
    a small laptop."""

    spool_dir: Path = Path()
    """DSA_SPOOL_DIR: where files lie that durable jobs read or have written; beside the data folder by default. Server
    and workers must see the same folder."""

    token: str | None = field(default=None, repr=False)
    """DSA_TOKEN: what a Jupyter server is shown when we are its client."""

    remote_cache_dir: Path = Path()
    """DSA_REMOTE_CACHE_DIR: where rows are kept that were read over HTTP; in the user's folder of caches by default."""

    remote_cache_bytes: int = REMOTE_CACHE_BYTES
    """DSA_REMOTE_CACHE_MB: how much they may take of the disk."""

    slow_seconds: float = SLOW_SECONDS
    """DSA_SLOW_SECONDS: statements that take the database so long are logged with their plan. All of ours have an index
    and take milliseconds, so a second is a sign of something wrong."""

    dask: str = "threads"
    """DSA_DASK: where durable jobs do the slices of large files: `threads` or `processes` of this machine, the address
    of a Dask scheduler (``tls://host:8786``), a class of a cluster (``dask_jobqueue:SLURMCluster``), or `off`.
    Threads by default, since they start at once and leave nothing behind."""

    dask_workers: int = 0
    """DSA_DASK_WORKERS: how many slices are done at once, by threads or processes, or how many workers a class of a
    cluster is asked for; one for each core by default."""

    dask_from_bytes: int = DASK_FROM_BYTES
    """DSA_DASK_FROM_MB: smaller files are done without a cluster: they are there before one has started."""

    dask_idle_seconds: float = DASK_IDLE_SECONDS
    """DSA_DASK_IDLE_MINUTES: after so long without work a cluster is stopped, and its memory is free again."""


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from environment variables."""
    env = os.environ if environ is None else environ
    home = Path(env["XDG_DATA_HOME"]) if env.get("XDG_DATA_HOME") else Path.home() / ".local" / "share"
    data = Path(env["DSA_DATA_DIR"]).expanduser() if env.get("DSA_DATA_DIR") else home / "dsa-workbench" / "postgres"
    cache = int(env["DSA_CACHE_MB"]) << 20 if env.get("DSA_CACHE_MB") else CACHE_BYTES
    spool = Path(env["DSA_SPOOL_DIR"]).expanduser() if env.get("DSA_SPOOL_DIR") else data.parent / "spool"
    caches = Path(env["XDG_CACHE_HOME"]) if env.get("XDG_CACHE_HOME") else Path.home() / ".cache"
    given = env.get("DSA_REMOTE_CACHE_DIR")
    kept = Path(given).expanduser() if given else caches / "dsa-workbench" / "remote"
    room = int(env["DSA_REMOTE_CACHE_MB"]) << 20 if env.get("DSA_REMOTE_CACHE_MB") else REMOTE_CACHE_BYTES
    slow = float(env["DSA_SLOW_SECONDS"]) if env.get("DSA_SLOW_SECONDS") else SLOW_SECONDS
    token = env.get("DSA_TOKEN") or None
    return Settings(
        env.get("DSA_DATABASE_URL") or None, data, _actor(env), cache, spool, token, kept, room, slow,
        dask=env.get("DSA_DASK") or "threads",
        dask_workers=int(env.get("DSA_DASK_WORKERS") or 0),
        dask_from_bytes=int(float(env.get("DSA_DASK_FROM_MB") or DASK_FROM_BYTES >> 20) * (1 << 20)),
        dask_idle_seconds=float(env.get("DSA_DASK_IDLE_MINUTES") or DASK_IDLE_SECONDS / 60) * 60,
    )  # fmt: skip


def _actor(env: Mapping[str, str]) -> str:
    named = env.get("DSA_ACTOR") or env.get("JUPYTERHUB_USER")
    if named:
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        # A container may run under a number that no account has.
        return f"uid-{os.getuid()}"
