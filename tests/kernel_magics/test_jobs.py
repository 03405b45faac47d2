"""`%dsa job`, and `--background`, in a real shell on a real store."""

from __future__ import annotations

import threading
from pathlib import Path

import pandas as pd
import pytest

from dsa_workbench.core.model.job import JobState
from dsa_workbench.results import CommitResult, Exported, JobResult, Jobs
from tests.fixtures.jobs import Gate
from tests.kernel_magics.conftest import Notebook
from tests.kernel_magics.test_completion import after_tab


def test_an_import_in_the_background(notebook: Notebook) -> None:
    job = notebook.run("job = %dsa import orders.csv sales@dev --key id -m First --background\njob")
    assert isinstance(job, JobResult)
    done = notebook.run(f"%dsa job {job.id} --wait")
    assert isinstance(done, CommitResult)
    assert (done.message, done.ref, done.rows) == ("First", "dev", 3)
    assert notebook.run("job.wait().id") == done.id
    listed = notebook.run("%dsa job")
    assert isinstance(listed, Jobs)
    assert [(one.id, one.state) for one in listed] == [(job.id, JobState.SUCCEEDED)]
    shown = notebook.run(f"%dsa job {job.id}")
    assert f"Job {job.id}  succeeded  Import orders.csv into sales@dev" in repr(shown)
    assert "sales@dev" in shown._repr_html_()


def test_an_export_in_the_background(sales: Notebook) -> None:
    job = sales.run("%dsa export sales out.csv --columns id,qty --background")
    written = sales.run(f"%dsa job {job.id} --wait")
    assert isinstance(written, Exported)
    assert pd.read_csv("out.csv").to_dict("list") == {"id": [1, 2, 3], "qty": [2, 3, 7]}


def test_the_latest_come_first_and_can_be_limited(notebook: Notebook) -> None:
    made = [notebook.run(f"%dsa import orders.csv d{i} --background").id for i in range(3)]
    for number in made:
        notebook.run(f"%dsa job {number} --wait")
    assert [job.id for job in notebook.run("%dsa job --limit 2")] == [made[2], made[1]]


def test_a_job_is_cancelled(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.run(
        "import threading, dsa_workbench as dsa\n"
        "gate, seen = threading.Event(), threading.Event()\n"
        "other = dsa.connect()\n"
        "job = other.import_file('orders.csv', 'sales', background=True,\n"
        "                        progress=lambda p: (seen.set(), gate.wait(60)))\n"
        "seen.wait(60)"
    )
    number = notebook.run("job.id")
    asked = notebook.run(f"%dsa job {number} --cancel")
    assert "asked it to end" in repr(asked)
    notebook.run("gate.set()")
    shown = notebook.error(f"%dsa job {number} --wait", capsys)
    assert "JobStopped: The job was cancelled by" in shown
    assert "nothing was committed" in shown
    assert f"Job {number} has ended already: it is cancelled" in notebook.error(f"%dsa job {number} --cancel", capsys)
    assert len(notebook.run("other.close()\n%dsa datasets")) == 0


def test_a_failed_job_says_why_in_one_line(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.csv").write_text("id,qty\n1,2\n2,3,4\n")
    number = notebook.run("%dsa import bad.csv sales --background").id
    shown = notebook.error(f"%dsa job {number} --wait", capsys)
    assert "ImportRejected: bad.csv" in shown
    assert len(shown.strip().splitlines()) == 1
    assert "bad.csv" in repr(notebook.run("%dsa job"))


def test_a_job_of_workers_is_done_again_and_has_a_log(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.run("%dsa status")
    session = notebook.shell.magics_manager.registry["DsaMagics"].session
    number = session.opened.submit_import("orders.csv", "sales").id
    assert "only one that failed or was cancelled" in notebook.error(f"%dsa job {number} --retry", capsys)
    notebook.run(f"%dsa job {number} --cancel")
    again = notebook.run(f"%dsa job {number} --retry")
    assert (again.state, again.job.retry_of) == (JobState.QUEUED, number)
    log = notebook.run(f"%dsa job {again.id} --log")
    assert [line.level for line in log] == ["info"]
    assert f"It repeats job {number}." in repr(log)
    assert f"Log of job {again.id}" in log._repr_html_()
    assert "submitted it." in repr(notebook.run(f"%dsa job {number} --log"))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("%dsa job twelve", "'twelve' is no number of a job."),
        ("%dsa job 99", "There is no job 99."),
        ("%dsa job --wait", "No job is named."),
        ("%dsa job --cancel", "No job is named."),
        ("%dsa job --log", "No job is named."),
        ("%dsa job --retry", "No job is named."),
        ("%dsa job 99 --log", "There is no job 99."),
        ("%dsa job 99 --retry", "There is no job 99."),
        ("%dsa job 99 --retry --cancel", "not both"),
    ],
)
def test_what_cannot_be_meant_is_told(
    notebook: Notebook, line: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told in notebook.error(line, capsys)


def test_another_connection_waits_for_the_jobs_of_the_first(
    notebook: Notebook, gate: Gate, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook.run("%dsa status")
    session = notebook.shell.magics_manager.registry["DsaMagics"].session
    job = session.opened.import_file("orders.csv", "sales", background=True, progress=gate)
    threading.Timer(0.2, gate.open.set).start()
    capsys.readouterr()
    notebook.run("%dsa connect")
    assert "Waiting for 1 background job. To cancel, interrupt." in capsys.readouterr().out
    assert notebook.run(f"%dsa job {job.id}").state is JobState.SUCCEEDED


def test_numbers_of_jobs_are_completed(notebook: Notebook) -> None:
    made = [notebook.run(f"%dsa import orders.csv d{i} --background").id for i in range(2)]
    assert after_tab(notebook, "%dsa job ") == [f"%dsa job {made[1]}", f"%dsa job {made[0]}"]
    assert after_tab(notebook, f"%dsa job {made[0]} --w") == [f"%dsa job {made[0]} --wait"]
