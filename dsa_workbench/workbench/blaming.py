"""The verb that tells where the values of a row come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dsa_workbench.columns.extensions import revive_extensions
from dsa_workbench.core.model.spec import VersionSpec, parse_spec
from dsa_workbench.features.versioning.blame import BlameRow, blame
from dsa_workbench.features.versioning.get_data import get_table
from dsa_workbench.results import Blame
from dsa_workbench.workbench.arguments import columns_of
from dsa_workbench.workbench.connection import Connection


class BlameVerbs(Connection):
    """Tell where values come from: blame."""

    def blame(
        self, spec: str, key: Any, columns: Sequence[str] | str | None = None, *, profile: Any = None
    ) -> Blame:  # fmt: skip
        """Say which commit gave each cell of a row its value, seen through merges.

        Parameters
        ----------
        spec
            The version whose row it is.
        key
            The row's key: its value, several in the key's order, or a dict by column. Texts are read as the key's type.
        columns
            Only these columns.
        profile
            What counts as equal, as for `diff`: a change that it takes for none is passed over.

        Raises
        ------
        NotFound
            There is no such version, column or row.
        InvalidInput
            The table has no key, or these are no values of it.
        """
        asked = BlameRow(parse_spec(spec), key, columns_of(columns), profile)
        found = blame(self.actor, self.store, self._cache, asked)
        pinned = VersionSpec(asked.spec.dataset, found.version.id, table=found.table)
        table = get_table(self.actor, self.store, self._cache, pinned).table
        names = list(dict.fromkeys((*found.key, *found.columns)))
        return Blame(spec, found, revive_extensions(table.take(names, [found.position])))
