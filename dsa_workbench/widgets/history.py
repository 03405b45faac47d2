"""The widget of a history."""

from __future__ import annotations

from typing import Any

from traitlets import List, Unicode

from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.widgets.door import Door
from dsa_workbench.widgets.linked import Linked
from dsa_workbench.widgets.routes import HistoryRoutes, address_of

STILL = 20
"""Commits that stand in its picture."""


class HistoryWidget(Linked):
    """The commits of a dataset as a graph of branches and merges; any two can be compared in it.

    `at` is the version whose history is shown, empty for all branches and tags. `chosen` holds the ids of the chosen
    commits, two at most. Both can be set, observed and linked.
    """

    dataset = Unicode().tag(sync=True)
    at = Unicode("", help="A branch, tag or other version; empty: all branches and tags.").tag(sync=True)
    chosen = List(Unicode(), help="Ids of the chosen commits, two at most.").tag(sync=True)

    def __init__(self, door: Door, spec: str, **traits: Any) -> None:
        dataset, version, _ = address_of(spec)
        at = version if "@" in spec or spec != parse_spec(spec).dataset else ""
        found = door.log(spec if at else dataset, STILL, all=not at)
        super().__init__(found, HistoryRoutes(door), _face="history", dataset=dataset, at=at, **traits)
