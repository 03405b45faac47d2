"""Whatever the tables: a diff, written and read again, makes the new one of the old one, and the old one of the new."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.columns.equality import equal_values
from dsa_workbench.columns.layout import normalize
from dsa_workbench.errors import Unsupported
from tests.features.patches.patching import Stored, applied, patch, stored, through
from tests.properties.strategies import arrays, types

BITS = ("parquet", "arrow", "arrows")
"""Formats that hold every bit."""
TEXTS = ("csv", "tsv", "jsonl", "json")
"""Formats that hold every value, with the types beside them; of a NaN they hold that it is one."""
NAMES = ("x", "y", "z")
SIMPLE = (
    pa.int64(),
    pa.float64(),
    pa.string(),
    pa.date32(),
    pa.timestamp("us", "UTC"),
    pa.decimal128(9, 2),
    pa.bool_(),
)


@st.composite
def pools(draw: st.DrawFn) -> dict[str, Any]:
    """Draw values for some columns, few enough to meet again."""
    # Arrow's own take and concat lose rows of structs without fields inside of lists.
    kinds = st.one_of(st.sampled_from(SIMPLE), types().filter(lambda kind: "struct<>" not in str(kind)))
    return {name: normalize(draw(arrays(draw(kinds), 5))) for name in NAMES}


@st.composite
def versions(draw: st.DrawFn, keyed: bool) -> tuple[Stored, Stored]:
    """Draw two tables with rows, columns, order and names in common."""
    pool = draw(pools())

    def side(names: list[str]) -> Any:
        ids = draw(st.lists(st.integers(0, 11), max_size=10, unique=keyed))
        columns: dict[str, Any] = {"id": pa.array(ids, pa.int64())}
        for name in names:
            # Rows of one id mostly agree, so that there is something to pair.
            places = [(i + draw(st.sampled_from([0, 0, 0, 1, 2]))) % 5 for i in ids]
            columns[name] = pool[name].take(pa.array(places, pa.int64()))
        return columns

    first = draw(st.permutations(NAMES))[: draw(st.integers(1, 3))]
    second = first if draw(st.booleans()) else draw(st.permutations(NAMES))[: draw(st.integers(1, 3))]
    old, new = side(list(first)), side(list(second))
    if draw(st.booleans()):
        new = {("w" if name == "x" else name): column for name, column in new.items()}
    if "y" in new and draw(st.booleans()):
        new["y"] = draw(arrays(draw(st.sampled_from(SIMPLE)), len(new["id"])))
    if draw(st.booleans()):
        new = {name: new[name] for name in draw(st.permutations(list(new)))}
    key = ["id"] if keyed else []
    a = stored(pa.table(old), key)
    kept = set(a.table.manifest.chunk_by) <= set(new)
    b = stored(pa.table(new), key, a.table.manifest.chunk_by if kept else None)
    return a, b


def same(a: Stored, b: Stored, *, bits: bool = True) -> None:
    assert a.table.schema == b.table.schema
    assert a.table.key == b.table.key
    if bits:
        assert a.id == b.id, f"{a.arrow()}\n{b.arrow()}"
        return
    assert a.table.rows == b.table.rows
    for left, right in zip(a.arrow().columns, b.arrow().columns, strict=True):
        assert equal_values(left, right).all(), f"{left}\n{right}"


@given(st.booleans().flatmap(versions))
def test_a_diff_applied_gives_the_new_tree_and_reversed_the_old(pair: tuple[Stored, Stored]) -> None:
    a, b = pair
    found = patch(a, b)
    same(applied(found, a), b)
    same(applied(found.reversed(), b), a)


@given(st.booleans().flatmap(versions), st.sampled_from([*BITS, *TEXTS]), st.integers(0, 2))
def test_it_survives_every_format_that_holds_all(pair: tuple[Stored, Stored], format: str, context: int) -> None:
    a, b = pair
    found = patch(a, b, context=context)
    with tempfile.TemporaryDirectory() as folder:
        try:
            read = through(found, format, a, Path(folder))
        except Unsupported:
            assert format == "parquet"  # it has no form for intervals, and none for seconds beyond its milliseconds
            return
        assert read.header() == found.header()
        same(applied(read, a), b, bits=format in BITS)
        same(applied(read.reversed(), b), a, bits=format in BITS)


@pytest.mark.parametrize("format", [*BITS, *TEXTS])
def test_a_diff_without_rows_survives_as_well(format: str, tmp_path: Path) -> None:
    a, b = (
        stored(pa.table({"id": pa.array([], pa.int64())}), []),
        stored(pa.table({"id": pa.array([], pa.string())}), []),
    )
    read = through(patch(a, b), format, a, tmp_path)
    same(applied(read, a), b)
    same(applied(read.reversed(), b), a)
