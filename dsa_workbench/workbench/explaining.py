"""The verb that looks at a file before it is imported."""

from __future__ import annotations

from typing import Any, Unpack

from dsa_workbench.features.imports.look_at import explain_source
from dsa_workbench.features.imports.reading_options import ReadingOptions
from dsa_workbench.results import Explained
from dsa_workbench.workbench.connection import Connection


class ExplainVerbs(Connection):
    """Look at a file before it is imported: explain."""

    def explain(self, source: Any, **reading: Unpack[ReadingOptions]) -> Explained:
        """Say how a file would be read, and why: each setting, what else it could be, and how to override it.

        `reading` says how to read it, as in `import_file`. Nothing is imported.
        """
        return Explained(explain_source(source, reading))
