"""What is written otherwise after typing, and what is lost, is counted: no more and no less than an export shows."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.files.source import ReadOptions, open_tables, read_all
from dsa_workbench.files.text import tally
from dsa_workbench.files.text.delimited import DelimitedTable
from dsa_workbench.files.writing import write_batches


def counted(data: str | bytes, **options: Any) -> dict[tuple[str, str | None], int]:
    raw = data.encode() if isinstance(data, str) else data
    (table,) = open_tables(io.BytesIO(raw), ReadOptions(**options))
    read_all(table)
    assert isinstance(table, DelimitedTable)
    return {(f.what, f.column): f.count for f in table.findings}


numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(lambda x: f"{x:.4f}"),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=1000).map(str),
    st.sampled_from(["7", "7.0", "7.50", ".5", "-.5", "-0.0", "0.0000001", "0.000001", "12345678901.5", "1.5e3"]),
)
moments = st.one_of(
    st.datetimes().map(lambda m: m.isoformat(" ")),
    st.sampled_from(["2026-03-01 10:00:00.000", "2026-03-01 10:00:00.120", "2026-03-01 10:00:00"]),
)
stamps = st.one_of(
    st.datetimes().map(lambda m: m.isoformat("T") + "Z"),
    st.datetimes().map(lambda m: m.isoformat("T", "seconds") + "+02:00"),
)


@pytest.mark.parametrize("column", [numbers, moments, stamps, st.times().map(str), st.booleans().map(str)])
@given(data=st.data(), block_bytes=st.integers(30, 300))
def test_what_is_counted_is_what_an_export_writes_otherwise(column: Any, data: Any, block_bytes: int) -> None:
    texts = data.draw(st.lists(column, min_size=1, max_size=20))
    raw = ("a,b\n" + "".join(f"{text},x\n" for text in texts)).encode()
    options = ReadOptions(delimiter=",", header=True, block_bytes=block_bytes)
    (table,) = open_tables(io.BytesIO(raw), options)
    rows = read_all(table)
    sink = io.BytesIO()
    write_batches(rows.to_batches(), rows.schema, sink, "csv")
    written = sink.getvalue().decode().split("\n")[1:-1]
    assert isinstance(table, DelimitedTable)
    otherwise = (tally.NUMBERS, tally.MOMENTS, tally.BOOLEANS)
    found = sum(f.count for f in table.findings if f.what in otherwise)
    assert found == sum(old != new.removesuffix(",x") for old, new in zip(texts, written, strict=True))


def test_nothing_is_told_where_all_is_kept() -> None:
    assert counted('a,b,c,d\n1,x,1.5,2026-03-01\n-2,"",0.25,\n,,,2026-03-02\n') == {}


def test_lines_that_are_no_rows_are_counted_for_any_block() -> None:
    data = 'a,b\n\n1,"x\n\ny"\n\r\n# no row\n2,z\n\n'
    for block_bytes in (8, 20, 1000):
        assert counted(data, block_bytes=block_bytes, comment="#") == {
            ("blank lines skipped", None): 3,
            ("comment lines skipped", None): 1,
        }


def test_quoted_empty_cells_zones_marks_and_names() -> None:
    data = b'\xef\xbb\xbfn,n,at\n1,"",2026-03-01T10:00:00+02:00\n2,7,2026-03-01T10:00:00Z\n'
    assert counted(data) == {
        ("byte order mark at the beginning left out", None): 1,
        ("columns named otherwise than in the header", None): 1,
        ("quoted empty cells are null", "n_2"): 1,
        ("moments of other zones are in UTC", "at"): 1,
        ("moments written otherwise", "at"): 2,
    }


def test_given_types_tell_what_they_change() -> None:
    data = "i,f,s,d\n007,0.1234567890123456789,0.1, 2026-03-01\n+5,1.50,0.123456789,2026-03-02\n6,2.5,7,\n"
    told = counted(data, types={"i": "int", "f": "float", "s": "float32", "d": "date"})
    assert told == {
        ("numbers written otherwise", "i"): 2,
        ("numbers written otherwise", "f"): 2,
        ("digits beyond what the type holds", "f"): 1,
        ("numbers written otherwise", "s"): 2,
        ("digits beyond what the type holds", "s"): 1,
        ("blanks around values trimmed", "d"): 1,
    }


def test_examples_say_what_became_of_a_value() -> None:
    (table,) = open_tables(io.BytesIO(b"a\n1.5\n2.50\n"), ReadOptions())
    read_all(table)
    assert isinstance(table, DelimitedTable)
    (finding,) = table.findings
    assert (finding.what, finding.count, finding.example) == ("numbers written otherwise", 1, "2.50 is 2.5")


def test_short_rows_and_columns_beyond_the_header_are_counted() -> None:
    assert counted("a,b\n1\n1,2,3\n1,2,3\n", ragged="fill") == {
        ("columns added for cells beyond the header", None): 1,
        ("short rows filled with nulls", None): 1,
    }


def test_a_comma_for_a_point_is_another_way_to_write_numbers() -> None:
    assert counted("a;b\n1,5;x\n2,25;y\n") == {("numbers written otherwise", "a"): 2}
    assert pa.float64() == open_tables(io.BytesIO(b"a;b\n1,5;x\n"), ReadOptions())[0].schema.field("a").type
