"""The verb that looks for key columns."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack

from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.errors import InvalidInput, NotFound
from dsa_workbench.features.imports.given_types import asked_types
from dsa_workbench.features.imports.suggest_keys import MOST, suggest_keys
from dsa_workbench.features.versioning.get_data import get_table
from dsa_workbench.files.source import Retyped, TableSource, open_tables
from dsa_workbench.results import SuggestedKeys
from dsa_workbench.workbench.arguments import columns_of
from dsa_workbench.workbench.connection import Connection
from dsa_workbench.workbench.reading_options import ReadingOptions, read_options


class KeyVerbs(Connection):
    """Look for key columns: suggest_keys."""

    def suggest_keys(
        self,
        source: Any,
        *,
        columns: Sequence[str] | str | None = None,
        most: int = MOST,
        **reading: Unpack[ReadingOptions],
    ) -> SuggestedKeys:
        """Say which columns tell all rows of a table apart: the smallest sets, of `most` columns at most.

        `source` is a version spec, a path (text is a path where such a file exists), a file object or a table in
        memory. `columns` are those to look at; `reading` says how to read it, as in `import_file`. Each
        suggestion holds for all rows.
        """
        if isinstance(source, str) and not Path(source).exists():
            table = get_table(self.actor, self.store, self._cache, parse_spec(source)).table
            names = _chosen(table.schema.names, columns_of(columns), source)
            chunks = range(len(table.chunks))
            return SuggestedKeys(suggest_keys(source, names, table.read_chunks(names, chunks), most))
        found = read_options(reading)
        tables = open_tables(source, replace(found, types=asked_types(found.types)))
        if len(tables) != 1:
            raise InvalidInput(
                f"There are {len(tables)} tables in it: {', '.join(t.name for t in tables)}.",
                hint="Choose one with sheets=['...'] (--sheets).",
            )
        label = os.fspath(source) if isinstance(source, str | os.PathLike) else tables[0].label
        return _suggest(tables[0], str(label), columns_of(columns), most)


def _suggest(table: TableSource, label: str, columns: Sequence[str] | None, most: int) -> SuggestedKeys:
    """Look at a table, and again where its types turn out to be others."""
    while True:
        names = _chosen(tuple(table.schema.names), columns, label)
        try:
            return SuggestedKeys(suggest_keys(label, names, table.batches(), most))
        except Retyped:
            continue


def _chosen(names: Sequence[str], columns: Sequence[str] | None, label: str) -> Sequence[str]:
    missing = [name for name in columns or () if name not in names]
    if missing:
        raise NotFound(f"{label} has no column {missing[0]!r}.", hint=f"Its columns are {', '.join(names[:30])}.")
    return columns or names
