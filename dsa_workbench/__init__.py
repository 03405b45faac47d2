"""DSA Workbench: git for tables, inside Jupyter.

>>> import dsa_workbench as dsa
>>> wb = dsa.connect()                          # doctest: +SKIP
>>> wb.import_file("orders.csv", "sales")       # doctest: +SKIP

Importing this package loads nothing heavy: the names below are fetched when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from dsa_workbench.errors import DsaError
from dsa_workbench.version import __version__

if TYPE_CHECKING:
    from dsa_workbench.connecting import connect
    from dsa_workbench.remote import RemoteWorkbench
    from dsa_workbench.workbench import Workbench


__all__ = ["DsaError", "RemoteWorkbench", "Workbench", "__version__", "connect"]

_LAZY = {
    "connect": "dsa_workbench.connecting",
    "RemoteWorkbench": "dsa_workbench.remote",
    "Workbench": "dsa_workbench.workbench",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_ipython_extension(ipython: Any) -> None:
    """Load the `%dsa` magics: what ``%load_ext dsa_workbench`` calls."""
    importlib.import_module("kernel_magics").load_ipython_extension(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """Take the magics back."""
    importlib.import_module("kernel_magics").unload_ipython_extension(ipython)


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell Jupyter Server which extension it is to load."""
    app = importlib.import_module("dsa_workbench.api.extension").DsaWorkbenchApp
    return [{"module": "dsa_workbench", "app": app}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell `jupyter labextension develop` where the built extension of JupyterLab lies."""
    return [{"src": "labextension", "dest": "dsa-workbench"}]
