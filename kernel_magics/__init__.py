"""The IPython extension: ``%load_ext dsa_workbench`` (or ``kernel_magics``) brings ``%dsa``."""

from __future__ import annotations

from typing import Any

from kernel_magics.completion import matcher_of
from kernel_magics.faces import dress, undress
from kernel_magics.magics import DsaMagics

_loaded: dict[int, tuple[Any, DsaMagics, Any]] = {}
"""What was registered, by the id of its shell, so that unloading takes back exactly that."""


def load_ipython_extension(shell: Any) -> None:
    """Register ``%dsa`` and its completion; loading twice does nothing."""
    if id(shell) in _loaded:
        return
    magics = DsaMagics(shell)
    shell.register_magics(magics)
    matcher = matcher_of(magics.session)
    shell.Completer.custom_matchers.append(matcher)
    dress(shell)
    _loaded[id(shell)] = (shell, magics, matcher)


def unload_ipython_extension(shell: Any) -> None:
    """Take back what loading registered, and close the connection."""
    _, magics, matcher = _loaded.pop(id(shell), (None, None, None))
    if magics is None:
        return
    undress(shell)
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("dsa", None)
    shell.magics_manager.registry.pop(type(magics).__name__, None)
    shell.configurables[:] = [one for one in shell.configurables if one is not magics]
    if matcher in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.remove(matcher)
    magics.session.close()
