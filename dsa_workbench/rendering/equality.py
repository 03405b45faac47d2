"""Equality profiles in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dsa_workbench.core.model.profile import ALL, EqualityProfile, StoredProfile, UsedProfile
from dsa_workbench.rendering.controls import visible
from dsa_workbench.rendering.document import (
    Block,
    Bullets,
    Document,
    Grid,
    Head,
    Heading,
    Mark,
    Piece,
    Row,
    line,
    plain,
)
from dsa_workbench.rendering.words import listed, moment

NOTHING = "values alone count"
_SPACES = {
    "exact": "white space counts",
    "trim": "white space at the ends does not count",
    "collapse": "a run of white space counts as one blank",
    "ignore": "white space does not count",
}


def phrases(profile: EqualityProfile) -> list[str]:
    """Say what a profile takes for the same, setting by setting."""
    said = []
    if profile.ignore:
        verb = "is" if len(profile.ignore) == 1 else "are"
        said.append(f"{_names(profile.ignore)} {verb} ignored")
    said += _each(profile.case, lambda v: "case does not count" if v else "case counts")
    said += _each(profile.whitespace, _SPACES.__getitem__)
    said += _each(profile.null_tokens, _tokens)
    said += _each(profile.decimal_scale, lambda v: f"{v} decimals count" if v != 1 else "1 decimal counts")
    said += _each(profile.float_tolerance, lambda v: f"floats may lie {v:g} apart")
    said += _each(profile.relative_tolerance, lambda v: f"floats may lie apart by {v:g} of the larger one")
    return said


def _each(setting: Mapping[str, Any], phrase: Callable[[Any], str]) -> list[str]:
    said = [phrase(setting[ALL])] if ALL in setting else []
    groups: dict[str, list[str]] = {}
    for name, value in setting.items():
        if name != ALL:
            groups.setdefault(phrase(value), []).append(name)
    return said + [f"{text} in {_names(names)}" for text, names in groups.items()]


def _tokens(tokens: Sequence[str]) -> str:
    if not tokens:
        return "no text counts as null"
    shown = listed([f'"{visible(t)}"' for t in tokens])
    return f"{shown} {'counts' if len(tokens) == 1 else 'count'} as null"


def _names(names: Sequence[str]) -> str:
    return listed([visible(name) for name in names])


def used(profile: UsedProfile) -> str:
    """Say which profile a diff went by, and what it takes for the same."""
    return f"Equality by {visible(profile.title)} ({profile.profile.short}): {'; '.join(phrases(profile.profile))}."


def view(dataset: str, versions: Sequence[StoredProfile]) -> Document:
    """Show a dataset's profile as it is."""
    title = f"Equality in {visible(dataset)}"
    if not versions:
        return Heading(plain(title)), line(f"There is no profile: {NOTHING}.")
    now = versions[0]
    blocks: list[Block] = [
        Heading((Piece(title), Piece(f"  version {now.version} ({now.profile.short})", Mark.DIM))),
        Bullets(tuple(plain(text) for text in phrases(now.profile) or [NOTHING])),
        line(Piece(f"Set by {visible(now.created_by)}, {moment(now.created_at)}.", Mark.DIM)),
    ]
    return tuple(blocks)


def log(dataset: str, versions: Sequence[StoredProfile]) -> Document:
    """Show all versions of a dataset's profile, latest first."""
    if not versions:
        return view(dataset, versions)
    heads = (Head("version", right=True), Head("id"), Head("time"), Head("author"), Head("what counts as equal"))
    rows = tuple(
        Row(
            (
                plain(f"{v.version}"),
                (Piece(v.profile.short, Mark.CODE),),
                plain(moment(v.created_at)),
                plain(visible(v.created_by)),
                plain("; ".join(phrases(v.profile)) or NOTHING),
            )
        )
        for v in versions
    )
    return Heading(plain(f"Equality in {visible(dataset)}")), Grid("", heads, rows)
