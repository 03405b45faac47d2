"""What two files of one table differ in: line ends, encoding, what stands above the table, quotes, delimiters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsa_workbench.core.model.event import Event, EventKind

_AT_STEP = {
    "text": ("compression", "encoding", "byte order mark"),
    "lines": ("encoding", "byte order mark", "line ends"),
    "table": ("encoding", "byte order mark", "line ends", "lines above the table"),
    "cells": ("encoding", "byte order mark", "line ends", "lines above the table", "delimiter", "quote"),
}
"""The steps of `files.imprint` after the bytes themselves, and what each forgets."""
_HIDDEN = {"lines": "line ends", "table": "the lines above the table", "cells": "quotes around cells"}
"""What differs where the descriptions of both files agree, and the step says that they do not."""
_NAMES = {"\t": "tab", " ": "blank"}


def file_event(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Event | None:
    """Say in what two files differ whose tables are equal; None for one file, and where a file is not known."""
    if not old or not new or old["digest"] == new["digest"]:
        return None
    for step, names in _AT_STEP.items():
        if step in old and step in new and old[step] == new[step]:
            changed = [_change(n, old[n], new[n]) for n in names if n in old and n in new and old[n] != new[n]]
            what = ", ".join(changed) or _HIDDEN.get(step, "its packing")
            return Event(EventKind.SOURCE, f"The table is the same; the file differs in {what} alone.")
    return Event(EventKind.SOURCE, "The table is the same; the bytes of the file are others.")


def _change(name: str, old: Any, new: Any) -> str:
    return f"{name} ({_NAMES.get(old, old)} → {_NAMES.get(new, new)})"
