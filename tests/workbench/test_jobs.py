"""Imports and exports in the background, on a real store: what comes back, what a cancel leaves, who waits for whom."""

import inspect
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_overloads

import pandas as pd
import pyarrow as pa
import pytest

from dsa_workbench.core.database import Database
from dsa_workbench.core.model.job import JobState
from dsa_workbench.core.model.progress import COMMITTING, Progress
from dsa_workbench.errors import (
    DsaError,
    ImportRejected,
    InvalidInput,
    JobStopped,
    JobUnfinished,
    NotFound,
    RefConflict,
)
from dsa_workbench.features.jobs import runner
from dsa_workbench.results import CommitResult, Exported
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import Workbench, connect
from tests.fixtures.jobs import Gate, untouched


def test_wait_gives_what_the_foreground_gives(wb: Workbench, bob: Workbench, orders: Path) -> None:
    job = wb.import_file(orders, "sales", key="id", background=True)
    done = job.wait()
    assert isinstance(done, CommitResult)
    assert done == wb.job(job.id).wait()
    assert (done.created, done.rows, done.message, done.author) == (True, 2, "Import orders.csv", "ann")
    assert done.tree == wb.import_file(orders, "again", key="id").tree
    assert (job.state, job.error) == (JobState.SUCCEEDED, None)
    assert job.result is not None
    assert job.result["commit"] == done.id == wb.show("sales").id
    elsewhere = bob.job(job.id).wait()
    assert (elsewhere.commit, elsewhere.rows, elsewhere.notes) == (done.commit, 2, done.notes)
    assert elsewhere.seconds == done.seconds
    assert [(j.id, j.about, j.actor) for j in bob.jobs()] == [(job.id, "Import orders.csv into sales@main", "ann")]


def test_an_export_in_the_background(wb: Workbench, bob: Workbench, orders: Path, tmp_path: Path, gate: Gate) -> None:
    wb.import_file(orders, "sales")
    job = wb.export("sales", tmp_path / "out.csv", background=True, progress=gate)
    assert gate.reached.wait(60)
    wb.commit(pa.table({"id": [9], "qty": [9]}), "sales")
    gate.open.set()
    done = job.wait()
    assert isinstance(done, Exported)
    assert (done.spec, done.path, done.rows, done.bytes) == ("sales", tmp_path / "out.csv", 2, 15)
    assert done.path.read_text() == "id,qty\n1,2\n2,3\n"
    assert bob.job(job.id).wait() == done
    with pytest.raises(InvalidInput, match="writes to a path"):
        wb.export("sales", io.BytesIO(), background=True)
    with pytest.raises(NotFound):
        wb.export("nothing", tmp_path / "x.csv", background=True)


def test_a_bad_file_fails_the_job_and_changes_nothing(wb: Workbench, bob: Workbench, orders: Path) -> None:
    wb.import_file(orders, "sales")
    head = wb.show("sales").id
    bad = orders.with_name("bad.csv")
    bad.write_text("id,qty\n1,2\n2,3,4\n")
    job = wb.import_file(bad, "sales", background=True)
    with pytest.raises(ImportRejected) as here:
        job.wait()
    with pytest.raises(ImportRejected) as there:
        bob.job(job.id).wait()
    assert str(here.value) == str(there.value)
    assert "bad.csv" in here.value.message
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert (job.error.message, job.error.hint) == (here.value.message, here.value.hint)
    assert job.error.code == "import_rejected"
    assert wb.show("sales").id == head
    assert untouched(wb, "sales")


def test_a_cancel_from_another_process_leaves_no_trace(wb: Workbench, bob: Workbench, orders: Path, gate: Gate) -> None:
    job = wb.import_file(orders, "sales", background=True, progress=gate)
    assert gate.reached.wait(60)
    asked = bob.job(job.id).cancel()
    assert (asked.state, asked.job.cancel_requested_by) == (JobState.RUNNING, "bob")
    gate.open.set()
    for side in (job, bob.job(job.id)):
        with pytest.raises(JobStopped, match="cancelled by bob: nothing was committed"):
            side.wait()
    assert job.state is JobState.CANCELLED
    assert untouched(wb)
    with pytest.raises(InvalidInput, match=f"Job {job.id} has ended already: it is cancelled"):
        job.cancel()


def test_a_cancel_while_all_is_stored_stops_the_commit(wb: Workbench, bob: Workbench, orders: Path) -> None:
    """The hook asks the store just before the commit, whatever the heartbeat saw."""
    asked = []

    def cancel_late(progress: Progress) -> None:
        if progress.phase != COMMITTING and not asked:
            asked.append(bob.job(job_id()).cancel())

    def job_id() -> int:
        return bob.jobs(limit=1)[0].id

    job = wb.import_file(orders, "sales", background=True, progress=cancel_late)
    with pytest.raises(JobStopped):
        job.wait()
    assert asked
    assert untouched(wb)


