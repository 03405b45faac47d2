"""Where records begin and end: as Arrow's parser has it, or lines, borders and rejected rows come out wrong."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from dsa_workbench.errors import DsaError
from dsa_workbench.files.rejects import RejectLog
from dsa_workbench.files.source import ReadOptions, open_tables, read_all
from dsa_workbench.files.text.parse import Layout, Ragged, parse_block
from dsa_workbench.files.text.records import Block, Dialect, last_border, record_spans

if TYPE_CHECKING:
    import pyarrow as pa

DIALECTS = [Dialect(), Dialect(quote=None), Dialect(escape="\\"), Dialect(quote=None, escape="\\"), Dialect(quote="'")]


@given(st.text("ab,\"'\\\r\n", max_size=24), st.sampled_from(DIALECTS), st.integers(1, 3))
@example("a,b\rc\n", Dialect(), 2)
@example("a\\\nb\n", Dialect(escape="\\"), 1)
def test_records_are_those_of_arrow(text: str, dialect: Dialect, columns: int) -> None:
    data = text.encode() + b"\n"
    assume(last_border(data, dialect) == len(data))
    ragged: list[Ragged] = []
    layout = Layout("x", dialect, columns, ("",), False)
    texts = parse_block(Block(memoryview(data), 1, 0, 0), layout, ragged)
    starts, _ = record_spans(memoryview(data), dialect, blank_lines=columns == 1)
    assert len(starts) == texts.rows + len(ragged)


def read(data: bytes, **options: Any) -> pa.Table:
    [table] = open_tables(io.BytesIO(data), ReadOptions(**options))
    return read_all(table)


@pytest.mark.parametrize("block", [4, 9, 1 << 20])
@pytest.mark.parametrize("quote", ['"', None])
def test_an_escaped_line_end_is_in_its_cell(block: int, quote: str | None) -> None:
    data = b"a,b\n1,x\n2,y\\\ny\n3,z\\\n"
    table = read(data, escape="\\", quote=quote, ragged="fill", block_bytes=block)
    assert table.to_pydict() == {"a": [1, 2, 3], "b": ["x", "y\ny", "z\n"]}


def test_a_row_behind_a_lone_carriage_return_is_rejected_with_its_line() -> None:
    log = RejectLog()
    assert read(b"a,b\n1,x\r2\n3,z\n", rejects=log, header=True).to_pydict() == {"a": [1, 3], "b": ["x", "z"]}
    [row] = log.of("data").to_pylist()
    assert (row["line"], row["text"]) == (2, "2")


@pytest.mark.parametrize(("data", "line"), [(b'a,"b\n1,2\n', 1), (b'\na,b|"c\n1,2', 2), (b'a,b\n1,"x\n', 2)])
def test_a_quote_that_is_never_closed_is_said(data: bytes, line: int) -> None:
    with pytest.raises(DsaError, match=f"line {line} has a quote that is never closed"):
        read(data, header=True, delimiter="|" if b"|" in data else ",")


HARD: list[dict[str, Any]] = [
    {"ragged": "fill"},
    {"quote": None},
    {"header": False},
    {"comment": "#"},
    {"threads": 4, "block_bytes": 2000, "ragged": "fill"},
    {"threads": 1, "block_bytes": 2000, "ragged": "fill", "header": False, "quote": None, "comment": "#"},
]


@pytest.mark.corpora
def test_whatever_the_options_a_file_is_read_or_refused_with_a_sentence(corpora: Path) -> None:
    paths = {p.read_bytes(): p for p in (corpora / "csv").rglob("*") if p.is_file() and p.stat().st_size < 6_000}
    read_at_all = 0
    for path in sorted(p for p in paths.values() if p.suffix not in {".json", ".md"}):
        for options in (*HARD, {"rejects": RejectLog()}):
            try:
                for table in open_tables(path, ReadOptions(**options)):
                    read_all(table)
            except DsaError:
                continue
            read_at_all += 1
    assert read_at_all > 1000
