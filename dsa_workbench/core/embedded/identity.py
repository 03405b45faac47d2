"""As whom Postgres runs. An ordinary user runs it as himself; root must not, because Postgres refuses uid 0.

For root there are two ways, and neither changes a permission of any folder:

- a user namespace that maps root to another number. Postgres sees that number, its files stay root's.
- where containers forbid such namespaces, a number that belongs to nobody. It owns the data folder, and the
  one capability CAP_DAC_OVERRIDE lets it reach that folder below folders that only root may enter.

Nobody but root can enter the data folder in either case. Source: capabilities(7), user_namespaces(7).
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from dsa_workbench.core.embedded.binaries import ENVIRONMENT, OWN_SERVER
from dsa_workbench.errors import DatabaseUnavailable

if sys.platform != "win32":
    import pwd

RESERVED = range(65533, 60000, -1)  # given to no user by Debian policy 9.2.2 and by systemd


@dataclass(frozen=True, slots=True)
class Identity:
    """The words before a Postgres command, and the uid that its files must have."""

    prefix: tuple[str, ...]
    owner: int


def server() -> Identity:
    """Give the identity of the server. Raises DatabaseUnavailable when root has no way to run one."""
    return _identities(os.geteuid())[0]


def founder() -> Identity:
    """Give the identity that makes a data folder: initdb gives up when its uid has no name."""
    return _identities(os.geteuid())[1]


def give(folder: Path, identity: Identity) -> None:
    """Make `folder` and all in it the property of `identity`; the folder itself comes last, as the mark."""
    if folder.lstat().st_uid == identity.owner:
        return
    for above, names, files in os.walk(folder, topdown=False):
        for name in (*names, *files):
            os.lchown(Path(above) / name, identity.owner, identity.owner)
    os.lchown(folder, identity.owner, identity.owner)


def owns(uid: int) -> bool:
    """Tell whether a file of `uid` may be one of ours."""
    return uid == os.geteuid() or (os.geteuid() == 0 and uid in {_named_uid(), _free_uid()})


@functools.cache
def _identities(uid: int) -> tuple[Identity, Identity]:
    if uid != 0:
        return Identity((), uid), Identity((), uid)
    named, free = _named_uid(), _free_uid()
    reasons = []
    namespace = ("unshare", "--user", f"--map-user={named}", f"--map-group={named}")
    reason = _refusal(namespace)
    if not reason:
        return Identity(namespace, 0), Identity(namespace, 0)
    reasons.append(reason)
    reason = _refusal(_become(free)) or _refusal(_become(named))
    if not reason:
        return Identity(_become(free), free), Identity(_become(named), named)
    reasons.append(reason)
    raise DatabaseUnavailable(
        f"Postgres does not run as root, and no other identity can be had here: {'; '.join(reasons)}.",
        hint=f"Run as an ordinary user, {OWN_SERVER}",
    )


def _become(uid: int) -> tuple[str, ...]:
    return (
        "setpriv",
        f"--reuid={uid}",
        f"--regid={uid}",
        "--clear-groups",
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
    )


def _refusal(prefix: tuple[str, ...]) -> str:
    """Give the reason why commands cannot be run under `prefix`, or nothing when they can."""
    if shutil.which(prefix[0]) is None:
        return f"the program {prefix[0]} is missing"
    probe = subprocess.run([*prefix, "true"], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    return (probe.stderr.strip() or f"{prefix[0]} failed") if probe.returncode else ""


@functools.cache
def _named_uid() -> int:
    return min((user.pw_uid for user in pwd.getpwall() if 0 < user.pw_uid < RESERVED[0]), default=65534)


@functools.cache
def _free_uid() -> int:
    taken = {user.pw_uid for user in pwd.getpwall()}
    return next(uid for uid in RESERVED if uid not in taken)
