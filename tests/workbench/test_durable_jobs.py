"""Durable jobs before any worker takes them: written down, found by their key, repeated, followed."""

import io
import threading
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from dsa_workbench.core.model.job import JobKind, JobState
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.errors import InvalidInput, JobStopped, NotFound
from dsa_workbench.features.exports.export_file import ExportFile
from dsa_workbench.features.exports.written_export import read_export, write_export
from dsa_workbench.features.imports.import_command import ImportFile
from dsa_workbench.features.imports.written_import import read_import, write_import
from dsa_workbench.features.versioning.build_tables import Promise
from dsa_workbench.features.versioning.incoming import Mode
from dsa_workbench.files.source import ReadOptions
from dsa_workbench.files.writing import WriteOptions
from dsa_workbench.results import CheckReport, Jobs
from dsa_workbench.results.reports import upkeep_report
from dsa_workbench.workbench import Workbench
from dsa_workbench.worker.performing import Performer
from dsa_workbench.worker.submitting import submit_upkeep
from tests.fixtures.jobs import silence


def test_what_an_import_is_to_do_comes_back_as_it_was_written() -> None:
    options = ReadOptions(delimiter=";", types={"a": "text"}, sheets=("x", "y"), null_tokens=("", "NA"), header=False)
    command = ImportFile(
        ["/a/b.csv", "https://x/y.csv"], "sales", "t", "dev", Mode.UPSERT, ("id",), {"a": "b"}, "May", "bea", options,
        "k", skip=True, max_rejects=3, rejects_to="/tmp/r.csv", exact=False,
    )  # fmt: skip
    assert read_import(write_import(command), "k") == command
    plain = ImportFile("/a/b.csv", "sales", idempotency_key="k")
    assert read_import(write_import(plain), "k") == plain
    shown = ImportFile({"a": "/x/a.csv"}, "sales", idempotency_key="k", promise=Promise.read(f"none.{'ab' * 32}"))
    assert read_import(write_import(shown), "k") == shown
    with pytest.raises(InvalidInput, match="is no promise"):
        Promise.read("none.zz")


def test_what_an_export_is_to_do_comes_back_as_it_was_written(tmp_path: Path) -> None:
    options = WriteOptions(delimiter=";", quote="all")
    command = ExportFile(parse_spec("s@dev~2:t"), "a.csv", "csv", options, ["a"], [("id", ">", 1)], "a desc", 2, 3, "t")
    assert read_export(write_export(command), tmp_path) == ExportFile(
        command.spec, tmp_path / "a.csv", "csv", options, ["a"], [("id", ">", 1)], "a desc", 2, 3, "t"
    )


@pytest.mark.parametrize("source", [io.BytesIO(b"a\n1\n"), pa.table({"a": [1]}), [], {}, {"a": io.BytesIO()}])
def test_what_no_other_process_could_open_is_refused(wb: Workbench, source: object) -> None:
    with pytest.raises(InvalidInput, match="any worker can open"):
        wb.submit_import(source, "sales")  # type: ignore[arg-type]
    assert not wb.jobs()


def test_an_export_wants_a_plain_name_and_a_condition_in_words(wb: Workbench, orders: Path) -> None:
    wb.import_file(orders, "sales")
    for name in ("a/b.csv", "..", "", "a\\b.csv"):
        with pytest.raises(InvalidInput, match="no name of a file"):
            wb.submit_export("sales", name)
    with pytest.raises(InvalidInput, match="written down"):
        wb.submit_export("sales", "a.csv", where=pc.field("id") > 1)
    with pytest.raises(NotFound):
        wb.submit_export("sales@nowhere", "a.csv")
    assert not wb.jobs()


def test_a_job_waits_for_ever_without_a_worker_and_shows_so(wb: Workbench, orders: Path) -> None:
    job = wb.submit_import(orders, "sales", key="id")
    silence(wb, job.id)
    assert wb.jobs()[0].state is JobState.QUEUED
    assert (job.job.kind, job.job.durable, job.job.attempts) == (JobKind.IMPORT, True, 0)
    assert "It waits for its turn." in str(job)
    assert [line.text for line in wb.job_log(job.id)] == ["ann submitted it."]


def test_one_key_is_one_job_unless_it_failed(wb: Workbench, bob: Workbench, orders: Path) -> None:
    first = wb.submit_import(orders, "sales", idempotency_key="k")
    assert bob.submit_import(orders, "sales", idempotency_key="k").id == first.id
    assert wb.submit_import(orders, "other", idempotency_key="k").id != first.id
    first.cancel()
    assert wb.submit_import(orders, "sales", idempotency_key="k").id != first.id


