"""Statements that take long: counted, and logged with their plan, never with what was asked for or found.

A plan is made on a thread and a connection of its own, in a session that can write nothing; where that fails, the line
comes without it. Nothing of this can break or hold up the work that the statement was for. Statements that wait for
others by design, as all do that ask for an advisory lock, are not slow; and where a program has set up no logging, as
in a notebook, nothing is written.
"""

from __future__ import annotations

import contextvars
import logging
import re
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from psycopg.sql import Composable

SLOW_SECONDS = 1.0
"""From how many seconds on a statement is slow, where the settings do not say: all of ours have an index."""

_LONGEST = 2000
"""Characters of a statement that are shown."""
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_PLANNED = re.compile(r"\s*(?:WITH|SELECT|INSERT|UPDATE|DELETE|MERGE|VALUES)\b", re.IGNORECASE)
_CAREFULLY = """
SELECT set_config('default_transaction_read_only', 'on', false), set_config('statement_timeout', '2s', false),
       set_config('lock_timeout', '500ms', false)
"""
_LINES_UP = re.compile(r"\s*SELECT\s+pg_advisory_(?:xact_)?lock\b", re.IGNORECASE)
_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())


class SlowStatements:
    """The slow statements of one database. `open_session` gives a connection with the settings of ours."""

    def __init__(self, seconds: float, open_session: Callable[[], psycopg.Connection[Any]]) -> None:
        self.seconds = seconds
        self.count = 0
        self._open = open_session
        self._planning = threading.Lock()

    def saw(self, statement: str, parameters: Any, seconds: float, *, plan: bool) -> None:
        """Count a statement, and write it down; one plan is made at a time, and others do not wait for it."""
        self.count += 1
        shown = without_literals(statement)
        plain = plan and _PLANNED.match(statement) and ";" not in shown.rstrip().rstrip(";")
        if not plain or not self._planning.acquire(blocking=False):
            _tell(shown, seconds, "")
            return

        def work() -> None:
            try:
                found = self._plan(statement.rstrip().rstrip(";"), parameters)
            finally:
                self._planning.release()
            _tell(shown, seconds, found)

        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(work,), name="dsa-slow-plan", daemon=True).start()

    def _plan(self, statement: str, parameters: Any) -> str:
        try:
            with self._open() as connection:
                connection.execute(_CAREFULLY)
                rows = connection.execute(f"EXPLAIN {statement}", parameters).fetchall()
        except psycopg.Error as err:
            # A table of the statement's own transaction, a lock, a server that has gone: there is no plan then.
            return f"no plan: {' '.join(str(err).split())[:200]}"
        return without_literals("\n".join(str(row[0]) for row in rows))


def without_literals(text: str) -> str:
    """Leave out what stands between quotes in a statement or a plan: it may be data."""
    return _LITERAL.sub("'…'", text)


def timed_cursor(slow: SlowStatements) -> type[psycopg.Cursor[TupleRow]]:
    """Make a class of cursors that tell of their slow statements."""

    class TimedCursor(psycopg.Cursor[TupleRow]):
        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            began = time.perf_counter()
            try:
                return super().execute(query, params, **options)
            finally:
                self._timed(query, params, time.perf_counter() - began, plan=True)

        def executemany(self, query: Any, params_seq: Iterable[Any], *, returning: bool = False) -> None:
            began = time.perf_counter()
            try:
                super().executemany(query, params_seq, returning=returning)
            finally:
                self._timed(query, None, time.perf_counter() - began, plan=False)

        def _timed(self, query: Any, params: Any, seconds: float, *, plan: bool) -> None:
            if seconds >= slow.seconds and not _LINES_UP.match(text := _text(query)):
                slow.saw(text, params, seconds, plan=plan)

    return TimedCursor


def _text(query: Any) -> str:
    if isinstance(query, bytes):
        return query.decode("utf-8", "replace")
    return query.as_string() if isinstance(query, Composable) else str(query)


def _tell(shown: str, seconds: float, plan: str) -> None:
    words = " ".join(shown.split())
    words = words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
    _log.warning(
        "a statement took %.3f s: %s%s",
        seconds,
        words,
        f"\n{plan}" if plan else "",
        extra={"seconds": round(seconds, 3)},
    )
