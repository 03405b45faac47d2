"""What only a store behind a server has: lines that break, rows on disk, tokens that are wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pytest

import dsa_workbench as dsa
from dsa_workbench.errors import DatabaseUnavailable, ImportRejected, InvalidInput, NotPermitted, Unsupported
from dsa_workbench.remote import connect_http
from dsa_workbench.remote.disk_cache import DiskCache
from dsa_workbench.remote.transport import Transport
from dsa_workbench.settings import read_settings
from tests.fixtures.server import Client, serving
from tests.fixtures.waiting import until


def stream(rows: int) -> Callable[[BinaryIO], None]:
    def fetch(file: BinaryIO) -> None:
        table = pa.table({"x": range(rows)})
        with pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table)

    return fetch


def never(_file: BinaryIO) -> None:
    raise AssertionError("it is here")


def test_the_disk_keeps_what_was_used_last(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "cache", 25_000)
    for name in ("a", "b", "a", "c", "d"):
        assert cache.open(name, stream(1000)).read_all().num_rows == 1000
    assert len(list((tmp_path / "cache").iterdir())) == 3
    cache.open("d", never)
    held = cache.open("c", never)
    assert cache.open("large", stream(100_000)).read_all().num_rows == 100_000
    assert [p.stat().st_mode & 0o77 for p in (tmp_path / "cache").iterdir()] == [0]
    assert held.read_all().num_rows == 1000  # though its file is gone


def test_what_breaks_off_is_not_kept(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 1 << 20)

    def fetch(file: BinaryIO) -> None:
        stream(1000)(file)
        raise DatabaseUnavailable("gone")

    with pytest.raises(DatabaseUnavailable):
        cache.open("a", fetch)
    assert not list(tmp_path.iterdir())


def test_rows_stay_when_the_server_is_gone(tmp_path: Path) -> None:
    settings = replace(read_settings({"HOME": str(tmp_path)}), remote_cache_dir=tmp_path / "cache")
    with serving(tmp_path) as server:
        token = server.headers["Authorization"].split()[1]
        wb = connect_http(f"http://127.0.0.1:{server.port}/?token={token}", settings=settings)
        wb.commit(pa.table({"x": [1, 2]}), "held")
        reading = wb.read("held")
        assert reading.to_arrow().num_rows == 2
        assert token not in repr(wb)
    assert reading.to_arrow()["x"].to_pylist() == [1, 2]
    with wb, pytest.raises(DatabaseUnavailable, match="does not answer"):
        wb.read("held")


def test_whoever_may_not_is_told_so(server: Client, tmp_path: Path) -> None:
    settings = replace(read_settings({"HOME": str(tmp_path)}), remote_cache_dir=tmp_path)
    for token in ("wrong", None):
        wb = connect_http(f"http://127.0.0.1:{server.port}", token=token, settings=settings)
        with wb, pytest.raises(NotPermitted, match="logged in"):
            wb.datasets()


def test_doors_that_are_none(door: Any) -> None:
    for wrong in ("ftp://x/", "http://"):
        with pytest.raises(InvalidInput):
            Transport(wrong)
    with pytest.raises(InvalidInput, match="token"):
        dsa.connect("http://127.0.0.1:1/", actor="ann")
    with pytest.raises(InvalidInput, match="token"):
        dsa.connect("postgresql://x/", token="t")
    if isinstance(door, dsa.RemoteWorkbench):
        with pytest.raises(Unsupported, match="author='eve': over HTTP commits bear the name"):
            door.commit(pa.table({"x": [1]}), "s", author="eve")


def test_files_that_are_refused_or_given_up_do_not_stay_on_the_server(tmp_path: Path) -> None:
    settings = replace(read_settings({"HOME": str(tmp_path)}), remote_cache_dir=tmp_path / "cache")
    uploads = tmp_path / "uploads"
    with serving(tmp_path, f"--DsaWorkbenchApp.upload_dir={uploads}") as server:
        token = server.headers["Authorization"].split()[1]
        with connect_http(f"http://127.0.0.1:{server.port}/", token=token, settings=settings) as wb:
            (tmp_path / "bad.csv").write_text("id,n\n1,x\n")
            with pytest.raises(ImportRejected):
                wb.import_file(tmp_path / "bad.csv", "s", types={"n": "int"})
            until(lambda: not list(uploads.iterdir()))
            done, left = (wb.import_file(tmp_path / "bad.csv", name, dry_run=True) for name in ("s", "t"))
            assert done.commit().created
            assert left.changes
            until(lambda: len(list(uploads.iterdir())) == 1)
        until(lambda: not list(uploads.iterdir()))
