"""The verbs that look at files and versions in this process: what they need is here, or is read over HTTP."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

from dsa_workbench.core.model.spec import VersionSpec
from dsa_workbench.features.imports.look_at import chosen_columns, explain_source, suggest_keys_of
from dsa_workbench.features.imports.reading_options import ReadingOptions
from dsa_workbench.features.imports.suggest_keys import MOST, suggest_keys
from dsa_workbench.features.versioning.queries.query import Queried, understand
from dsa_workbench.features.versioning.queries.scan import ReadScan
from dsa_workbench.results import Explained, QueryResult, Reading, SuggestedKeys


class RemoteLooks(ABC):
    """Look at files and versions: explain, suggest_keys, sql."""

    @abstractmethod
    def read(
        self, spec: str, columns: Sequence[str] | str | None = None, where: Any = None, offset: int = 0,
        limit: int | None = None,
    ) -> Reading:  # fmt: skip
        """Read a table at a version."""

    def explain(self, source: Any, **reading: Unpack[ReadingOptions]) -> Explained:
        """Say how a file of this machine would be read, and why; nothing of it is sent."""
        return Explained(explain_source(source, reading))

    def suggest_keys(
        self, source: Any, *, columns: Sequence[str] | str | None = None, most: int = MOST,
        **reading: Unpack[ReadingOptions],
    ) -> SuggestedKeys:  # fmt: skip
        """Say which columns tell all rows of a table apart; a version is read whole for it, and kept on this disk."""
        names = (columns,) if isinstance(columns, str) else columns
        if not isinstance(source, str) or Path(source).exists():
            return SuggestedKeys(suggest_keys_of(source, names, most, reading))
        chosen = chosen_columns(self.read(source).columns, names, source)
        return SuggestedKeys(suggest_keys(source, chosen, self.read(source, chosen).to_batches(), most))

    def sql(self, query: str, params: Mapping[str, Any] | None = None, *, limit: int | None = None) -> QueryResult:
        """Ask versions in SQL; it runs in this process, which fetches the columns that the query needs."""
        found = understand(query, params or {}, limit, self._queried)
        return QueryResult(query, found, {str(at.spec): at.commit.short for at in found.tables.values()})

    def _queried(self, spec: VersionSpec) -> Queried:
        found = self.read(str(spec))
        pinned = str(VersionSpec(spec.dataset, found.commit.id, table=found.spec.table))

        def columns(names: Sequence[str]) -> Iterator[Any]:
            return self.read(pinned, list(names)).to_batches()

        return Queried(found.spec, found.commit, lambda: ReadScan(found.schema, columns))
