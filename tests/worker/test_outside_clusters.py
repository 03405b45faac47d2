"""Clusters that others have started: over TLS with their certificates, or by a class with ways of its own."""

from __future__ import annotations

import os
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

PARTS = ("scheduler", "worker", "client")


@contextmanager
def started(folder: Path, name: str, *arguments: str) -> Iterator[Path]:
    """Run a part of Dask with the certificates of the folder; give its log."""
    log = folder / f"{name}.log"
    tls = [f"--tls-ca-file={folder / 'ca.pem'}", f"--tls-cert={folder / 'cert.pem'}", f"--tls-key={folder / 'key.pem'}"]
    command = [sys.executable, "-m", "dask", name, *arguments, *tls, "--no-dashboard"]
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out, cwd=folder) as process:
        try:
            yield log
        finally:
            process.terminate()


def said(log: Path, words: str) -> str:
    """Wait for words in a log."""
    until(lambda: re.search(words, log.read_text()))
    found = re.search(words, log.read_text())
    assert found is not None
    return found[1]
