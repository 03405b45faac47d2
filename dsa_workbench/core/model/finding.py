"""What an import found in a table: what was kept, what is written in another way now, what is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Effect(StrEnum):
    """What became of the values that are counted."""

    KEPT = "kept"
    """They are there as they were."""
    FORM = "form"
    """The value is the same, and is written in another way: ``1.50`` as ``1.5``."""
    LOST = "lost"
    """Something of it is gone."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A count of values or rows of which the same is to be told; `example` is one of them as it was written.

    `column` is None for what concerns the whole table.
    """

    what: str
    effect: Effect
    count: int
    column: str | None = None
    example: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        told = {"what": self.what, "effect": str(self.effect), "count": self.count}
        more = {"column": self.column, "example": self.example}
        return told | {name: value for name, value in more.items() if value is not None}


def finding_of(told: Mapping[str, Any]) -> Finding:
    """Read what `to_dict` gave."""
    return Finding(told["what"], Effect(told["effect"]), told["count"], told.get("column"), told.get("example"))
