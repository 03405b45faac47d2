"""The door: the verbs that magics, widgets, handlers and scripts hold.

It opens the store, knows who acts, and turns words into commands and what comes back into results. What a verb does
stands in `features`.
"""

from dsa_workbench.workbench.opening import connect
from dsa_workbench.workbench.workbench import Workbench

__all__ = ["Workbench", "connect"]
