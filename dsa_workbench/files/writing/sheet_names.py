"""Names that sheets of a workbook can have."""

from __future__ import annotations

import re
from collections.abc import Generator

_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\ufffe\uffff]")
LONGEST_NAME = 31
"""UTF-16 units, which is how Excel counts."""


def sheet_names() -> Generator[str, str, None]:
    """Make names that sheets can have: each sent to it comes back fitting, and unlike those before."""
    names = _sheet_names()
    next(names)
    return names


def _sheet_names() -> Generator[str, str, None]:
    used: set[str] = {"history"}  # Excel keeps this one for itself.
    found = ""
    while True:
        wished = yield found
        plain = _FORBIDDEN.sub("_", wished).strip("'")
        found, number = _cut(plain, LONGEST_NAME), 1
        while found.lower() in used:
            number += 1
            ending = f" ({number})"
            found = _cut(plain, LONGEST_NAME - len(ending)) + ending
        used.add(found.lower())


def _cut(name: str, most: int) -> str:
    """Keep so many units of a name, no half of a character, and no apostrophe at the end."""
    return name.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore").rstrip("'") or "Sheet"
