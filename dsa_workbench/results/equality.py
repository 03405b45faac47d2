"""What `equality` and `set_equality` hand back."""

from __future__ import annotations

from dataclasses import dataclass

from dsa_workbench.core.model.profile import EqualityProfile, StoredProfile
from dsa_workbench.rendering import equality
from dsa_workbench.rendering.document import Document
from dsa_workbench.results.displayed import Displayed


@dataclass(frozen=True, repr=False)
class Equality(Displayed):
    """A dataset's equality profile: `versions` holds all it ever had, latest first; `log` shows all of them."""

    dataset: str
    versions: tuple[StoredProfile, ...]
    log: bool = False

    @property
    def profile(self) -> EqualityProfile:
        """The profile as it is now; a plain one where the dataset has none."""
        return self.versions[0].profile if self.versions else EqualityProfile()

    @property
    def version(self) -> int:
        """The number of the profile as it is now, 0 where the dataset never had one."""
        return self.versions[0].version if self.versions else 0

    def document(self) -> Document:
        """Describe the profile, or its history."""
        return (equality.log if self.log else equality.view)(self.dataset, self.versions)
