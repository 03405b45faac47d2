"""What `explain` hands back: how each table of a file would be read."""

from __future__ import annotations

from dataclasses import dataclass

from dsa_workbench.files.explain import Explanation
from dsa_workbench.rendering import explaining
from dsa_workbench.rendering.document import Document
from dsa_workbench.results.displayed import Displayed


@dataclass(frozen=True, repr=False)
class Explained(Displayed):
    """How a file would be read, one explanation for each table in it; nothing was imported."""

    tables: tuple[Explanation, ...]

    def document(self) -> Document:
        """Describe what was found."""
        return tuple(block for table in self.tables for block in explaining.explanation(table))
