"""Keys are suggested from all rows and never assumed."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.errors import InvalidInput, NotFound
from dsa_workbench.features.imports.suggest_keys import suggest_keys
from dsa_workbench.workbench import Workbench

CORPORA = os.environ.get("DSA_CORPORA")


def found(table: pa.Table, most: int = 3) -> list[tuple[str, ...]]:
    return [c.columns for c in suggest_keys("t", table.column_names, table.to_batches(7), most).keys]


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from("abc"), st.one_of(st.none(), st.integers(0, 30)), st.booleans()),
        min_size=2, max_size=20,
    )
)  # fmt: skip
def test_what_is_suggested_is_a_key_and_nothing_smaller_is(rows: list[tuple[object, ...]]) -> None:
    frame = pd.DataFrame(rows, columns=list("wxyz"))
    table = pa.table({name: pa.array([row[i] for row in rows]) for i, name in enumerate("wxyz")})
    true = [
        set(names)
        for size in (1, 2, 3)
        for names in itertools.combinations("wxyz", size)
        if not frame[list(names)].isna().any().any() and not frame.duplicated(list(names)).any()
    ]
    least = [names for names in true if not any(other < names for other in true)]
    keys = [set(key) for key in found(table)]
    assert all(key in least for key in keys)
    assert bool(keys) == bool(least)


def test_repeats_beyond_the_samples_are_seen() -> None:
    rows = 200_000
    ids = [*range(rows - 1), 130_001]
    table = pa.table({"id": ids, "half": [i // 2 for i in range(rows)], "side": [i % 2 for i in range(rows)]})
    result = suggest_keys("t", table.column_names, table.to_batches())
    assert result.keys[0].columns == ("half", "side")
    assert ("id",) not in [c.columns for c in result.keys]
    assert [(c.columns, c.repeats, c.first) for c in result.near] == [(("id",), 1, (130_002, 200_000))]


def test_names_places_and_types_rank_what_is_found() -> None:
    table = pa.table(
        {
            "amount": [1.5, 2.5, 3.5, 4.5], "note": ["w" * 60 + str(i) for i in range(4)], "counted": [9, 8, 7, 6],
            "order_id": [4, 3, 2, 1],
        }
    )  # fmt: skip
    assert found(table)[0] == ("order_id",)
    assert found(table)[-1] == ("amount",)
    measures = pa.table({"city": list("aabb"), "day": [1, 2, 1, 2], "amount": [1.5, 2.5, 3.5, 4.5]})
    assert found(measures) == [("city", "day"), ("amount",)]


def test_the_verb_takes_files_versions_and_frames(wb: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("city,day,n,gap\nUlm,1,5,1\nUlm,2,5,\nBonn,1,5,2\nBonn,1,6,3\n")
    told = wb.suggest_keys(path)
    assert told.keys == (("city", "day", "n"),)
    assert told.found.unfit == {"gap": "row 2 is empty"}
    assert "city, day repeats 1 time, first in rows 3 and 4" in repr(told)
    assert "--key city,day,n" in repr(told)
    wb.import_file(path, "s")
    assert wb.suggest_keys("s").keys == wb.suggest_keys(str(path)).keys == wb.suggest_keys(pd.read_csv(path)).keys
    assert not wb.suggest_keys("s", most=2)
    assert wb.suggest_keys("s", columns=["day", "n"]).keys == ()
    with pytest.raises(NotFound, match="no column 'x'"):
        wb.suggest_keys("s", columns=["x"])
    with pytest.raises(InvalidInput, match="most=0"):
        wb.suggest_keys("s", most=0)


def test_a_file_whose_types_turn_out_otherwise_is_looked_at_again(wb: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("a,b\n" + "".join(f"{i},x\n" for i in range(900_000)) + "word,x\n" + "1,y\n" * 60_000)
    told = wb.suggest_keys(path)
    assert told.found.rows == 960_001
    assert told.keys == ()


@pytest.mark.skipif(CORPORA is None, reason="DSA_CORPORA names no folder of real files")
def test_the_natural_keys_of_real_tables_are_found(wb: Workbench) -> None:
    folder = Path(str(CORPORA))
    manifest = json.loads((folder / "manifest.json").read_text())
    keys: dict[str, list[str] | None] = {}

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if str(node.get("path", "")).startswith("tables/"):
                keys[node["path"]] = node.get("natural_key")
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(manifest)
    hit = {path for path, key in keys.items() if key and tuple(key) in wb.suggest_keys(folder / path).keys}
    natural = {path for path, key in keys.items() if key}
    # The others hold smaller keys, which are true in these rows all the same.
    assert natural - hit <= {"tables/gapminder.csv", "tables/la-riots.csv", "tables/penguins-raw.csv"}
