"""Cursors: where the next page of a list begins, as a text that clients hand back and need not understand."""

from __future__ import annotations

import base64
import json
from typing import Any

from dsa_workbench.api.problems import HttpProblem


def cursor_of(**place: Any) -> str:
    """Write a place down."""
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def place_of(cursor: str | None, **kinds: type) -> dict[str, Any] | None:
    """Read a place; None without a cursor.

    Raises
    ------
    HttpProblem
        It is no cursor of this list.
    """
    if cursor is None:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        found = None
    fits = isinstance(found, dict) and found.keys() == kinds.keys()
    if fits and all(type(found[name]) is kind for name, kind in kinds.items()):
        return dict(found)
    raise HttpProblem(400, f"cursor={cursor:.60} is none of this list.", hint="Give the `next` of the page before.")
