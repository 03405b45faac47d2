"""Real clusters: the tree of an import in one go, killed workers, cancelled jobs, and nothing left behind."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import distributed
import psutil
import pytest

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.spec import VersionSpec, parse_spec
from dsa_workbench.errors import InvalidInput, JobStopped
from dsa_workbench.features.exports import sliced_export
from dsa_workbench.features.exports.export_file import ExportFile, export_file
from dsa_workbench.files.writing import WriteOptions
from dsa_workbench.workbench import Workbench
from dsa_workbench.worker.cluster import Cluster
from dsa_workbench.worker.places import Place, PlaceKind
from tests.fixtures.processes import children, lives
from tests.fixtures.spreading import ROWS, cluster_of, imported
from tests.fixtures.waiting import until

NAMED = "tests.worker.test_cluster:Named"


class Named(distributed.LocalCluster):
    """A cluster that the setting names by its class, as those of dask-jobqueue are."""

    def __init__(self) -> None:
        super().__init__(n_workers=0, processes=False, dashboard_address="127.0.0.1:0", worker_dashboard_address=None)


def started() -> set[int]:
    """Give the child processes, but for the one that Python itself keeps to clean up after them."""
    return {pid for pid, command in children().items() if "resource_tracker" not in command}


@pytest.mark.parametrize("dask", ["threads", "processes", NAMED])
def test_each_place_comes_to_the_tree_of_an_import_in_one_go(
    wb: Workbench, tmp_path: Path, large: Path, dask: str, caplog: pytest.LogCaptureFixture
) -> None:
    whole = imported(wb, large, None)
    before = started()
    with cluster_of(wb, tmp_path, dask) as cluster:
        done = imported(wb, large, cluster)
        state = cluster.state()
        assert (state.running, state.imports, state.waiting) == (True, 0, 0)
        assert sum(worker.threads for worker in state.workers) >= 2
    assert done.committed.commit.tree == whole.committed.commit.tree
    assert done.findings == whole.findings
    assert "without a cluster" not in caplog.text
    assert not cluster.state().running
    until(lambda: started() <= before)


def test_a_scheduler_is_found_by_its_address(
    wb: Workbench, tmp_path: Path, large: Path, caplog: pytest.LogCaptureFixture
) -> None:
    quiet = {"dashboard_address": "127.0.0.1:0", "worker_dashboard_address": None}
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, host="127.0.0.1", **quiet) as there,
        cluster_of(wb, tmp_path, there.scheduler_address) as cluster,
    ):
        done = imported(wb, large, cluster)
        cluster.close()
        assert there.status == distributed.Status.running
    assert done.committed.commit.tree == imported(wb, large, None).committed.commit.tree
    assert "without a cluster" not in caplog.text


def killer(cluster: Cluster, killed: list[int]) -> Callable[[Progress], None]:
    """Wait for both workers; give what kills one of them once there are rows, and notes both."""
    cluster.workers(lambda: None)
    until(lambda: len(cluster.state().workers) == 2)

    def kill(progress: Progress) -> None:
        if progress.rows and not killed:
            killed.extend(cluster._client.run(os.getpid).values())
            os.kill(killed[0], signal.SIGKILL)

    return kill


def test_a_killed_worker_costs_its_slices_only(
    wb: Workbench, tmp_path: Path, large: Path, caplog: pytest.LogCaptureFixture
) -> None:
    killed: list[int] = []
    with cluster_of(wb, tmp_path, "processes") as cluster:
        done = imported(wb, large, cluster, killer(cluster, killed))
    assert len(killed) == 2
    assert done.committed.commit.tree == imported(wb, large, None).committed.commit.tree
    assert "without a cluster" not in caplog.text


@pytest.mark.parametrize("dask", ["threads", "processes"])
def test_who_cancels_an_import_ends_its_tasks(wb: Workbench, tmp_path: Path, large: Path, dask: str) -> None:
    def stop(progress: Progress) -> None:
        if progress.rows:
            raise JobStopped("It was cancelled.")

    with cluster_of(wb, tmp_path, dask) as cluster:
        with pytest.raises(JobStopped):
            imported(wb, large, cluster, stop)
        assert cluster.state().waiting == 0
        until(lambda: sum(worker.executing for worker in cluster.state().workers) == 0)
        assert imported(wb, large, cluster).committed.rows == ROWS


def test_it_stops_when_nobody_uses_it_and_starts_again(wb: Workbench, tmp_path: Path, large: Path) -> None:
    with cluster_of(wb, tmp_path, "threads", dask_idle_seconds=0.2) as cluster:
        imported(wb, large, cluster)
        until(lambda: not cluster.state().running)
        imported(wb, large, cluster)
    threads = {thread.name for thread in threading.enumerate()}
    assert not any(name.startswith("Dask-Default") for name in threads)


def test_a_small_file_starts_nothing(wb: Workbench, tmp_path: Path, large: Path) -> None:
    with cluster_of(wb, tmp_path, "processes", dask_from_bytes=1 << 30) as cluster:
        imported(wb, large, cluster)
        assert not cluster.state().running


@pytest.mark.parametrize("dask", ["tcp://127.0.0.1:9", "no_such_module:Cluster"])
def test_where_no_cluster_is_the_file_is_imported_all_the_same(
    wb: Workbench, tmp_path: Path, large: Path, dask: str, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("dsa_workbench.worker.cluster._CONNECT_SECONDS", 1.0)
    with cluster_of(wb, tmp_path, dask) as cluster:
        assert imported(wb, large, cluster).committed.rows == ROWS
    assert "is imported without a cluster" in caplog.text


def test_other_users_of_the_machine_find_no_open_door(wb: Workbench, tmp_path: Path) -> None:
    with cluster_of(wb, tmp_path, "processes") as cluster:
        cluster.workers(lambda: None)
        scheduler = cluster._cluster.scheduler
        assert scheduler.address.startswith("tls://127.0.0.1:")
        assert all(worker.name.startswith("tls://127.0.0.1:") for worker in cluster.state().workers)
        assert list(scheduler.http_application.applications) == []
        with pytest.raises((OSError, TypeError)):
            distributed.Client(scheduler.address.replace("tls", "tcp"), timeout=1, set_as_default=False)


def test_the_setting_is_read() -> None:
    assert Place.parse("tls://host:8786") == Place(PlaceKind.ADDRESS, "tls://host:8786")
    assert Place.parse("dask_jobqueue:SLURMCluster").kind is PlaceKind.CLASS
    with pytest.raises(InvalidInput, match="DSA_DASK"):
        Place.parse("thread")


_PARENT = """
import sys
from dsa_workbench.core.services.opening import open_store
from dsa_workbench.settings import read_settings
from dsa_workbench.worker.cluster import Cluster

