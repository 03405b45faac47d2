"""A command line into words: quotes, escapes, and the two expansions that IPython users know.

IPython's own expansion is off for `%dsa`: it would read the date in ``sales@{2026-03-01}`` as arithmetic, and
it would break a path with blanks into several words. Here a word is split first and expanded after, so a
value stays one word, and a word that is one expression keeps its object: ``%dsa commit {df[df.qty > 0]}
sales``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath
from typing import Any

from dsa_workbench.errors import InvalidInput

_NAME = re.compile(r"\$(\$|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)")
_ALTERNATIVES = re.compile(r"[\w.*?-]*(,[\w.*?-]*)+")
_ESCAPED = " \t\"'\\{}$#"
_TEXTUAL = (str, int, float, date, PurePath)


class ObjectWord(str):
    """A word that stands for a Python object, as the text `{expression}`."""

    value: Any

    def __new__(cls, code: str, value: Any) -> ObjectWord:
        """Make the word for an expression and its value."""
        word = super().__new__(cls, f"{{{code}}}")
        word.value = value
        return word


class AssignedWord(str):
    """A word of the form ``name={expression}``, as text, that keeps the value."""

    value: Any

    def __new__(cls, name: str, value: Any) -> AssignedWord:
        """Make the word for a name and a value."""
        word = super().__new__(cls, f"{name}={value}")
        word.value = value
        return word


@dataclass(frozen=True, slots=True)
class Expression:
    """Python code in a word: between braces, or a name after `$`."""

    code: str
    dollar: bool = False


@dataclass(slots=True)
class Word:
    """A word as it was typed: where it starts, its parts, and whether a quote was left open in it."""

    start: int
    parts: list[str | Expression] = field(default_factory=list)
    quote: str = ""

    def add(self, text: str) -> None:
        """Append literal text."""
        if self.parts and isinstance(self.parts[-1], str):
            self.parts[-1] += text
        else:
            self.parts.append(text)

    @property
    def text(self) -> str:
        """The literal text, with expressions as they were typed."""
        return "".join(part if isinstance(part, str) else f"{{{part.code}}}" for part in self.parts)


def split(line: str) -> list[Word]:
    """Split a line into words. A ``#`` that is a word of its own begins a comment.

    A backslash escapes a blank, a quote, a brace, ``$``, ``#`` or itself and is plain text elsewhere, so that
    Windows paths can be typed. Single quotes keep braces and dollars as they are.
    """
    words: list[Word] = []
    word: Word | None = None
    quote, i = "", 0
    while i < len(line):
        char = line[i]
        if not quote and char.isspace():
            word, i = None, i + 1
            continue
        if word is None:
            if char == "#" and (i + 1 == len(line) or line[i + 1].isspace()):
                break
            word = Word(i)
            words.append(word)
        if quote == "'":
            if char == "'":
                quote = ""
            else:
                word.add(char)
            i += 1
        elif char == "\\" and line[i + 1 : i + 2] and line[i + 1] in _ESCAPED:
            word.add(line[i + 1])
            i += 2
        elif char == quote:
            quote, i = "", i + 1
        elif not quote and char in "\"'":
            word.add("")
            quote, i = char, i + 1
        elif char == "{":
            i = _brace(line, i, word)
        elif char == "$" and (match := _NAME.match(line, i)):
            word.parts.append("$" if match[1] == "$" else Expression(match[1], dollar=True))
            i = match.end()
        else:
            word.add(char)
            i += 1
        word.quote = quote
    return words


def _brace(line: str, i: int, word: Word) -> int:
    """Take what begins with the brace at `i` into the word; return where it ends."""
    if line.startswith("{{", i):
        word.add("{")
        return i + 2
    end = _closing(line, i)
    if end < 0:
        word.add(line[i])
        return i + 1
    inside = line[i + 1 : end]
    moment = word.text.endswith("@") and inside[:1].isdigit()  # as in sales@{2026-03-01}
    if moment or (_ALTERNATIVES.fullmatch(inside) and _is_part_of_path(word, line, end)):
        word.add(line[i : end + 1])
    else:
        word.parts.append(Expression(inside))
    return end + 1


def _is_part_of_path(word: Word, line: str, end: int) -> bool:
    """Say whether a brace stands within a longer word, as in ``2026-{01,02}.csv``, and is no value of a name."""
    before, after = word.text, line[end + 1 : end + 2].strip()
    return not before.endswith("=") if before else after not in {"", '"', "'"}


def _closing(line: str, i: int) -> int:
    depth, quote = 0, ""
    for j in range(i, len(line)):
        char = line[j]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "{[(":
            depth += 1
        elif char in "}])":
            depth -= 1
            if depth == 0:
                return j
    return -1


def expand(word: Word, names: Mapping[str, Any]) -> str:
    """Give a word its final text; a word that is one expression keeps its value as an `ObjectWord`.

    Raises
    ------
    InvalidInput
        A quote was left open, or an expression fails.
    """
    if word.quote:
        raise InvalidInput(f"The quote {word.quote} is opened and not closed.", hint=f"Word: {word.text!r}.")
    if len(word.parts) == 1 and isinstance(word.parts[0], Expression) and not word.parts[0].dollar:
        code = word.parts[0].code
        value = _evaluate(code, names)
        return str(value) if isinstance(value, _TEXTUAL) else ObjectWord(code, value)
    match word.parts:
        case [str() as start, Expression(code, dollar=False)] if start[-1:] == "=" and start[:-1].isidentifier():
            return AssignedWord(start[:-1], _evaluate(code, names))
    return "".join(part if isinstance(part, str) else _text(part, names) for part in word.parts)


def _text(part: Expression, names: Mapping[str, Any]) -> str:
    if part.dollar and part.code.split(".")[0] not in names:
        return "$" + part.code  # "costs $5" and shell habits: an unknown name is plain text, as in IPython
    return str(_evaluate(part.code, names))


def _evaluate(code: str, names: Mapping[str, Any]) -> Any:
    try:
        # The user's own expression in the user's own session, as IPython's expansion does it.
        return eval(code, dict(names))  # noqa: S307
    except Exception as err:
        raise InvalidInput(
            f"{{{code}}} cannot be evaluated: {type(err).__name__}: {err}.",
            hint="Write {{ for a brace itself, or put the word in single quotes.",
        ) from err
