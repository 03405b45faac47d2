"""What users give, brought into one form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.incoming import Mode
from dsa_workbench.files.writing import WriteOptions


def columns_of(given: Sequence[str] | str | None) -> tuple[str, ...] | None:
    """Take one column's name for a list of one."""
    if given is None:
        return None
    return (given,) if isinstance(given, str) else tuple(given)


def one_of(what: str, given: str, known: tuple[str, ...]) -> Any:
    """Refuse a word that is none of those known."""
    if given not in known:
        raise InvalidInput(f"{given!r} is no {what}.", hint=f"It is one of: {', '.join(known)}.")
    return given


def mode_of(given: str) -> Mode:
    """Take a word for the mode of an import."""
    return Mode(one_of("mode", given, tuple(Mode)))


def skips_rejects(given: str | None, target: object) -> bool:
    """Say whether rows that do not fit are left out: where it is said so, or where it is said where they go."""
    if given is None:
        return target is not None
    if one_of("way with rejects", given, ("refuse", "skip")) == "refuse" and target is not None:
        raise InvalidInput("rejects='refuse' leaves no rows for rejects_to=.", hint="Leave one of them out.")
    return given == "skip"


def write_options(**given: Any) -> WriteOptions:
    """Gather how a file is to be written.

    Raises
    ------
    InvalidInput
        There is no such option, or a choice is none of those known.
    """
    known = [f.name for f in fields(WriteOptions) if f.name != "table"]
    for name in given:
        one_of("option of export", name, tuple(known))
    if "overflow" in given:
        one_of("overflow", given["overflow"], ("sheets", "refuse"))
    return WriteOptions(**given)
