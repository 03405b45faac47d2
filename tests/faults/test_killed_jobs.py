"""Processes that go while their jobs run: killed, ended by themselves, or forked."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dsa_workbench.core.model.job import JobState
from dsa_workbench.errors import JobStopped
from dsa_workbench.workbench import Workbench

_START = """
import os, sys, threading
from dsa_workbench.core.model.progress import COMMITTING
from dsa_workbench.errors import InvalidInput
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import connect

reached, go_on = threading.Event(), threading.Event()

def hold(progress):
    if progress.phase == sys.argv[3]:
        reached.set()
        go_on.wait()

wb = connect(sys.argv[1], actor="cat", settings=Settings())
job = wb.import_file(sys.argv[2], "sales", background=True, progress=hold)
"""
_KILLED = _START + "reached.wait()\nprint('ready', flush=True)\nsys.stdin.read()"
_KILLED_AFTER = _START + "job.wait()\nprint('ready', flush=True)\nsys.stdin.read()"
_ENDS = _START + "go_on.set()"
_STUCK = _START + "reached.wait()"
_FORKS = (
    _START
    + """
reached.wait()
if not os.fork():
    assert wb.job(job.id).state == "running"
    try:
        wb.import_file(sys.argv[2], "other", background=True)
    except InvalidInput as err:
        assert "forked" in str(err)
    else:
        raise AssertionError
    wb.close(cancel_jobs=True)
    sys.exit()
assert os.wait()[1] == 0
go_on.set()
job.wait()
wb.close()
"""
)


@pytest.fixture
def numbers(tmp_path: Path) -> Path:
    path = tmp_path / "numbers.csv"
    path.write_text("id,value\n" + "".join(f"{i},{i * 7 % 1001}\n" for i in range(300_000)))
    return path


def start(code: str, url: str, path: Path, phase: str = "reading") -> subprocess.Popen[str]:
    quiet = "ignore:This process:DeprecationWarning"  # a fork of a process with threads is what one test is about
    command = [sys.executable, "-W", "error", "-W", quiet, "-c", code, url, os.fspath(path), phase]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def silence(wb: Workbench) -> None:
    with wb.store.database.raw() as connection:
        connection.execute("UPDATE dsa.jobs SET seen_at = seen_at - interval '61 seconds' WHERE ended_at IS NULL")


@pytest.mark.parametrize("phase", ["reading", "committing"])
def test_a_killed_job_is_settled_as_failed(wb: Workbench, pg_url: str, numbers: Path, phase: str) -> None:
    process = start(_KILLED, pg_url, numbers, phase)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    assert wb.jobs()[0].state is JobState.RUNNING
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert wb.jobs()[0].state is JobState.RUNNING, "a minute of silence is not over"
    silence(wb)
    job = wb.job(wb.jobs()[0].id)
    assert job.state is JobState.FAILED
    with pytest.raises(JobStopped, match=r"The process that ran it is gone; nothing was committed\. Import it again\."):
        job.wait()
    assert not wb.datasets()
    assert wb.check().ok
    assert wb.import_file(numbers, "sales").rows == 300_000


def test_a_job_that_ended_before_the_kill_stays_as_it_was(wb: Workbench, pg_url: str, numbers: Path) -> None:
    process = start(_KILLED_AFTER, pg_url, numbers, "never")
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    silence(wb)
    assert wb.job(wb.jobs()[0].id).wait().commit == wb.show("sales").commit


@pytest.mark.parametrize(("code", "phase"), [(_ENDS, "never"), (_STUCK, "reading")], ids=["at work", "stuck"])
def test_python_ends_without_waiting_for_long(wb: Workbench, pg_url: str, numbers: Path, code: str, phase: str) -> None:
    process = start(code, pg_url, numbers, phase)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out, err) == (0, "", "")
    job = wb.jobs()[0]
    assert job.state is JobState.CANCELLED
    assert job.error is not None
    assert "since Python ended while it ran: nothing was committed" in job.error.message
    assert not wb.datasets()
    assert wb.check().ok


def test_a_fork_leaves_the_jobs_of_its_parent_alone(wb: Workbench, pg_url: str, numbers: Path) -> None:
    process = start(_FORKS, pg_url, numbers)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (0, ""), err
    assert wb.jobs()[0].state is JobState.SUCCEEDED
    assert wb.read("sales").num_rows == 300_000
