"""Hashes of single values, spread evenly over 64 bits, from which sketches count (docs/format.md, section 12).

Unlike fingerprints they see all of a text. They are stored by what is counted from them, so they are stable for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import blake3
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns import layout
from dsa_workbench.columns.fingerprint import fingerprint

U64 = npt.NDArray[np.uint64]

LONG = 256
"""Bytes of a text beyond which it is hashed by BLAKE3: word by word, one huge cell would take a step for each word."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_KEPT = np.array([(1 << 8 * n) - 1 for n in range(9)], dtype=np.uint64)


@dataclass(frozen=True, eq=False)
class Hashes:
    """One uint64 a value, in an order of their own: `rows` are the places of the values; all in order, if a slice."""

    values: U64
    rows: npt.NDArray[np.int64] | slice


def value_hashes(values: Any) -> Hashes:
    """Hash the values of an array of a normal type without nulls."""
    kind, t = values.type, pa.types
    if t.is_string(kind) or t.is_binary(kind):
        return _texts(*layout.text_parts(values))
    if t.is_floating(kind):
        # One value however it is written: -0.0 is 0.0, and every NaN is one.
        plain = layout.doubles(values.to_numpy(zero_copy_only=False)) + 0.0
        values = pa.array(plain, from_pandas=False)
    return Hashes(fingerprint([values], len(values)), slice(None))


def _texts(offsets: npt.NDArray[np.int64], data: npt.NDArray[np.uint8]) -> Hashes:
    lengths = np.diff(offsets)
    # From the longest to the shortest: those that still have a word are then a slice, which is not copied.
    capped = np.minimum(lengths, LONG + 1).astype(np.uint16)
    order = np.argsort(np.uint16(LONG + 1) - capped, kind="stable")
    starts, lengths, capped = offsets[:-1][order], lengths[order], capped[order]
    out = lengths.astype(np.uint64) * _GOLDEN
    ends = np.searchsorted(-capped.astype(np.int64), -np.arange(LONG + 1), side="left")
    long = int(np.count_nonzero(capped > LONG))
    padded = np.zeros(len(data) + 8, dtype=np.uint8)
    padded[: len(data)] = data
    words = np.ndarray(shape=(len(data) + 1,), dtype="<u8", buffer=padded.data, strides=(1,))
    for at in range(0, int(min(LONG, lengths[0] if len(lengths) else 0)), 8):
        # Rows of more than `at` bytes, and of them those with eight more.
        stop, whole = int(ends[at]), int(ends[at + 7])
        if stop <= long:
            break
        word = words[starts[long:stop] + at]
        cut = max(whole, long)
        word[cut - long :] &= _KEPT[lengths[cut:stop] - at]
        word ^= out[long:stop]
        word *= _M1
        out[long:stop] = word ^ (word >> np.uint64(32))
    for i in range(long):
        digest = blake3.blake3(data[starts[i] : starts[i] + lengths[i]].tobytes()).digest(8)
        out[i] = int.from_bytes(digest, "little")
    out *= _M2
    out ^= out >> np.uint64(31)
    out *= _M1
    out ^= out >> np.uint64(29)
    return Hashes(out, order)
