"""Clusters that others have made: over TLS with their certificates, or by a class with ways of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask
import distributed
import pytest

from dsa_workbench.workbench import Workbench
from tests.fixtures.spreading import cluster_of, imported
from tests.fixtures.waiting import until
from tests.worker.test_cluster import Named

CERTIFICATE, KEY = "cert.pem", "key.pem"


@contextmanager
def part(folder: Path, name: str, *arguments: str) -> Iterator[Path]:
    """Run a part of Dask with the certificate of the folder; give its log."""
    log = folder / f"{name}.log"
    secret = [f"--tls-ca-file={CERTIFICATE}", f"--tls-cert={CERTIFICATE}", f"--tls-key={KEY}", "--no-dashboard"]
    command = [sys.executable, "-m", "dask", name, *arguments, *secret]
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out, cwd=folder) as process:
        try:
            yield log
        finally:
            process.terminate()


@contextmanager
def scheduler_with_worker(folder: Path) -> Iterator[str]:
    """Run a scheduler and a worker that talk over TLS alone; give the address."""
    made = distributed.Security.temporary()
    (folder / CERTIFICATE).write_text(made.tls_ca_file)
    (folder / KEY).write_text(made.tls_client_key)
    with part(folder, "scheduler", "--host=127.0.0.1", "--port=0", "--protocol=tls") as log:
        until(lambda: re.search(r"tls://[0-9.:]+", log.read_text()))
        [address] = set(re.findall(r"tls://127[0-9.:]+", log.read_text()))
        with part(folder, "worker", address, "--nthreads=1", "--no-nanny", "--host=127.0.0.1"):
            yield address


def test_a_scheduler_elsewhere_is_reached_with_its_certificates(
    wb: Workbench, tmp_path: Path, large: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mine = {"cert": str(tmp_path / CERTIFICATE), "key": str(tmp_path / KEY)}
    known = {"distributed.comm.tls.ca-file": mine["cert"], "distributed.comm.tls.client": mine}
    with scheduler_with_worker(tmp_path) as address:
        with dask.config.set(known), cluster_of(wb, tmp_path, address) as cluster:
            done = imported(wb, large, cluster)
        assert "without a cluster" not in caplog.text
        with cluster_of(wb, tmp_path, address) as stranger:
            alone = imported(wb, large, stranger)
    assert "without a cluster" in caplog.text
    assert done.committed.commit.tree == alone.committed.commit.tree


class OwnError(Exception):
    """An error of no kind that Python has."""


class Refusing:
    """A cluster that cannot be made, as where a gateway has no room."""

    def __init__(self) -> None:
        raise OwnError("there is no room")


class Headstrong(Named):
    """A cluster that is closed in a way of its own, as that of dask-gateway is."""

    def close(self) -> Any:  # type: ignore[override] # that is the point
        """Close it, and complain."""
        super().close()
        raise OwnError("I was busy")


@pytest.mark.parametrize(
    ("kind", "said"), [(Refusing, "OwnError: there is no room"), (Headstrong, "was not closed: OwnError: I was busy")]
)
def test_classes_have_errors_of_their_own(
    wb: Workbench, tmp_path: Path, large: Path, caplog: pytest.LogCaptureFixture, kind: type, said: str
) -> None:
    with cluster_of(wb, tmp_path, f"{__name__}:{kind.__name__}") as cluster:
        done = imported(wb, large, cluster)
    assert done.committed.rows == imported(wb, large, None).committed.rows
    assert re.search(said, caplog.text)
    assert ("without a cluster" in caplog.text) == (kind is Refusing)
