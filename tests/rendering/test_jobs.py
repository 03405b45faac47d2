"""Jobs as people read them, in each state."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from dsa_workbench.core.model.job import Job, JobError, JobKind, JobState
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.rendering import html, jobs, text
from dsa_workbench.rendering.words import moment
from dsa_workbench.results import Jobs

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
LATER = NOON + dt.timedelta(seconds=2)
JOB = Job(12, JobKind.IMPORT, "Import a.csv into sales@main", JobState.QUEUED, "ann", NOON, LATER)
RUNNING = replace(
    JOB, state=JobState.RUNNING, started_at=NOON, progress=Progress("reading", 1_200_000, 52_200_000, 116_000_000)
)
COMMITTED: dict[str, Any] = {"commit": "3f" * 32, "dataset": "sales", "ref": "main", "created": True, "rows": 1206,
                             "seconds": 2.0, "notes": ["Column zip is text."]}  # fmt: skip
DONE = replace(RUNNING, state=JobState.SUCCEEDED, ended_at=LATER, result=COMMITTED)
EXPORTED = replace(
    DONE, kind=JobKind.EXPORT, about="Export sales to a.csv",
    result={"spec": "sales", "path": "/tmp/a.csv", "rows": 1, "bytes": 5000, "seconds": 2.0},
)  # fmt: skip
FAILED = replace(
    RUNNING, state=JobState.FAILED, ended_at=LATER, error=JobError("a.csv, line 3: bad.", "Mend it.", "import_rejected")
)


@pytest.mark.parametrize(
    ("job", "lines"),
    [
        (JOB, ["Job 12  queued  Import a.csv into sales@main", "It waits for its turn."]),
        (
            RUNNING,
            [
                "Job 12  running  Import a.csv into sales@main",
                "reading  45%  1,200,000 rows  52.2 MB of 116 MB  26.1 MB/s  about 2.44 s left",
            ],
        ),
        (
            replace(RUNNING, progress=Progress(""), cancel_requested_by="bob"),
            [
                "Job 12  running  Import a.csv into sales@main",
                "It has just begun.",
                "bob asked it to end; it does at its next step.",
            ],
        ),
        (
            DONE,
            [
                "Job 12  succeeded  Import a.csv into sales@main",
                "sales@main  3f3f3f3f3f  1,206 rows, 2.00 s.",
                "Column zip is text.",
            ],
        ),
        (
            replace(DONE, result=COMMITTED | {"created": False, "notes": []}, cancel_requested_by="bob"),
            [
                "Job 12  succeeded  Import a.csv into sales@main",
                "nothing changed, so no commit was made, 2.00 s.",
                "The request to cancel it came when the work was done.",
            ],
        ),
        (EXPORTED, ["Job 12  succeeded  Export sales to a.csv", "1 row, 5.0 kB in /tmp/a.csv, 2.00 s."]),
        (FAILED, ["Job 12  failed  Import a.csv into sales@main", "a.csv, line 3: bad. Mend it."]),
    ],
    ids=["queued", "running", "asked", "done", "unchanged", "exported", "failed"],
)
def test_a_job_in_words(job: Job, lines: list[str]) -> None:
    ended = f", ended {moment(LATER)}" if job.ended else ""
    assert text.write(jobs.job(job)).splitlines() == [*lines, f"by ann, created {moment(NOON)}{ended}"]


def test_a_list_of_jobs() -> None:
    shown = repr(Jobs((FAILED, RUNNING, DONE, JOB)))
    assert shown.startswith("4 jobs\n")
    assert [line.split()[1] for line in shown.splitlines()[4:]] == ["failed", "running", "succeeded", "queued"]
    assert "a.csv, line 3: bad." in shown
    assert repr(Jobs(())) == "There are no jobs yet. Begin one with %dsa import FILE NAME --background."


def test_what_others_wrote_is_harmless() -> None:
    odd = replace(FAILED, about="<b>\n", actor="<i>", error=JobError("<script>", "\x1b[2J", "x"))
    for document in (jobs.job(odd), jobs.jobs([odd])):
        written = html.write(document)
        assert "<script>" not in written
        assert "<b>" not in written
        assert "\x1b" not in text.write(document)
