"""Which columns tell all rows of a table apart: sought in samples, and proved on every row.

A repeat in a sample is a repeat in the table, so samples discard nearly all sets of columns; what they leave is looked
at in all rows. Sets of one column come first, then pairs, and so on: a set is looked at only where none of its parts
is a key by itself. Those that nearly are keys are told too, with the rows that stand in the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns.hashing import combined
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.imports.key_hashes import U64, KeyHashes, hash_columns

MOST = 3
"""Columns of a key at most, unless more are asked for."""
SAMPLES = (4_096, 65_536)
FULL_LOOKS = 24
"""Sets of one size that are looked at in all rows, the likeliest first."""
SHOWN = 5
_SETS = 20_000
"""Sets of one size that are looked at in samples."""
_LIKELY = 14
"""What a column costs at most that is likely to be meant for a key: see `_cost`."""
_HINT = re.compile(r"(?:^|[^a-z])(?:id|key|pk|code|no|nr|num|number|uuid|guid|sku|ean|isbn|iban|index)s?(?:[^a-z]|$)")
_PART = re.compile(r"(?:^|[^a-z])(?:date|day|month|year|time|timestamp|name|country|city|line|version)(?:[^a-z]|$)")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A set of columns; `repeats` counts the rows that repeat one before them, `first` are the first two, from 1."""

    columns: tuple[str, ...]
    repeats: int = 0
    first: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class FoundKeys:
    """The sets that tell all `rows` apart, likeliest first, those that nearly do, and which columns cannot be keys."""

    label: str
    rows: int
    keys: tuple[Candidate, ...] = ()
    near: tuple[Candidate, ...] = ()
    unfit: dict[str, str] = field(default_factory=dict)
    most: int = MOST


def suggest_keys(label: str, names: Sequence[str], batches: Iterable[Any], most: int = MOST) -> FoundKeys:
    """Find the smallest sets of columns, of `most` at most, that tell all rows apart.

    Memory is 16 bytes a row at most; a temporary file holds 8 bytes for each value.

    Raises
    ------
    InvalidInput
        `most` is no number of columns.
    """
    if most < 1:
        raise InvalidInput(f"most={most} cannot be used.", hint="Give a number of columns, from 1.")
    hashes = hash_columns(names, batches)
    try:
        keys, near = _Search(hashes).run(most) if hashes.rows > 1 else ([], [])
        return FoundKeys(label, hashes.rows, tuple(keys[:SHOWN]), tuple(near[:SHOWN]), hashes.unfit, most)
    finally:
        hashes.close()


