"""Looking at a file or a table before it is imported: how it would be read, and what could be its key."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dsa_workbench.errors import InvalidInput, NotFound
from dsa_workbench.features.imports.given_types import asked_types
from dsa_workbench.features.imports.reading_options import ReadingOptions, read_options
from dsa_workbench.features.imports.suggest_keys import FoundKeys, suggest_keys
from dsa_workbench.files.explain import Explanation, explain
from dsa_workbench.files.source import ReadOptions, Retyped, TableSource, open_tables


def explain_source(source: Any, reading: ReadingOptions) -> tuple[Explanation, ...]:
    """Say how each table of a file would be read; errors are those of `explain` and `read_options`."""
    return tuple(explain(source, _options(reading)))


def suggest_keys_of(source: Any, columns: Sequence[str] | None, most: int, reading: ReadingOptions) -> FoundKeys:
    """Look for the keys of a file or a table in memory.

    Raises
    ------
    InvalidInput
        There are several tables in it.
    NotFound
        A column that was asked for is not there.
    """
    tables = open_tables(source, _options(reading))
    if len(tables) != 1:
        raise InvalidInput(
            f"There are {len(tables)} tables in it: {', '.join(t.name for t in tables)}.",
            hint="Choose one with sheets=['...'] (--sheets).",
        )
    label = os.fspath(source) if isinstance(source, str | os.PathLike) else tables[0].label
    return _suggest(tables[0], str(label), columns, most)


def chosen_columns(names: Sequence[str], columns: Sequence[str] | None, label: str) -> Sequence[str]:
    """Give the columns to look at: those that were asked for, or all; NotFound where one is not there."""
    missing = [name for name in columns or () if name not in names]
    if missing:
        raise NotFound(f"{label} has no column {missing[0]!r}.", hint=f"Its columns are {', '.join(names[:30])}.")
    return columns or names


def _options(reading: ReadingOptions) -> ReadOptions:
    found = read_options(reading)
    return replace(found, types=asked_types(found.types))


def _suggest(table: TableSource, label: str, columns: Sequence[str] | None, most: int) -> FoundKeys:
    """Look at a table, and again where its types turn out to be others."""
    while True:
        names = chosen_columns(tuple(table.schema.names), columns, label)
        try:
            return suggest_keys(label, names, table.batches(), most)
        except Retyped:
            continue