def test_a_cancel_after_the_last_question_comes_too_late(wb: Workbench, bob: Workbench, orders: Path) -> None:
    gate = Gate(COMMITTING)
    job = wb.import_file(orders, "sales", background=True, progress=gate)
    assert gate.reached.wait(60)
    bob.job(job.id).cancel()
    gate.open.set()
    assert job.wait().created
    assert job.job.cancel_requested
    assert "The request to cancel it came when the work was done." in repr(job)


def test_a_cancelled_export_leaves_the_file_as_it_was(wb: Workbench, tmp_path: Path, gate: Gate) -> None:
    wb.commit(pa.table({"n": range(100_000)}), "numbers")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "numbers.csv").write_text("before")
    job = wb.export("numbers", folder / "numbers.csv", background=True, progress=gate)
    assert gate.reached.wait(60)
    assert len(list(folder.iterdir())) == 2
    job.cancel()
    gate.open.set()
    with pytest.raises(JobStopped, match="cancelled by ann: the file was not written"):
        job.wait()
    assert [path.name for path in folder.iterdir()] == ["numbers.csv"]
    assert (folder / "numbers.csv").read_text() == "before"


def test_two_appends_at_once_both_arrive(wb: Workbench, tmp_path: Path) -> None:
    wb.commit(pa.table({"n": [0]}), "log")
    gates = [Gate(COMMITTING), Gate(COMMITTING)]
    jobs = []
    for n, gate in enumerate(gates, 1):
        path = tmp_path / f"{n}.csv"
        path.write_text(f"n\n{n}\n")
        jobs.append(wb.import_file(path, "log", mode="append", background=True, progress=gate))
    for gate in gates:
        assert gate.reached.wait(60)
    for gate in gates:
        gate.open.set()
    assert [job.wait().created for job in jobs] == [True, True]
    assert sorted(wb.read("log").to_arrow().column("n").to_pylist()) == [0, 1, 2]
    assert len(wb.log("log")) == 3


def test_of_two_replaces_at_once_one_says_who_came_first(wb: Workbench, tmp_path: Path) -> None:
    wb.commit(pa.table({"n": [0]}), "log")
    gate = Gate(COMMITTING)
    path = tmp_path / "n.csv"
    path.write_text("n\n1\n")
    job = wb.import_file(path, "log", background=True, progress=gate)
    assert gate.reached.wait(60)
    wb.commit(pa.table({"n": [2]}), "log")
    gate.open.set()
    with pytest.raises(RefConflict):
        job.wait()
    assert wb.read("log").to_arrow().column("n").to_pylist() == [2]


def test_more_jobs_than_run_at_once_wait_for_their_turn(wb: Workbench, bob: Workbench, orders: Path) -> None:
    gates = [Gate() for _ in range(runner.AT_ONCE)]
    try:
        running = [wb.import_file(orders, f"d{i}", background=True, progress=g) for i, g in enumerate(gates)]
        for gate in gates:
            assert gate.reached.wait(60)
        waiting = [wb.import_file(orders, f"w{i}", background=True) for i in range(3)]
        assert [job.refresh().state for job in waiting] == [JobState.QUEUED] * 3
        assert "It waits for its turn." in repr(waiting[0])
        assert waiting[0].cancel().state is JobState.CANCELLED
        assert bob.job(waiting[1].id).cancel().state is JobState.CANCELLED
        for job, who in ((waiting[0], "ann"), (waiting[1], "bob")):
            with pytest.raises(JobStopped, match=f"cancelled by {who} before it began"):
                job.wait()
    finally:
        for gate in gates:
            gate.open.set()
    assert [job.wait().rows for job in [*running, waiting[2]]] == [2] * 5
    assert {d.name for d in wb.datasets()} == {"d0", "d1", "d2", "d3", "w2"}


def test_waiting_has_a_limit(wb: Workbench, bob: Workbench, orders: Path, gate: Gate) -> None:
    told: list[Progress] = []
    job = wb.import_file(orders, "sales", background=True, progress=gate)
    assert gate.reached.wait(60)
    for side in (job, bob.job(job.id)):
        with pytest.raises(JobUnfinished, match=r"has not ended in 0\.01 s: it is running"):
            side.wait(timeout=0.01, progress=told.append)
    assert told
    gate.open.set()
    assert job.wait(timeout=60).created


