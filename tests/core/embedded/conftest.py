"""Folders for servers, and clients that end with the test."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from dsa_workbench.core.embedded import EmbeddedPostgres
from tests.core.embedded.serving import Client, postgres_in


@pytest.fixture
def base() -> Iterator[Path]:
    """A short folder that anybody may enter; servers left in it are ended."""
    folder = Path(tempfile.mkdtemp(prefix="dsa-"))
    folder.chmod(0o755)
    yield folder
    left = postgres_in(folder)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=10)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def made_cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stopped data folder, made once: copying it is quicker than making it."""
    data = tmp_path_factory.mktemp("made") / "data"
    server = EmbeddedPostgres(data)
    server.acquire()
    server.release()
    return data


@pytest.fixture
def data(base: Path, made_cluster: Path) -> Path:
    """A data folder that was used before and is not running."""
    return Path(shutil.copytree(made_cluster, base / "data"))


@pytest.fixture
def client() -> Iterator[Callable[[Path], Client]]:
    """Start clients in processes of their own; what is left of them is killed at the end."""
    clients: list[Client] = []

    def start(data: Path) -> Client:
        clients.append(Client(data))
        return clients[-1]

    yield start
    for each in clients:
        each.close()
