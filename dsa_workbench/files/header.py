"""Names for columns: those of the header, made unique, each change noted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

_RENAME = re.compile(r"column \d+ has (the repeated|no) name")


def numbered(count: int) -> list[str]:
    """Name the columns of a file without a header."""
    return [f"c{i}" for i in range(1, count + 1)]


def column_names(cells: Sequence[str | None]) -> tuple[list[str], list[str]]:
    """Make column names of a header's cells, and say what was changed.

    Blanks around a name are trimmed. Names that differ by case alone are different names. An empty cell is named after
    its place (`c3`), a repeated name gets the next free number (`price_2`).
    """
    trimmed = [(cell or "").strip() for cell in cells]
    names: list[str] = []
    notes: list[str] = []
    taken = set(trimmed) - {""}
    used: set[str] = set()
    for place, name in enumerate(trimmed, start=1):
        if name and name not in used:
            used.add(name)
            names.append(name)
            continue
        base, number = (name, 2) if name else (f"c{place}", 1)
        free = f"{base}_{number}" if name else base
        while free in taken:
            number += 1
            free = f"{base}_{number}"
        taken.add(free)
        used.add(free)
        names.append(free)
        notes.append(f"column {place} has {'the repeated name ' + repr(name) if name else 'no name'}: it is {free!r}.")
    return names, notes


def distinct_fields(schema: Any) -> tuple[Any, list[str]]:
    """Give an Arrow schema in which each name stands once, and say what was changed; other names stay as they are."""
    names: list[str] = []
    notes: list[str] = []
    taken = set(schema.names)
    for place, name in enumerate(schema.names, start=1):
        number, free = 2, name
        while free in names or (free != name and free in taken):
            free, number = f"{name}_{number}", number + 1
        if free != name:
            notes.append(f"column {place} has the repeated name {name!r}: it is {free!r}.")
        names.append(free)
    fields = [field.with_name(name) for field, name in zip(schema, names, strict=True)]
    return pa.schema(fields, schema.metadata) if notes else schema, notes


def is_rename(note: str) -> bool:
    """Say whether a note is one of those that `column_names` makes of a changed name."""
    return bool(_RENAME.match(note))
