"""The widget of a diff."""

from __future__ import annotations

from typing import Any

from traitlets import Enum, Int, List, Unicode

from dsa_workbench.errors import Unsupported
from dsa_workbench.results import Diff
from dsa_workbench.widgets.linked import Linked
from dsa_workbench.widgets.routes import DiffRoutes

KINDS = ("added", "removed", "changed")
HEIGHT = 460
"""Pixels: notes and the active cell need some beside the rows."""


class DiffWidget(Linked):
    """What differs between two versions: counts, columns, and the changed rows, fetched as they are looked at.

    All traits can be set, observed and linked: `table`, `kinds` and `column` choose rows, `view` says how they are
    shown, `row` is the active one. `rows` tells how many there are.
    """

    old = Unicode().tag(sync=True)
    new = Unicode().tag(sync=True)
    table = Unicode("", help="The table whose rows are shown; empty: the first that differs.").tag(sync=True)
    kinds = List(Enum(KINDS), default_value=list(KINDS), help="Kinds of rows that are shown.").tag(sync=True)
    column = Unicode("", help="Show only rows with a changed cell in it; empty: all.").tag(sync=True)
    view = Enum(("unified", "sides"), default_value="unified").tag(sync=True)
    row = Int(-1, help="The active row among those that are shown; -1: none.").tag(sync=True)
    rows = Int(0, help="How many rows are shown in all.").tag(sync=True)

    def __init__(self, diff: Diff, **traits: Any) -> None:
        if diff.form:
            raise Unsupported(
                "A widget shows what differs by value, and this diff shows changes of form.",
                hint="Look at it as it is, or leave form= out.",
            )
        traits = {"height": HEIGHT} | traits
        super().__init__(diff, DiffRoutes(lambda *_: diff), _face="diff", old=diff.old, new=diff.new, **traits)
