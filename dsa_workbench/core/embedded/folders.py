"""Which folders may hold the database and its socket: ours, and closed to everybody else.

Missing folders are made private. Folders that exist are looked at and never changed.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from dsa_workbench.core.embedded.identity import owns
from dsa_workbench.errors import DatabaseUnavailable, InvalidInput, NotPermitted

SETTINGS_FILE = "dsa.conf"  # also the mark of a data folder that we made
SOCKET = ".s.PGSQL.5432"
# A socket's path has 104 bytes on macOS and 108 on Linux, and Postgres adds ".lock" to it.
SOCKET_PATH_BYTES = 100


def make_private(folder: Path) -> None:
    """Make `folder` and the missing ones above it, each with mode 0700; leave the others as they are."""
    missing: list[Path] = []
    above = folder
    try:
        while not above.exists():
            missing.append(above)
            above = above.parent
        for each in reversed(missing):
            each.mkdir(mode=0o700, exist_ok=True)
    except OSError as err:
        raise NotPermitted(
            f"The folder {folder} cannot be made: {err.strerror}.", hint="Choose another data folder."
        ) from err


def is_cluster(data: Path) -> bool:
    """Tell whether `data` holds a database; raise when it exists and is not fit to hold one."""
    try:
        found = data.lstat()
    except FileNotFoundError:
        return False
    except OSError as err:
        raise NotPermitted(
            f"The data folder {data} cannot be opened: {err.strerror}.", hint="Choose another data folder."
        ) from err
    if not stat.S_ISDIR(found.st_mode):
        raise InvalidInput(f"{data} is not a folder.", hint="Choose another data folder.")
    if not owns(found.st_uid):
        raise NotPermitted(
            f"The data folder {data} belongs to another user (uid {found.st_uid}).",
            hint="Choose a data folder of your own, or run as that user.",
        )
    if not any(data.iterdir()):
        return False
    if not (data / "PG_VERSION").exists() or not (data / SETTINGS_FILE).exists():
        raise InvalidInput(
            f"The folder {data} is not empty and holds no database of this product.",
            hint="Choose an empty or new data folder.",
        )
    if found.st_mode & 0o077:
        raise NotPermitted(
            f"The data folder {data} is open to other users (mode {stat.S_IMODE(found.st_mode):04o}).",
            hint=f"Close it: chmod 700 '{data}'",
        )
    return True


def socket_folder(data: Path) -> Path:
    """Give the folder for the server's socket: the data folder, or a private one where its path does not fit.

    Clients read `host=a,b` as two hosts, so a path with a comma does not fit either.
    """
    for folder in _socket_folders(data):
        if folder == data:
            return folder
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as err:
            raise DatabaseUnavailable(
                f"The socket folder {folder} cannot be made: {err.strerror}.",
                hint="Choose a data folder with a shorter path.",
            ) from err
        if not is_private(folder):
            raise NotPermitted(
                f"The socket folder {folder} belongs to another user or is open to others.",
                hint="Remove it, or choose a data folder with a shorter path.",
            )
        return folder
    raise InvalidInput(f"The path of {data} is too long for a socket.", hint="Choose a shorter one.")


def _fits(folder: Path) -> bool:
    return "," not in str(folder) and len(os.fsencode(folder / f"{SOCKET}.lock")) <= SOCKET_PATH_BYTES


def remove_socket_folder(data: Path) -> None:
    """Remove the private folder of a socket that is gone, if there is one; only inside the gate."""
    for folder in _socket_folders(data):
        if folder != data and is_private(folder) and not any(folder.iterdir()):
            folder.rmdir()


def _socket_folders(data: Path) -> list[Path]:
    """List where the socket of `data` may lie, best first; all paths are short enough."""
    if _fits(data):
        return [data]
    name = f"dsa-{os.geteuid()}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"
    session = Path(f"/run/user/{os.geteuid()}")
    above = [session] if is_private(session) else []
    above += [Path(tempfile.gettempdir()).absolute(), Path("/tmp")]  # noqa: S108 - mode and owner are checked
    return [folder for parent in above if _fits(folder := parent / name)]


def is_private(folder: Path) -> bool:
    """Tell whether `folder` is a folder of ours that nobody else can enter; a link is none."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and owns(found.st_uid) and not found.st_mode & 0o077
