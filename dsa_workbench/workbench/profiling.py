"""The verb that tells a table's columns in numbers."""

from __future__ import annotations

from collections.abc import Sequence

from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.features.versioning.get_data import get_table
from dsa_workbench.features.versioning.profile_table import profile_table
from dsa_workbench.results import TableProfile
from dsa_workbench.workbench.arguments import columns_of
from dsa_workbench.workbench.connection import Connection


class ProfileVerbs(Connection):
    """Tell columns in numbers: profile."""

    def profile(self, spec: str, columns: Sequence[str] | str | None = None) -> TableProfile:
        """Tell of each column nulls, distinct values, bounds, quartiles and spread at a version.

        It is told from what is stored beside the columns; those that were written without it are read once. See
        docs/guide/data-profiles.md for how exact each number is.

        Raises
        ------
        NotFound
            The version or a column does not exist.
        """
        found = get_table(self.actor, self.store, self._cache, parse_spec(spec))
        return TableProfile(str(found.spec), found.table.rows, profile_table(found.table, columns_of(columns)))