def test_only_a_durable_job_that_failed_or_was_cancelled_is_tried_again(
    wb: Workbench, bob: Workbench, orders: Path
) -> None:
    job = wb.submit_import(orders, "sales", mode="append")
    with pytest.raises(InvalidInput, match="is queued: only one that failed or was cancelled"):
        wb.retry_job(job.id)
    job.cancel()
    again = bob.retry_job(job.id)
    assert again.job.retry_of == job.id
    assert (again.job.command, again.job.idempotency_key) == (job.job.command, job.job.idempotency_key)
    assert (again.job.actor, again.state) == ("bob", JobState.QUEUED)
    assert wb.retry_job(job.id).id == again.id, "a second click is not a second job"
    here = wb.import_file(orders, "here", background=True)
    here.wait()
    with pytest.raises(InvalidInput, match="thread of its own process"):
        wb.retry_job(here.id)


def test_a_lost_durable_job_goes_back_to_the_queue_whoever_looks(wb: Workbench, orders: Path) -> None:
    job = wb.submit_import(orders, "sales")
    with wb.store.database.raw() as connection:
        connection.execute("UPDATE dsa.jobs SET state = 'running', attempts = 1, started_at = now()")
    silence(wb, job.id)
    seen = wb.job(job.id)
    assert (seen.state, seen.job.faults) == (JobState.QUEUED, 1)
    assert seen.job.next_try_at is not None
    assert "The worker that did it is gone." in str(seen)
    assert "It is tried again at" in str(seen)


def test_a_lost_job_that_was_to_be_cancelled_is(wb: Workbench, orders: Path) -> None:
    job = wb.submit_import(orders, "sales")
    with wb.store.database.raw() as connection:
        connection.execute("UPDATE dsa.jobs SET state = 'running', attempts = 1, cancel_requested_by = 'bob'")
    silence(wb, job.id)
    assert wb.job(job.id).state is JobState.CANCELLED


def test_who_follows_misses_no_change_whatever_the_order_of_commits(wb: Workbench, orders: Path) -> None:
    """Writers end in another order than they began; the follower asks for what is new all the time."""
    stop, seen = threading.Event(), []

    def follow() -> None:
        while True:
            ending = stop.is_set()
            seen.extend(wb.job_events(after=seen[-1].id if seen else 0, limit=7))
            if ending and not wb.job_events(after=seen[-1].id):
                return

    follower = threading.Thread(target=follow)
    follower.start()
    writers = [
        threading.Thread(target=lambda: [wb.submit_import(orders, "s").cancel() for _ in range(15)]) for _ in range(4)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    stop.set()
    follower.join()
    assert seen == list(wb.job_events())
    assert len(seen) == 4 * 15 * 2
    assert wb.last_job_event() == seen[-1].id


def test_a_check_is_a_job_of_no_dataset_and_tells_what_is_wrong(wb: Workbench, orders: Path, tmp_path: Path) -> None:
    wb.import_file(orders, "sales")
    job = submit_upkeep(wb.actor, wb.store, JobKind.CHECK)
    assert (job.about, job.dataset, job.ref, job.durable) == ("Check the store", None, None, True)
    wb.job(job.id).cancel()
    again = wb.retry_job(job.id).job
    assert (again.kind, again.retry_of) == (JobKind.CHECK, job.id)
    perform = Performer(wb.store, wb.cache, tmp_path)
    phases: list[str] = []
    assert perform(again, lambda progress: phases.append(progress.phase))["problems"] == []
    assert phases == ["checking"]
    with wb.store.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM dsa.segments")
    found = perform(again, lambda progress: None)
    assert found["problems"]
    assert all("is not stored" in problem for problem in found["problems"])
    report = upkeep_report(found)
    assert isinstance(report, CheckReport)
    assert (report.ok, len(report.problems)) == (False, len(found["problems"]))
    shown = replace(again, state=JobState.SUCCEEDED, result=found)
    assert f"{len(found['problems'])} problem" in repr(Jobs((shown,)))


def test_a_check_that_is_to_end_ends(wb: Workbench, orders: Path, tmp_path: Path) -> None:
    wb.import_file(orders, "sales")
    job = submit_upkeep(wb.actor, wb.store, JobKind.CHECK)

    def stop(_progress: Progress) -> None:
        raise JobStopped("It is to end.")

    with pytest.raises(JobStopped):
        Performer(wb.store, wb.cache, tmp_path)(job, stop)
