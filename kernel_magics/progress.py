"""The progress line of long work: one line, updated in place, gone when the work is done.

It appears after half a second. A notebook gets one display that is updated, a terminal a line that is written
over. Where nobody watches (nbconvert, papermill, nbval, output to a file) nothing is shown, so nothing is
left behind.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from html import escape
from typing import Any, Protocol

from IPython.display import display

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.rendering.progress import sentence, share_of

APPEARS_AFTER = 0.5
"""Seconds; shorter work needs no line."""
BETWEEN = 0.2
"""Seconds between two updates, so that the display costs nothing."""
_BAR = 24


class Line(Protocol):
    """Somewhere to show one line that is replaced by the next."""

    def show(self, text: str, share: float | None) -> None:
        """Replace the line."""
        ...

    def clear(self) -> None:
        """Take the line away."""
        ...


class ProgressReport:
    """Takes progress from any thread and shows it; a context manager, so that the line always goes."""

    def __init__(self, line: Line | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._line = line
        self._clock = clock
        self._began = self._shown_at = clock()
        self._shown = False
        self._lock = threading.Lock()

    def __enter__(self) -> ProgressReport:
        return self

    def __exit__(self, *error: object) -> None:
        with self._lock:
            if self._shown and self._line is not None:
                self._line.clear()
            self._line = None

    def __call__(self, progress: Progress) -> None:
        """Show a moment of the work, if it is time for that."""
        now = self._clock()
        with self._lock:
            if self._line is None or now - self._began < APPEARS_AFTER:
                return
            if self._shown and now - self._shown_at < BETWEEN:
                return
            self._shown, self._shown_at = True, now
            self._line.show(sentence(progress, now - self._began), share_of(progress))


def _bar(share: float | None) -> str:
    if share is None:
        return ""
    full = round(share * _BAR)
    return "█" * full + "░" * (_BAR - full) + "  "


class _Notebook:
    """One display of a notebook, updated by its id."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, text: str, share: float | None) -> None:
        html = f"<progress value='{share or 0:.3f}' style='vertical-align:middle'></progress> {escape(text)}"
        self._put({"text/plain": _bar(share) + text, "text/html": html})

    def clear(self) -> None:
        self._put({"text/plain": "", "text/html": ""})

    def _put(self, bundle: dict[str, str]) -> None:
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call] # IPython's
        else:
            self._handle.update(bundle, raw=True)


class _Terminal:
    """A terminal's line, written over after a carriage return."""

    def show(self, text: str, share: float | None) -> None:
        sys.stderr.write(f"\r\x1b[K{_bar(share)}{text}")
        sys.stderr.flush()

    def clear(self) -> None:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def line_for(shell: Any) -> Line | None:
    """Choose where this shell shows progress; None where nobody watches.

    A front end with a person in front of it can ask for input; programs that run notebooks say that they
    cannot.
    """
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        return _Notebook() if getattr(kernel, "_allow_stdin", False) else None
    return _Terminal() if sys.stderr.isatty() else None
