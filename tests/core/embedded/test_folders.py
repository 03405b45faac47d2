"""Any path will do, nobody else gets in, and no permission of what was there is touched."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from dsa_workbench.core.embedded import EmbeddedPostgres
from dsa_workbench.core.embedded.binaries import find_binaries
from dsa_workbench.core.embedded.folders import socket_folder
from dsa_workbench.errors import DatabaseUnavailable, InvalidInput, NotPermitted
from tests.core.embedded.serving import ask, assert_stopped, postgres_in


@pytest.mark.parametrize(
    "name",
    ["with space", "$HOME `id` ;&| 100%s%20 back\\slash", "Müller 数据 📊", "-D=a,b"],
)
def test_a_path_of_any_characters(base: Path, made_cluster: Path, name: str) -> None:
    data = Path(shutil.copytree(made_cluster, base / name / "data"))
    server = EmbeddedPostgres(data)
    assert ask(server.acquire()) == 42
    server.release()
    assert_stopped(data)


def test_a_new_folder_with_a_path_of_any_characters(base: Path) -> None:
    data = base / 'it\'s "quoted" $HOME `id` ;&| 100%s back\\slash [x] ü 📊' / "data[1]*"
    server = EmbeddedPostgres(data)
    assert ask(server.acquire()) == 42
    server.release()
    assert_stopped(data)


def test_a_path_too_long_for_a_socket_gets_a_private_folder_for_it(base: Path) -> None:
    data = base / ("long" * 50) / ("way" * 40) / "data"
    server = EmbeddedPostgres(data)
    assert ask(server.acquire()) == 42
    sockets = socket_folder(data)
    assert not sockets.is_relative_to(base)
    found = sockets.lstat()
    assert stat.S_IMODE(found.st_mode) == 0o700
    assert found.st_uid == os.geteuid()
    assert (sockets / ".s.PGSQL.5432").exists()
    server.release()
    assert not sockets.exists()
    assert_stopped(data)


def test_a_socket_folder_that_others_can_enter_is_refused(base: Path, made_cluster: Path) -> None:
    data = Path(shutil.copytree(made_cluster, base / ("long" * 50) / "data"))
    sockets = socket_folder(data)
    sockets.chmod(0o755)
    with pytest.raises(NotPermitted, match="socket folder"):
        EmbeddedPostgres(data).acquire()
    sockets.rmdir()
    sockets.symlink_to(base)
    with pytest.raises(NotPermitted, match="socket folder"):
        EmbeddedPostgres(data).acquire()
    sockets.unlink()


def test_no_permission_of_any_folder_above_is_touched(base: Path) -> None:
    modes = {base / "a": 0o711, base / "a/b": 0o2750, base / "a/b/c": 0o700}
    for folder, mode in modes.items():
        folder.mkdir()
        folder.chmod(mode)
    data = base / "a/b/c/new/data"
    wheel = find_binaries().folder
    watched = {*(base / "a/b/c").parents, base / "a/b/c", *wheel.parents, wheel, Path.home()}
    before = {folder: (folder.stat().st_mode, folder.stat().st_uid) for folder in watched}
    server = EmbeddedPostgres(data)
    server.acquire()
    server.release()
    assert {folder: (folder.stat().st_mode, folder.stat().st_uid) for folder in watched} == before
    assert stat.S_IMODE(data.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_the_server_listens_on_no_network(data: Path) -> None:
    server = EmbeddedPostgres(data)
    url = server.acquire()
    assert ask(url, "show listen_addresses") == ""
    assert ask(url, "select count(*) from pg_hba_file_rules where type <> 'local'") == 0
    assert [line for process in postgres_in(data) for line in sockets_of(process)] == []
    server.release()


def sockets_of(process: psutil.Process) -> list[Any]:
    """List a process's sockets on a network; the server's helpers come and go meanwhile."""
    try:
        return list(process.net_connections("inet"))
    except psutil.NoSuchProcess:
        return []


def test_the_environment_does_not_reach_the_server(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PGPORT": "6000",
        "PGOPTIONS": "-c jit=on",
        "LC_ALL": "xx_YY",
        "TZ": "Asia/Tokyo",
    }.items():
        monkeypatch.setenv(name, value)
    server = EmbeddedPostgres(data)
    url = server.acquire()
    monkeypatch.delenv("PGOPTIONS")
    assert ask(url, "select current_setting('port') || current_setting('jit')") == "5432off"
    server.release()


def test_an_empty_folder_is_taken_and_one_with_files_is_not(base: Path) -> None:
    (base / "empty").mkdir()
    server = EmbeddedPostgres(base / "empty")
    assert ask(server.acquire()) == 42
    server.release()
    (base / "full").mkdir()
    (base / "full" / "orders.csv").write_text("a,b\n")
    with pytest.raises(InvalidInput, match="not empty"):
        EmbeddedPostgres(base / "full").acquire()
    assert (base / "full" / "orders.csv").read_text() == "a,b\n"
    with pytest.raises(InvalidInput, match="not a folder"):
        EmbeddedPostgres(base / "full" / "orders.csv").acquire()


def test_a_folder_that_was_opened_to_others_is_refused_and_left_alone(data: Path) -> None:
    data.chmod(0o755)
    with pytest.raises(NotPermitted, match="chmod 700"):
        EmbeddedPostgres(data).acquire()
    assert stat.S_IMODE(data.stat().st_mode) == 0o755


def test_a_folder_of_another_version_is_refused(data: Path) -> None:
    (data / "PG_VERSION").write_text("17\n")
    with pytest.raises(DatabaseUnavailable, match=r"made by Postgres 17.*version 18"):
        EmbeddedPostgres(data).acquire()


def test_missing_programs_are_named(base: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="DSA_DATABASE_URL"):
        EmbeddedPostgres(base / "data", bin_dir=base / "nowhere").acquire()
    (base / "psutil").symlink_to(Path(psutil.__file__).parent)
    script = "from dsa_workbench.core.embedded.binaries import find_binaries; find_binaries()"
    bare = subprocess.run(
        [sys.executable, "-S", "-c", script],
        env={"PYTHONPATH": f"{base}:{Path(__file__).parents[3]}"},
        capture_output=True,
        text=True,
    )
    assert "DatabaseUnavailable: The embedded Postgres is not installed. Install it" in bare.stderr


def test_a_path_with_a_newline_is_refused(base: Path) -> None:
    with pytest.raises(InvalidInput, match="unprintable"):
        EmbeddedPostgres(base / "new\nline")


def test_nothing_is_printed(base: Path, capfd: pytest.CaptureFixture[str]) -> None:
    server = EmbeddedPostgres(base / "data")
    server.acquire()
    server.release()
    assert capfd.readouterr() == ("", "")


def test_a_link_and_its_target_are_one_server(base: Path, data: Path) -> None:
    (base / "link").symlink_to(data)
    first, second = EmbeddedPostgres(data), EmbeddedPostgres(base / "link")
    assert first.acquire() == second.acquire()
    first.release()
    second.release()
    assert_stopped(data)


def test_a_plain_socket_is_no_server(base: Path, data: Path) -> None:
    """A stranger's file at the socket's place does not keep the server from starting."""
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(str(data / ".s.PGSQL.5432"))
    server = EmbeddedPostgres(data)
    assert ask(server.acquire()) == 42
    server.release()
