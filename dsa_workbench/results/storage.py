"""What `storage` hands back."""

from __future__ import annotations

from dataclasses import dataclass

from dsa_workbench.rendering import history
from dsa_workbench.rendering.document import Document
from dsa_workbench.rendering.words import size
from dsa_workbench.results.displayed import Displayed


@dataclass(frozen=True, repr=False)
class Storage(Displayed):
    """What a dataset takes in the store: the segments that any of its versions needs, each counted once.

    `bytes_stored` is what they take there, `bytes_raw` what their values take before they are compressed. What other
    datasets need as well is counted for each of them.
    """

    dataset: str
    versions: int
    segments: int
    bytes_stored: int
    bytes_raw: int

    def document(self) -> Document:
        """Describe what is taken."""
        pairs = [
            ("stored", size(self.bytes_stored)),
            ("before compression", size(self.bytes_raw)),
            ("versions", f"{self.versions:,}"),
            ("segments", f"{self.segments:,}, each counted once"),
        ]
        return history.facts(f"What {self.dataset} takes", pairs)