class _Search:
    """The columns of one table, and how likely each is a part of a key."""

    def __init__(self, hashes: KeyHashes) -> None:
        self.hashes = hashes
        self.samples = [hashes.at(_sample(hashes.rows, size)) for size in SAMPLES if size < hashes.rows]
        self.cost = {name: _cost(name, i, hashes) for i, name in enumerate(hashes.names)}
        self.distinct: dict[str, int] = {}

    def run(self, most: int) -> tuple[list[Candidate], list[Candidate]]:
        keys: list[Candidate] = []
        near: list[Candidate] = []
        for size in range(1, most + 1):
            looked = sorted(self._looked(size, keys), key=lambda found: (found.repeats, self._likely(found.columns)))
            for candidate in looked[:FULL_LOOKS]:
                found = self._repeats(candidate.columns)
                if not found.repeats:
                    keys.append(found)
                elif found.repeats <= _few(self.hashes.rows):
                    near.append(found)
            if not all(self._by_chance(found.columns) for found in keys):
                break
        near.sort(key=lambda found: (len(found.columns), found.repeats, self._likely(found.columns)))
        nearly = [set(found.columns) for found in near]

        def rank(found: Candidate) -> tuple[bool, int, bool, float]:
            # What is nearly a key by itself makes a key of anything beside it.
            eked_out = any(part < set(found.columns) for part in nearly)
            return self._by_chance(found.columns), len(found.columns), eked_out, self._likely(found.columns)

        keys.sort(key=rank)
        return keys, _least(near)

    def _by_chance(self, columns: Sequence[str]) -> bool:
        """Say whether a set looks like measures that happen not to repeat, so that larger sets are worth a look."""
        return any(self.cost[name] > _LIKELY for name in columns)

    def _looked(self, size: int, keys: Sequence[Candidate]) -> Iterator[Candidate]:
        """Give the sets of a size that hold no key and that the samples do not rule out."""
        for count, columns in enumerate(combinations(sorted(self.hashes.names, key=self.cost.__getitem__), size)):
            if count == _SETS:
                return
            if any(set(found.columns) <= set(columns) for found in keys):
                continue
            ordered = tuple(name for name in self.hashes.names if name in columns)
            repeats = 0
            if size > 1 and prod(map(self._distinct, ordered)) < self.hashes.rows - _few(self.hashes.rows):
                continue
            for sample in self.samples:
                seen = combined([sample[name] for name in ordered])
                repeats = len(seen) - len(np.unique(seen))
                if repeats > _few(len(seen)):
                    break
            else:
                yield Candidate(ordered, repeats)

    def _distinct(self, name: str) -> int:
        if name not in self.distinct:
            self.distinct[name] = len(np.unique(self.hashes.of([name])))
        return self.distinct[name]

    def _repeats(self, columns: tuple[str, ...]) -> Candidate:
        seen = self.hashes.of(columns)
        ranked = np.sort(seen)
        again = ranked[1:][ranked[1:] == ranked[:-1]]
        if not len(again):
            return Candidate(columns)
        return Candidate(columns, len(again), _first_pair(seen, np.unique(again)))

    def _likely(self, columns: Sequence[str]) -> float:
        return sum(self.cost[name] for name in columns)


def _sample(rows: int, size: int) -> npt.NDArray[np.int64]:
    """Choose places: half of them at the beginning, since repeats often stand together, half spread over all rows."""
    spread = np.linspace(0, rows - 1, size // 2, dtype=np.int64)
    return np.union1d(np.arange(size // 2), spread)


def _few(rows: int) -> int:
    """Say how many repeats are few enough to be told: mistakes, rather than the nature of the column."""
    return min(max(3, rows // 1_000), rows // 4)


def _first_pair(seen: U64, twins: U64) -> tuple[int, int]:
    """Find the first row that repeats another, and that other row, both from 1."""
    places = np.flatnonzero(np.isin(seen, twins))
    _, first, owner = np.unique(seen[places], return_index=True, return_inverse=True)
    again = np.flatnonzero(first[owner] != np.arange(len(places)))[0]
    return int(places[first[owner[again]]]) + 1, int(places[again]) + 1


def _least(near: Sequence[Candidate]) -> list[Candidate]:
    """Leave out sets of which a part has hardly more repeats."""
    kept: list[Candidate] = []
    for candidate in near:
        if not any(set(k.columns) < set(candidate.columns) and k.repeats <= 2 * candidate.repeats for k in kept):
            kept.append(candidate)
    return kept


def _cost(name: str, place: int, hashes: KeyHashes) -> float:
    """Rate how unlikely a column is a part of a key: by its name, its place, its type and its length."""
    t, kind = pa.types, hashes.types[name]
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    named = 5 if _HINT.search(words) else 2 if _PART.search(words) else 0
    cost = 10 + 0.1 * place - named
    if t.is_floating(kind) or t.is_binary(kind):
        cost += 8
    elif t.is_decimal(kind) or (t.is_integer(kind) and not named and place):
        cost += 5
    elif t.is_boolean(kind) or t.is_time(kind) or t.is_duration(kind):
        cost += 3
    elif t.is_temporal(kind):
        cost += 1
    return cost + hashes.lengths.get(name, 0) / 20
