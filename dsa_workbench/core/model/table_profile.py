"""What a table's columns hold, in numbers. No equality profile: that says how values are compared."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """A column in numbers.

    Rows, nulls, minimum and maximum are exact; `distinct` and `quartiles` are estimates, and so is `histogram`, the
    values in steps of equal width. Those of text are of its length in bytes. None and () stand where a type has none.
    """

    name: str
    type: str
    rows: int
    nulls: int
    distinct: int | None
    minimum: Any
    maximum: Any
    quartiles: tuple[Any, ...]
    histogram: tuple[int, ...]

    @property
    def null_share(self) -> float:
        """The share of rows that are null, 0 to 1."""
        return self.nulls / self.rows if self.rows else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Give it as a dict."""
        return asdict(self)
