"""Tab completion of `%dsa`: commands, options, datasets, refs, tables, columns, variables and paths.

It never raises, never connects by itself, and never keeps the user waiting: candidates are looked up in a
thread, and what is not there in time is left out.
"""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.errors import DsaError
from kernel_magics.commands import COMMANDS
from kernel_magics.grammar import Command, Means, Option
from kernel_magics.session import Session, is_data
from kernel_magics.sql_completion import complete_sql
from kernel_magics.words import split

WAIT = 0.7
"""Seconds until completion gives up."""
MOST = 200
"""Candidates that are offered."""
_JOBS = 20
"""Jobs that are offered, the latest."""
_LINE = re.compile(r"^\s*(?:[^\W\d][\w.,\s\[\]'\"]*=\s*)?%?%dsa\s+(?P<rest>.*)$", re.DOTALL)
_CELL = re.compile(r"\s*%%dsa\s+sql\b")
_HELP = "help"
_log = logging.getLogger(__name__)


def matcher_of(session: Session) -> Any:
    """Make IPython's way to ask for completions of a line (matcher API, IPython 8.6 and later)."""

    @context_matcher(identifier="dsa_workbench")  # type: ignore[untyped-decorator] # IPython types it so
    def match(context: CompletionContext) -> SimpleMatcherResult:
        body = _body(context)
        found = None if body else _LINE.match(context.text_until_cursor)
        if body:
            fragment, candidates = _in_time(lambda: _complete_body(session, *body))
        elif found:
            fragment, candidates = complete(session, found["rest"])
        else:
            return {"completions": []}
        return {
            "completions": [SimpleCompletion(text=text, type="dsa") for text in candidates],
            "matched_fragment": fragment,
            "suppress": True,  # Python's own candidates make no sense on this line
            "ordered": True,
        }

    return match


def complete(session: Session, rest: str) -> tuple[str, list[str]]:
    """Complete what was typed after ``%dsa``: give the fragment that is replaced, and what may replace it."""
    return _in_time(lambda: _complete(session, rest))


def _body(context: CompletionContext) -> tuple[str, str] | None:
    """Give the body of a cell of SQL, whole and up to the cursor; None for any other."""
    first, *lines = context.full_text.split("\n")
    if not _CELL.match(first) or context.cursor_line == 0:
        return None
    until = [*lines[: context.cursor_line - 1], context.text_until_cursor]
    return "\n".join(lines), "\n".join(until)


def _complete_body(session: Session, body: str, until: str) -> tuple[str, list[str]]:
    return complete_sql(body, until, lambda typed: _specs(session, typed), lambda spec: _columns(session, spec))


def _in_time(find: Callable[[], tuple[str, list[str]]]) -> tuple[str, list[str]]:
    answer: list[tuple[str, list[str]]] = []

    def look() -> None:
        try:
            answer.append(find())
        except Exception:  # noqa: BLE001 - a Tab must never break typing; the log says why nothing came
            _log.debug("completion failed", exc_info=True)

    thread = threading.Thread(target=look, name="dsa-completion", daemon=True)
    thread.start()
    thread.join(WAIT)
    return answer[0] if answer else ("", [])


def _complete(session: Session, rest: str) -> tuple[str, list[str]]:
    words = split(rest)
    open_word = bool(words) and (bool(words[-1].quote) or not rest[-1:].isspace())
    fragment = rest[words[-1].start :] if open_word else ""
    typed = words[-1].text if open_word else ""
    before = [word.text for word in (words[:-1] if open_word else words)]
    if not before:
        return fragment, _starting([*COMMANDS, _HELP], typed)
    if before[0] == _HELP:
        return fragment, _starting(COMMANDS, typed)
    command = COMMANDS.get(before[0])
    if command is None:
        return fragment, []
    if typed.startswith("-"):
        flag, equals, value = typed.partition("=")
        option = _option(command, flag)
        if equals and option is not None:
            return fragment, [f"{flag}={text}" for text in _values(session, command, before, option, value)]
        flags = [flag for option in command.options for flag in option.flags if flag not in before]
        return fragment, _starting(flags, typed)
    option = _option(command, before[-1])
    if option is not None and option.read is not None:
        return fragment, _quoted(_values(session, command, before, option, typed), fragment)
    place = len(_positional(command, before))
    if place >= len(command.arguments):
        return fragment, []
    return fragment, _quoted(_meant(session, command.arguments[place].means, typed, None), fragment)


def _option(command: Command, flag: str) -> Option | None:
    return next((option for option in command.options if flag in option.flags), None)


