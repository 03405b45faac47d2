"""A window of a stored segment is what its rows are in the whole, in every packed form and with nulls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.columns import canonical, codec, packing

ROWS = 3_000
_random = np.random.default_rng(7)
_holes = _random.random(ROWS) < 0.3
_few = _random.integers(0, 20, ROWS)
WHOLE = {
    "offsets": pa.array(_random.integers(-50, 200, ROWS)),
    "large numbers": pa.array(_random.integers(-(2**62), 2**62, ROWS)),
    "unsigned": pa.array(_random.integers(2**63, 2**64 - 1, ROWS, dtype=np.uint64)),
    "one number": pa.array(np.full(ROWS, 7)),
    "steps": pa.array(np.cumsum(_random.integers(-5, 900, ROWS)) * 1_000_000, pa.timestamp("us")),
    "small steps": pa.array(np.cumsum(_random.integers(0, 3, ROWS)).astype(np.int32)),
    "decimals": pa.array(_random.integers(0, 10_000, ROWS) / 100),
    "floats": pa.array(_random.random(ROWS)),
    "words": pa.array([f"word {'x' * n}" for n in _few.tolist()]),
    "codes": pa.array([f"{n:02d}" for n in _few.tolist()]),
    "one length": pa.array([f"SKU{n:05d}" for n in _random.integers(0, 99_999, ROWS).tolist()]),
    "text": pa.array([f"{n}@example.org" for n in _random.integers(0, 10**9, ROWS).tolist()]),
    "booleans": pa.array(_few > 9),
    "lists": pa.array([[n] * (n % 3) for n in _few.tolist()]),
}
WHOLE |= {f"{name}, nulls": pa.array(array.to_pylist(), array.type, mask=_holes) for name, array in WHOLE.items()}
FORMS = {
    "offsets": packing.INTS, "steps": packing.INTS, "decimals": packing.DECIMALS, "words": packing.DICTIONARY,
    "codes": packing.DICTIONARY, "one length": packing.FIXED_TEXT, "text": packing.TEXT,
}  # fmt: skip


def opened(array: Any) -> tuple[int, list[bytes]]:
    body = canonical.encode(array)
    encoding, blob = codec.store(array, body)
    return encoding, codec.opened(encoding, blob, len(body))


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_tried(name: str) -> None:
    encoding, parts = opened(WHOLE[name])
    assert (encoding, parts[0][0]) == (codec.Encoding.PACKED, FORMS[name])


@pytest.mark.parametrize("name", WHOLE)
@given(data=st.data())
def test_a_window_is_what_stands_there(name: str, data: st.DataObject) -> None:
    whole = WHOLE[name]
    encoding, parts = opened(whole)
    start = data.draw(st.integers(0, ROWS))
    window = slice(start, data.draw(st.integers(start, min(ROWS, start + data.draw(st.sampled_from([1, 100, ROWS]))))))
    found = codec.decode(encoding, parts, whole.type, ROWS, window)
    found.validate(full=True)
    assert found.type == whole.type
    assert canonical.encode(found) == canonical.encode(whole[window])
