"""As root too: Postgres runs, nobody else can connect, and everything stays shut."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from dsa_workbench.core.embedded import EmbeddedPostgres, identity
from dsa_workbench.errors import NotPermitted
from tests.core.embedded.serving import Client, ask, assert_stopped, kill, postgres_in, postmaster_pid

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


STRANGER = """
import os, socket, sys
data = sys.argv[1]
def refused(act):
    try:
        act()
    except PermissionError:
        return True
    return False
line = socket.socket(socket.AF_UNIX)
print(
    os.getuid(),
    refused(lambda: line.connect(data + "/.s.PGSQL.5432")),
    refused(lambda: os.listdir(data)),
    refused(lambda: open(data + "/PG_VERSION")),
    refused(lambda: open(data + ".lock", "a")),
    refused(lambda: open(data + ".clients")),
)
line.close()
"""


def _stranger(data: Path) -> str:
    done = subprocess.run(
        ["/usr/bin/env", "python3", "-c", STRANGER, str(data)],
        user=65534,
        group=65534,
        extra_groups=[],
        cwd="/",
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_another_user_can_neither_connect_nor_read(base: Path, data: Path) -> None:
    server = EmbeddedPostgres(data)
    server.acquire()
    assert _stranger(data) == "65534 True True True True True"
    # the same words are let in where nothing stops them: the test can fail
    data.chmod(0o755)
    (data / ".s.PGSQL.5432").chmod(0o777)
    assert _stranger(data) == "65534 False False True True True"
    data.chmod(0o700)
    server.release()


def test_the_files_of_root_stay_those_of_root(data: Path) -> None:
    server = EmbeddedPostgres(data)
    ask(server.acquire(), "create table t as select 1")
    assert {path.lstat().st_uid for path in (data, *data.rglob("*"))} == {0}
    assert {uid for process in postgres_in(data) for uid in process.uids()} == {0}
    server.release()


def test_the_folder_of_another_user_is_refused(data: Path) -> None:
    os.chown(data, 65534, 65534)
    with pytest.raises(NotPermitted, match="belongs to another user"):
        EmbeddedPostgres(data).acquire()
    os.chown(data, 0, 0)
    os.chown(data.with_name("data.lock"), 65534, 65534)
    with pytest.raises(NotPermitted, match=r"data\.lock belongs to another user"):
        EmbeddedPostgres(data).acquire()


@pytest.fixture
def no_namespaces(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave root without `unshare`, as in a container that forbids it."""
    programs = base / "bin"
    programs.mkdir()
    for name in ("setpriv", "true"):
        (programs / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", str(programs))
    identity._identities.cache_clear()
    yield
    identity._identities.cache_clear()


@pytest.mark.usefixtures("no_namespaces")
def test_root_without_namespaces_runs_as_nobody_known(base: Path) -> None:
    above = base / "closed"
    above.mkdir(mode=0o700)
    data = above / "data"
    server = EmbeddedPostgres(data)
    assert ask(server.acquire(), "create table kept as select 7 as x") is None
    (uid,) = set(psutil.Process(postmaster_pid(data)).uids())
    assert uid == identity.server().owner != 0
    assert {path.lstat().st_uid for path in (data, *data.rglob("base/*"))} == {uid}
    assert (above.stat().st_uid, stat.S_IMODE(above.stat().st_mode)) == (0, 0o700)
    above.chmod(0o755)
    assert _stranger(data) == "65534 True True True True True"
    kill(postmaster_pid(data))
    assert ask(server.ensure(), "select x from kept") == 7
    server.release()
    assert_stopped(data)


def test_a_folder_goes_from_one_way_of_root_to_the_other(
    data: Path, request: pytest.FixtureRequest, client: Callable[[Path], Client]
) -> None:
    server = EmbeddedPostgres(data)
    ask(server.acquire(), "create table kept as select 7 as x")
    server.release()
    request.getfixturevalue("no_namespaces")
    assert ask(server.acquire(), "select x from kept") == 7
    assert data.stat().st_uid == identity.server().owner != 0
    server.release()
    identity._identities.cache_clear()
    request.getfixturevalue("monkeypatch").undo()
    assert ask(server.acquire(), "select x from kept") == 7
    assert data.stat().st_uid == 0
    server.release()
    assert_stopped(data)


def test_root_without_any_way_is_told_what_to_do(base: Path) -> None:
    script = "from dsa_workbench.core.embedded import EmbeddedPostgres; EmbeddedPostgres('%s').acquire()"
    done = subprocess.run(
        [sys.executable, "-c", script % (base / "data")],
        env={"PATH": str(base)},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
    )
    assert "unshare is missing; the program setpriv is missing. Run as an ordinary user, or" in done.stderr
