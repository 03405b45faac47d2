"""Decimal numbers that keep their digits: the same type and values whatever the blocks, none of them changed."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.files.source import ReadOptions, open_tables, read_all


def column(values: list[str], **options: Any) -> pa.ChunkedArray:
    text = "n,v\n" + "".join(f"x,{v}\n" for v in values)
    return read_all(open_tables(io.BytesIO(text.encode()), ReadOptions(decimals="exact", **options))[0])["v"]


def test_digits_that_a_float_loses_stay() -> None:
    values = ["0.1234567890123456789", "-3.50", "12345678901234567890.5", ""]
    found = column(values)
    assert found.type == pa.decimal256(39, 19)
    assert found.to_pylist() == [Decimal(v) if v else None for v in values]


@pytest.mark.parametrize(
    ("values", "kind"),
    [(["1", "2"], pa.int64()), (["1.50", "2"], pa.decimal128(3, 2)), (["1.5", "1e5"], pa.float64()),
     (["-0.0", "1.5"], pa.float64()), (["01.5", "2.5"], pa.string()), (["", ""], pa.string())],
)  # fmt: skip
def test_only_plain_decimal_numbers_become_decimals(values: list[str], kind: pa.DataType) -> None:
    assert column(values).type == kind


def test_a_decimal_comma_keeps_its_digits_too() -> None:
    text = b"n;v\nx;1.234,50\nx;0,125\n"
    table = read_all(open_tables(io.BytesIO(text), ReadOptions(decimals="exact"))[0])
    assert table["v"].to_pylist() == [Decimal("1234.50"), Decimal("0.125")]


NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=None, min_value=-(10**12), max_value=10**12).map(
    lambda d: format(d, "f")
)


@given(st.lists(NUMBERS, min_size=1, max_size=30), st.integers(1, 60))
def test_every_block_size_gives_the_same_decimals(values: list[str], block: int) -> None:
    whole = column(values)
    cut = column(values, block_bytes=block)
    assert cut.type == whole.type
    assert cut.to_pylist() == whole.to_pylist()
    if pa.types.is_decimal(whole.type):
        assert whole.to_pylist() == [Decimal(v) for v in values]
