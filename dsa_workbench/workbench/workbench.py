"""All verbs in one place: what a user holds."""

from __future__ import annotations

from dsa_workbench.widgets.verbs import WidgetVerbs
from dsa_workbench.workbench.blaming import BlameVerbs
from dsa_workbench.workbench.durable import DurableVerbs
from dsa_workbench.workbench.equality import EqualityVerbs
from dsa_workbench.workbench.histories import HistoryVerbs
from dsa_workbench.workbench.importing import ImportVerbs
from dsa_workbench.workbench.keying import KeyVerbs
from dsa_workbench.workbench.patching import PatchVerbs
from dsa_workbench.workbench.profiling import ProfileVerbs
from dsa_workbench.workbench.reading import ReadVerbs
from dsa_workbench.workbench.upkeep import StoreVerbs


class Workbench(
    ImportVerbs,
    KeyVerbs,
    ProfileVerbs,
    ReadVerbs,
    PatchVerbs,
    HistoryVerbs,
    BlameVerbs,
    EqualityVerbs,
    StoreVerbs,
    DurableVerbs,
    WidgetVerbs,
):
    """A connection to a store, with the verbs of versioning. Made by `connect`; use it in a `with` statement."""