def _positional(command: Command, before: list[str]) -> list[str]:
    """Pick the words that are neither options nor their values."""
    found, skip = [], False
    for word in before[1:]:
        if skip:
            skip = False
        elif word.startswith("-"):
            option = _option(command, word)
            skip = option is not None and option.read is not None
        else:
            found.append(word)
    return found


def _values(session: Session, command: Command, before: list[str], option: Option, typed: str) -> list[str]:
    if option.choices:
        return _starting(option.choices, typed)
    spec = next(
        (w for w, a in zip(_positional(command, before), command.arguments, strict=False) if _versioned(a.means)),
        None,
    )
    head, comma, tail = typed.rpartition(",")
    if option.means is Means.COLUMNS:
        return [f"{head}{comma}{text}" for text in _meant(session, option.means, tail, spec)]
    return _meant(session, option.means, typed, spec)


def _versioned(means: Means) -> bool:
    return means in {Means.SPEC, Means.SPEC_OR_FRAME, Means.DATASET}


def _meant(session: Session, means: Means, typed: str, spec: str | None) -> list[str]:
    match means:
        case Means.FILE:
            return _paths(typed)
        case Means.FRAME:
            return _frames(session, typed)
        case Means.DATASET | Means.SPEC:
            return _specs(session, typed)
        case Means.SPEC_OR_FRAME:
            return _specs(session, typed) + _frames(session, typed)
        case Means.REF:
            return _starting(_refs(session, spec), typed)
        case Means.TABLE:
            return _starting(_tables(session, session.spec(spec)), typed)
        case Means.JOB:
            return _starting(_jobs(session), typed)
        case Means.COLUMNS:
            return _starting(_columns(session, spec), typed)
        case _:
            return []


def _starting(candidates: Iterable[str], typed: str) -> list[str]:
    return [text for text in candidates if text.startswith(typed)][:MOST]


def _quoted(candidates: list[str], fragment: str) -> list[str]:
    """Keep the quote that was opened, and quote what holds blanks."""
    quote = fragment[:1] if fragment[:1] in {"'", '"'} else ""
    return [
        f"{quote or chr(34)}{text}" if quote or any(char.isspace() for char in text) else text for text in candidates
    ]


def _frames(session: Session, typed: str) -> list[str]:
    names = [name for name in list(session.names) if name.startswith(typed) and (typed or not name.startswith("_"))]
    return sorted(name for name in names if is_data(session.names[name]))[:MOST]


def _paths(typed: str) -> list[str]:
    """List files and folders; folders end with a slash, hidden ones only when a dot was typed."""
    head, slash, tail = typed.rpartition("/")
    folder = Path(os.path.expanduser(head + slash) or ".")  # noqa: PTH111 - "~" alone must stay as typed
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(tail) and (tail.startswith(".") or not entry.name.startswith(".")):
                found.append(f"{head}{slash}{entry.name}{'/' if entry.is_dir() else ''}")
                if len(found) >= MOST:
                    break
    return sorted(found)


def _datasets(session: Session) -> list[str]:
    return [] if session.opened is None else [dataset.name for dataset in session.opened.datasets()]


def _jobs(session: Session) -> list[str]:
    return [] if session.opened is None else [str(job.id) for job in session.opened.jobs(limit=_JOBS)]


def _refs(session: Session, spec: str | None) -> list[str]:
    if session.opened is None:
        return []
    return [ref.name for ref in session.opened.refs(parse_spec(session.spec(spec)).dataset)]


def _tables(session: Session, spec: str) -> list[str]:
    if session.opened is None:
        return []
    return list(session.opened.show(spec.partition(":")[0]).summary)


def _columns(session: Session, spec: str | None) -> list[str]:
    if session.opened is None:
        return []
    return list(session.opened.read(session.spec(spec)).schema.names)


def _specs(session: Session, typed: str) -> list[str]:
    """Complete a spec part by part: dataset, then ``@`` and refs, then ``:`` and tables."""
    dataset, at, rest = typed.partition("@")
    before, colon, _ = rest.partition(":") if at else dataset.partition(":")
    if colon and "{" not in before:
        spec = f"{dataset}@{before}" if at else before
        return _starting([f"{spec}:{name}" for name in _tables(session, session.spec(spec))], typed)
    if at:
        try:
            refs = _refs(session, dataset or None)
        except DsaError:  # no such dataset: nothing to offer
            return []
        return _starting([f"{dataset}@{name}" for name in refs], typed)
    return _starting(_datasets(session), typed)
