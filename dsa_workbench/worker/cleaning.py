"""What a worker removes from time to time: old jobs and their files, dead writes, and segments that nothing uses."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import DsaError, NotFound
from dsa_workbench.features.jobs.forget_jobs import forget_jobs
from dsa_workbench.features.upkeep.collect import Grace, collect

_log = logging.getLogger(__name__)
_DAY = 86400.0
SYSTEM = Actor("dsa-worker")

Hook = Callable[[IStore], object]


@dataclass(frozen=True, slots=True)
class Keep:
    """How long what is old is kept, in seconds."""

    jobs: float = 30 * _DAY
    """Jobs that have ended, with their log: a month is what somebody asks about."""
    exports: float = 7 * _DAY
    """Files that exports have written to the spool folder; they can be written again."""
    grace: Grace = Grace()  # noqa: RUF009 - frozen


def clean(store: IStore, spool: Path, keep: Keep, hooks: Sequence[Hook] = ()) -> None:
    """Remove all that is old. What fails is logged, and keeps nothing else from being removed."""
    own: tuple[Hook, ...] = (
        lambda store: forget_jobs(SYSTEM, store, keep.jobs),
        lambda store: clean_spool(store, spool, keep.exports),
        lambda store: collect(SYSTEM, store, keep.grace),
    )
    for work in (*own, *hooks):
        try:
            work(store)
        except (DsaError, OSError) as err:
            _log.warning("something old could not be removed this time: %s", err)


def clean_spool(store: IStore, spool: Path, seconds: float) -> int:
    """Remove the folders of jobs that ended so long ago, or that nobody knows any more; return how many."""
    removed = 0
    for folder in sorted(spool.iterdir()) if spool.is_dir() else ():
        if not folder.name.isdecimal() or time.time() - folder.stat().st_mtime < seconds:
            continue
        with store.unit() as unit:
            try:
                ended = unit.jobs.get(int(folder.name)).ended
            except NotFound:
                ended = True
        if ended:
            shutil.rmtree(folder)
            removed += 1
    return removed
