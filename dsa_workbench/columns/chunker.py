"""Chunk borders, taken from the content and found locally (docs/format.md, section 5).

A row is a *border* when its fingerprint is the smallest within `WINDOW` rows on either side: strictly smaller than
all on the left, at most equal on the right. The first `WINDOW` rows of a table are none; on the right the end of
the table may cut the window short. So whoever sees `WINDOW` rows around his part finds the same borders, and an
edit moves borders near itself only.

Between borders a chunk is cut by force where it would pass `MAX_ROWS` rows or `MAX_BYTES` canonical bytes,
counted from its own first row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

WINDOW = 8192
MAX_ROWS = 8 * WINDOW
MAX_BYTES = 64 << 20

_HIGH = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a chunk begins: its first row in the table, and whether it was cut by force."""

    row: int
    forced: bool


def window_minimum(values: U64, width: int) -> U64:
    """Give the minimum of each run of `width` values, shape (len - width + 1,).

    Van Herk's method ("A fast algorithm for local minimum and maximum filters on rectangular and octagonal
    kernels", 1992): three passes whatever the width.
    """
    n = len(values)
    if n < width:
        return np.zeros(0, dtype=np.uint64)
    short = -n % width
    blocks = np.append(values, np.full(short, _HIGH, dtype=np.uint64)).reshape(-1, width)
    prefix = np.minimum.accumulate(blocks, axis=1).ravel()
    suffix = np.minimum.accumulate(blocks[:, ::-1], axis=1)[:, ::-1].ravel()
    out: U64 = np.minimum(suffix[: n - width + 1], prefix[width - 1 : n])
    return out


def local_minima(values: U64, width: int, first: int, stop: int) -> I64:
    """Find the borders among `values[first:stop]`; the window on the right may pass the end, not that on the left."""
    first = max(first, width)
    if first >= stop:
        return np.zeros(0, dtype=np.int64)
    # A border is the minimum of its own block of `width`, so only one row a block needs a closer look on the right.
    left = window_minimum(values[first - width : stop - 1], width)
    rows = np.flatnonzero(values[first:stop] < left) + first
    kept = [row for row in rows.tolist() if values[row] <= values[row + 1 : row + 1 + width].min(initial=_HIGH)]
    return np.asarray(kept, dtype=np.int64)


class Chunker:
    """Finds the cuts of one table from its rows in order, holding back only what is not certain yet."""

    def __init__(self, window: int = WINDOW, max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES) -> None:
        self.window, self.max_rows, self.max_bytes = window, max_rows, max_bytes
        self._prints: U64 = np.zeros(0, dtype=np.uint64)
        self._sizes: I64 = np.zeros(0, dtype=np.int64)
        self._base = 0  # row of the first value held
        self._decided = 0  # rows before this are known to be borders or not
        self._start = 0  # first row of the open chunk

    def push(self, prints: U64, sizes: I64) -> list[Cut]:
        """Take the next rows: their fingerprints and canonical sizes in bytes; return the cuts now certain."""
        self._prints = np.concatenate([self._prints, prints])
        self._sizes = np.concatenate([self._sizes, sizes])
        return self._advance(self._base + len(self._prints) - self.window)

    def finish(self) -> list[Cut]:
        """Say that there are no more rows; return the cuts left."""
        return self._advance(self._base + len(self._prints))

    def _advance(self, until: int) -> list[Cut]:
        if until <= self._decided:
            return []
        minima = local_minima(self._prints, self.window, self._decided - self._base, until - self._base)
        cuts: list[Cut] = []
        for border in (minima + self._base).tolist():
            cuts += self._forced(border)
            cuts.append(Cut(border, forced=False))
            self._start = border
        cuts += self._forced(until)
        self._decided = until
        drop = min(self._start, max(0, until - self.window)) - self._base
        if drop > 0:
            self._prints, self._sizes = self._prints[drop:], self._sizes[drop:]
            self._base += drop
        return cuts

    def _forced(self, stop: int) -> list[Cut]:
        """Cut the open chunk for size before `stop`."""
        cuts: list[Cut] = []
        while True:
            sizes = self._sizes[self._start - self._base : min(stop, self._start + self.max_rows + 1) - self._base]
            fits = int(np.searchsorted(np.cumsum(sizes), self.max_bytes, side="right"))
            rows = min(max(fits, 1), self.max_rows)
            if self._start + rows >= stop:
                return cuts
            self._start += rows
            cuts.append(Cut(self._start, forced=True))
