"""The verb that looks at a file before it is imported."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Unpack

from dsa_workbench.features.imports.given_types import asked_types
from dsa_workbench.files.explain import explain
from dsa_workbench.results import Explained
from dsa_workbench.workbench.connection import Connection
from dsa_workbench.workbench.reading_options import ReadingOptions, read_options


class ExplainVerbs(Connection):
    """Look at a file before it is imported: explain."""

    def explain(self, source: Any, **reading: Unpack[ReadingOptions]) -> Explained:
        """Say how a file would be read, and why: each setting, what else it could be, and how to override it.

        `reading` says how to read it, as in `import_file`. Nothing is imported.
        """
        found = read_options(reading)
        return Explained(tuple(explain(source, replace(found, types=asked_types(found.types)))))
