"""How results show themselves in a notebook: a diff as a widget where somebody looks, and as it was everywhere else."""

from __future__ import annotations

from typing import Any

from dsa_workbench.errors import Unsupported

_DIFF = ("dsa_workbench.results.diff", "Diff")
"""By name, so that nothing is loaded for it."""


def dress(shell: Any) -> None:
    """Have diffs shown as widgets by this shell, if it is that of a kernel."""
    if getattr(shell, "kernel", None) is not None:
        shell.display_formatter.mimebundle_formatter.for_type_by_name(*_DIFF, lambda diff: bundle_of(shell, diff))


def undress(shell: Any) -> None:
    """Have diffs shown as they show themselves."""
    shell.display_formatter.mimebundle_formatter.pop(".".join(_DIFF), None)


def bundle_of(shell: Any, diff: Any) -> Any:
    """Give all faces of a diff: HTML, Markdown and text, and a widget where a page may be there that draws it.

    A front end with a person in front of it can ask for input; programs that run notebooks say that they cannot.
    """
    if not getattr(shell.kernel, "_allow_stdin", False) or not diff:
        return diff._repr_mimebundle_()
    try:
        return diff.widget()._repr_mimebundle_()
    except Unsupported:
        return diff._repr_mimebundle_()  # of changes of form there is none
