"""A data folder: how it is made, and how its server is set up.

A folder appears under its own name only when it is whole: initdb runs in a folder beside it, which is then
renamed.
"""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # psutil ships no types

from dsa_workbench.core.embedded import identity
from dsa_workbench.core.embedded.binaries import ENVIRONMENT, Binaries
from dsa_workbench.core.embedded.folders import SETTINGS_FILE, is_cluster, is_private
from dsa_workbench.errors import DatabaseUnavailable

NAME = "dsa"  # of the database and of its superuser
LOG = "server.log"
LOG_BYTES = 10 * 2**20

# One analyst on a laptop: little memory held, few and large commits, nothing to replicate to.
SETTINGS = """\
listen_addresses = ''
port = 5432
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = '128MB'
work_mem = '32MB'
maintenance_work_mem = '128MB'
wal_level = minimal
max_wal_senders = 0
max_logical_replication_workers = 0
max_wal_size = '2GB'
min_wal_size = '128MB'
checkpoint_timeout = '15min'
fsync = on
full_page_writes = on
synchronous_commit = on
random_page_cost = 1.1
jit = off
logging_collector = off
log_destination = 'stderr'
log_line_prefix = '%m [%p] '
log_min_messages = log
log_checkpoints = off
lc_messages = 'C'
timezone = 'UTC'
log_timezone = 'UTC'
"""


def make_cluster(data: Path, binaries: Binaries) -> None:
    """Make the database cluster `data` with one superuser and one database, both `dsa`; only inside the gate.

    Does nothing when it is there. Raises DatabaseUnavailable when another major version of Postgres made it.
    """
    for leftover in data.parent.glob(f"{glob.escape(data.name)}.tmp-*"):
        if is_private(leftover):
            _remove(leftover)
    if is_cluster(data):
        _check_version(data, binaries)
        return
    fresh = Path(tempfile.mkdtemp(prefix=f"{data.name}.tmp-", dir=data.parent))
    try:
        identity.give(fresh, identity.founder())
        _fill(fresh, binaries)
        _put_in_place(fresh, data)
    except BaseException:
        _remove(fresh)
        raise


def _remove(fresh: Path) -> None:
    """Remove a folder that never became a cluster; an initdb whose client was killed may still be at work."""
    makers = [
        process
        for process in psutil.process_iter(["cmdline", "cwd"])
        if process.info["cwd"] == str(fresh) or f"--pgdata={fresh}" in (process.info["cmdline"] or ())
    ]
    for process in makers:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(makers, timeout=5)
    shutil.rmtree(fresh, ignore_errors=True)  # what cannot be removed now is tried again at the next start


def _fill(fresh: Path, binaries: Binaries) -> None:
    locale = ["--locale=C"]
    if binaries.major >= 17:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    _run(
        binaries.program("initdb"),
        f"--pgdata={fresh}",
        f"--username={NAME}",
        "--encoding=UTF8",
        *locale,
        "--auth=trust",
        "--no-instructions",
    )
    # The socket is behind a folder that nobody else can enter, so whoever reaches it is the owner.
    (fresh / "pg_hba.conf").write_text("local all all trust\n")
    with (fresh / "postgresql.conf").open("a") as conf:
        conf.write(f"\ninclude_if_exists = '{SETTINGS_FILE}'\n")
    (fresh / SETTINGS_FILE).touch()
    alone = ("--single", "-D", str(fresh), "-c", "exit_on_error=on", "postgres")
    _run(binaries.program("postgres"), *alone, words=f"CREATE DATABASE {NAME};\n")


def _put_in_place(fresh: Path, data: Path) -> None:
    try:
        fresh.rename(data)
    except OSError as err:
        raise DatabaseUnavailable(
            f"The data folder {data} cannot be put in place: {err.strerror}.",
            hint="If it is a mount point, choose a folder inside it.",
        ) from err
    _sync(data.parent)


def write_settings(data: Path, sockets: Path, binaries: Binaries) -> None:
    """Write the server's settings into the cluster `data`; they hold from the next start."""
    folder = str(sockets).replace('"', '""').replace("\\", "\\\\").replace("'", "''")
    text = f"{SETTINGS}unix_socket_directories = '\"{folder}\"'\n"
    if binaries.has_library("pg_stat_statements"):
        text += "shared_preload_libraries = 'pg_stat_statements'\n"
    target = data / SETTINGS_FILE
    fresh = target.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(target)


def shorten_log(data: Path) -> Path:
    """Give the server's log file, put aside as `server.log.old` when it has grown over 10 MB."""
    log = data / LOG
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(data / f"{LOG}.old")
    return log


def _check_version(data: Path, binaries: Binaries) -> None:
    version = (data / "PG_VERSION").read_text().strip()
    if version != str(binaries.major):
        raise DatabaseUnavailable(
            f"{data} was made by Postgres {version}; the programs are of version {binaries.major}.",
            hint=f"Use programs of version {version}, or dump it with them and load that into a new folder.",
        )


def _run(program: str, *arguments: str, words: str = "") -> None:
    answer = subprocess.run(
        [*identity.founder().prefix, program, *arguments],
        input=words,
        env=ENVIRONMENT,
        cwd="/",
        capture_output=True,
        text=True,
        errors="replace",
        start_new_session=True,  # Ctrl-C is for the notebook
        check=False,
    )
    if answer.returncode:
        reason = (answer.stderr.strip() or answer.stdout.strip())[-800:]
        raise DatabaseUnavailable(
            f"The database could not be made: {reason}",
            hint="Choose another data folder or free some disk space.",
        )


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
