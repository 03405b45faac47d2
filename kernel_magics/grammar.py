"""What a command is: one description from which parser, help and completion are made."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NoReturn

from dsa_workbench.errors import InvalidInput
from kernel_magics.words import ObjectWord

_WHOLE = re.compile(r"[+-]?(?:0|[1-9]\d*)")
_DECIMAL = re.compile(r"[+-]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")


class Means(StrEnum):
    """What a word stands for: completion looks there for candidates."""

    NOTHING = "nothing"
    FILE = "file"
    FRAME = "frame"
    SPEC = "spec"
    SPEC_OR_FRAME = "spec or frame"
    DATASET = "dataset"
    REF = "ref"
    TABLE = "table"
    COLUMNS = "columns"
    COMMAND = "command"
    JOB = "job"


@dataclass(frozen=True, slots=True)
class Argument:
    """A positional word of a command."""

    name: str
    what: str
    means: Means = Means.NOTHING
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """An option: its flags (the last one names it), what it says, and how its value is read.

    `read` turns the word into a value; without it the option is a switch. A `repeated` one gives a list of values.
    """

    flags: tuple[str, ...]
    what: str
    read: Callable[[str], Any] | None = None
    value: str = "VALUE"
    choices: tuple[str, ...] = ()
    means: Means = Means.NOTHING
    repeated: bool = False

    @property
    def name(self) -> str:
        """The name of the value in the parsed words."""
        return self.flags[-1].lstrip("-").replace("-", "_")


@dataclass(frozen=True, slots=True)
class Command:
    """A command: what it does in a phrase, its words, a function that does it, and examples.

    A `cell` command takes the body of its cell: it is called ``%%dsa``, and its function gets ``words.cell``.
    """

    name: str
    what: str
    run: Callable[[Any, argparse.Namespace], Any]
    arguments: tuple[Argument, ...] = ()
    options: tuple[Option, ...] = ()
    examples: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    cell: bool = False

    @property
    def title(self) -> str:
        """The command as it is called."""
        return f"{'%%dsa' if self.cell else '%dsa'} {self.name}"

    @property
    def usage(self) -> str:
        """The command's shape on one line."""
        words = [f"[{a.name}]" if a.optional else a.name for a in self.arguments]
        options = ["[options]"] if self.options else []
        return " ".join([self.title, *words, *options])


class _Parser(argparse.ArgumentParser):
    """A parser that raises our error where argparse would print its usage and leave."""

    def error(self, message: str) -> NoReturn:
        raise InvalidInput(f"{self.prog}: {message}.", hint=f"See %dsa help {self.prog.split()[-1]}.")


def parser_of(command: Command) -> argparse.ArgumentParser:
    """Make a command's parser."""
    parser = _Parser(prog=command.title, add_help=False, allow_abbrev=False)
    for argument in command.arguments:
        parser.add_argument(argument.name.lower(), nargs="?" if argument.optional else None, metavar=argument.name)
    for option in command.options:
        if option.read is None:
            parser.add_argument(*option.flags, dest=option.name, action="store_true")
        else:
            parser.add_argument(
                *option.flags,
                dest=option.name,
                action="append" if option.repeated else "store",
                type=option.read,
                metavar=option.value,
                choices=option.choices or None,
            )
    return parser


def parse(command: Command, words: Sequence[str]) -> argparse.Namespace:
    """Read the words after a command's name.

    Raises
    ------
    InvalidInput
        They do not fit; the message says which, and what was meant if a near name exists.
    """
    found, left = parser_of(command).parse_known_args(list(words))
    if left:
        raise _not_understood(command, left[0])
    return found


