"""What workers remove: old jobs, their files, dead writes, and what others have registered."""

import os
import time
from pathlib import Path

from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import DatabaseUnavailable
from dsa_workbench.features.jobs.forget_jobs import needed_files
from dsa_workbench.workbench import Workbench
from dsa_workbench.worker.cleaning import Keep, clean
from tests.fixtures.workers import Workers

DAY = 86400


def age(wb: Workbench, *ids: int, days: int) -> None:
    with wb.store.database.raw() as connection:
        connection.execute("UPDATE dsa.jobs SET ended_at = ended_at - %s * interval '1 day' WHERE id = ANY(%s)",
                           [days, list(ids)])  # fmt: skip


def test_old_jobs_go_with_their_history_and_younger_ones_stay(wb: Workbench, orders: Path, tmp_path: Path) -> None:
    old, young, waiting = (wb.submit_import(orders, name) for name in "abc")
    old.cancel()
    young.cancel()
    age(wb, old.id, days=31)
    age(wb, young.id, days=29)
    clean(wb.store, tmp_path / "spool", Keep())
    assert [job.id for job in wb.jobs()] == [waiting.id, young.id]
    assert {e.job for e in wb.job_events()} == {young.id, waiting.id}
    with wb.store.database.raw() as connection:
        assert connection.execute("SELECT DISTINCT job_id FROM dsa.job_log ORDER BY 1").fetchall() == [
            (young.id,), (waiting.id,)
        ]  # fmt: skip


def test_old_files_of_exports_go_and_those_of_jobs_that_run_stay(wb: Workbench, orders: Path, tmp_path: Path) -> None:
    wb.import_file(orders, "sales")
    ended, live, fresh = (wb.submit_export("sales", "a.csv") for _ in range(3))
    ended.cancel()
    fresh.cancel()
    spool = tmp_path / "spool"
    names = [str(ended.id), str(live.id), "9999", str(fresh.id), "notes"]
    for name in names:
        (spool / name).mkdir(parents=True)
        (spool / name / "a.csv").write_text("x")
        if name != str(fresh.id):
            os.utime(spool / name, (time.time() - 8 * DAY,) * 2)
    clean(wb.store, spool, Keep())
    assert sorted(p.name for p in spool.iterdir()) == sorted([str(live.id), str(fresh.id), "notes"])


def test_hooks_are_called_and_one_that_fails_keeps_no_other_from_it(wb: Workbench, tmp_path: Path) -> None:
    called: list[IStore] = []

    def fails(_store: IStore) -> None:
        raise DatabaseUnavailable("The line was cut.")

    clean(wb.store, tmp_path, Keep(), [fails, called.append])
    assert called == [wb.store]


def test_files_that_jobs_still_read_are_named(wb: Workbench, orders: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    wb.submit_import([orders, other], "a")
    wb.submit_import(tmp_path / "gone.csv", "b").cancel()
    assert needed_files(wb.actor, wb.store) == {str(orders), str(other)}


def test_a_worker_cleans_by_itself(wb: Workbench, workers: Workers, orders: Path) -> None:
    old = wb.submit_import(orders, "a").cancel()
    age(wb, old.id, days=31)
    workers.hooked('queue._CLEANING = "* * * * * */1"')
    end = time.monotonic() + 60
    while wb.jobs() and time.monotonic() < end:
        time.sleep(0.1)
    assert not wb.jobs()
