"""The end of an import over HTTP: it is previewed, or done; by a job of the server where the files are large."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from dsa_workbench.core.model.finding import finding_of
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import RefConflict
from dsa_workbench.features.imports.import_file import kept_aside
from dsa_workbench.files.rejects import MOST
from dsa_workbench.remote import told
from dsa_workbench.remote.previewing import FIRST, ask_preview, preview_of, rejects_of
from dsa_workbench.remote.sending import Sent
from dsa_workbench.remote.transport import Transport
from dsa_workbench.results import CommitResult, JobResult, Preview, Rejects, Report

ProgressHook = Callable[[Progress], None]
Look = Callable[[int], JobResult[Any]]
Read = Callable[[told.Told, float], CommitResult]
_RACES = 5
"""How often rows are added again where somebody else was faster."""


@dataclass(frozen=True)
class _LeftOut:
    """What the look before an import found: the rows that it leaves out, and what is to be told of the rest."""

    rejects: Rejects = field(default_factory=Rejects)
    report: Report = field(default_factory=Report)
    promise: str | None = None


@dataclass(frozen=True)
class Completing:
    """Files that were sent, and how they are to be imported; `job` and `read` are of the door."""

    transport: Transport
    sent: Sent
    body: dict[str, Any]
    job: Look
    read: Read
    idempotency_key: str | None = None
    progress: ProgressHook | None = None
    rejects_to: str | os.PathLike[str] | None = None
    started: float = field(default_factory=time.perf_counter)

    def preview(self, label: str, done: Callable[[], None]) -> Preview:
        """Say what would come of it; its `commit` completes the same uploads, and then `done` is called."""
        found = self._look(changes=FIRST)
        rejects = rejects_of(found)

        def run() -> CommitResult:
            left_out = _LeftOut(rejects, _report(found), found["promise"])
            result: CommitResult = self._complete(left_out, self._key())
            done()
            return result

        seen = preview_of(found, label, self._look, run, rejects)
        return replace(
            seen,
            notes=self._notes(rejects, tuple(dict.fromkeys((*self.sent.notes, *seen.notes)))),
            seconds=time.perf_counter() - self.started,
        )

    def import_all(self, *, background: bool) -> CommitResult | JobResult[Any]:
        """Import all rows; one that does not fit refuses the files."""
        done: CommitResult | JobResult[Any] = self._complete(_LeftOut(), self._key(), background=background)
        return done

    def import_fitting(self, *, background: bool, again: bool) -> CommitResult | JobResult[Any]:
        """Import the rows that fit: the server looks at the files first, and what was seen then is committed.

        With `again` it looks again where the branch was moved in between.
        """
        for attempt in range(_RACES):
            found = self._look(changes=0)
            left_out = _LeftOut(rejects_of(found), _report(found), found["promise"])
            key = self._key() if attempt == 0 else secrets.token_hex(16)
            try:
                done: CommitResult | JobResult[Any] = self._complete(left_out, key, background=background)
            except RefConflict:
                if not again or attempt == _RACES - 1:
                    raise
            else:
                return done
        raise AssertionError("the last try returns or raises")

    def _key(self) -> str:
        return self.idempotency_key or secrets.token_hex(16)

    def _look(self, **wanted: Any) -> Any:
        most = min(self.body.get("max_rejects", MOST), MOST)
        return ask_preview(self.transport, self.sent.path, self.body, rejected=most, **wanted)

    def _complete(self, left_out: _LeftOut, key: str, *, background: bool = False) -> Any:
        headers = {"Idempotency-Key": key} | ({"Prefer": "respond-async"} if background else {})
        body = self.body | ({} if left_out.promise is None else {"promise": left_out.promise})
        answer = self.transport.ask("POST", (*self.sent.path, "complete"), body=body, headers=headers)
        if answer.status_code != 202:
            return self._told(self.read(answer.json(), self.started), left_out)
        job = self.job(answer.json()["id"])
        following = JobResult(
            job.job, lambda _: job.refresh().job, lambda _, timeout, hook: self._told(
                job.wait(timeout, progress=hook or self.progress), left_out
            ), lambda _: job.cancel().job,
        )  # fmt: skip
        return following if background else following.wait()

    def _told(self, done: CommitResult, left_out: _LeftOut) -> CommitResult:
        notes = tuple(dict.fromkeys((*self.sent.notes, *done.notes)))
        if not left_out.rejects.tables:
            return replace(done, notes=notes)
        return replace(
            done, notes=self._notes(left_out.rejects, notes), rejects=left_out.rejects, report=left_out.report
        )

    def _notes(self, rejects: Rejects, notes: tuple[str, ...]) -> tuple[str, ...]:
        """Write the rows that were left out to a file of this machine, and say so in place of the server."""
        parts = list(rejects.tables.values())
        said = kept_aside(None, parts)
        return (*kept_aside(self.rejects_to, parts), *(note for note in notes if note not in said))


def _report(found: told.Told) -> Report:
    return Report({name: [finding_of(f) for f in part] for name, part in found["findings"].items()})
