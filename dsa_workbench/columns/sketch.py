"""Mergeable sketches of a column: how many distinct values, and how they are spread (docs/guide/data-profiles.md).

Distinct values: HyperLogLog (Flajolet and others, 2007) with `REGISTERS` registers and linear counting while few are
set; the standard error is 1.04 / sqrt(REGISTERS), 3.25 %. Spread: each part's values in order are cut into `GROUPS`
runs of equal size, and the middle of each run stands for it with its size as weight. Merging puts the points of the
parts together, so neither order nor grouping of merges shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns import layout
from dsa_workbench.columns.fingerprint import fingerprint
from dsa_workbench.columns.hashing import row_hashes

BITS = 10
REGISTERS = 1 << BITS
GROUPS = 32

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sketch:
    """Rows, nulls, registers (uint8; None for nested types), and weighted points in order (empty where no order)."""

    rows: int
    nulls: int
    registers: npt.NDArray[np.uint8] | None
    points: F64
    weights: I64

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


def sketch(array: Any) -> Sketch:
    """Sketch an array of a normal type."""
    nulls = array.null_count
    values = array.drop_null() if nulls else array
    points, weights = _points(_numbers(values))
    return Sketch(len(array), nulls, _registers(values), points, weights)


def merge(parts: Sequence[Sketch]) -> Sketch:
    """Merge the sketches of at least one part of a column of one type."""
    points = np.concatenate([p.points for p in parts])
    weights = np.concatenate([p.weights for p in parts])
    order = np.lexsort((weights, points))
    known = [p.registers for p in parts if p.registers is not None]
    registers = np.maximum.reduce(known) if len(known) == len(parts) else None
    rows, nulls = sum(p.rows for p in parts), sum(p.nulls for p in parts)
    return Sketch(rows, nulls, registers, points[order], weights[order])


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


def _registers(values: Any) -> npt.NDArray[np.uint8] | None:
    kind, t = values.type, pa.types
    if t.is_nested(kind):
        return None
    out = np.zeros(REGISTERS, dtype=np.uint8)
    if not len(values) or t.is_null(kind):
        return out
    if t.is_floating(kind):
        # One value however it is written: -0.0 is 0.0, and every NaN is one.
        plain = values.to_numpy(zero_copy_only=False).astype(np.float64) + 0.0
        plain[np.isnan(plain)] = np.nan
        values = pa.array(plain, from_pandas=False)
    text = t.is_string(kind) or t.is_binary(kind)
    hashes = row_hashes([values], len(values)) if text else fingerprint([values], len(values))
    places = (hashes >> np.uint64(64 - BITS)).astype(np.int64)
    # The exponent of the lowest bit set, as a float's; the bit above those that are left stops the count.
    rest = hashes & np.uint64((1 << (64 - BITS)) - 1) | np.uint64(1 << (64 - BITS))
    lowest = rest & (~rest + np.uint64(1))
    ranks = np.frexp(lowest.astype(np.float64))[1].astype(np.uint8)
    np.maximum.at(out, places, ranks)
    return out


def _numbers(values: Any) -> F64:
    """Give what is spread: numbers, ticks of times, lengths of text in bytes; nothing for other types."""
    kind, t = values.type, pa.types
    if t.is_string(kind) or t.is_binary(kind):
        return np.diff(layout.text_parts(values)[0]).astype(np.float64)
    if t.is_decimal(kind):
        wide = pa.decimal256(kind.precision, kind.scale)
        return np.asarray(values.cast(wide).cast(pa.float64()).to_numpy(zero_copy_only=False))
    if t.is_temporal(kind) and not t.is_interval(kind):
        values = values.view(pa.int32() if kind.bit_width == 32 else pa.int64())
    elif not (t.is_integer(kind) or t.is_floating(kind) or t.is_boolean(kind)):
        return np.zeros(0)
    numbers = values.to_numpy(zero_copy_only=False).astype(np.float64)
    return np.asarray(numbers[~np.isnan(numbers)])


def _points(numbers: F64) -> tuple[F64, I64]:
    if not len(numbers):
        return np.zeros(0), np.zeros(0, dtype=np.int64)
    edges = np.linspace(0, len(numbers), min(GROUPS, len(numbers)) + 1).astype(np.int64)
    weights = np.diff(edges)
    middles = edges[:-1] + weights // 2
    return np.partition(numbers, middles)[middles], weights
