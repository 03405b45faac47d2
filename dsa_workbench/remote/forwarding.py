"""Files that a page sends to the kernel of a notebook, handed on to a server as they come."""

from __future__ import annotations

import contextlib
from http import HTTPStatus

from dsa_workbench.errors import DsaError, NotFound
from dsa_workbench.remote.sending import BYTES
from dsa_workbench.remote.transport import Transport
from dsa_workbench.widgets.answers import PART_BYTES, Answer, Asked


class ForwardingDesk:
    """Has a server take files, preview and import them; nothing of them is kept here."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._begun: set[tuple[str, ...]] = set()

    def __call__(self, asked: Asked) -> Answer:
        """Answer a request by asking the server the same."""
        _check(asked)
        headers = dict(asked.headers)
        content = None
        if asked.method == "PUT":
            headers["Content-Type"] = BYTES
            content = b"" if asked.bytes is None else bytes(asked.bytes)
        # An import is known by its upload: asked for twice, it is done once.
        safe = asked.path[-1] in ("preview", "complete")
        answer = self._transport.ask(
            asked.method, asked.path, asked.query, body=asked.body, content=content, headers=headers, safe=safe
        )  # fmt: skip
        told = answer.json() if answer.content else {}
        if asked.method == "POST" and asked.path[-1] == "uploads":
            self._begun.add((*asked.path, told["id"]))
        elif asked.method == "DELETE":
            self._begun.discard(asked.path)
        elif asked.path[-1] == "complete" and answer.status_code != HTTPStatus.ACCEPTED:
            self._begun.discard(asked.path[:-1])
        if "part_bytes" in told:
            told["part_bytes"] = min(told["part_bytes"], PART_BYTES)
        return Answer(told or None)

    def close(self) -> None:
        """Have the server forget the files that were not imported."""
        begun, self._begun = self._begun, set()
        for path in begun:
            # They expire by themselves where the server does not answer.
            with contextlib.suppress(DsaError):
                self._transport.ask("DELETE", path)


def _check(asked: Asked) -> None:
    """Let pass what belongs to uploads, and to nothing else."""
    match asked.method, asked.path:
        case "GET", ("datasets",) | ("jobs", _):
            return
        case "GET", ("datasets", _, "refs" | "commits", *_):
            return
        case _, ("datasets", _, "refs", _, "uploads", *_):
            return
        case "POST", ("jobs", _, "cancel"):
            return
    raise NotFound(f"This widget does not answer {'/'.join(asked.path)!r}.", hint="Run its cell again.")
