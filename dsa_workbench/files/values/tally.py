"""Counts of what is written otherwise once it is typed, and of what is lost; how moments are counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.core.model.finding import Effect, Finding
from dsa_workbench.files.values.classify import Texts

BLANK_LINES = "blank lines skipped"
COMMENT_LINES = "comment lines skipped"
MOMENTS = "moments written otherwise"
ZONES = "moments of other zones are in UTC"
PRECISION = "digits beyond what the type holds"
NANOSECONDS = "nanoseconds"
LOST = {BLANK_LINES, COMMENT_LINES, PRECISION}


@dataclass(slots=True)
class Tally:
    """What was counted, by kind and column (-1 for the table), and a value for each kind and column."""

    counts: Counter[tuple[str, int]] = field(default_factory=Counter)
    examples: dict[tuple[str, int], str] = field(default_factory=dict)

    def add(self, what: str, column: int, count: int, example: str | None = None) -> None:
        """Count so many more."""
        if count:
            self.counts[what, column] += count
            if example is not None:
                self.examples.setdefault((what, column), example)

    def fold(self, later: Tally) -> None:
        """Take in what a later block showed."""
        self.counts.update(later.counts)
        self.examples = later.examples | self.examples

    def findings(self, names: Sequence[str]) -> list[Finding]:
        """Tell what was counted, under the columns' names."""
        found = []
        for (what, column), count in sorted(self.counts.items(), key=lambda item: (item[0][1], item[0][0])):
            effect = Effect.LOST if what in LOST else Effect.KEPT if what == NANOSECONDS else Effect.FORM
            name = names[column] if column >= 0 else None
            found.append(Finding(what, effect, count, name, self.examples.get((what, column))))
        return found


def shown(array: pa.Array, row: int) -> str:
    """Write a value as an example."""
    value = array[row]
    if pa.types.is_floating(array.type):
        return repr(value.as_py())
    return re.sub(r"\.0+(Z?)$", r"\1", str(value.cast(pa.string()).as_py()))


def tally_moments(tally: Tally, i: int, written: pa.StringArray, array: pa.Array, separator: str = " ") -> None:
    """Count in a column of times or timestamps what an export writes otherwise, with `separator` before the time."""
    texts = Texts(written)
    kind, data = array.type, texts.data
    zoned = pa.types.is_timestamp(kind) and kind.tz is not None
    lengths = texts.lengths
    if pa.types.is_time(kind):
        other = ~np.isin(lengths, (8, 15) if kind.unit == "us" else (8, 18))
        other |= _zero_fraction(texts, 8)
    else:
        z = int(zoned)
        other = ~np.isin(lengths, (19 + z, (26 if kind.unit == "us" else 29) + z))
        other |= _zero_fraction(texts, 19)
        other |= data[np.minimum(texts.starts + 10, len(data) - 1)] != ord(separator)
    if zoned:
        last = data[texts.starts + lengths - 1]
        away = last != ord("Z")
        if bool(away.any()):
            zero = pc.match_substring_regex(written.take(pa.array(texts.rows[away])), r"[+-]00(:?00)?$")
            moved = ~zero.to_numpy(zero_copy_only=False)
            row = int(texts.rows[away][int(moved.argmax())])
            tally.add(ZONES, i, int(np.count_nonzero(moved)), f"{written[row].as_py()} is {shown(array, row)}")
            other |= away
    if kind.unit == "ns":
        tally.add(NANOSECONDS, i, len(array) - array.null_count)
    if bool(other.any()):
        row = int(texts.rows[int(other.argmax())])
        tally.add(MOMENTS, i, int(np.count_nonzero(other)), written[row].as_py())


def _zero_fraction(texts: Texts, length: int) -> npt.NDArray[np.bool_]:
    """Tell which moments have a fraction of nothing but zeros, which is not written again."""
    long = texts.lengths > length
    out = np.zeros(len(long), bool)
    if bool(long.any()):
        values = texts.array.take(pa.array(texts.rows[long]))
        out[long] = pc.match_substring_regex(values, r"\.0+(Z|[+-][0-9:]+)?$").to_numpy(zero_copy_only=False)
    return out
