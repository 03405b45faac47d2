"""The verb that looks for key columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Unpack

from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.features.imports.look_at import chosen_columns, suggest_keys_of
from dsa_workbench.features.imports.reading_options import ReadingOptions
from dsa_workbench.features.imports.suggest_keys import MOST, suggest_keys
from dsa_workbench.features.versioning.get_data import get_table
from dsa_workbench.results import SuggestedKeys
from dsa_workbench.workbench.arguments import columns_of
from dsa_workbench.workbench.connection import Connection


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
            names = chosen_columns(table.schema.names, columns_of(columns), source)
            chunks = range(len(table.chunks))
            return SuggestedKeys(suggest_keys(source, names, table.read_chunks(names, chunks), most))
        return SuggestedKeys(suggest_keys_of(source, columns_of(columns), most, reading))
