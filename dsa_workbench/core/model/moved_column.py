"""A column whose values are spread otherwise than they were."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MovedColumn:
    """A column of both sides of a diff whose distribution moved, by its new name.

    `distance` (0 to 1) is Kolmogorov and Smirnov's where values have an order; of text it is the larger of that of its
    lengths and the total variation of its values, counted in 64 by their hashes; of other types the latter. Shares of
    nulls (0 to 1) are exact, numbers of distinct values are estimates, None for nested types.
    """

    column: str
    distance: float
    nulls_before: float
    nulls_after: float
    distinct_before: int | None
    distinct_after: int | None
