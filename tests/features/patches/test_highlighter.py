"""The highlighter format: written as its specification says, read back, and what the tool's own tests expect."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.patches.highlighter import encode, highlighted, separator
from dsa_workbench.features.patches.highlighter_reading import decode
from tests.features.patches.patching import Stored, applied, patch, stored, through


def lines(a: Stored, b: Stored, context: int = 1, **options: Any) -> list[list[str]]:
    return list(highlighted(patch(a, b, context=context, **options)))


def bridges(rows: list[tuple[Any, ...]], names: tuple[str, ...] = ("bridge", "designer", "length")) -> Stored:
    columns = list(zip(*rows, strict=True))
    return stored({n: list(c) for n, c in zip(names, columns, strict=True)}, ["bridge"])


LOCAL = [
    ("Brooklyn", "J. A. Roebling", 1595),
    ("Williamsburg", "D. Duck", 1600),
    ("Queensborough", "Palmer & Hornbostel", 1182),
    ("Triborough", "O. H. Ammann", 1380),
    ("Bronx Whitestone", "O. H. Ammann", 2300),
    ("Throgs Neck", "O. H. Ammann", 1800),
    ("George Washington", "O. H. Ammann", 3500),
    ("Spamspan", "S. Spamington", 10000),
]
REMOTE = [LOCAL[0], ("Manhattan", "G. Lindenthal", 1470), ("Williamsburg", "L. L. Buck", 1600), *LOCAL[2:7]]


def test_the_example_of_the_specification() -> None:
    assert lines(bridges(LOCAL), bridges(REMOTE)) == [
        ["@@", "bridge", "designer", "length"],
        ["", "Brooklyn", "J. A. Roebling", "1595"],
        ["+++", "Manhattan", "G. Lindenthal", "1470"],
        ["->", "Williamsburg", "D. Duck->L. L. Buck", "1600"],
        ["", "Queensborough", "Palmer & Hornbostel", "1182"],
        ["...", "...", "...", "..."],
        ["", "George Washington", "O. H. Ammann", "3500"],
        ["---", "Spamspan", "S. Spamington", "10000"],
    ]


def test_columns_that_come_go_and_change_their_name() -> None:
    old = bridges(LOCAL[:2])
    new = stored(
        {"bridge": ["Brooklyn", "New"], "opened": [1883, 2050], "lead designer": ["J. A. Roebling", "Chimp N Zee"]},
        ["bridge"],
    )
    assert lines(old, new, rename={"designer": "lead designer"}) == [
        ["!", "", "+++", "(designer)", "---"],
        ["@@", "bridge", "opened", "lead designer", "length"],
        ["+", "Brooklyn", "1883", "J. A. Roebling", "1595"],
        ["---", "Williamsburg", "", "D. Duck", "1600"],
        ["+++", "New", "2050", "Chimp N Zee", ""],
    ]


def test_moved_rows_and_columns() -> None:
    old = stored({"id": [1, 2, 3, 4], "x": ["a", "b", "c", "d"]}, ["id"])
    new = stored({"x": ["b", "c", "d", "a"], "id": [2, 3, 4, 1]}, ["id"])
    found = lines(old, new)
    assert found[0][0] == "!"
    assert sorted(found[0][1:]) == ["", ":"]
    assert [line[0] for line in found[2:]] == ["...", "", ":"]


def test_the_arrow_is_longer_than_any_in_the_row() -> None:
    old = stored({"id": ["Toddlers -> Teenagers", "b"], "x": ["White", "y"]}, ["id"])
    new = stored({"id": ["Toddlers -> Teenagers", "b"], "x": ["Pale", "-->z"]}, ["id"])
    assert lines(old, new)[1:] == [
        ["-->", "Toddlers -> Teenagers", "White-->Pale"],
        ["--->", "b", "y--->-->z"],
    ]
    assert separator(["a", "b"]) == "->"


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, "NULL"), ("NULL", "_NULL"), ("_NULL", "__NULL"), ("null", "null"), ("_", "_"), ("", "")],
)
def test_null_and_texts_that_look_like_it(value: str | None, written: str) -> None:
    assert encode(value) == written
    assert decode(written) == value


TEXT = st.sampled_from(
    [None, "", "NULL", "_NULL", "a", "->", "-", "a->b", "-->", ">", "...", "@@", "+++", 'x,"\n', ":"]
)


@st.composite
def texts(draw: st.DrawFn) -> Stored:
    ids = draw(st.lists(st.integers(0, 9), max_size=8, unique=True))
    rows = len(ids)
    columns: dict[str, Any] = {"id": pa.array(ids, pa.int64())}
    for name in ("x", "y"):
        columns[name] = pa.array(draw(st.lists(TEXT, min_size=rows, max_size=rows)), pa.string())
    columns["n"] = pa.array(draw(st.lists(st.sampled_from([None, 1, 2]), min_size=rows, max_size=rows)), pa.int64())
    return stored(columns, ["id"])


@given(texts(), texts(), st.integers(1, 3))
def test_it_is_applied_as_any_other(a: Stored, b: Stored, context: int) -> None:
    found = patch(a, b, context=context)
    read = through(found, "highlighter", a)
    assert applied(read, a).rows() == b.rows()
    assert sorted(applied(read.reversed(), b).rows(), key=str) == sorted(a.rows(), key=str)


def test_types_are_those_of_the_table_and_new_columns_find_theirs() -> None:
    old = stored({"id": [1, 2], "day": pa.array([None, 5], pa.date32())}, ["id"])
    new = stored({"id": [1, 2], "day": pa.array([9, 5], pa.date32()), "n": [7, None], "zip": ["02139", None]}, ["id"])
    read = through(patch(old, new, context=1), "highlighter", old)
    made = applied(read, old)
    assert made.arrow().schema.types == [pa.int64(), pa.date32(), pa.int64(), pa.string()]
    assert made.rows() == new.rows()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@@,id,x\n->,1\n", "line 2: 1 cells, and the header has 2"),
        ("@@,id,x\n?,1,a\n", "line 2: '\\?' is no action"),
        ("@@,id,x\n+++,one,a\n", "column id: 'one' is no int64"),
        ("@@,id,...\n+++,1,a\n", "leaves columns out"),
    ],
)
def test_faults_are_named(text: str, said: str, tmp_path: Path, opened: Callable[[Path, Stored], Any]) -> None:
    path = tmp_path / "x.diff.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=said):
        opened(path, stored({"id": [1], "x": ["a"]}, ["id"]))


# Left out: the 12 three-way cases (merge3). They tell what a merge does with two sides, which the format does not
# decide; tests/workbench/test_merge.py has merges.


def _table(rows: list[list[Any]]) -> dict[str, Any]:
    names, *body = rows
    columns = list(zip(*body, strict=True))
    return {n: [None if v is None else v if isinstance(v, int) else str(v) for v in c] if not _mixed(c)
            else [None if v is None else str(v) for v in c]
            for n, c in zip(names, columns, strict=True)}  # fmt: skip


def _mixed(cells: tuple[Any, ...]) -> bool:
    return len({type(v) for v in cells if v is not None}) > 1


def _cases(corpora: Path, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((corpora / "cases" / "daff.json").read_text("utf-8"))[kind]
    return found


@pytest.mark.corpora
def test_every_two_way_case_of_the_tool(corpora: Path) -> None:
    cases = _cases(corpora, "diff2")
    assert len(cases) == 10
    for case in cases:
        a, b = (stored(_table(case[side])) for side in ("a", "b"))
        for key in (None, [case["a"][0][0]]):
            if key is not None and "" in {str(row[0]) for row in case["a"]}:
                continue  # this column is no key: one of its cells is empty
            found = patch(a, b, key=key, context=1)
            written = list(highlighted(found))
            _check(case["expected"], written, key)
            read = through(found, "highlighter", a)
            # A new column has the type that its values look like: the format says none.
            assert _texts(applied(read, a)) == _texts(b), case["case"]


def _texts(table: Stored) -> list[dict[str, str | None]]:
    return [{n: None if v is None else str(v) for n, v in row.items()} for row in table.rows()]


def _check(expected: dict[str, Any], written: list[list[str]], key: list[str] | None) -> None:
    tags = [line[0] for line in written]
    schema = written[0] if tags[0] == "!" else [""] * len(written[0])
    head = written[tags.index("@@")]
    body = written[tags.index("@@") + 1 :]
    changed = [cell.split(line[0]) for line in body if line[0].endswith("->") for cell in line[1:] if line[0] in cell]
    for what, known in expected.items():
        if what in {"rows_modified", "cells_modified"}:
            assert len(changed) == known
        elif what == "columns_reordered":
            assert any(tag.startswith(":") for tag in schema) == known
        elif what == "column_renamed":
            assert f"({known[0]})" in schema
            assert known[1] in head
        elif what == "columns_added":
            assert [n for n, tag in zip(head, schema, strict=True) if tag == "+++"] == known
        elif what == "rows_moved_minimal" and key is not None:
            assert tags.count(":") == known
        elif what == "rows_added":
            assert [line[1] for line in body if line[0] == "+++"] == [row[0] for row in known]
        elif what == "modified":
            assert sorted(map(tuple, changed)) == sorted(tuple(c) for row in known.values() for c in row.values())
