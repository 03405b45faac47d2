"""Texts read in the wrong encoding, as Python's own codecs read them."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.columns.misreading import CODE_PAGES, misread, without_letters

texts = st.lists(st.one_of(st.none(), st.text(st.characters(codec="utf-8"))), max_size=6)


@pytest.mark.parametrize("page", CODE_PAGES)
@given(texts)
def test_misread_is_what_the_codec_makes_of_the_bytes(page: str, values: list[str | None]) -> None:
    wanted = [None if v is None else "".join(_sign(b, page) for b in v.encode()) for v in values]
    column = pa.array(values, pa.string())
    assert misread(column, page).to_pylist() == wanted
    shifted = pa.concat_arrays([pa.array(["ß", None]), column]).slice(2)
    assert misread(shifted, page).to_pylist() == wanted
    chunked = pa.chunked_array([column, column])
    assert misread(chunked, page).to_pylist() == wanted * 2


def _sign(byte: int, page: str) -> str:
    try:
        return bytes([byte]).decode(page)
    except UnicodeDecodeError:
        return chr(byte)


def test_letters_are_lost_one_by_one() -> None:
    assert without_letters(pa.array(["Zoë", "a", None, "日本"]), "?").to_pylist() == ["Zo?", "a", None, "??"]
