"""What users give, brought into one form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from dsa_workbench.core.model.choice import one_of
from dsa_workbench.features.versioning.incoming import Mode
from dsa_workbench.files.writing import WriteOptions


def columns_of(given: Sequence[str] | str | None) -> tuple[str, ...] | None:
    """Take one column's name for a list of one."""
    if given is None:
        return None
    return (given,) if isinstance(given, str) else tuple(given)


def mode_of(given: str) -> Mode:
    """Take a word for the mode of an import."""
    return Mode(one_of("mode", given, tuple(Mode)))


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
