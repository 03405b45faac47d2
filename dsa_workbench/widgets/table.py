"""The widget of a table at a version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from traitlets import Int, List, Unicode, observe, validate

from dsa_workbench.results import Displayed
from dsa_workbench.widgets.door import Door
from dsa_workbench.widgets.linked import Linked
from dsa_workbench.widgets.routes import TableRoutes, address_of


class TableWidget(Linked):
    """The rows of a version: as many as there are, fetched as they are looked at.

    All traits can be set, observed and linked: `spec`, `where`, `columns` say what is shown; `row` and `column` are the
    active cell, `offset` the first row that is seen. `rows` tells how many there are.
    """

    spec = Unicode(help="The version and its table: sales@main~1.").tag(sync=True)
    where = Unicode("", help="A condition in SQL that rows must meet; empty: all rows.").tag(sync=True)
    columns = List(Unicode(), help="Names of columns in the order in which they stand; none: all.").tag(sync=True)
    row = Int(-1, help="The active row, counted from 0; -1: none.").tag(sync=True)
    column = Unicode("", help="The column of the active cell.").tag(sync=True)
    offset = Int(0, min=0, help="The first row that is seen.").tag(sync=True)
    rows = Int(0, help="How many rows are shown in all.").tag(sync=True)
    _of: Any = List().tag(sync=True)

    def __init__(
        self, door: Door, spec: str, where: str | None = None, columns: Sequence[str] | str | None = None, **traits: Any
    ) -> None:
        names = [columns] if isinstance(columns, str) else list(columns or ())
        # Whatever is wrong with version, columns or condition is told by the verb, before anything is shown.
        found = door.read(spec, names or None, where or None)
        self._door = door
        super().__init__(
            found, TableRoutes(door), _face="table", spec=spec, where=where or "", columns=names,
            _of=list(address_of(spec)), rows=found.num_rows, **traits,
        )  # fmt: skip

    @validate("spec")
    def _check_spec(self, proposal: Any) -> str:
        address_of(proposal["value"])
        return str(proposal["value"])

    @observe("spec")
    def _follow_spec(self, change: Any) -> None:
        self._of = list(address_of(change["new"]))

    def _now(self) -> Displayed:
        return self._door.read(self.spec, self.columns or None, self.where or None)