def _not_understood(command: Command, word: str) -> InvalidInput:
    flag = word.split("=", 1)[0]
    if not flag.startswith("-"):
        return InvalidInput(
            f"{command.title}: {word!r} is one word too many.",
            hint=f"It reads: {command.usage}. Put text with blanks in quotes.",
        )
    flags = [flag for option in command.options for flag in option.flags]
    near = difflib.get_close_matches(flag, flags, 1)
    known = f"It knows {', '.join(flags)}." if flags else "It has no options."
    return InvalidInput(f"{command.title} has no option {flag}.", hint=f"Did you mean {near[0]}?" if near else known)


def names(word: str) -> list[str]:
    """Read names separated by commas, or a list given as ``{expression}``."""
    if isinstance(word, ObjectWord):
        return [str(item) for item in _iterated(word)]
    return [part.strip() for part in word.split(",") if part.strip()]


def pairs(word: str) -> dict[str, str]:
    """Read ``a=b,c=d``, or a dict given as ``{expression}``."""
    if isinstance(word, ObjectWord):
        if not isinstance(word.value, dict):
            raise argparse.ArgumentTypeError(f"{word} is no dict")
        return {str(key): str(value) for key, value in word.value.items()}
    found = {}
    for part in names(word):
        left, equals, right = part.partition("=")
        if not equals or not left or not right:
            raise argparse.ArgumentTypeError(f"{part!r} is not of the form name=value")
        found[left.strip()] = right.strip()
    return found


def some_columns(word: str) -> list[str] | bool:
    """Read names of columns, or ``*`` for all of them."""
    return True if word == "*" else names(word)


def numbers(word: str) -> float | dict[str, float]:
    """Read a number for all columns, or numbers by column (``price=0.01,qty=0``); ``none`` is none at all."""
    if word == "none":
        return {}
    found = types(word)
    if isinstance(found, str):
        return _number(found)
    return {column: _number(text) for column, text in found.items()}


def _number(word: str) -> float:
    value = literal(word)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise argparse.ArgumentTypeError(f"{word!r} is no number")
    return value


def profile(word: str) -> Any:
    """Read ``none``, the number of a version, or a dict given as ``{expression}``."""
    if isinstance(word, ObjectWord):
        return word.value
    return int(word) if word.isdecimal() else word


def types(word: str) -> str | dict[str, str]:
    """Read a type for all columns (``text``) or types by column (``zip=text,qty=int``)."""
    return pairs(word) if isinstance(word, ObjectWord) or "=" in word else word


def resolution(word: str) -> Any:
    """Read a side, or a frame or dict given as ``{expression}``."""
    return word.value if isinstance(word, ObjectWord) else word


def sign(word: str) -> str:
    """Read a single character; the word ``tab``, or a backslash and t, is the tab."""
    char = {"\\t": "\t", "tab": "\t"}.get(word, word)
    if len(char) != 1:
        raise argparse.ArgumentTypeError(f"{word!r} is not one character")
    return char


def sign_or_none(word: str) -> str:
    """Read a single character, or the word ``none``."""
    return word if word == "none" else sign(word)


def natural(word: str) -> int:
    """Read a number that is not negative; underscores and commas may group its digits."""
    digits = word.replace("_", "").replace(",", "")
    if not digits.isdecimal():
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of rows")
    return int(digits)


def name(word: str) -> str:
    """Read a name that a Python variable can have."""
    if not word.isidentifier():
        raise argparse.ArgumentTypeError(f"{word!r} cannot name a variable")
    return word


def literal(word: str) -> Any:
    """Read a number, true, false or null; anything else is text, as are digits after a leading zero."""
    known = {"true": True, "false": False, "null": None}
    if word.lower() in known:
        return known[word.lower()]
    if _WHOLE.fullmatch(word):
        return int(word)
    return float(word) if _DECIMAL.fullmatch(word) else word


def text(word: str) -> str:
    """Take the word as it is."""
    return word


def _iterated(word: ObjectWord) -> list[Any]:
    if not isinstance(word.value, (list, tuple, set, frozenset)):
        raise argparse.ArgumentTypeError(f"{word} is no list of names")
    return list(word.value)
