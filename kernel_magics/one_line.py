"""Errors as one line: what happened and what to do, without a traceback, and the cell still fails.

IPython asks an exception for `_render_traceback_` before it makes a traceback of its own, and sends what it
gets as the error of the cell. So nbconvert, papermill and nbval see a failed cell, and `except NotFound`
still works.
"""

from __future__ import annotations

from dsa_workbench.errors import DsaError

_RED = "\x1b[31m"
_OFF = "\x1b[0m"


def in_one_line(error: DsaError) -> DsaError:
    """Make an error show itself as one line."""
    words = " ".join(str(error).split())
    text = f"{_RED}{type(error).__name__}{_OFF}: {words}"
    error.__dict__["_render_traceback_"] = lambda: [text]
    return error
