"""Doing what a durable job's command says, on the thread that calls."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from dsa_workbench.core.model.job import Job, JobKind
from dsa_workbench.core.model.progress import COMMITTING, Progress
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.features.exports.export_file import export_file
from dsa_workbench.features.exports.slices import SpreadText
from dsa_workbench.features.exports.written_export import read_export
from dsa_workbench.features.imports.import_file import import_file
from dsa_workbench.features.imports.slices import Spread
from dsa_workbench.features.imports.written_import import read_import
from dsa_workbench.features.upkeep.check import check
from dsa_workbench.features.upkeep.collect import collect
from dsa_workbench.features.versioning.segment_cache import SegmentCache

ProgressHook = Callable[[Progress], None]
MOST_PROBLEMS = 10_000
"""Problems of a check that are written down: the result of a job stands in its row."""


class SpreadAll(Spread, SpreadText, Protocol):
    """Has slices of imports and exports done."""


@dataclass(frozen=True, slots=True)
class Performer:
    """What the work needs: the store, a cache, and the folder in which exports lie, a folder for each job.

    `spread` has the slices of large files and tables done, where there is anything for that.
    """

    store: IStore
    cache: SegmentCache
    spool: Path
    spread: SpreadAll | None = None

    def __call__(self, job: Job, tell: ProgressHook) -> Mapping[str, Any]:
        """Do a job as its actor, and give what is to be kept of the result; `tell` raises where it is to stop."""
        work = {
            JobKind.IMPORT: self._import,
            JobKind.EXPORT: self._export,
            JobKind.CHECK: self._check,
            JobKind.COLLECT: self._collect,
        }
        return work[job.kind](job, tell)

    def _import(self, job: Job, tell: ProgressHook) -> Mapping[str, Any]:
        started = time.perf_counter()
        command = replace(read_import(job.command or {}, job.idempotency_key), progress=tell, spread=self.spread)
        found = import_file(Actor(job.actor), self.store, self.cache, command)
        done = found.committed
        return {
            "commit": done.commit.id,
            "dataset": done.dataset,
            "ref": done.ref,
            "created": done.created,
            "rows": done.rows,
            "seconds": time.perf_counter() - started,
            "notes": list(found.notes),
        }

    def _export(self, job: Job, tell: ProgressHook) -> Mapping[str, Any]:
        started = time.perf_counter()
        written = job.command or {}
        folder = self.spool / str(job.id)
        # What a try before this one has left there is half of a file.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        command = replace(read_export(written, folder), progress=tell, spread=self.spread)
        done = export_file(Actor(job.actor), self.store, self.cache, command)
        tell(Progress(COMMITTING, done.rows))
        return {
            "spec": written["shown"],
            "path": str(command.target),
            "rows": done.rows,
            "bytes": done.bytes,
            "seconds": time.perf_counter() - started,
            "notes": list(done.notes),
        }

    def _check(self, job: Job, tell: ProgressHook) -> Mapping[str, Any]:
        started = time.perf_counter()
        found = check(Actor(job.actor), self.store, tell)
        told = found.problems[:MOST_PROBLEMS]
        if len(found.problems) > len(told):
            told.append(f"There are {len(found.problems) - len(told):,} problems more.")
        return {"problems": told, "counts": found.counts, "seconds": time.perf_counter() - started}

    def _collect(self, job: Job, tell: ProgressHook) -> Mapping[str, Any]:
        started = time.perf_counter()
        tell(Progress("collecting"))
        done = collect(Actor(job.actor), self.store)
        return {"collected": asdict(done), "seconds": time.perf_counter() - started}
