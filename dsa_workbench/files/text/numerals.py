"""Numbers as other countries write them: a comma before the decimals, a point or a blank between the thousands.

A column is translated into the usual form, then typed like any other. What is no such number stays as it is, and a
number in the usual form is text here: 1.500 may be one and a half, or fifteen hundred, and nobody shall have to guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.files.tables import ReadOptions
from dsa_workbench.files.values.convert import parse_type

_COMMA = re.compile(r"-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:\.\d{3})+),\d+")
_SURE = re.compile(r"-?(?:0|[1-9]\d*),(?:\d{1,2}|\d{4,})|-?0,\d+|-?[1-9]\d{0,2}(?:\.\d{3})+,\d+|-?[1-9]\d{3,},\d+")
_WHOLE = re.compile(r"-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:\.\d{3})+)")
_POINTED = re.compile(r"-?\d*\.\d+")


@dataclass(frozen=True)
class Numerals:
    """The sign before the decimals, and the one between thousands, if any."""

    decimal: str
    thousands: str | None
    example: str | None = None

    def note(self) -> str:
        """Say what was assumed."""
        return (
            f"numbers have a decimal comma ({self.example!r} was read as a number); decimal='.' (--decimal .) "
            "takes them as text."
        )

    @cached_property
    def _patterns(self) -> tuple[str, str]:
        d = re.escape(self.decimal)
        grouped = ""
        if self.thousands:
            grouped = r"|[1-9][0-9]{0,2}(" + re.escape(self.thousands) + r"[0-9]{3})+"
        usual = r"^-?[0-9]*\.[0-9]" if self.decimal != "." else r"^$"
        return rf"^-?(0|[1-9][0-9]*{grouped})?({d}[0-9]+)?([eE][+-]?[0-9]+)?$", usual

    def translated(self, texts: pa.StringArray) -> pa.StringArray:
        """Write numbers in the usual form; what looks like one already is marked as text by a blank behind it."""
        number, usual = self._patterns
        matches = pc.fill_null(pc.match_substring_regex(texts, number), False)
        matches = pc.and_(matches, pc.fill_null(pc.match_substring_regex(texts, "[0-9]"), False))
        plain = texts
        if self.thousands:
            plain = pc.replace_substring(plain, self.thousands, "")
        if self.decimal != ".":
            plain = pc.replace_substring(plain, self.decimal, ".")
        told = pc.if_else(matches, plain, texts)
        foreign = pc.and_(pc.invert(matches), pc.fill_null(pc.match_substring_regex(texts, usual), False))
        if pc.any(foreign).as_py():
            told = pc.if_else(foreign, pc.binary_join_element_wise(texts, " ", ""), told)
        return told


def find_numerals(
    names: Sequence[str], rows: Sequence[Sequence[str]], delimiter: str, options: ReadOptions
) -> Numerals | None:
    """Take the user's word, or look for columns that are numbers with a decimal comma beyond doubt.

    In a column to which a type of numbers was given, what is no number at all is an error, and says nothing.
    """
    if options.decimal is not None or options.thousands is not None:
        decimal = options.decimal or "."
        if decimal == "." and not options.thousands:
            return None
        return Numerals(decimal, options.thousands or None)
    if delimiter == ",":
        return None
    given = _given_numbers(names, options)
    for name, column in zip(names, zip(*rows, strict=False), strict=False):
        there = [c for c in column if c]
        sure = next((c for c in there if _SURE.fullmatch(c)), None)
        odd = [c for c in there if not _COMMA.fullmatch(c) and not _WHOLE.fullmatch(c)]
        if sure is not None and not (any(map(_POINTED.fullmatch, odd)) if name in given else odd):
            pointed = any("." in c for c in there)
            return Numerals(",", "." if pointed else None, sure)
    return None


def _given_numbers(names: Sequence[str], options: ReadOptions) -> set[str]:
    types = dict.fromkeys(names, options.types) if isinstance(options.types, str) else options.types or {}
    kinds = {name: parse_type(told) for name, told in types.items()}
    return {name for name, kind in kinds.items() if pa.types.is_floating(kind) or pa.types.is_decimal(kind)}
