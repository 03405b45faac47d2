"""The verbs of equality profiles: what counts as equal in the diffs of a dataset."""

from __future__ import annotations

from typing import Any

from dsa_workbench.core.model.profile import EqualityProfile
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.datasets.equality import equality_history, set_equality
from dsa_workbench.results import Equality
from dsa_workbench.workbench.connection import Connection


class EqualityVerbs(Connection):
    """Say what counts as equal: equality, set_equality."""

    def equality(self, dataset: str, *, log: bool = False) -> Equality:
        """Show what counts as equal in the diffs of a dataset, or with `log` all that ever did."""
        return Equality(dataset, equality_history(self.actor, self.store, dataset), log)

    def set_equality(
        self, dataset: str, profile: EqualityProfile | None = None, *, clear: bool = False, **settings: Any
    ) -> Equality:
        """Say what counts as equal in the diffs of a dataset; each change is a new version of its profile.

        Settings that are given take the place of what they were, the others stay; with `clear` they go. They are
        ``ignore=["updated_at"]``, ``case=True`` or ``["code"]``, ``whitespace="trim"`` (collapse, ignore, exact),
        ``null_tokens=["NA"]``, ``decimal_scale=2``, ``float_tolerance=1e-9``, ``relative_tolerance=1e-6``; each but
        `ignore` also as a dict by column. A whole `profile` takes the place of all.

        Raises
        ------
        NotFound
            There is no such dataset, or no column of a name.
        InvalidInput
            A setting makes no sense.
        """
        if profile is not None and settings:
            raise InvalidInput("A profile and settings were given.", hint="Give one of them.")
        given = profile if profile is not None else settings
        return Equality(dataset, set_equality(self.actor, self.store, dataset, given, clear=clear))
