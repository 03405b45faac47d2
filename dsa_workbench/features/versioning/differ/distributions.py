"""Columns whose distributions moved, from stored sketches (decision 0014)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from dsa_workbench.columns.sketch import Sketch, distance, merge
from dsa_workbench.columns.types import parse_type
from dsa_workbench.core.model.moved_column import MovedColumn
from dsa_workbench.features.versioning.table_version import TableVersion

if TYPE_CHECKING:
    from dsa_workbench.features.versioning.differ.result import TableDiff

LEAST = 0.05
"""A distance, or a difference of shares, that is worth a word."""
CHANCE = 1.95
"""Times sqrt(1/n + 1/m): two samples of one distribution are further apart once in a thousand (Smirnov)."""
_BUCKETS_CHANCE = 1.86
"""The same for how far total variation strays from its mean (McDiarmid: sqrt(ln 1000 / 2))."""


def moved_columns(diff: TableDiff) -> tuple[MovedColumn, ...]:
    """Find the columns of both sides whose distribution moved, in the order of the new table; no data are read.

    A column is looked at where at least `LEAST` of the rows differ in it, as the diff counted them. One that has a
    chunk without a stored sketch on either side is left out, since all of it would have to be read. So are columns
    whose types cannot be compared, which the schema tells, the key, and whole numbers that count rows: they move with
    every row that comes.
    """
    old, new = diff.old, diff.new
    if old is None or new is None or not old.rows or not new.rows:
        return ()
    return tuple(_found(diff, old, new))


def _found(diff: TableDiff, old: TableVersion, new: TableVersion) -> Iterator[MovedColumn]:
    most, paired = max(old.rows, new.rows), old.rows - diff.counts.removed
    for name in diff.compared:
        # Total variation is at most the share of rows that are not the same on both sides.
        if name in diff.key or 1 - (paired - diff.counts.cells.get(name, 0)) / most < LEAST:
            continue
        before = diff.old_names[name]
        kinds = _kind(old, before), _kind(new, name)
        if not _comparable(*kinds) or _segments(old, before) == _segments(new, name):
            continue
        parts = _sketches(old, before), _sketches(new, name)
        if parts[0] is None or parts[1] is None:
            continue
        found = compare(name, parts[0], parts[1], whole=pa.types.is_integer(kinds[0]))
        if found is not None:
            yield found


def _kind(version: TableVersion, name: str) -> Any:
    return parse_type(version.schema.columns[version.schema.index(name)].type)


def _comparable(old: Any, new: Any) -> bool:
    t = pa.types
    return old == new or all(t.is_integer(k) or t.is_floating(k) or t.is_decimal(k) for k in (old, new))


def _segments(version: TableVersion, name: str) -> Counter[Any]:
    place = version.schema.index(name)
    return Counter(chunk.segments[place] for chunk in version.chunks)


def _sketches(version: TableVersion, name: str) -> list[Sketch] | None:
    """Give a column's sketches; None where one is not stored, or the table has no chunks."""
    [found] = version.sketches([name])
    known = [part for part in found if part is not None]
    return known if known and len(known) == len(found) else None


def compare(name: str, old: Sequence[Sketch], new: Sequence[Sketch], *, whole: bool = False) -> MovedColumn | None:
    """Compare a column's sketches of both sides, one at least of each; None where it did not move.

    What chance, or the error of the sketches, would account for is no move. `whole` says that it has whole numbers.
    """
    a, b = merge(old), merge(new)
    if whole and _counts_rows(a) and _counts_rows(b):
        return None
    shares = a.nulls / a.rows, b.nulls / b.rows
    moved = abs(shares[1] - shares[0]) >= max(LEAST, CHANCE * _spread(a.rows, b.rows))
    far = 0.0
    if len(a.points) or len(b.points):
        far = distance(a, b)
        chance = CHANCE * _spread(int(a.weights.sum()), int(b.weights.sum()))
        moved |= far >= max(LEAST, chance + _error(old) + _error(new))
    if a.buckets is not None and b.buckets is not None:
        variation, limit = _variation(a.buckets, b.buckets)
        moved |= variation >= max(LEAST, limit)
        far = max(far, variation)
    return MovedColumn(name, far, *shares, a.distinct, b.distinct) if moved else None


def _spread(n: int, m: int) -> float:
    """Give what distances by chance are multiples of, for samples of two sizes."""
    return math.sqrt(1 / n + 1 / m) if n and m else math.inf


def _error(parts: Sequence[Sketch]) -> float:
    """Give the share of the values by which a rank may be off: half a group of each chunk."""
    total = sum(int(part.weights.sum()) for part in parts)
    return sum(int(part.weights.max(initial=0)) // 2 for part in parts) / total if total else 0.0


def _variation(a: Any, b: Any) -> tuple[float, float]:
    """Give the total variation of two counts, and how much of it may be chance."""
    n, m = int(a.sum()), int(b.sum())
    if not n or not m:
        return float(n != m), math.inf
    both = (a + b) / (n + m)
    # Half the standard deviations of all counts bound the mean; it is no less with many values than with few.
    mean = 0.5 * float(np.sqrt(both * (1 - both)).sum())
    return 0.5 * float(np.abs(a / n - b / m).sum()), (mean + _BUCKETS_CHANCE) * _spread(n, m)


def _counts_rows(side: Sketch) -> bool:
    """Say whether whole numbers hardly repeat and lie close together, as those do that count rows."""
    if side.nulls or not side.ends or side.distinct is None:
        return False
    return side.distinct > 0.85 * side.rows and side.ends[1] - side.ends[0] < 2 * side.rows