if __name__ == "__main__":
    settings = read_settings()
    cluster = Cluster(settings, open_store(settings).store)
    cluster.workers(lambda: None)
    print(*cluster._client.run(__import__("os").getpid).values(), flush=True)
    sys.stdin.read()
"""


@pytest.mark.faults
def test_processes_end_with_a_parent_that_is_killed(pg_url: str, wb: Workbench, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(_PARENT)
    env = {**os.environ, "DSA_DATABASE_URL": pg_url, "DSA_DASK": "processes", "DSA_DASK_WORKERS": "2"}
    env |= {"DSA_SPOOL_DIR": str(tmp_path / "spool"), "PYTHONPATH": str(Path.cwd())}
    process = subprocess.Popen(
        [sys.executable, str(script)], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    workers = [int(pid) for pid in process.stdout.readline().split()]
    family = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
    assert len(workers) == 2
    assert set(workers) <= set(family)
    process.kill()
    process.communicate()
    until(lambda: not any(map(lives, family)))


@pytest.fixture
def stored(wb: Workbench, large: Path, monkeypatch: pytest.MonkeyPatch) -> VersionSpec:
    """Give a version whose export is made in a dozen slices."""
    monkeypatch.setattr(sliced_export, "SLICE_BYTES", 600_000)
    return parse_spec(imported(wb, large, None).committed.dataset)


def exported(wb: Workbench, spec: VersionSpec, path: Path, spread: Any = None, **options: Any) -> bytes:
    options = {"progress": None, "columns": None, "options": WriteOptions(), **options}
    done = export_file(wb.actor, wb.store, wb.cache, ExportFile(spec, path, spread=spread, **options))
    assert done.rows == ROWS
    assert done.bytes == path.stat().st_size
    return path.read_bytes()


@pytest.mark.parametrize(("dask", "takes"), [("processes", True), ("threads", False), (NAMED, True)])
def test_an_export_has_the_bytes_of_one_without_a_cluster(
    wb: Workbench, tmp_path: Path, stored: VersionSpec, dask: str, takes: bool, caplog: pytest.LogCaptureFixture
) -> None:
    ways: dict[str, dict[str, Any]] = {
        "all.csv": {},
        "some.tsv": {"columns": ["c", "a"]},
        "odd.csv.gz": {"options": WriteOptions(quote="all", line_end="\r\n", decimal=",", header=False)},
        "code page.csv": {"options": WriteOptions(encoding="cp1252")},
        "all.parquet": {},
    }
    with cluster_of(wb, tmp_path, dask) as cluster:
        for name, way in ways.items():
            whole = exported(wb, stored, tmp_path / f"whole {name}", **way)
            assert exported(wb, stored, tmp_path / name, cluster, **way) == whole
        assert cluster.state().running == takes
    assert "without a cluster" not in caplog.text


def test_a_killed_worker_costs_its_slices_of_an_export_only(
    wb: Workbench, tmp_path: Path, stored: VersionSpec, caplog: pytest.LogCaptureFixture
) -> None:
    killed: list[int] = []
    with cluster_of(wb, tmp_path, "processes") as cluster:
        done = exported(wb, stored, tmp_path / "killed.csv", cluster, progress=killer(cluster, killed))
    assert len(killed) == 2
    assert done == exported(wb, stored, tmp_path / "whole.csv")
    assert "without a cluster" not in caplog.text


def test_who_cancels_an_export_ends_its_tasks_and_leaves_no_file(
    wb: Workbench, tmp_path: Path, stored: VersionSpec
) -> None:
    def stop(progress: Progress) -> None:
        if progress.rows:
            raise JobStopped("It was cancelled.")

    folder = tmp_path / "out"
    folder.mkdir()
    with cluster_of(wb, tmp_path, NAMED) as cluster:
        with pytest.raises(JobStopped):
            exported(wb, stored, folder / "stopped.csv", cluster, progress=stop)
        assert list(folder.iterdir()) == []
        assert cluster.state().waiting == 0
        until(lambda: sum(worker.executing for worker in cluster.state().workers) == 0)


def test_where_no_cluster_is_an_export_is_written_all_the_same(
    wb: Workbench, tmp_path: Path, stored: VersionSpec, caplog: pytest.LogCaptureFixture
) -> None:
    with cluster_of(wb, tmp_path, "no_such_module:Cluster") as cluster:
        done = exported(wb, stored, tmp_path / "here.csv", cluster)
    assert done == exported(wb, stored, tmp_path / "whole.csv")
    assert "is written without a cluster" in caplog.text
