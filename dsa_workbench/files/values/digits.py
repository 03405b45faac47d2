"""Decimal numbers that keep every digit: how many digits the values of a column need, before and behind the point."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

MOST_128, MOST_256 = 38, 76
_DECIMAL = r"^-?(0|[1-9][0-9]*)?(\.[0-9]+)?$"
_SIGN_ALONE = r"^-?[0.]*$"


@dataclass(frozen=True, slots=True)
class Places:
    """The most digits seen before and behind the point; `holds` is False once a value was no plain decimal number."""

    whole: int = 0
    scale: int = 0
    holds: bool = True

    def fold(self, other: Places) -> Places:
        """Take in what another block needs."""
        return Places(max(self.whole, other.whole), max(self.scale, other.scale), self.holds and other.holds)

    @property
    def kind(self) -> pa.DataType | None:
        """Give the decimal type for values that need so much; None where they are whole, or no decimal numbers."""
        digits = self.whole + self.scale
        if not self.holds or not self.scale or digits > MOST_256:
            return None
        return pa.decimal128(digits, self.scale) if digits <= MOST_128 else pa.decimal256(digits, self.scale)

    def fits(self, kind: pa.DataType) -> bool:
        """Say whether such values are held by a decimal type."""
        return self.holds and self.scale <= kind.scale and self.whole <= kind.precision - kind.scale


def places_of(texts: pa.StringArray) -> Places:
    """Count the digits that the values of a column need; null and the empty text need none."""
    there = texts.filter(pc.greater(pc.binary_length(texts), 0))
    if not len(there):
        return Places()
    if not pc.all(pc.match_substring_regex(there, _DECIMAL)).as_py():
        return Places(holds=False)
    unsigned = pc.replace_substring_regex(there, "^-", "")
    # A decimal number has no negative zero, and a lone sign or point is no number.
    zero = pc.match_substring_regex(there, _SIGN_ALONE)
    if pc.any(pc.and_(zero, pc.or_(pc.starts_with(there, "-"), pc.equal(unsigned, "")))).as_py():
        return Places(holds=False)
    points = pc.find_substring(unsigned, ".")
    lengths = pc.binary_length(unsigned)
    pointed = pc.greater_equal(points, 0)
    whole = pc.max(pc.if_else(pointed, points, lengths)).as_py()
    scale = pc.max(pc.if_else(pointed, pc.subtract(pc.subtract(lengths, points), 1), 0)).as_py()
    return Places(whole, scale)
