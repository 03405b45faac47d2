"""Watches whole numbers rise from row to row while a table is written: a column that does tells all rows apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa


class Rising:
    """The columns of whole numbers that have risen in every row so far; looking costs next to nothing."""

    def __init__(self) -> None:
        self._first: dict[str, int] = {}
        self._last: dict[str, int | None] | None = None
        self._rows = 0

    def watched(self, batches: Callable[[], Iterator[Any]]) -> Iterator[Any]:
        """Give the batches, and look at them."""
        self._first, self._last, self._rows = {}, None, 0
        for batch in batches():
            if self._last is None:
                self._last = {f.name: None for f in batch.schema if pa.types.is_integer(f.type)}
            if batch.num_rows:
                self._last = dict(self._still_rising(batch, self._last))
            self._rows += batch.num_rows
            yield batch

    def fold(self, later: Rising) -> None:
        """Take in what was seen in the rows that follow, which another has watched."""
        if self._last is None or not self._rows:
            self.become(later)
        elif later._rows:
            both = [(name, last) for name, last in self._last.items() if name in (later._last or {})]
            rose = {name for name, last in both if last is None or later._first[name] > last}
            self._last = {name: last for name, last in (later._last or {}).items() if name in rose}
            self._rows += later._rows

    def become(self, other: Rising) -> None:
        """Forget what was watched here for what another has seen in all rows."""
        self._first, self._last, self._rows = other._first, other._last, other._rows

    @property
    def column(self) -> str | None:
        """The first column that rose throughout two rows or more."""
        return next(iter(self._last or ()), None) if self._rows > 1 else None

    def _still_rising(self, batch: Any, last: dict[str, int | None]) -> Iterator[tuple[str, int]]:
        for name, before in last.items():
            column = batch.column(batch.schema.get_field_index(name))
            if column.null_count:
                continue
            values = column.to_numpy(zero_copy_only=False)
            if (before is None or values[0] > before) and bool(np.all(values[1:] > values[:-1])):
                self._first.setdefault(name, int(values[0]))
                yield name, int(values[-1])
