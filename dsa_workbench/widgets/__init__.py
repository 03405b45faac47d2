"""Widgets: what the verbs hand back where it is to be looked at and not only read.

A widget is traits and messages. What it shows is drawn in the browser by the panel's own parts (docs/adr/0022). They
ask the kernel in the words of the REST API, and `routes` answers by the verbs of whatever workbench there is.

anywidget is loaded with the first widget and not before.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dsa_workbench.widgets.diff import DiffWidget
    from dsa_workbench.widgets.history import HistoryWidget
    from dsa_workbench.widgets.job import JobWidget
    from dsa_workbench.widgets.table import TableWidget
    from dsa_workbench.widgets.upload import UploadWidget
    from dsa_workbench.widgets.uploads import KernelDesk

__all__ = ["DiffWidget", "HistoryWidget", "JobWidget", "KernelDesk", "TableWidget", "UploadWidget"]

_LAZY = {
    "DiffWidget": "diff", "HistoryWidget": "history", "JobWidget": "job", "TableWidget": "table",
    "KernelDesk": "uploads", "UploadWidget": "upload",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(f"dsa_workbench.widgets.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