def test_unexpected_errors_stand_in_the_row(wb: Workbench, bob: Workbench, orders: Path) -> None:
    def fail(_: Progress) -> None:
        raise ZeroDivisionError("for once")

    job = wb.import_file(orders, "sales", background=True, progress=fail)
    with pytest.raises(ZeroDivisionError):
        job.wait()
    with pytest.raises(DsaError, match=r"The work broke off: ZeroDivisionError: for once\. Please report"):
        bob.job(job.id).wait()
    assert untouched(wb)


def test_a_file_object_is_the_givers_again(wb: Workbench, orders: Path, gate: Gate) -> None:
    with orders.open("rb") as file:
        job = wb.import_file(file, "sales", background=True, progress=gate)
    orders.write_text("id,qty\n7,7\n")
    gate.open.set()
    assert job.wait().message == "Import orders.csv"
    assert wb.read("sales").to_arrow().to_pydict() == {"id": [1, 2], "qty": [2, 3]}
    memory = io.BytesIO(b"id\n1\n2\n")
    memory.readline()
    job = wb.import_file(memory, "rest", background=True, header=False)
    memory.truncate(0)
    memory.close()
    assert job.wait().message == "Import rest"
    assert wb.read("rest").to_arrow().column(0).to_pylist() == [1, 2]


def test_a_frame_is_the_givers_again(wb: Workbench) -> None:
    gates = [Gate() for _ in range(runner.AT_ONCE)]
    blockers = [
        wb.import_file(io.BytesIO(b"n\n1\n"), f"d{i}", background=True, progress=g) for i, g in enumerate(gates)
    ]
    frame = pd.DataFrame({"n": [1, 2]})
    job = wb.import_file({"a": frame}, "frames", background=True)
    frame.loc[0, "n"] = 99
    for gate in gates:
        gate.open.set()
    job.wait()
    assert wb.read("frames").to_arrow().column("n").to_pylist() == [1, 2]
    assert all(blocker.wait().created for blocker in blockers)


def test_a_change_of_folder_does_not_matter(
    wb: Workbench, orders: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(orders.parent)
    job = wb.import_file("orders.csv", "sales", background=True, progress=gate)
    monkeypatch.chdir("/")
    gate.open.set()
    assert job.wait().rows == 2


def test_progress_and_heartbeat_reach_the_row(wb: Workbench, bob: Workbench, orders: Path, gate: Gate) -> None:
    job = wb.import_file(orders, "sales", background=True, progress=gate)
    assert gate.reached.wait(60)
    seen = bob.job(job.id).job.seen_at
    while bob.job(job.id).job.seen_at == seen or not bob.job(job.id).progress.bytes_done:
        gate.reached.wait(0.05)
    found = bob.job(job.id)
    assert found.progress.phase == "reading"
    assert found.progress.bytes_total == orders.stat().st_size
    assert "reading" in repr(found)
    gate.open.set()
    job.wait()


def test_jobs_are_looked_at_within_limits(wb: Workbench, orders: Path) -> None:
    assert "There are no jobs yet" in repr(wb.jobs())
    made = [wb.import_file(orders, f"d{i}", background=True) for i in range(3)]
    for job in made:
        job.wait()
    assert [job.id for job in wb.jobs(limit=2)] == [made[2].id, made[1].id]
    assert len(wb.jobs()[1:]) == 2
    with pytest.raises(InvalidInput, match="limit=-1"):
        wb.jobs(limit=-1)
    with pytest.raises(NotFound, match="There is no job 99"):
        wb.job(99)


def test_a_job_shows_what_it_saw_last_where_the_store_is_away(pg_url: str, orders: Path, gate: Gate) -> None:
    mine = connect(pg_url, actor="cat", settings=Settings())
    job = mine.import_file(orders, "sales", background=True, progress=gate)
    gate.reached.wait(60)
    store = mine.store.database
    mine.store.database = Database("postgresql://127.0.0.1:1/nowhere")
    assert repr(job).startswith(f"Job {job.id}  ")
    mine.store.database = store
    gate.open.set()
    mine.close()


@pytest.mark.parametrize("verb", [Workbench.import_file, Workbench.export])
def test_what_checkers_of_types_see_is_what_is_there(verb: Callable[..., Any]) -> None:
    told, there = inspect.signature(get_overloads(verb)[0]).parameters, inspect.signature(verb).parameters
    assert list(told) == list(there)
    assert all(told[name].default == there[name].default for name in there)
    assert all(
        told[name].annotation == there[name].annotation for name in there if name not in ("background", "dry_run")
    )
