"""What a page names is read without the rest of it, and what is no page is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.core.model.ids import ID_BYTES, ObjectId
from dsa_workbench.core.model.manifest import Chunk
from dsa_workbench.core.model.objects import page_body, page_segments, parse_page
from dsa_workbench.errors import StoreCorrupt

_IDS = st.binary(min_size=ID_BYTES, max_size=ID_BYTES).map(ObjectId)


@st.composite
def pages(draw: st.DrawFn) -> list[Chunk]:
    columns = draw(st.integers(0, 4))
    ids = st.lists(_IDS, min_size=columns, max_size=columns).map(tuple)
    return draw(st.lists(st.builds(Chunk, st.integers(0, 2**32 - 1), ids, st.booleans()), max_size=5))


@given(pages())
def test_segments_are_those_of_the_chunks(chunks: list[Chunk]) -> None:
    body = page_body(chunks)
    assert parse_page(body) == chunks
    assert page_segments(body) == [oid for chunk in chunks for oid in chunk.segments]


@given(pages(), st.data())
def test_what_is_cut_short_is_refused(chunks: list[Chunk], data: st.DataObject) -> None:
    body = page_body(chunks)
    short = body[: data.draw(st.integers(0, len(body) - 1))]
    for read in (parse_page, page_segments):
        with pytest.raises(StoreCorrupt):
            read(short)
