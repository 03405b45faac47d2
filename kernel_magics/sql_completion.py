"""Completion in the body of ``%%dsa sql``: versions after FROM and JOIN, their columns elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable

from dsa_workbench.errors import DsaError

_FRAGMENT = re.compile(r"(?:\"[^\"\n]*|[\w@~^./{}+:-]*)$")
_TABLE_NEXT = re.compile(r"\b(?:from|join|describe|summarize)\s+$", re.IGNORECASE)
_TABLE = re.compile(r"\b(?:from|join|describe|summarize)\s+(?:\"([^\"\n]+)\"|([^\W\d][\w@~^./{}+:-]*))", re.IGNORECASE)
_PLAIN = re.compile(r"[^\W\d]\w*(?:@\w+(?:[./+-]\w+)*)?(?:~\d*|\^)*(?::\w+)?")


def complete_sql(
    body: str, until: str, specs: Callable[[str], list[str]], columns: Callable[[str], list[str]]
) -> tuple[str, list[str]]:
    """Complete a query: give the fragment that is replaced, and what may replace it.

    `until` is the query up to the cursor, `body` all of it; `specs` completes a spec, `columns` gives those of a table.
    """
    found = _FRAGMENT.search(until)
    fragment = found[0] if found else ""
    typed = fragment.removeprefix('"')
    if _TABLE_NEXT.search(until[: len(until) - len(fragment)]) or "@" in typed:
        return fragment, [_quoted(spec, fragment) for spec in specs(typed)]
    alias, dot, start = typed.rpartition(".")
    names: dict[str, None] = {}
    for quoted, plain in _TABLE.findall(body):
        try:
            names |= dict.fromkeys(columns(quoted or plain))
        except DsaError:  # a table that is not there, or is being typed: it has no columns to offer
            continue
    fitting = [name for name in names if name.startswith(start)]
    return fragment, [f"{alias}{dot}{_quoted(name, fragment if not dot else '')}" for name in fitting]


def _quoted(name: str, fragment: str) -> str:
    return f'"{name}"' if fragment.startswith('"') or not _PLAIN.fullmatch(name) else name
