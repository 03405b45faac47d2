"""Whatever the block size, a CSV text gives one schema and the rows that Python's own reader sees."""

from __future__ import annotations

import csv
import io
import subprocess
import sys

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.source import ReadOptions, Retyped, open_tables, read_all
from dsa_workbench.files.text.records import Dialect, cut_blocks, last_border
from dsa_workbench.files.writing import write_batches

NASTY = st.text(alphabet='ab,"\n\r; é\t0', max_size=6)
PLAIN = st.one_of(
    st.sampled_from(["0", "-7", "02139", "7.20", ".5", "1e5", "1.5E+10", "-0", "true", "False", "NA", "10:00:00"]),
    st.sampled_from(["2026-03-01", "2026-02-30", "2026-03-01T10:00:00Z", "2026-03-01T10:00:00.25"]),
    st.sampled_from(["9007199254740993", "99999999999999999999", "0.1000000000000000055"]),
)
CELL = st.one_of(st.none(), NASTY, PLAIN)


@st.composite
def texts(draw: st.DrawFn) -> tuple[bytes, list[list[str | None]], int]:
    width = draw(st.integers(1, 4))
    cell = draw(st.sampled_from([CELL, PLAIN, NASTY, st.sampled_from(["1", "2.5", "3", "1e5", "", None])]))
    rows = draw(st.lists(st.lists(cell, min_size=width, max_size=width), max_size=12))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    lines = [",".join(f"h{i}" for i in range(width))]
    for row in rows:
        quoted = []
        for value in row:
            needs = value is not None and (value == "" or any(c in value for c in ',"\r\n'))
            force = value is not None and draw(st.booleans())
            quoted.append("" if value is None else '"' + value.replace('"', '""') + '"' if needs or force else value)
        lines.append(",".join(quoted))
    # In a table of one column an empty last line is a row only if a line end follows it.
    last = end if width == 1 else draw(st.sampled_from(["", end]))
    return (end.join(lines) + last).encode(), rows, width


def read(data: bytes, **options: object) -> pa.Table:
    [source] = open_tables(io.BytesIO(data), ReadOptions(delimiter=",", **options))
    return read_all(source)


@given(texts(), st.integers(1, 200), st.integers(1, 3))
def test_every_block_size_gives_the_same_table(
    case: tuple[bytes, list[list[str | None]], int], block: int, threads: int
) -> None:
    data, _, _ = case
    whole = read(data)
    cut = read(data, block_bytes=block, threads=threads)
    assert cut.schema == whole.schema
    assert cut.to_pylist() == whole.to_pylist()


@given(texts(), st.integers(1, 200))
def test_text_cells_are_those_of_the_csv_module(case: tuple[bytes, list[list[str | None]], int], block: int) -> None:
    data, rows, width = case
    table = read(data, types="text", block_bytes=block)
    got = [list(row.values()) for row in table.to_pylist()]
    assert got == rows
    if width > 1:
        module = list(csv.reader(io.StringIO(data.decode(), newline="")))[1:]
        assert [[cell or "" for cell in row] for row in got] == module


@given(st.lists(st.binary(max_size=8).map(lambda b: bytes(b'",\nab\r'[c % 6] for c in b)), max_size=20))
def test_blocks_join_to_the_whole_and_end_at_records(chunks: list[bytes]) -> None:
    dialect = Dialect()
    data = b"".join(chunks)
    whole = data if data.endswith(b"\n") or not data else data + b"\n"
    if len(whole) not in (0, *lexed_borders(whole)):
        with pytest.raises(ImportRejected, match="never closed"):
            list(cut_blocks(((c, 0) for c in chunks), dialect, label="x", limit=1 << 20))
        return
    blocks = list(cut_blocks(((c, 0) for c in chunks), dialect, label="x", limit=1 << 20))
    assert b"".join(bytes(b.data) for b in blocks) == whole
    for block in blocks[:-1]:
        assert last_border(bytes(block.data), dialect) == len(block.data)
        assert lexed_borders(data).count(block.offset + len(block.data)) == 1
    assert [b.line for b in blocks] == [1 + data.count(b"\n", 0, b.offset) for b in blocks]


def lexed_borders(data: bytes) -> list[int]:
    """Read byte by byte where records end: the slow and plain statement of the rule."""
    borders, quoted, at_start, i = [], False, True, 0
    while i < len(data):
        c = data[i : i + 1]
        if quoted:
            if c == b'"' and data[i + 1 : i + 2] == b'"':
                i += 1
            elif c == b'"':
                quoted = False
        elif c == b'"' and at_start:
            quoted = True
        elif c == b"\n":
            borders.append(i + 1)
        at_start = not quoted and c in (b",", b"\n", b"\r")
        i += 1
    return borders


VALUES = {
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.floats(allow_nan=False, allow_infinity=False, width=64).filter(
        lambda f: f == 0 or abs(f) > 1e-300
    ),
    pa.string(): st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).map(lambda s: "x" + s),
    pa.bool_(): st.booleans(),
    pa.date32(): st.dates(),
    pa.timestamp("us"): st.datetimes(),
    pa.time64("us"): st.times(),
}


@given(st.data())
def test_a_typed_table_comes_back_from_csv(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from(sorted(VALUES, key=str)), min_size=2, max_size=4))
    height = data.draw(st.integers(1, 8))
    arrays = []
    for kind in kinds:
        cells = data.draw(st.lists(st.one_of(st.none(), VALUES[kind]), min_size=height, max_size=height))
        cells[0] = data.draw(VALUES[kind])
        arrays.append(pa.array(cells, kind))
    table = pa.Table.from_arrays(arrays, names=[f"c{i}" for i in range(len(kinds))])
    buffer = io.BytesIO()
    assert write_batches(table.to_batches(), table.schema, buffer, "csv").rows == height
    assert read(buffer.getvalue()).equals(table)


def test_a_retype_is_announced_and_final() -> None:
    data = b"zip,n\n" + b"12345,1\n" * 40_000 + b"02139,1\n" + b"12345,1\n" * 60_000
    [source] = open_tables(io.BytesIO(data), ReadOptions(block_bytes=20_000))
    assert source.schema.field("zip").type == pa.int64()
    with pytest.raises(Retyped) as signal:
        assert {batch.schema.field("zip").type for batch in source.batches()} == {pa.int64()}
    assert signal.value.schema.field("zip").type == pa.string()
    assert sum(b.num_rows for b in source.batches()) == 100_001
    assert source.notes == ("zip is text, not int64: row 40,001 holds '02139'.",)


def test_other_numbers_behind_a_text_do_not_break_the_first_pass() -> None:
    data = (
        b"zip,n\n" + b"12345,1\n" * 40_000 + b"02139,1\n" + b"12345,1\n" * 20_000 + b"7.20,1\n" + b"12345,1\n" * 40_000
    )
    table = read(data, block_bytes=20_000, threads=1)
    assert table.schema.field("zip").type == pa.string()
    assert table["zip"][60_001].as_py() == "7.20"


def test_opening_the_door_does_not_import_pandas() -> None:
    script = "import sys, dsa_workbench.files.source; print('pandas' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert said.stdout == "False\n"
