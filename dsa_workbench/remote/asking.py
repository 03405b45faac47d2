"""How verbs are put into requests: versions in the words of the routes, keys for writes, what HTTP has not."""

from __future__ import annotations

import secrets
from typing import Any

from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.spec import VersionSpec
from dsa_workbench.errors import Unsupported
from dsa_workbench.remote import told
from dsa_workbench.remote.transport import Transport


def at_of(spec: VersionSpec) -> str:
    """Write the version alone, as the routes take it."""
    return str(VersionSpec("x", spec.version, spec.at, spec.back)).removeprefix("x@")


def write(transport: Transport, method: str, path: tuple[str, ...], body: Any = None) -> Any:
    """Send a write in JSON once, though lines break."""
    headers = {"Idempotency-Key": secrets.token_hex(16)}
    return transport.ask(method, path, body=body, headers=headers).json()


def refuse_author(author: str | None) -> None:
    """Refuse an author of one's own choice.

    Raises
    ------
    Unsupported
        One was given.
    """
    if author is not None:
        raise Unsupported(
            f"author={author!r}: over HTTP commits bear the name under which the server knows you.",
            hint="Leave it out; status() tells your name.",
        )


def commit_of(transport: Transport, dataset: str, commit: str) -> Commit:
    """Fetch a commit."""
    return told.commit(transport.get("datasets", dataset, "commits", commit))
