"""Mergeable sketches of a column: how many distinct values, and how they are spread (docs/guide/data-profiles.md).

Distinct values: HyperLogLog (Flajolet and others, 2007) with `REGISTERS` registers and linear counting while few are
set; the standard error is 1.04 / sqrt(REGISTERS), 3.25 %. Spread: each part's values in order are cut into `GROUPS`
runs of equal size, and the middle of each run stands for it with its size as weight. What has no order is counted in
`BUCKETS` by its hash. Merging puts the points of the parts together, so neither order nor grouping of merges shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns import layout
from dsa_workbench.columns.bounds import WIDEST, bounds
from dsa_workbench.columns.value_hashes import value_hashes

BITS = 10
REGISTERS = 1 << BITS
GROUPS = 32
BUCKETS = 64

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sketch:
    """A column, or some chunks of it, in little.

    Rows, nulls, registers (uint8; None for nested types), and weighted points in order (empty where no order);
    `ends` are the least and the greatest value, () where there is none, None where they are not known; `buckets` count
    the values whose hash ends alike, None for numbers and times.
    """

    rows: int
    nulls: int
    registers: npt.NDArray[np.uint8] | None
    points: F64
    weights: I64
    ends: tuple[Any, ...] | None = ()
    buckets: I64 | None = None

    @property
    def distinct(self) -> int | None:
        """Estimate the number of distinct values, nulls not counted; None for nested types."""
        if self.registers is None:
            return None
        unset = int(np.count_nonzero(self.registers == 0))
        raw = 0.7213 / (1 + 1.079 / REGISTERS) * REGISTERS**2 / float(np.exp2(-self.registers.astype(np.float64)).sum())
        if raw <= 2.5 * REGISTERS and unset:
            raw = REGISTERS * float(np.log(REGISTERS / unset))
        return min(round(raw), self.rows - self.nulls)

    def quantile(self, share: float) -> float | None:
        """Give the value below which `share` (0 to 1) of the values lie; None where there is none."""
        if not len(self.points):
            return None
        sums = np.cumsum(self.weights)
        return float(self.points[min(int(np.searchsorted(sums, share * sums[-1])), len(sums) - 1)])

    def histogram(self, bins: int) -> I64:
        """Count the finite values in `bins` steps of equal width from the least point to the greatest."""
        finite = np.isfinite(self.points)
        if not finite.any():
            return np.zeros(0, dtype=np.int64)
        points = self.points[finite]
        # Halved before they are subtracted: the span of float64 is no float64.
        low, half = points[0] / 2, points[-1] / 2 - points[0] / 2
        places = np.zeros(len(points)) if half == 0 else (points / 2 - low) / half * bins
        places = np.minimum(places.astype(np.int64), bins - 1)
        return np.bincount(places, weights=self.weights[finite], minlength=bins).astype(np.int64)


def sketch(array: Any, coded: Any = None, ends: tuple[Any, ...] | None = None) -> Sketch:
    """Sketch an array of a normal type; `coded` is the same as a dictionary array, where text has few values.

    Both give the same sketch, but words are looked at once. `ends` is what `bounds` gives of it, where it is known.
    """
    nulls = array.null_count
    counts: npt.NDArray[np.int64] | None = None
    if coded is None:
        values = array.drop_null() if nulls else array
    else:
        values = coded.dictionary
        counts = np.bincount(np.asarray(coded.indices.drop_null()), minlength=len(values))
    numbers, hashes = _numbers(values), value_hashes(values)
    points, weights = _points(numbers) if counts is None else _counted_points(numbers, counts)
    buckets = None
    if _unordered(array.type):
        shares = hashes.values & np.uint64(BUCKETS - 1)
        times = None if counts is None else counts[hashes.rows]
        buckets = np.bincount(shares, weights=times, minlength=BUCKETS).astype(np.int64)
    registers = None if pa.types.is_nested(array.type) else _registers(hashes.values)
    return Sketch(len(array), nulls, registers, points, weights, bounds(values) if ends is None else ends, buckets)


def merge(parts: Sequence[Sketch]) -> Sketch:
    """Merge the sketches of at least one part of a column of one type."""
    points = np.concatenate([p.points for p in parts])
    weights = np.concatenate([p.weights for p in parts])
    order = np.lexsort((weights, points))
    registers = [p.registers for p in parts if p.registers is not None]
    buckets = [p.buckets for p in parts if p.buckets is not None]
    rows, nulls = sum(p.rows for p in parts), sum(p.nulls for p in parts)
    return Sketch(
        rows, nulls, np.maximum.reduce(registers) if registers else None, points[order], weights[order],
        _ends([p.ends for p in parts]), np.add.reduce(buckets) if buckets else None,
    )  # fmt: skip


def _ends(parts: Sequence[tuple[Any, ...] | None]) -> tuple[Any, ...] | None:
    known = [end for ends in parts if ends for end in ends]
    if None in parts:
        return None
    return (min(known), max(known)) if known else ()


def distance(a: Sketch, b: Sketch) -> float:
    """Give the Kolmogorov-Smirnov distance of two spreads, 0 to 1; 0 where both have no values, 1 where one has."""
    if not len(a.points) or not len(b.points):
        return float(len(a.points) != len(b.points))
    at = np.concatenate([a.points, b.points])
    shares = []
    for s in (a, b):
        sums = np.concatenate([[0], np.cumsum(s.weights)])
        shares.append(sums[np.searchsorted(s.points, at, side="right")] / sums[-1])
    return float(np.abs(shares[0] - shares[1]).max())


def _unordered(kind: Any) -> bool:
    t = pa.types
    ordered = t.is_integer(kind) or t.is_floating(kind) or t.is_boolean(kind) or t.is_decimal(kind)
    return not (ordered or t.is_temporal(kind)) or t.is_interval(kind)


def _registers(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    out = np.zeros(REGISTERS, dtype=np.uint8)
    places = (hashes >> np.uint64(64 - BITS)).astype(np.int64)
    # The exponent of the lowest bit set, as a float's; the bit above those that are left stops the count.
    rest = hashes.astype(np.uint32).view(np.int32) | np.int32(-(1 << 31))
    lowest = (rest & -rest).astype(np.float32)
    ranks = ((lowest.view(np.int32) >> 23) & 0xFF) - 126
    np.maximum.at(out, places, ranks.astype(np.uint8))
    return out


def _numbers(values: Any) -> F64:
    """Give what is spread: numbers, ticks of times, lengths of text in bytes; nothing for other types."""
    kind, t = values.type, pa.types
    if t.is_string(kind) or t.is_binary(kind):
        return np.diff(layout.text_parts(values)[0]).astype(np.float64)
    if t.is_decimal(kind):
        wide = pa.decimal256(WIDEST, kind.scale)
        return np.asarray(values.cast(wide).cast(pa.float64()).to_numpy(zero_copy_only=False))
    if t.is_temporal(kind) and not t.is_interval(kind):
        values = values.view(pa.int32() if kind.bit_width == 32 else pa.int64())
    elif not (t.is_integer(kind) or t.is_floating(kind) or t.is_boolean(kind)):
        return np.zeros(0)
    numbers = layout.doubles(values.to_numpy(zero_copy_only=False))
    return np.asarray(numbers[~np.isnan(numbers)])


@lru_cache(maxsize=1024)
def group_sizes(count: int) -> I64:
    """Give the sizes of the groups that so many values in order are cut into; not to be written to."""
    edges: I64 = np.linspace(0, count, min(GROUPS, count) + 1).astype(np.int64)
    sizes = edges[1:] - edges[:-1]
    sizes.flags.writeable = False
    return sizes


def _points(numbers: F64) -> tuple[F64, I64]:
    weights = group_sizes(len(numbers))
    # Sorting all of it is quicker by far than a partition at 32 places.
    if not bool((numbers[1:] >= numbers[:-1]).all()):
        numbers = np.sort(numbers)
    return numbers[_middles(weights)], weights


def _counted_points(numbers: F64, counts: I64) -> tuple[F64, I64]:
    order = np.argsort(numbers)
    weights = group_sizes(int(counts.sum()))
    return numbers[order][np.searchsorted(np.cumsum(counts[order]), _middles(weights), side="right")], weights


def _middles(weights: I64) -> I64:
    return np.cumsum(weights) - weights + weights // 2
