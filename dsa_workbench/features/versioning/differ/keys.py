"""Which columns pair the rows, and the sentence that says so. A diff never refuses: it falls back and says to what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.differ.joining import join_columns
from dsa_workbench.features.versioning.differ.schema import Matching
from dsa_workbench.features.versioning.differ.sides import ColumnPair, Side, Sides

KEYLESS = "equal rows are matched as a multiset; edited rows are paired in place."


@dataclass(frozen=True, slots=True)
class Pairing:
    """Key columns by their new names (none: keyless), whether they are known not to repeat, and the sentence."""

    key: tuple[str, ...]
    unique: bool
    sentence: str


def choose_key(sides: Sides, matching: Matching, asked: Sequence[str] | None) -> Pairing:
    """Choose the columns that pair rows: those asked for, the key of both versions, or what is left of it.

    Raises
    ------
    InvalidInput
        A column that was asked for is not in both versions.
    """
    old_key = tuple(matching.new_name(name) for name in sides.old.version.key)
    new_key = sides.new.version.key
    common = {p.new for p in matching.common}
    if asked:
        key = tuple(dict.fromkeys(asked))
        for name in key:
            if name not in common:
                raise InvalidInput(
                    f"The key column {name!r} is not in both versions.",
                    hint=f"Both have: {', '.join(p.new for p in matching.common) or 'no column'}.",
                )
        return Pairing(key, _declared(sides, matching, key), f"Rows are paired by {_list(key)}, as asked.")
    if new_key and set(old_key) == set(new_key):
        return Pairing(new_key, _declared(sides, matching, new_key), f"Rows are paired by the key {_list(new_key)}.")
    if not new_key and not old_key:
        return Pairing((), False, f"No key: {KEYLESS}")
    return _fall_back(sides, matching, old_key, new_key)


def _fall_back(sides: Sides, matching: Matching, old_key: tuple[str | None, ...], new_key: tuple[str, ...]) -> Pairing:
    common = {p.new for p in matching.common}
    shared = tuple(name for name in new_key if name in old_key)
    change = _change(sides.old.version.key, new_key)
    tried = []
    for names in (old_key, shared, new_key):
        key = tuple(name for name in names if name is not None)
        if not key or len(key) < len(names) or not common.issuperset(key) or key in tried:
            continue
        tried.append(key)
        if _unique(sides, matching, key):
            return Pairing(key, True, f"{change}: rows are paired by {_list(key)}.")
    why = f"{_list(tried[0])} repeats" if tried else "no key column is on both sides"
    return Pairing((), False, f"{change}, and {why}: {KEYLESS}")


def _change(old: Sequence[str], new: Sequence[str]) -> str:
    if not old:
        return f"The key {_list(new)} was added"
    if not new:
        return f"The key {_list(old)} was dropped"
    return f"The key changed from {_list(old)} to {_list(new)}"


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)


def _declared(sides: Sides, matching: Matching, key: Sequence[str]) -> bool:
    """Tell whether both versions declare a key that these columns contain: then they do not repeat."""
    return all(_declares(side, pairs) for side, pairs in _both(sides, matching.pairs(key)))


def _both(sides: Sides, pairs: Sequence[ColumnPair]) -> list[tuple[Side, list[str]]]:
    return [(sides.old, [p.old for p in pairs]), (sides.new, [p.new for p in pairs])]


def _declares(side: Side, names: Sequence[str]) -> bool:
    """Tell whether a version declares a key within these columns, of a type whose bits are its values."""
    declared = side.version.key
    exact = not any(pa.types.is_floating(t) or pa.types.is_nested(t) for t in map(side.type, names))
    return bool(declared) and set(declared) <= set(names) and exact


def _unique(sides: Sides, matching: Matching, key: Sequence[str]) -> bool:
    """Tell whether these columns repeat on neither side, reading them where no declared key says so."""
    for side, names in _both(sides, matching.pairs(key)):
        if _declares(side, names) or not side.rows:
            continue
        columns = side.read(names, np.arange(side.chunks))
        if join_columns(columns, [c.slice(0, 0) for c in columns]).repeats:
            return False
    return True
