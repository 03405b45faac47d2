"""What `suggest_keys` hands back."""

from __future__ import annotations

from dataclasses import dataclass

from dsa_workbench.features.imports.suggest_keys import FoundKeys
from dsa_workbench.rendering import keys
from dsa_workbench.rendering.document import Document
from dsa_workbench.results.displayed import Displayed


@dataclass(frozen=True, repr=False)
class SuggestedKeys(Displayed):
    """Sets of columns that tell all rows apart, likeliest first; it is true where there is one.

    `found.near` are sets that nearly do, with their repeats and the first two rows, `found.unfit` says which columns
    cannot be keys, and why.
    """

    found: FoundKeys

    def __bool__(self) -> bool:
        return bool(self.found.keys)

    @property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """The sets of columns."""
        return tuple(candidate.columns for candidate in self.found.keys)

    @property
    def best(self) -> tuple[str, ...] | None:
        """The likeliest of them; None where there is none."""
        return self.keys[0] if self.keys else None

    def document(self) -> Document:
        """Describe them."""
        return keys.keys(self.found)
